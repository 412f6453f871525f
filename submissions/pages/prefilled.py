"""What is filled in already when a form opens: what we know, or what was asked before."""

import datetime
import secrets
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.addresses import row_number
from core.pages import drafts
from schools.forms import TypedSchool
from schools.models import ClassGroup, User
from schools.years import school_year_of
from submissions import browsers
from submissions.kinds import submitted
from submissions.models import Asked, Submission
from submissions.pages.ask import CHANGE


def new_key() -> str:
    return secrets.token_urlsafe(24)


def contact_initial(user: User | None) -> dict[str, Any]:
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
    names = ("email", *Submission.DETAILS)
    return {
        "submission_key": new_key(),
        "school": submission.school or (typed if typed.name else None),
        "organisation": submission.typed_organisation,
        "city": submission.typed_city,
        **{name: getattr(submission, name) for name in names},
    }


def asked_last(request: HttpRequest) -> Submission | None:
    """What this browser asked for last and never confirmed: it would have to be typed anew where
    its hold ran out, or its place went to others.

    As long as a hold and then a draft are kept; whoever asks to change it finds it back later too.
    """
    wants_it = CHANGE in request.GET
    browser = browsers.browser_of(request)
    if not browser or (request.user.is_authenticated and not wants_it):
        return None
    asked = Submission.objects.filter(browser=browser).select_related("school")
    last = asked.order_by("-pk").first()
    if last is None or last.verified_at is not None:
        return None
    until = last.created_at + settings.HOLD_FOR + drafts.AGE
    return last if wants_it or timezone.now() < until else None


def parties_as_asked(submission: Submission) -> list[dict[str, Any]]:
    """The classes or groups of a submission, whatever it asks for."""
    for kind in submitted():
        rows: QuerySet[Any] = kind.model._base_manager.all()
        if found := rows.filter(submission=submission).order_by("pk"):
            return [party_as_asked(row) for row in found]
    return []


def party_as_asked(row: Asked) -> dict[str, Any]:
    """The class or group of a booking or loan, as initial values of its form."""
    party: dict[str, Any] = {"name": row.party_name, "pupils": row.pupils}
    if (supervisors := getattr(row, "supervisors", None)) is not None:  # of a visit
        party["supervisors"] = supervisors
    if row.year_from is None or row.year_to is None:
        return party | {"group_kind": row.group_kind}
    years = list(range(row.year_from, row.year_to + 1))
    return party | {"year_groups": years, "level": row.level}


# --- The classes for which a teacher asked before: she chooses one instead of typing it anew ---

# Under this name a class goes along from the page of its trajectory to the form.
PARAMETER = "klas"


class EarlierClass(NamedTuple):
    group: ClassGroup
    last: Any  # what was asked for it last

    @property
    def initial(self) -> dict[str, Any]:
        """As initial values of a form for one class: its numbers are those of the last time."""
        initial = {
            "name": self.group.name,
            "year_groups": list(range(self.group.year_from, self.group.year_to + 1)),
            "pupils": self.last.pupils,
            "level": self.last.level,
        }
        supervisors = getattr(self.last, "supervisors", None)  # nobody comes along with a kit
        return initial | ({"supervisors": supervisors} if supervisors else {})


def known_classes(
    user: User | None, day: datetime.date, *asked: QuerySet[Any]
) -> list[EarlierClass]:
    """Her school's classes in the school year of `day`, by name; a query for each `asked`."""
    if user is None or user.is_staff or user.school_id is None:
        return []
    hers: dict[str, Any] = {
        "submission__user": user,
        "class_group__school": user.school_id,
        "class_group__school_year": school_year_of(day),
    }
    rows = [row for one in asked for row in one.filter(**hers).select_related("class_group")]
    rows.sort(key=lambda row: row.created_at)
    last = {row.class_group_id: EarlierClass(row.class_group, row) for row in rows}
    return sorted(last.values(), key=lambda one: one.group.name)


def initial_of(known: list[EarlierClass], number: int) -> dict[str, Any]:
    """Values of the class with that key; none of one not hers."""
    return next((dict(one.initial) for one in known if one.group.pk == number), {})


def class_asked(request: HttpRequest) -> int:
    """The key of the class in the address, if somebody is signed in; or 0."""
    return row_number(request.GET.get(PARAMETER)) if request.user.is_authenticated else 0


def query_of_class(number: int | None) -> dict[str, int]:
    """The query parameters that name the class, if there is one."""
    return {PARAMETER: number} if number else {}
