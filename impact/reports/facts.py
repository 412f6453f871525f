"""What a report says: counted once, as plain values that JSON, PDF and XLSX show alike.

No name of a person is among them. The texts are in the language of the moment and are kept as they
were sent.
"""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from impact.counting.coverage import coverage, sites_of
from impact.counting.figures import FIGURES, compute
from impact.counting.scope import Scope
from impact.counting.sources import PaidPupils, Source, by_source, sources_of
from impact.counting.spans import Span
from impact.counting.tables import COLUMNS, TABLES, Row, over_time, split, together
from impact.counting.unique import unique
from impact.counting.volunteers import volunteering
from impact.indicators.status import TargetStatus, statuses_of
from impact.models import Evaluation, Pledge, Report, Target
from impact.results import Distribution, results_of
from impact.small_numbers import hide_beside_wholes
from schools.years import school_year_of

TABLES_OF_REPORT = ("line", "kind", "year-groups", "programme", "world")

Facts = dict[str, Any]


def scope_of(report: Report) -> Scope:
    source = _source_of(report)
    span = Span(report.first, report.last)
    paid = source.paid if source else None
    return Scope(span, (report.hub_id,), board=report.board_id, paid=paid)


def _source_of(report: Report) -> Source | None:
    found = sources_of([report.hub_id]) if report.source_id else []
    return next((one for one in found if one.pk == report.source_id), None)


def facts_of(report: Report) -> Facts:
    scope = scope_of(report)
    found = compute(scope)
    return {
        "title": report.title,
        "hub": report.hub.name,
        "funder": str(report.funder or ""),
        "board": str(report.board or ""),
        "source": str(report.source or ""),
        "first": report.first.isoformat(),
        "last": report.last.isoformat(),
        "period": str(scope.span),
        "counted_at": timezone.localtime().isoformat(timespec="minutes"),
        "introduction": report.introduction,
        "unknown": report.unknown,
        "figures": [_figure(code, number) for code, number in found.items()],
        "targets": [] if report.board_id else _targets(report),
        "months": _table(_("By month"), over_time(scope, scope.span.months), found, adds_up=True),
        "tables": [
            _table(
                str(TABLES[code].title),
                split(scope, TABLES[code]),
                found,
                TABLES[code].adds_up,
                str(TABLES[code].note),
            )
            for code in TABLES_OF_REPORT
        ],
        "sources": [] if report.board_id else _sources(scope, found),
        "pledges": [] if report.board_id or report.source_id else _pledges(report),
        "volunteers": None if report.board_id or report.source_id else _volunteers(scope),
        "schools": _schools(scope),
        "unique": vars(unique(scope)).copy(),
        "evaluation": _evaluation(report, scope),
    }


def _figure(code: str, number: int) -> Facts:
    figure = FIGURES[code]
    return {
        "code": code,
        "name": str(figure.name),
        "definition": str(figure.definition),
        "unit": str(figure.unit.label),
        "number": number,
    }


def _targets(report: Report) -> list[Facts]:
    """The funder's targets, and ours, that are about days of the report."""
    rows = (
        Target.objects.filter(
            Q(funder=report.funder) | Q(funder=None),
            indicator__hub=report.hub_id,
            starts_on__lte=report.last,
            due_on__gte=report.first,
        )
        .select_related("indicator", "funder")
        .prefetch_related("indicator__programmes", "milestones")
    )
    on = min(report.last, timezone.localdate())
    return [_target(one) for one in statuses_of(list(rows), on)]


def _target(found: TargetStatus) -> Facts:
    target, indicator = found.target, found.target.indicator
    value = found.value
    return {
        "name": str(indicator.shown.name),
        "definition": str(indicator.defined_as),
        "unit": str(indicator.unit_in_words),
        "funder": str(target.funder or ""),
        "first": target.starts_on.isoformat(),
        "due_on": target.due_on.isoformat(),
        "norm": plain(target.amount),
        "reached": None if found.reached is None else plain(found.reached),
        "expected": plain(round(found.expected)),
        "status": found.status.value,
        "status_in_words": capfirst(str(found.status.label)),
        "explanation": target.explanation,
        "how": _("computed") if indicator.is_computed else _("entered by hand"),
        "source": f"{value.source} ({value.day:%d-%m-%Y})" if value else "",
        "milestones": [
            {"day": one.day.isoformat(), "norm": plain(one.amount)}
            for one in target.milestones.all()
        ],
    }


