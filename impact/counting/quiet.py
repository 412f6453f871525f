"""Quiet schools (stille scholen): those that never came, or not this school year.

A school that is still to come this year is not quiet. Which schools belong to the region nobody
wrote down, so those count that lie in a municipality of which a school ever came, as in `coverage`.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.models import Booking, State
from core.models import Mail
from impact.counting.scope import ATTENDED, DAY, SCHOOL, Scope
from impact.counting.spans import Span
from impact.models import SchoolContact
from kits.models import Loan
from schools.models import School
from schools.years import current_school_year
from submissions.models import Submission

# Asked or promised to come.
COMING = Q(state__in=State.where(is_coming=True))


class Silence(StrEnum):
    """How quiet a school is; the values stand in addresses."""

    ANY = "allebei"
    NEVER = "nooit"
    NOT_THIS_YEAR = "niet-dit-jaar"

    @property
    def label(self) -> Any:
        return {
            Silence.ANY: _("never or not this year"),
            Silence.NEVER: _("never came"),
            Silence.NOT_THIS_YEAR: _("came before, not this year"),
        }[self]


@dataclass(frozen=True)
class Wanted:
    """Which of them; empty is all. `is_left`: nobody spoke to them this school year."""

    silence: Silence = Silence.ANY
    municipality: str = ""
    board: str = ""  # its number
    sector: str = ""
    is_left: bool = False


@dataclass(frozen=True)
class Contact:
    """The last of whatever there was between a school and us."""

    day: datetime.date
    what: Any


@dataclass(frozen=True)
class Quiet:
    school: School
    visited: datetime.date | None
    last: Contact | None
    spoken: SchoolContact | None


def region() -> Any:
    """Open schools of the municipalities from which one ever came, to whichever hub."""
    here = Booking.objects.filter(ATTENDED, **{f"{SCHOOL}__isnull": False})
    towns = here.exclude(**{f"{SCHOOL}__municipality": ""}).values(f"{SCHOOL}__municipality")
    return School.objects.open().filter(is_verified=True, municipality__in=towns)


def quiet_schools(hubs: Sequence[int], wanted: Wanted) -> Any:
    """A queryset of schools, by municipality and name."""
    year = Span.of_school_year(current_school_year())
    bookings = Scope(year, tuple(hubs)).bookings.filter(**{SCHOOL: OuterRef("pk")})
    this_year = bookings.filter(ATTENDED | COMING, year.moments(DAY))
    ever = bookings.filter(ATTENDED)
    rows = region().filter(~Exists(this_year))
    match wanted.silence:
        case Silence.NEVER:
            rows = rows.filter(~Exists(ever))
        case Silence.NOT_THIS_YEAR:
            rows = rows.filter(Exists(ever))
    if wanted.municipality:
        rows = rows.filter(municipality=wanted.municipality)
    if wanted.board:
        rows = rows.filter(board__number=wanted.board)
    if wanted.sector:
        rows = rows.filter(sector=wanted.sector)
    if wanted.is_left:
        spoken = SchoolContact.objects.filter(hub__in=hubs, school=OuterRef("pk"))
        rows = rows.filter(~Exists(spoken.filter(year.days("day"))))
    return rows.select_related("board").order_by("municipality", "name", "pk")


def with_contacts(schools: Iterable[School], hubs: Sequence[int]) -> list[Quiet]:
    """What there was between each and these hubs, in five queries."""
    found = list(schools)
    keys = [school.pk for school in found]
    of_them = {f"{SCHOOL}__in": keys, "submission__hub__in": hubs}
    now = timezone.now()
    visits = _latest(Booking.objects.filter(ATTENDED, **of_them), SCHOOL, DAY)
    loans = _latest(Loan.objects.where(went_out=True).filter(**of_them), SCHOOL, "starts_on")
    submissions = Submission.objects.filter(school__in=keys, hub__in=hubs)
    asked = _latest(submissions, "school", "created_at")
    mails = _latest_mails(submissions)
    spoken: dict[int, SchoolContact] = {}
    contacts = SchoolContact.objects.filter(school__in=keys, hub__in=hubs).select_related("by")
    for contact in contacts.order_by("day", "pk"):
        spoken[contact.school_id] = contact
    ways = (
        (pgettext_lazy("last contact", "visit"), visits),
        (pgettext_lazy("last contact", "lesson kit"), loans),
        (pgettext_lazy("last contact", "request"), asked),
        (pgettext_lazy("last contact", "mail"), mails),
        (pgettext_lazy("last contact", "spoken"), {key: one.day for key, one in spoken.items()}),
    )
    quiet = []
    for school in found:
        there = [Contact(days[school.pk], what) for what, days in ways if school.pk in days]
        there = [one for one in there if one.day <= timezone.localdate(now)]
        last = max(there, key=lambda one: one.day, default=None)
        quiet.append(Quiet(school, visits.get(school.pk), last, spoken.get(school.pk)))
    return quiet


def _latest(rows: Any, key: str, when: str) -> dict[int, datetime.date]:
    """The last day of each key."""
    found = rows.order_by().values(key).annotate(last=Max(when)).values_list(key, "last")
    return {one: _day(last) for one, last in found}


def _latest_mails(submissions: Any) -> dict[int, datetime.date]:
    """A mail knows the reference of its submission, and no school."""
    school_of = dict(submissions.values_list("reference", "school"))
    sent = Mail.objects.filter(state=Mail.State.SENT)
    found: dict[int, datetime.date] = {}
    for reference, day in _latest(
        sent.filter(reference__in=submissions.values("reference")), "reference", "created_at"
    ).items():
        school = school_of[str(reference)]
        found[school] = max(found.get(school, day), day)
    return found


def _day(when: datetime.date) -> datetime.date:
    return timezone.localdate(when) if isinstance(when, datetime.datetime) else when
