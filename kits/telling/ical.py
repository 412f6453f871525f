"""A loan as two iCalendar events, collecting and returning: in mails, as a download, in feeds.

Each has a UID of its own, and a mail carries a file for each: one iTIP message is about one UID
(RFC 5546 section 3.2.2). Nothing here holds a token: calendars are shared and forwarded.
"""

import datetime
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Event, vDate, vText, vUri

from core import calendars
from core.calendars import Method, Text
from core.dates import ONE_DAY
from kits.desk_days import DeskHours, desk_hours, handover_times
from kits.models import Delivery, DeskDay, Loan, LoanEvent, LoanState
from kits.models.loan import LoanQuerySet
from submissions.models import Submission
from submissions.sharing.readers import Reader, reader_who_asked

# Raise it when events say something else or something more: feeds are then fetched again.
EDITION = 2


def loan_page(submission: Submission) -> str:
    """The address of the loan's page; it opens only to those signed in."""
    return settings.SITE_URL + reverse("loans:loan", args=[submission.public_id])


def invitations(loan: Loan, reader: Reader | None = None) -> list[bytes]:
    """METHOD:REQUEST, collecting first, for the mail that confirms or changes."""
    found = []
    for event in events([loan]):
        _invite(event, loan, reader)
        event.add_component(calendars.alarm(event))
        found.append(calendars.calendar([event], method=Method.REQUEST))
    return found


def cancellations(loan: Loan, reader: Reader | None = None) -> list[bytes]:
    """METHOD:CANCEL, for the mail that says it is off. Only after invitations."""
    found = []
    for event in events([loan]):
        event["STATUS"] = vText("CANCELLED")
        _invite(event, loan, reader)
        found.append(calendars.calendar([event], method=Method.CANCEL))
    return found


def download(loan: Loan) -> bytes:
    """No METHOD: a file to add to one's own calendar."""
    both = events([loan])
    for event in both:
        if event["STATUS"] != "CANCELLED":
            event.add_component(calendars.alarm(event))
    return calendars.calendar(both)


def events(loans: Iterable[Loan]) -> list[Event]:
    """Two per loan. The loans come with their facts (`with_facts()`)."""
    loans = list(loans)
    hours = desk_hours({loan.kit.venue_id for loan in loans}) if loans else {}
    return [
        event for loan in loans for event in (_collecting(loan, hours), _returning(loan, hours))
    ]


# --- What a feed shows, and whether it changed ---------------------------------------------


def for_feed(loans: LoanQuerySet) -> LoanQuerySet:
    """What of `loans` a feed shows, in order."""
    states = [*LoanState.where(is_listed=True), *LoanState.where(is_offer=True)]
    shown = loans.filter(Q(state__in=states) | _called_off())
    return shown.with_facts().order_by("starts_on", "pk")


def _called_off() -> Q:
    """What calendars had and does not go ahead, until its days have passed: as of visits."""
    known = LoanState.where(is_listed=True)
    was_known = LoanEvent.objects.filter(loan=OuterRef("pk"), from_state__in=known)
    coming = Q(ends_on__gte=timezone.localdate())
    return coming & Q(Exists(was_known), state__in=LoanState.where(is_off=True))


def words(loans: QuerySet[Loan]) -> list[Any]:
    """What events say besides what a loan says itself."""
    named = (
        *("pk", "copy__kit__title", "copy__kit__title_en", "copy__kit__venue_id"),
        *("submission__school__name", "booking__state", "booking__visit__slot__starts_at"),
        *("booking__visit__slot__venue", "booking__visit__programme__duration"),
        *(f"copy__kit__venue__{name}" for name in ("name", "street", "postcode", "city")),
    )
    days = DeskDay.objects.order_by("pk")
    return [EDITION, list(loans.order_by("pk").values_list(*named)), list(days.values_list())]


# --- One event -----------------------------------------------------------------------------


def _collecting(loan: Loan, hours: DeskHours) -> Event:
    words = (
        _("%(kit)s comes to school") if loan.delivery == Delivery.ROUND else _("Collect %(kit)s")
    ) % {"kit": loan.kit.shown.title}
    return _event(loan, loan.uid_out, loan.starts_on, words, hours)


def _returning(loan: Loan, hours: DeskHours) -> Event:
    words = (
        _("%(kit)s is fetched from school")
        if loan.delivery == Delivery.ROUND
        else _("Return %(kit)s")
    ) % {"kit": loan.kit.shown.title}
    return _event(loan, loan.uid_back, loan.ends_on, words, hours)


def _event(loan: Loan, uid: UUID, day: datetime.date, summary: str, hours: DeskHours) -> Event:
    status, location = loan.standing.calendar, _where(loan)
    page = loan_page(loan.submission)
    if loan.standing.is_offer:
        summary = _("Offer: %(summary)s") % {"summary": summary}
    event = calendars.event_of(loan, uid, summary=summary, location=location, status=status)
    _set_time(event, day, handover_times(loan, day, hours))
    event["DESCRIPTION"] = Text(
        "\n".join(
            [
                f"{loan.party_name}, {loan.year_groups}",
                _("Reference: %(reference)s") % {"reference": loan.submission.reference},
                _("Everything about this reservation: %(address)s") % {"address": page},
            ]
        )
    )
    # A box to fetch does not fill the day of who fetches it.
    event["TRANSP"] = vText("TRANSPARENT")
    event["URL"] = vUri(page)
    return event


def _set_time(
    event: Event, day: datetime.date, hours: tuple[datetime.time, datetime.time] | None
) -> None:
    """The hours of the desk; the whole day on a day that staff agreed on by telephone."""
    if hours is None:
        for name, date in (("DTSTART", day), ("DTEND", day + ONE_DAY)):
            event[name] = vDate(date)
            event[name].params["VALUE"] = "DATE"
        return
    for name, time in zip(("DTSTART", "DTEND"), hours, strict=True):
        event[name] = calendars.local(timezone.make_aware(datetime.datetime.combine(day, time)))


def _where(loan: Loan) -> str:
    if loan.delivery == Delivery.ROUND:
        return loan.submission.asker_name
    return loan.kit.venue.address


def _invite(event: Event, loan: Loan, reader: Reader | None) -> None:
    reader = reader or reader_who_asked(loan.submission)
    hub = loan.submission.hub
    event["CONTACT"] = Text(hub.contact)
    calendars.invite(event, hub, email=reader.email, name=reader.name)
