"""Working days and public holidays in the Netherlands, in Amsterdam days."""

import datetime
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dateutil.easter import easter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import time_format
from django.utils.translation import gettext_lazy as _

from core.text.normal import numbers_joined

Moment = datetime.datetime | datetime.time
ONE_MINUTE = datetime.timedelta(minutes=1)
ONE_DAY, ONE_WEEK = datetime.timedelta(days=1), datetime.timedelta(weeks=1)
AFTER_EASTER = {
    -2: "Goede vrijdag",
    0: "Eerste paasdag",
    1: "Tweede paasdag",
    39: "Hemelvaartsdag",
    49: "Eerste pinksterdag",
    50: "Tweede pinksterdag",
}
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


# --- Days as people type them ------------------------------------------------------------------


def read_day(text: str) -> datetime.date | None:
    """The day that a whole text names, with its year, in either language: 'vr 8 jan. 2027'."""
    words = text.replace(",", " ").split()
    number, spans = _date_at_start(words) if words else (0, ())
    if number != len(words) or len(spans) != 1:
        return None
    [(first, before)] = spans
    return first if before - first == ONE_DAY else None


# --- In a search ----------------------------------------------------------------------------------


YEARS = range(-1, 3)
LONGEST = 3  # words in a date: '9 maart 2027'
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_NUMBERS = re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})(?:[-/.](?P<year>\d{4}))?")
_NAMED = re.compile(r"(?P<day>\d{1,2})[- ]?(?P<month>[^\W\d]{3,9})\.?(?:[- ](?P<year>\d{4}))?")
_MONTH = re.compile(r"(?P<month>[^\W\d]{3,9})(?: (?P<year>\d{4}))?")

Span = tuple[datetime.date, datetime.date]


@dataclass(frozen=True)
class Term:
    """A part of a search: words that must all occur, or else the days they may stand for."""

    words: tuple[str, ...]
    spans: tuple[Span, ...] = ()  # half-open

    @property
    def is_digits(self) -> bool:
        """'9-3': a day; else the name of a class, written just so."""
        return bool(self.spans) and not any(map(str.isalpha, "".join(self.words)))

    def on(self, field: str) -> Q:
        """The moment `field` is on one of the days (Amsterdam); false if no day is meant."""
        found = Q(pk=None)
        for first, before in self.spans:
            start, end = start_of_day(first), start_of_day(before)
            found |= Q(**{f"{field}__gte": start, f"{field}__lt": end})
        return found


def terms(text: str) -> list[Term]:
    return list(_terms(numbers_joined(text).split()))


def _terms(words: list[str]) -> Iterator[Term]:
    while words:
        number, spans = _date_at_start(words)
        yield Term(tuple(words[:number]), spans)
        words = words[number:]


def _date_at_start(words: list[str]) -> tuple[int, tuple[Span, ...]]:
    """How many words the next term has, and the days it stands for."""
    is_weekday = words[0].lower().rstrip(".") in _weekdays()
    for skipped in (1, 0) if is_weekday else (0,):
        for number in range(min(LONGEST, len(words) - skipped), 0, -1):
            spans = _spans(" ".join(words[skipped : skipped + number]).lower())
            if spans:
                return skipped + number, spans
    return 1, ()


def _spans(phrase: str) -> tuple[Span, ...]:
    for pattern in (_ISO, _NUMBERS, _NAMED, _MONTH):
        match = pattern.fullmatch(phrase)
        if match:
            break
    else:
        return ()
    parts = match.groupdict()
    # 'jan' alone is rather somebody's name.
    month = _month(parts["month"], whole=pattern is _MONTH)
    today = timezone.localdate()
    years = [int(parts["year"])] if parts["year"] else [today.year + one for one in YEARS]
    day = parts.get("day")
    spans = (_span(year, month, int(day) if day else None) for year in years)
    return tuple(span for span in spans if span)


def _span(year: int, month: int, day: int | None) -> Span | None:
    """A day or a month; None for what is on no calendar, or on one of another age."""
    if not (2000 <= year < 2200 and 1 <= month <= 12):
        return None
    try:
        first = datetime.date(year, month, day or 1)
    except ValueError:
        return None
    if day:
        return first, first + datetime.timedelta(days=1)
    return first, datetime.date(year + month // 12, month % 12 + 1, 1)


def _month(written: str, *, whole: bool) -> int:
    """Its number, or 0 if it is none."""
    if written.isdecimal():
        return int(written)
    for name, number in _months().items():
        if name == written or (not whole and name.startswith(written)):
            return number
    return 0 if whole else _SHORT.get(written, 0)


_SHORT = {"mrt": 3}  # the only Dutch abbreviation that is no beginning of the name


@functools.cache
def _months() -> dict[str, int]:
    return {name: number for number, name in _in_each_language(MONTHS)}


@functools.cache
def _weekdays() -> frozenset[str]:
    return frozenset(
        name for names in (WEEKDAYS, WEEKDAYS_ABBR) for _number, name in _in_each_language(names)
    )


def _in_each_language(names: dict[int, str]) -> Iterator[tuple[int, str]]:
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            yield from [(number, str(name).lower()) for number, name in names.items()]
