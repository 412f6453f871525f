"""A report as a workbook, made of its facts and nothing else."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from core.backoffice.spreadsheets import workbook
from impact.reports.facts import Facts, columns_of, day_of


def xlsx_of(facts: Facts) -> bytes:
    """Numbers are numbers, days are days, and every text is a text: none is a formula, whatever
    it begins with."""
    sheets = [(_("Figures"), _figures(facts))]
    if facts["targets"]:
        sheets.append((_("Targets"), _targets(facts)))
    sheets += [(one["title"], _table(one)) for one in (facts["months"], *facts["tables"])]
    if facts["sources"]:
        sheets.append((_("Funding sources"), _sources(facts)))
    if facts["pledges"]:
        sheets.append((_("Pledges"), _pledges(facts)))
    return workbook([*sheets, (_("Schools"), _schools(facts)), (_("Method"), _method(facts))])


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
    yield ["", *columns_of(table)]
    yield from table["rows"]
    # Counted, not summed: a formula here would add up schools that are in several lines.
    yield [_("Together"), *table["together"]]


def _sources(facts: Facts) -> Iterable[list[Any]]:
    yield [_("Source"), _("Who came"), _("As booked"), _("Visits it helps pay")]
    for one in facts["sources"]:
        yield [one["name"], one["came"], one["booked"], one["visits"]]


def _pledges(facts: Facts) -> Iterable[list[Any]]:
    yield [_("Source"), _("What for"), _("Euro"), _("How"), _("State"), _("Promised")]
    for one in facts["pledges"]:
        yield [
            *(one["source"], one["about"], one["amount"], one["how"], one["state"]),
            day_of(one["promised_on"]),
        ]


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
    yield [_("Up to and including"), day_of(facts["last"])]
    yield [_("Counted on"), day_of(facts["counted_at"][:10])]
    if facts["source"]:
        yield [_("Only visits that this source helps pay"), facts["source"]]
    if volunteers := facts["volunteers"]:
        yield [_("Volunteers"), volunteers["people"]]
        yield [_("Hours of volunteers"), volunteers["hours"]]
        yield [_("Worth in kind (euro)"), volunteers["value"]]
    yield [_("Different children, at least"), facts["unique"]["least"]]
    yield [_("Different children, at most"), facts["unique"]["most"]]
    yield [_("Asked for an evaluation"), facts["evaluation"]["asked"]]
    yield [_("Answered"), facts["evaluation"]["answered"]]
    for one in facts["evaluation"]["questions"]:
        yield [f"{one['label']} (n = {one['n']})", one["mean"]]
    for table in facts["tables"]:
        if table.get("note"):
            yield [table["title"], table["note"]]
    yield [_("What is not known"), facts["unknown"]]
