"""Public holidays and working days in the Netherlands. Holidays of schools are in `schools`."""

import datetime
import functools

from dateutil.easter import easter

from core.dates import ONE_DAY

AFTER_EASTER = {
    -2: "Goede vrijdag",
    0: "Eerste paasdag",
    1: "Tweede paasdag",
    39: "Hemelvaartsdag",
    49: "Eerste pinksterdag",
    50: "Tweede pinksterdag",
}


@functools.lru_cache(maxsize=32)
def public_holidays(year: int) -> dict[datetime.date, str]:
    """Dutch public holidays of a calendar year with their Dutch names, in order.

    Algemene termijnenwet, article 3, and Good Friday; the King's Birthday is kept a day earlier
    where it falls on a Sunday, Liberation Day is a day off once in five years (decision 0025).
    """
    kings_day = datetime.date(year, 4, 27)
    if kings_day.isoweekday() == 7:
        kings_day -= ONE_DAY
    found = {
        datetime.date(year, 1, 1): "Nieuwjaarsdag",
        kings_day: "Koningsdag",
        datetime.date(year, 12, 25): "Eerste kerstdag",
        datetime.date(year, 12, 26): "Tweede kerstdag",
    }
    if year % 5 == 0:
        found[datetime.date(year, 5, 5)] = "Bevrijdingsdag"
    for days, name in AFTER_EASTER.items():
        found[easter(year) + days * ONE_DAY] = name
    return dict(sorted(found.items()))


def public_holiday(day: datetime.date) -> str | None:
    return public_holidays(day.year).get(day)


def is_working_day(day: datetime.date) -> bool:
    return day.weekday() < 5 and public_holiday(day) is None


def add_working_days(day: datetime.date, number: int) -> datetime.date:
    """The day `number` working days after `day` (0 gives `day` itself)."""
    while number > 0:
        day += ONE_DAY
        if is_working_day(day):
            number -= 1
    return day
