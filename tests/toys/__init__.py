"""A third kind, to prove the house: a toy that a class borrows for a day.

All of it is in this folder; the rest of the site knows it by one line each in the settings, the
addresses and the menu (tests/settings.py, tests/urls.py).
"""
