"""A report as a PDF, made of its facts and nothing else."""

from typing import Any

from core.documents import render_pdf
from impact.counting.headings import under_headings
from impact.reports.facts import Facts, columns_of, day_of


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
    pledges = [
        one | {"promised_on": day_of(one["promised_on"])} for one in facts.get("pledges", ())
    ]
    tables = [one | {"columns": columns_of(one)} for one in (facts["months"], *facts["tables"])]
    return {
        "facts": facts | {"targets": targets, "pledges": pledges, "tables": tables},
        "first": day_of(facts["first"]),
        "last": day_of(facts["last"]),
        "organizer": facts["hub"],
        "headed": under_headings({one["code"]: one for one in facts["figures"]}),
        "figures": {one["code"].replace("-", "_"): one["number"] for one in facts["figures"]},
        "counted_on": day_of(facts["counted_at"][:10]),
    }
