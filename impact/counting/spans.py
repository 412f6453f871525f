"""Spans of days over which is counted: both ends are in, and days are those of Amsterdam."""

import datetime
import itertools
from dataclasses import dataclass
from typing import Self

from django.db.models import Case, CharField, Q, Value, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.dates import ONE_DAY, YearMonth, month_of, start_of_day
from schools.years import school_year_end, school_year_label, school_year_start

MONTHS_OF_A_QUARTER = 3


@dataclass(frozen=True, order=True)
class Span:
    first: datetime.date
    last: datetime.date

    @classmethod
    def of_school_year(cls, year: int) -> Self:
        return cls(school_year_start(year), school_year_end(year))

    def __str__(self) -> str:
        """'2026–2027', a month, a day, or 'from 1 to 5 March'."""
        if self.is_school_year:
            return school_year_label(self.first.year)
        if self == of_month(month_of(self.first)):
            return date_format(self.first, "YEAR_MONTH_FORMAT")
        first, last = (date_format(day, "DATE_FORMAT") for day in (self.first, self.last))
        if first == last:
            return first
        return _("%(first)s to %(last)s") % {"first": first, "last": last}

    @property
    def starts_at(self) -> datetime.datetime:
        return start_of_day(self.first)

    @property
    def before(self) -> datetime.datetime:
        """Midnight after its last day."""
        return start_of_day(self.last + ONE_DAY)

    @property
    def is_school_year(self) -> bool:
        return self == Span.of_school_year(self.first.year)

    @property
    def months(self) -> list["Span"]:
        """Its months; the first and the last as far as they are in it."""
        found, month, last = [], month_of(self.first), month_of(self.last)
        while month <= last:
            whole = of_month(month)
            found.append(Span(max(whole.first, self.first), min(whole.last, self.last)))
            month = month.following
        return found

    def moments(self, field: str) -> Q:
        """The moment `field` is on one of its days."""
        return Q(**{f"{field}__gte": self.starts_at, f"{field}__lt": self.before})

    def days(self, field: str) -> Q:
        """The day `field` is one of its days."""
        return Q(**{f"{field}__range": (self.first, self.last)})


def of_month(month: YearMonth) -> Span:
    return Span(month.first, month.last)


def quarters_of(year: int) -> list[Span]:
    """The four quarters of a school year: August to October, and so on."""
    months = Span.of_school_year(year).months
    starts = range(0, len(months), MONTHS_OF_A_QUARTER)
    return [Span(months[at].first, months[at + MONTHS_OF_A_QUARTER - 1].last) for at in starts]


def which_of(spans: list[Span], field: str) -> Case:
    """The number of the span that the moment `field` is in, as text: what SQL groups by. Their
    limits are computed here, so that both databases agree on what a day is.

    The spans follow each other without a gap, and the moment is in one of them: then one limit of
    each is enough."""
    assert all(one.last + ONE_DAY == two.first for one, two in itertools.pairwise(spans))
    whens = [
        When(**{f"{field}__lt": span.before}, then=Value(str(number)))
        for number, span in enumerate(spans)
    ]
    return Case(*whens, default=Value(""), output_field=CharField())
