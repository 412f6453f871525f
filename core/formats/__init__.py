"""Dates and times as they are shown and typed: the day first, in Dutch and in English alike.

Templates and `date_format` name one of these: `{{ day|date:"LONG_DAY_FORMAT" }}`. They hold in
every language (settings.FORMAT_MODULE_PATH); Django would take 'en' for American English.
"""

# As in a sentence: 'dinsdag 15 december 2026', 'dinsdag 15 december', 'dinsdag 15 december 09:00'.
LONG_DATE_FORMAT = "l j F Y"
LONG_DAY_FORMAT = "l j F"
LONG_DATETIME_FORMAT = "l j F Y H:i"
LONG_DAY_TIME_FORMAT = "l j F H:i"

# Without its weekday: '15 december 2026', '15 december', 'december 2026', '09:00'.
DATE_FORMAT = "j F Y"
MONTH_DAY_FORMAT = "j F"
YEAR_MONTH_FORMAT = "F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y H:i"
MONTH_DAY_TIME_FORMAT = "j F H:i"

# On cards and buttons: 'di 15 december 2026', 'di 15 december'.
CARD_DATE_FORMAT = "D j F Y"
CARD_DAY_FORMAT = "D j F"

# In tables: 'di 15 dec 2026', 'di 15 dec'.
TABLE_DATE_FORMAT = "D j b Y"
TABLE_DAY_FORMAT = "D j b"
TABLE_DATETIME_FORMAT = "D j b Y H:i"
TABLE_DAY_TIME_FORMAT = "D j b H:i"

# Where that is too wide: '15 dec 2026', '15 dec'.
BRIEF_DATE_FORMAT = "j b Y"
BRIEF_DAY_FORMAT = "j b"
BRIEF_DATETIME_FORMAT = "j b Y H:i"
BRIEF_DAY_TIME_FORMAT = "j b H:i"

SHORT_DATE_FORMAT = "d-m-Y"
SHORT_DATETIME_FORMAT = "d-m-Y H:i"
FIRST_DAY_OF_WEEK = 1

# What a page shows can be typed; the first of each list is how a form shows what is saved.
DATE_INPUT_FORMATS = ["%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y", "%d/%m/%y", "%Y-%m-%d"]
TIME_INPUT_FORMATS = ["%H:%M:%S", "%H:%M:%S.%f", "%H:%M", "%H.%M"]
DATETIME_INPUT_FORMATS = [
    f"{date} {time}" for time in TIME_INPUT_FORMATS for date in DATE_INPUT_FORMATS
]
