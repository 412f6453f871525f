"""The mails of the roster: what is open, what is hers, what moved, what is off; and her own link.

Each tells how things stand when it is made: an open shift that was taken meanwhile is in no mail,
and nobody hears what is not so any more. One mail a person and occasion.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from core.calendars import Method, content_type
from core.kinds import Marker
from core.mail import markers, outbox, templates
from core.mail.queue import Attachment, Message, enqueue
from core.models import Mail
from roster import links
from roster.models import Person, Shift, ShiftEvent, ShiftState
from roster.rules import Rules
from roster.telling import ical

NOTICES = ("offered", "yours", "moved", "readdressed", "off")
TEMPLATES = [f"shift_{notice}" for notice in NOTICES]
# What mails say hangs on these.
FACTS = (
    "person__hub",
    "shift__person",
    "shift__visit__programme",
    "shift__visit__slot__venue__hub",
)


class RosterLink(Marker):
    """The link in a mail that opens a person's own page."""

    name = "roster"

    def reveal(self, object_id: str, to: str) -> str | None:
        person = Person.objects.working().filter(pk=object_id, email=to).first()
        return links.link_to(person) if person else None

    def otherwise(self) -> str:
        return settings.SITE_URL

    def for_staff(self, object_id: str) -> str:
        return settings.SITE_URL + reverse("admin:roster_person_change", args=[object_id])


def mails_of(events: list[ShiftEvent]) -> list[Message]:
    """The mails of events of one hub with the same notice."""
    if events[0].notice == "offered":
        return _offers([event.shift for event in events])
    told = {
        "yours": (_is_hers, ical.invitation, Method.REQUEST),
        "moved": (_is_hers, ical.invitation, Method.REQUEST),
        "readdressed": (_is_hers, ical.invitation, Method.REQUEST),
        "off": (_is_off, ical.cancellation, Method.CANCEL),
    }
    is_true, make_file, method = told[events[0].notice]
    mails = []
    for person, shifts in _by_person(events):
        still = [one for one in shifts if is_true(one, person) and not one.is_over]
        if still and person.email and not person.has_left:
            files = [_file(one, person, make_file, method) for one in still]
            mails.append(_mail(events[0].notice, person, still, attachments=files))
    return mails


def send_link(person: Person) -> None:
    """Mail her the link to her own page, in the caller's transaction."""
    enqueue(_mail("link", person, ()))


def went_elsewhere(person: Person) -> list[Mail]:
    """Mails missed at another address than the present."""
    told = Mail.objects.filter(template__in=TEMPLATES, hub=person.hub_id, about=person.name)
    ours = Person.objects.exclude(pk=person.pk).values("email")  # another one of that name
    return outbox.went_elsewhere(told.exclude(to__in=ours), now=person.email)


# --- To whom -------------------------------------------------------------------------------------


def _offers(shifts: Iterable[Shift]) -> list[Message]:
    """Offers to all who may have some of these now, with those. Nobody is asked again for a shift
    from which she dropped out."""
    keys = {one.pk for one in shifts}
    rows = Shift.objects.with_facts().open().upcoming().filter(pk__in=keys)
    open_now = list(rows.order_by("starts_at", "pk"))
    if not open_now:
        return []
    rules = Rules(open_now)
    drops = ShiftEvent.objects.filter(shift__in=open_now, move="drop")
    dropped = set(drops.values_list("shift", "person"))
    hubs = {one.visit.slot.venue.hub_id for one in open_now}
    people = Person.objects.working().with_days().filter(hub__in=hubs).exclude(email="")
    mails = []
    for person in people.order_by("pk"):
        hers = [
            one
            for one in open_now
            if (one.pk, person.pk) not in dropped and not rules.broken(person, one)
        ]
        if hers:
            last = max(one.starts_at for one in hers)
            mails.append(_mail("offered", person, hers, expires_at=last))
    return mails


def _by_person(events: Iterable[ShiftEvent]) -> list[tuple[Person, list[Shift]]]:
    found: dict[Person, dict[int, Shift]] = {}
    for event in events:
        if event.person is not None:
            found.setdefault(event.person, {})[event.shift_id] = _as_she_knew_it(event)
    return [(person, list(shifts.values())) for person, shifts in found.items()]


def _as_she_knew_it(event: ShiftEvent) -> Shift:
    """The shift of an event, when it was for her: of one that moved on without her the new time is
    not what she need not come for; she may have to be elsewhere then."""
    shift = event.shift
    if event.notice == "off" and "from" in event.data:
        shift.starts_at = datetime.datetime.fromisoformat(event.data["from"])
        shift.ends_at = datetime.datetime.fromisoformat(event.data["until"])
    return shift


def _is_hers(shift: Shift, person: Person) -> bool:
    return shift.state == ShiftState.TAKEN and shift.person_id == person.pk


def _is_off(shift: Shift, person: Person) -> bool:
    return not _is_hers(shift, person)


# --- One mail ------------------------------------------------------------------------------------

MakeFile = Callable[[Shift, Person], bytes]


def _file(shift: Shift, person: Person, make: MakeFile, method: Method) -> Attachment:
    return Attachment("inzet.ics", make(shift, person), content_type(method))


def _mail(notice: str, person: Person, shifts: Sequence[Shift], **fields: Any) -> Message:
    hub = person.hub
    context = {
        "person": person,
        "shifts": shifts,
        "first": shifts[0] if shifts else None,
        "hub": hub,
        "link": markers.marker(RosterLink.name, person.pk, to=person.email),
    }
    return templates.render(
        f"shift_{notice}",
        to=person.email,
        language=person.language,
        context=context,
        sender=hub.sender,
        reply_to=hub.email,
        hub=hub.pk,
        about=person.name,
        **fields,
    )
