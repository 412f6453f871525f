"""The choice of figures that staff look at: the period, hub and source that the address names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from core.addresses import row_number
from core.dates import parse_day
from impact.counting.scope import Scope
from impact.counting.sources import Source, sources_of
from impact.counting.spans import Span, quarters_of
from programmes.models import Hub
from schools.models import User
from schools.years import current_school_year, school_year_in, school_year_of

YEARS_OFFERED = 11  # the next one, this one and those before

FROM, UNTIL, PERIOD, HUB, SOURCE = "van", "tot", "periode", "hub", "bron"


@dataclass(frozen=True)
class Choice:
    scope: Scope
    hubs: list[Hub]
    hub: Hub | None
    is_own_span: bool  # typed, not chosen
    error: str = ""
    source: Source | None = None

    @cached_property
    def sources(self) -> list[Source]:
        """The sources that may be chosen."""
        return sources_of(self.scope.hubs)

    @property
    def span(self) -> Span:
        return self.scope.span

    @property
    def year(self) -> int:
        """The school year in which the period begins."""
        return school_year_of(self.span.first)

    @property
    def query(self) -> dict[str, str]:
        """What the addresses of pages that stand beside this one say."""
        found = {FROM: self.span.first.isoformat(), UNTIL: self.span.last.isoformat()}
        if not self.is_own_span:
            found = {PERIOD: period_of(self.span)}
        found |= {HUB: self.hub.slug} if self.hub else {}
        return found | ({SOURCE: str(self.source.pk)} if self.source else {})

    @property
    def periods(self) -> list[tuple[str, str, bool]]:
        """The school years, and the quarters of the one that is shown: value, words, chosen."""
        newest = current_school_year() + 1
        years = [Span.of_school_year(newest - back) for back in range(YEARS_OFFERED)]
        quarters = quarters_of(self.year)
        return [
            (period_of(span), str(span), span == self.span and not self.is_own_span)
            for span in (*years, *quarters)
        ]


def period_of(span: Span) -> str:
    """'2026', or '2026-2' for the second quarter of that school year."""
    year = school_year_of(span.first)
    return str(year) if span.is_school_year else f"{year}-{quarters_of(year).index(span) + 1}"


def _span_of(period: str) -> Span | None:
    typed, dash, number = period.partition("-")
    year = school_year_in(typed)
    if year is None:
        return None
    if not dash:
        return Span.of_school_year(year)
    return quarters_of(year)[int(number) - 1] if number in {"1", "2", "3", "4"} else None


def choice_of(asked: Mapping[str, Any], user: User) -> Choice:
    """Without a word the running school year of all her hubs, whoever pays. 404 for a hub that is
    not hers."""
    hubs = list(Hub.objects.of_hubs(user))
    hub = next((one for one in hubs if one.slug == asked.get(HUB)), None)
    if asked.get(HUB) and hub is None:
        raise Http404
    span = _span_of(asked.get(PERIOD, "")) or Span.of_school_year(current_school_year())
    error, is_own = "", False
    if asked.get(FROM) or asked.get(UNTIL):
        first, last = parse_day(asked.get(FROM, "")), parse_day(asked.get(UNTIL, ""))
        if first and last and first <= last:
            span, is_own = Span(first, last), True
        else:
            error = _("Give both days, the first one before the last: this is the whole year.")
    scope = Scope(span, tuple(one.pk for one in ([hub] if hub else hubs)))
    choice = Choice(scope, hubs, hub, is_own, error)
    return _of_source(choice, asked[SOURCE]) if asked.get(SOURCE) else choice


def _of_source(choice: Choice, key: str) -> Choice:
    """404 for a source of another hub than those that are looked at."""
    source = next((one for one in choice.sources if one.pk == row_number(key)), None)
    if source is None:
        raise Http404
    return replace(choice, scope=replace(choice.scope, paid=source.paid), source=source)
