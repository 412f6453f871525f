"""Working days and public holidays in the Netherlands, in Amsterdam days."""

import datetime
import functools

import holidays
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ONE_DAY = datetime.timedelta(days=1)
# The days that anything here can be about; further on Python's own calendar ends.
FIRST_DAY, LAST_DAY = datetime.date(2000, 1, 1), datetime.date(2199, 12, 31)


def parse_day(text: str) -> datetime.date | None:
    """'2026-11-02', or None for what is no day, or one out of our range."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def validate_day(value: datetime.date) -> None:
    """For fields of a form: a day, or a moment on a day, in our range."""
    day = value.date() if isinstance(value, datetime.datetime) else value
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(
            _("Choose a date between %(first)d and %(last)d."),
            params={"first": FIRST_DAY.year, "last": LAST_DAY.year},
        )


@functools.lru_cache(maxsize=32)
def public_holidays(year: int) -> dict[datetime.date, str]:
    """Dutch public holidays of a calendar year with their Dutch names."""
    return dict(holidays.country_holidays("NL", years=year, language="nl"))


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


def start_of_day(day: datetime.date) -> datetime.datetime:
    """Midnight in Amsterdam at the start of `day`, aware."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