def plain(amount: Decimal | int) -> int | float:
    """A number as JSON and spreadsheets have them."""
    return int(amount) if amount == int(amount) else float(amount)


def _table(
    title: str, rows: list[Row], found: dict[str, int], adds_up: bool, note: str = ""
) -> Facts:
    return {
        "note": note,
        "title": title,
        "adds_up": adds_up,
        "columns": [str(column.label) for column in COLUMNS],
        "rows": [[row.label, *row.cells] for row in rows],
        "together": together(found),
    }


def _sources(scope: Scope, found: dict[str, int]) -> list[Facts]:
    """Pupils by the parts in which sources pay; the last line is what they add up to."""
    parts = by_source(scope, sources_of(scope.hubs))
    if not parts:
        return []
    together = PaidPupils(
        "", _("Together"), found["pupils"], found["pupils-booked"], found["visits"]
    )
    return [
        {"name": one.label, "came": one.here, "booked": one.booked, "visits": one.visits}
        for one in (*parts, together)
    ]


def _pledges(report: Report) -> list[Facts]:
    """Without staff's remarks."""
    rows = Pledge.objects.of_days(report.first, report.last).alive()
    return [
        {
            "source": one.source.name,
            "about": one.about,
            "amount": plain(one.amount),
            "how": _("in kind") if one.is_in_kind else _("money"),
            "state": str(one.state.label),
            "promised_on": one.promised_on.isoformat(),
        }
        for one in rows.filter(source__hub=report.hub_id).select_related("source").order_by("pk")
    ]


def _volunteers(scope: Scope) -> Facts:
    found = volunteering(scope)
    value = None if found.value is None else plain(found.value)
    return {"people": found.people, "hours": found.hours, "value": value}


def _schools(scope: Scope) -> list[Facts]:
    """How many schools came of all, per municipality; for a board each of its schools."""
    if scope.board:
        sites = sites_of(scope, Q(board=scope.board))
        return [{"name": one.name, "place": one.city, "came": one.came} for one in sites]
    return [
        {"name": area.name, "reached": area.reached, "of": area.total}
        for area in coverage(scope).municipalities
    ]


def _evaluation(report: Report, scope: Scope) -> Facts:
    """How many were asked, answered and not; a mean of five answers or more, with its n. None is
    shown where subtracting it leaves the answers of a few: of a board or source from those of the
    hub, and of these days from those of their school year or all, which readers of figures see."""
    of_hub = Evaluation.objects.filter(submission__hub=report.hub_id)
    wholes, asked = [results_of(of_hub)], of_hub.filter(scope.span.days("day"))
    years = {school_year_of(report.first), school_year_of(report.last)}
    if len(years) == 1:
        wholes.append(results_of(of_hub.in_year(*years)))
    if report.board_id:
        wholes.append(results_of(asked))
        asked = asked.filter(submission__school__board=report.board_id)
    if report.source_id:  # it helps pay visits, and no kit
        wholes.append(results_of(asked))
        asked = asked.filter(booking__in=scope.visits)
    results = results_of(asked)
    hide_beside_wholes(results, wholes)
    return {
        "asked": results.asked,
        "answered": results.answered,
        "silent": results.silent,
        "questions": [
            {
                "label": question.label,
                "n": question.n,
                "silent": results.answered - question.n,
                "mean": _mean(question),
            }
            for question in results.teachers
        ],
    }


def _mean(question: Distribution) -> float | None:
    return round(question.mean or 0, 2) if question.is_shown else None


def changed_since(sent: Facts, now: Facts) -> list[tuple[str, int]]:
    """The figures that are others now than as sent, with by how much."""
    before = {one["code"]: one["number"] for one in sent["figures"]}
    return [
        (one["name"], one["number"] - before[one["code"]])
        for one in now["figures"]
        if one["code"] in before and one["number"] != before[one["code"]]
    ]


def day_of(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def columns_of(table: Mapping[str, Any]) -> list[str]:
    """A table's labels as sent; reports from before they were kept have today's."""
    return table.get("columns") or [str(column.label) for column in COLUMNS]
