"""Dates and times as they are shown and typed: the day first, in Dutch and in English alike.

Django takes 'en' for American English. What a page shows can be typed; the first of each list is
how a form shows what is saved (settings.FORMAT_MODULE_PATH).
"""

DATE_INPUT_FORMATS = ["%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y", "%d/%m/%y", "%Y-%m-%d"]
TIME_INPUT_FORMATS = ["%H:%M:%S", "%H:%M:%S.%f", "%H:%M", "%H.%M"]
DATETIME_INPUT_FORMATS = [
    f"{date} {time}" for time in TIME_INPUT_FORMATS for date in DATE_INPUT_FORMATS
]
