"""Which months a teacher can look at (their last day: `schools/years.py`), and a month as a
template draws it."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from core.dates import YearMonth, month_of
from schools.years import last_plannable_day


def months_on_offer() -> tuple[YearMonth, YearMonth]:
    """The first and last month to look at: this one, and the last of the next school year."""
    return month_of(timezone.localdate()), month_of(last_plannable_day())


def parse_month(text: str) -> YearMonth:
    """'2026-11', or this month for what is no month or not on offer."""
    first, last = months_on_offer()
    try:
        asked = month_of(datetime.datetime.strptime(text, "%Y-%m").date())  # noqa: DTZ007  # a month has no zone
    except ValueError:
        return first
    return asked if first <= asked <= last else first


@dataclass(frozen=True)
class MonthPage:
    """A month as a template draws it, in weeks of days, and the months to turn to."""

    at: YearMonth
    weeks: list[list[Any]]

    @property
    def name(self) -> str:
        return date_format(self.at.first, "YEAR_MONTH_FORMAT")

    @property
    def previous(self) -> YearMonth | None:
        return self.at.previous if self.at > months_on_offer()[0] else None

    @property
    def following(self) -> YearMonth | None:
        return self.at.following if self.at < months_on_offer()[1] else None

    @property
    def has_holiday(self) -> bool:
        return any(day.holiday for week in self.weeks for day in week)
