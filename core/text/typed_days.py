"""Days as people type them: in a field, and among the words of a search."""

import datetime
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR

from core.dates import ONE_DAY, start_of_day
from core.text.normal import numbers_joined


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
class SearchTerm:
    """A part of a search: words that must all occur, or else the days they may stand for."""

    words: tuple[str, ...]
    spans: tuple[Span, ...] = ()  # half-open

    @property
    def is_digits(self) -> bool:
        """Whether it is a day like '9-3', or a class named so."""
        return bool(self.spans) and not any(map(str.isalpha, "".join(self.words)))

    def on(self, field: str) -> Q:
        """The moment `field` is on one of the days (Amsterdam); false if no day is meant."""
        found = Q(pk=None)
        for first, before in self.spans:
            start, end = start_of_day(first), start_of_day(before)
            found |= Q(**{f"{field}__gte": start, f"{field}__lt": end})
        return found


def terms(text: str) -> list[SearchTerm]:
    return list(_terms(numbers_joined(text).split()))


def _terms(words: list[str]) -> Iterator[SearchTerm]:
    while words:
        number, spans = _date_at_start(words)
        yield SearchTerm(tuple(words[:number]), spans)
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
