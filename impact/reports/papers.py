"""A report as a PDF and as a workbook, made of its facts and nothing else."""

import io
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from core.backoffice.spreadsheets import fill
from core.documents import render_pdf
from impact.reports.facts import Facts, day_of


def pdf_of(facts: Facts, *, is_draft: bool) -> bytes:
    """Raises DocumentsUnavailable."""
    return render_pdf("pdf/report.html", context_of(facts) | {"is_draft": is_draft})


def context_of(facts: Facts) -> dict[str, Any]:
    """The facts as templates read them, page and paper alike: days are days again."""
    targets = [
        one
        | {"due_on": day_of(one["due_on"])}
        | {"milestones": [m | {"day": day_of(m["day"])} for m in one["milestones"]]}
        for one in facts["targets"]
    ]
    return {
        "facts": facts | {"targets": targets},
        "first": day_of(facts["first"]),
        "last": day_of(facts["last"]),
        "organizer": facts["hub"],
        "figures": {one["code"].replace("-", "_"): one["number"] for one in facts["figures"]},
        "counted_on": day_of(facts["counted_at"][:10]),
    }


def xlsx_of(facts: Facts) -> bytes:
    """Numbers are numbers, days are days, and every text is a text: none is a formula, whatever
    it begins with."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = _("Figures")
    fill(first, _figures(facts))
    if facts["targets"]:
        fill(book.create_sheet(_("Targets")), _targets(facts))
    for table in (facts["months"], *facts["tables"]):
        fill(book.create_sheet(table["title"][:31]), _table(table))
    fill(book.create_sheet(_("Schools")), _schools(facts))
    fill(book.create_sheet(_("Method")), _method(facts))
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def _figures(facts: Facts) -> Iterable[list[Any]]:
    yield [_("Figure"), _("Number"), _("Unit"), _("Definition")]
    for one in facts["figures"]:
        yield [one["name"], one["number"], one["unit"], one["definition"]]


def _targets(facts: Facts) -> Iterable[list[Any]]:
    yield [
        *(_("Indicator"), _("Norm"), _("Reached"), _("Unit"), _("To be reached on"), _("Status")),
        *(_("Explanation"), _("How"), _("Source"), _("Funder"), _("Definition")),
    ]
    for one in facts["targets"]:
        yield [
            *(one["name"], one["norm"], one["reached"], one["unit"], day_of(one["due_on"])),
            *(one["status_in_words"], one["explanation"], one["how"], one["source"]),
            *(one["funder"], one["definition"]),
        ]


def _table(table: Mapping[str, Any]) -> Iterable[list[Any]]:
    yield ["", _("Pupils"), _("As booked"), _("Visits"), _("Schools")]
    yield from table["rows"]
    # Counted, not summed: a formula here would add up schools that are in several lines.
    yield [_("Together"), *table["together"]]


def _schools(facts: Facts) -> Iterable[list[Any]]:
    if facts["board"]:
        yield [_("School"), _("Place"), _("Pupils who came")]
        for one in facts["schools"]:
            yield [one["name"], one["place"], one["came"]]
        return
    yield [_("Municipality"), _("Schools that came"), _("Schools there")]
    for one in facts["schools"]:
        yield [one["name"], one["reached"], one["of"]]


def _method(facts: Facts) -> Iterable[list[Any]]:
    yield [_("What"), _("Value")]
    yield [_("Title"), facts["title"]]
    yield [_("Hub"), facts["hub"]]
    yield [_("From"), day_of(facts["first"])]
    yield [_("Until and including"), day_of(facts["last"])]
    yield [_("Counted on"), day_of(facts["counted_at"][:10])]
    yield [_("Different children, at least"), facts["unique"]["least"]]
    yield [_("Different children, at most"), facts["unique"]["most"]]
    yield [_("Asked for an evaluation"), facts["evaluation"]["asked"]]
    yield [_("Answered"), facts["evaluation"]["answered"]]
    for one in facts["evaluation"]["questions"]:
        yield [f"{one['label']} (n = {one['n']})", one["mean"]]
    yield [_("What is not known"), facts["unknown"]]
