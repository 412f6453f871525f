"""The sheet for the class, on a page and as a PDF."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.documents import render_pdf
from impact.models import Face
from impact.rules import most_in
from submissions.kinds import submitted
from submissions.models import Submission

SLIPS_A_PAGE = 6


@dataclass(frozen=True)
class PrintedFace:
    number: int
    word: str
    picture: str


@dataclass(frozen=True)
class ClassSheet:
    name: str
    pupils: int

    @property
    def pages(self) -> list[list[bool]]:
        """A slip for each pupil, as many as fit a page; every second one has its faces the other
        way round."""
        # Two stand beside each other: neighbours differ, and so do those above and below.
        slips = [bool((number + number // 2) % 2) for number in range(self.pupils)]
        return [list(page) for page in batched(slips, SLIPS_A_PAGE)]


def faces(address: Callable[[str], str]) -> list[PrintedFace]:
    return [
        PrintedFace(face.value, capfirst(str(face.label)), address(f"faces/{face.value}.svg"))
        for face in Face
    ]


def sheet_facts(submission: Submission) -> dict[str, Any]:
    """The classes of a submission that come, are here or were; not groups that are no class."""
    rows = [row for kind in submitted() for row in kind.seen_in(submission)]
    here = [row for row in rows if row.standing.is_promise and not row.audience.is_groups]
    return {
        "classes": [ClassSheet(row.party_name, most_in(row)) for row in here],
        "answers": [_("yes"), _("maybe"), _("no")],
    }


def class_sheet(submission: Submission) -> bytes:
    """A PDF in the language of the submission. Raises DocumentsUnavailable."""
    with translation.override(submission.language):
        context = sheet_facts(submission) | {
            "faces": faces(lambda name: f"static:art/{name}"),
            "submission": submission,
            "organizer": submission.hub.organizer_name,
        }
        return render_pdf("pdf/class_sheet.html", context)
