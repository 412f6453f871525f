"""What is filled in already when a form opens: what we know, or what was asked before."""

import secrets
from typing import Any

from schools.forms import TypedSchool
from schools.models import User
from submissions.models import Asked, Submission


def new_key() -> str:
    return secrets.token_urlsafe(24)


def contact_of(user: User | None) -> dict[str, Any]:
    """The contact form's initial values: a key of its own, and what we know of a teacher."""
    initial: dict[str, Any] = {"submission_key": new_key()}
    if user is not None and not user.is_staff:
        initial |= {
            "school": user.school,
            "contact_name": user.name,
            "email": user.email,
            "phone": user.phone,
        }
    return initial


def organisation_of(user: User | None) -> dict[str, Any]:
    """The organisation for which she asked last, as initial values of its form."""
    if user is None or user.is_staff:
        return {}
    asked = Submission.objects.filter(user=user).exclude(organisation=None)
    last = asked.select_related("organisation").first()
    if last is None or last.organisation is None:
        return {}
    return {"organisation": last.organisation.name, "city": last.organisation.city}


def as_asked(submission: Submission) -> dict[str, Any]:
    """All that was typed for a submission, to be asked for again under a key of its own."""
    typed = TypedSchool(submission.typed_school_name, submission.typed_city)
    names = ("contact_name", "email", "phone", "purchase_order", "facilities", "photos")
    return {
        "submission_key": new_key(),
        "school": submission.school or (typed if typed.name else None),
        "organisation": submission.typed_organisation,
        "city": submission.typed_city,
        **{name: getattr(submission, name) for name in names},
    }


def party_as_asked(row: Asked) -> dict[str, Any]:
    """The class or group of a booking or loan, as initial values of its form."""
    party: dict[str, Any] = {"name": row.party_name, "pupils": row.pupils}
    if row.year_from is None or row.year_to is None:
        return party | {"group_kind": row.group_kind}
    return party | {"year_groups": list(range(row.year_from, row.year_to + 1))}
