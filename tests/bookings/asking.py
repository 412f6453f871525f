"""What a school asks of the verbs: a class, a submission, a place."""

from typing import Any

from bookings import lifecycle
from submissions.models import Submission
from submissions.rules import ClassRequest
from tests.factories import make_programme, make_slot, unsaved_submission


def asked(name: str = "Groep 7", pupils: int = 24, **fields: Any) -> ClassRequest:
    return ClassRequest(
        **{"name": name, "year_from": 7, "year_to": 7, "pupils": pupils, "supervisors": 3} | fields
    )


def typed(**fields: Any) -> Submission:
    """By one and the same person, in one browser."""
    values = {
        "submission_key": "sleutel",
        "browser": "browser",
        "contact_name": "Ümit Çelik-van ’t Hof",
        "email": "Umit@School.example",
    }
    return unsaved_submission(**values | fields)


def slot_and_programme(**fields: Any):
    programme = make_programme(**fields)
    return make_slot(programmes=[programme], max_groups=9, max_pupils=300), programme


def hold(slot, programme, *classes, **fields):
    overrule, note = fields.pop("overrule", ()), fields.pop("note", "")
    return lifecycle.hold(
        slot=slot,
        programme=programme,
        classes=classes or [asked()],
        submission=typed(**fields),
        by=None,
        overrule=overrule,
        note=note,
    )
