"""Days in Amsterdam, as they are typed and shown, and the real time between moments."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext_lazy as _

Moment = datetime.datetime | datetime.time
NO_TIME = datetime.timedelta()
ONE_MINUTE = datetime.timedelta(minutes=1)
ONE_DAY, ONE_WEEK = datetime.timedelta(days=1), datetime.timedelta(weeks=1)
# The days that anything here can be about; further on Python's own calendar ends.
FIRST_DAY, LAST_DAY = datetime.date(2000, 1, 1), datetime.date(2199, 12, 31)


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


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


def monday_of(day: datetime.date) -> datetime.date:
    """The Monday of the week that this day is in."""
    return day - day.weekday() * ONE_DAY


def days_between(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    """The days from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + number * ONE_DAY


def start_of_day(day: datetime.date) -> datetime.datetime:
    """Midnight in Amsterdam at the start of `day`, aware."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def from_to(start: Moment, end: Moment) -> str:
    """'09:00–11:30', of two moments (on the clock in Amsterdam) or times of day."""
    clock = (
        timezone.localtime(one) if isinstance(one, datetime.datetime) else one
        for one in (start, end)
    )
    return "–".join(time_format(one, "TIME_FORMAT") for one in clock)


def moment_in_table(moment: datetime.datetime) -> str:
    """'di 9 mrt 2027 10:05', on the clock in Amsterdam."""
    return date_format(timezone.localtime(moment), "TABLE_DATETIME_FORMAT")


# --- Real time ---


def time_between(start: datetime.datetime, end: datetime.datetime) -> datetime.timedelta:
    """Also over a night on which the clock changes: aware datetimes of one zone subtract by the
    clock on the wall unless they are in UTC."""
    return end.astimezone(datetime.UTC) - start.astimezone(datetime.UTC)


def elapsed(spans: Iterable[tuple[datetime.datetime, datetime.datetime]]) -> datetime.timedelta:
    """How long these spans last together; what overlaps counts once."""
    in_utc = (
        (start.astimezone(datetime.UTC), end.astimezone(datetime.UTC)) for start, end in spans
    )
    found, until = NO_TIME, datetime.datetime.min.replace(tzinfo=datetime.UTC)
    for start, end in sorted(in_utc):
        found += max(NO_TIME, end - max(start, until))
        until = max(until, end)
    return found


# --- Months ---


@dataclass(frozen=True, order=True)
class YearMonth:
    year: int
    month: int

    @property
    def first(self) -> datetime.date:
        return datetime.date(self.year, self.month, 1)

    @property
    def last(self) -> datetime.date:
        return self.following.first - datetime.timedelta(days=1)

    @property
    def following(self) -> "YearMonth":
        return YearMonth(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def previous(self) -> "YearMonth":
        return YearMonth(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def month_of(day: datetime.date) -> YearMonth:
    return YearMonth(day.year, day.month)
