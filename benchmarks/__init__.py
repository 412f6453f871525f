"""Speed and size against budgets (`make bench`): the site as in production, filled with ten school
years; ratios to a floor of the same run.
"""
