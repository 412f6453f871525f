"""A report as a PDF, made of its facts and nothing else; its sections are those of the page too."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from core.documents import render_pdf
from impact.counting.headings import under_headings
from impact.reports.facts import Facts, columns_of, day_of
from impact.results import LEAST


def pdf_of(facts: Facts, *, is_draft: bool) -> bytes:
    """Raises DocumentsUnavailable."""
    return render_pdf("pdf/report.html", context_of(facts) | {"is_draft": is_draft})


class Section(NamedTuple):
    template: str
    is_there: bool = True
    table: Mapping[str, Any] | None = None  # where it is one of several alike


def _sections(facts: Facts) -> list[Section]:
    """In the order of page and paper, without those that have nothing to say."""
    schools = Section("impact/report/_schools.html", bool(facts.get("schools")))
    volunteers = facts.get("volunteers") or {}
    sections = [
        Section("impact/report/_targets.html", bool(facts["targets"])),
        *([schools] if facts["board"] else []),
        Section("impact/report/_figures.html"),
        *(
            Section("impact/report/_table.html", bool(table["rows"]), table)
            for table in facts["tables"]
        ),
        Section("impact/report/_sources.html", bool(facts.get("sources"))),
        Section("impact/report/_pledges.html", bool(facts["pledges"] or volunteers.get("people"))),
        *([] if facts["board"] else [schools]),
        Section("impact/report/_evaluation.html"),
        Section("impact/report/_method.html"),
    ]
    return [one for one in sections if one.is_there]


def context_of(facts: Facts) -> dict[str, Any]:
    """The facts as templates read them, page and paper alike: days are days again."""
    targets = [
        one
        | {"due_on": day_of(one["due_on"])}
        | {"milestones": [m | {"day": day_of(m["day"])} for m in one["milestones"]]}
        for one in facts["targets"]
    ]
    pledges = [
        one | {"promised_on": day_of(one["promised_on"])} for one in facts.get("pledges", ())
    ]
    tables = [one | {"columns": columns_of(one)} for one in (facts["months"], *facts["tables"])]
    facts = facts | {"targets": targets, "pledges": pledges, "tables": tables}
    return {
        "facts": facts,
        "sections": _sections(facts),
        "first": day_of(facts["first"]),
        "last": day_of(facts["last"]),
        "organizer": facts["hub"],
        "headed": under_headings({one["code"]: one for one in facts["figures"]}),
        "figures": {one["code"].replace("-", "_"): one["number"] for one in facts["figures"]},
        "least": LEAST,
        "counted_on": day_of(facts["counted_at"][:10]),
    }
