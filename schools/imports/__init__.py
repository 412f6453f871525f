"""Open data of DUO and the national government, read into schools, counts and holidays.

`directory.import_files` and `holidays.import_feed` are what the commands call. Reading is
strict (a file that is not whole changes nothing), each import is one transaction, and all of
them can be repeated.
"""
