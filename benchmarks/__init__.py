"""Speed and size against budgets: `make bench`.

The site is started as in production on an empty database of its own, filled with ten school
years, and asked over HTTP. Budgets are ratios to a floor measured in the same run (`floor.py`).
"""
