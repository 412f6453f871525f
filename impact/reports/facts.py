"""What a report says: counted once, as plain values that JSON, PDF and XLSX show alike.

No name of a person is among them. The texts are in the language of the moment and are kept as they
were sent.
"""

import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from impact.counting.coverage import coverage, sites_of
from impact.counting.figures import FIGURES, compute
from impact.counting.scope import Scope
from impact.counting.spans import Span
from impact.counting.tables import TABLES, Row, over_time, split
from impact.counting.unique import unique
from impact.indicators.standing import Standing, standings
from impact.models import Evaluation, Report, Target
from impact.results import LEAST, results_of

SPLIT_BY = ("line", "kind", "year-groups", "programme", "world")

Facts = dict[str, Any]


def scope_of(report: Report) -> Scope:
    return Scope(Span(report.first, report.last), (report.hub_id,), board=report.board_id)


def facts_of(report: Report) -> Facts:
    scope = scope_of(report)
    found = compute(scope)
    return {
        "title": report.title,
        "hub": report.hub.name,
        "funder": report.funder,
        "board": str(report.board or ""),
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
            _table(str(TABLES[code].title), split(scope, TABLES[code]), found, TABLES[code].adds_up)
            for code in SPLIT_BY
        ],
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
    """Those of the funder, and our own, that are about days of the report."""
    rows = (
        Target.objects.filter(
            Q(funder=report.funder) | Q(funder=""),
            indicator__hub=report.hub_id,
            starts_on__lte=report.last,
            due_on__gte=report.first,
        )
        .select_related("indicator")
        .prefetch_related("indicator__programmes", "milestones")
    )
    on = min(report.last, timezone.localdate())
    return [_target(one) for one in standings(list(rows), on)]


def _target(standing: Standing) -> Facts:
    target, indicator = standing.target, standing.target.indicator
    value = standing.value
    return {
        "name": str(indicator.shown.name),
        "definition": str(indicator.defined_as),
        "unit": str(indicator.unit_in_words),
        "funder": target.funder,
        "first": target.starts_on.isoformat(),
        "due_on": target.due_on.isoformat(),
        "norm": plain(target.amount),
        "reached": None if standing.reached is None else plain(standing.reached),
        "expected": plain(round(standing.expected)),
        "status": standing.status.value,
        "status_in_words": capfirst(str(standing.status.label)),
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


def _table(title: str, rows: list[Row], found: dict[str, int], adds_up: bool) -> Facts:
    return {
        "title": title,
        "adds_up": adds_up,
        "rows": [[row.label, row.here, row.booked, row.visits, row.schools] for row in rows],
        "together": [found["pupils"], found["pupils-booked"], found["visits"], found["schools"]],
    }


def _schools(scope: Scope) -> list[Facts]:
    """Those that came of all, per municipality; of a school board each of its schools."""
    if scope.board:
        sites = sites_of(scope, Q(board=scope.board))
        return [{"name": one.name, "place": one.city, "came": one.came} for one in sites]
    return [
        {"name": area.name, "reached": area.reached, "of": area.total}
        for area in coverage(scope).municipalities
    ]


def _evaluation(report: Report, scope: Scope) -> Facts:
    """How many were asked, answered and not; a mean of five answers or more, with its n."""
    days = scope.span.days("day")
    rows = Evaluation.objects.filter(days, submission__hub=report.hub_id)
    if report.board_id:
        rows = rows.filter(submission__school__board=report.board_id)
    results = results_of(rows)
    return {
        "asked": results.asked,
        "answered": results.answered,
        "silent": results.silent,
        "questions": [
            {
                "label": question.label,
                "n": question.n,
                "silent": results.answered - question.n,
                "mean": None if question.n < LEAST else round(question.mean or 0, 2),
            }
            for question in results.teachers
        ],
    }


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
