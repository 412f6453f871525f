"""Open data of DUO and the national government, read into schools, counts and holidays.

`directory.import_files` and `holidays.import_feed` are what the commands call; each is one
transaction. In the back office `directory.plan_files` says first what would change, and the worker
writes that in pieces (`work.py`). Reading is strict (a file that is not whole changes nothing), and
all of it can be repeated.
"""
