"""What a school asks of the verbs: a class, a submission, a place."""

from typing import Any

from django.db.models import Q

from bookings import lifecycle
from bookings.planning.availability import offers_of
from bookings.rules import VisitItem, VisitRequest
from submissions.models import Submission
from submissions.rules import Party
from tests.factories import make_programme, make_slot, unsaved_submission


def asked(name: str = "Groep 7", pupils: int = 24, **fields: Any) -> Party:
    """With as many supervisors as the norm asks for."""
    facts = {"name": name, "year_from": 7, "year_to": 7, "pupils": pupils}
    return Party(**facts | {"supervisors": -(-pupils // 10)} | fields)


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
    told = fields.pop("told", ())
    items = [VisitItem(slot, programme, party) for party in classes or [asked()]]
    return lifecycle.hold(VisitRequest(typed(**fields), items, overrule, note, told), by=None)


def offer_for(programme, slot):
    """How it stands with one slot, or None where the programme does not run."""
    return next(iter(offers_of([programme], Q(visitslot=slot))), None)
