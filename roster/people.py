"""What happens to a person besides her shifts: other links, leaving, being forgotten."""

import datetime
import re

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from core.mail import queue
from core.transactions import retried
from roster import refusals
from roster.lifecycle import release
from roster.models import Availability, OtherDays, Person, Shift, ShiftEvent
from schools.models import User
from schools.years import school_year_of, school_year_start

ERASED = "…"


def ends_after(seen_on: datetime.date) -> datetime.date:
    """The last day on which a certificate counts that was seen on a day."""
    year = seen_on.year + settings.CERTIFICATE_YEARS
    try:
        return seen_on.replace(year=year)
    except ValueError:  # 29 February
        return datetime.date(year, 2, 28)


@retried
def hold_under(person: Person) -> None:
    """Hold all her shifts, past too, under her present address (`Person.holder`). Raises Overlaps
    where somebody with that address has a shift at the same time, at another hub."""
    hers = Shift.objects.where(holds=True).filter(person=person).exclude(holder=person.holder)
    try:
        with transaction.atomic():
            hers.update(holder=person.holder)
    except IntegrityError as error:
        raise refusals.Overlaps from error


def keep_role(person: Person, role: str) -> None:
    """She had this role until now: shifts that are over stay of that role."""
    over = Shift.objects.filter(person=person, ends_at__lte=timezone.now())
    over.filter(role="").update(role=role)


def renew_links(person: Person) -> None:
    """Every link and calendar address that she had stops working at once."""
    Person.objects.filter(pk=person.pk).update(link_version=F("link_version") + 1)
    person.refresh_from_db(fields=["link_version"])


@retried
def let_go_all(person: Person, *, by: User) -> int:
    """She has left: for each shift to come those who can are asked. Returns how many."""
    coming = Shift.objects.where(is_promise=True).upcoming().filter(person=person)
    shifts = list(coming.order_by("starts_at", "pk"))
    for shift in shifts:
        release(shift=shift, by=by)
    return len(shifts)


@retried
def forget(person: Person) -> None:
    """Erase who she was: her name, address, days and what staff noted; her hours stay, of nobody.

    Raises StillHasShifts.
    """
    if Shift.objects.where(is_promise=True).upcoming().filter(person=person).exists():
        raise refusals.StillHasShifts
    email, name = person.email, person.name
    person.name, person.email, person.phone = ERASED, "", ""
    person.certificate_seen_on = person.certificate_renew_by = person.certificate_seen_by = None
    person.left_on = person.left_on or timezone.localdate()
    person.link_version += 1
    person.save()
    hold_under(person)
    Availability.objects.filter(person=person).delete()
    OtherDays.objects.filter(person=person).delete()
    events = ShiftEvent.objects.filter(shift__in=Shift.objects.filter(events__person=person))
    as_a_word = rf"(^|\W){re.escape(name)}(\W|$)"  # "van" does not name An
    events.filter(note__iregex=as_a_word).update(note="")
    events.filter(person=person).exclude(note="").update(note="")
    _erase_log(person)
    if email and not _is_known_elsewhere(email):
        queue.erase(email)


def forget_at(email: str) -> int:
    """Forget leavers with this address: somebody who still works here must be reached, though the
    teacher with the same address is erased. Returns how many."""
    people = list(Person.objects.filter(email=email).exclude(left_on=None).order_by("pk"))
    for person in people:
        forget(person)
    return len(people)


def forget_left() -> int:
    """The worker's job: whom nobody needs to reach any more, as long after she left as a teacher
    is kept (`submissions/privacy/erasure.py`). Returns how many."""
    year = school_year_of(timezone.localdate()) - 1
    due = Person.objects.filter(left_on__lt=school_year_start(year)).exclude(name=ERASED)
    people = list(due.order_by("pk"))
    for person in people:
        forget(person)
    return len(people)


def _erase_log(person: Person) -> None:
    """What the back office logs of a row names it."""
    content_type = ContentType.objects.get_for_model(Person)
    entries = LogEntry.objects.filter(content_type=content_type, object_id=str(person.pk))
    entries.update(object_repr=ERASED, change_message="")


def _is_known_elsewhere(email: str) -> bool:
    """Whether mails to this address are still somebody's: of another hub, or a teacher."""
    return Person.objects.filter(email=email).exists() or User.objects.filter(email=email).exists()
