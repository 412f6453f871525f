"""Loans, after staff changed the address of a venue or the title of a kit: calendars learn of it,
and the schools are told of another address unless staff do not want that.
"""

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from kits.lifecycle import MOVES
from kits.models import Delivery, LessonKit, Loan
from programmes.models import Venue
from schools.models import User


def to_hand_over(venue: Venue) -> QuerySet[Loan]:
    """What schools collect or bring back at the venue themselves, and know of."""
    loans = Loan.objects.at(venue).filter(state__in=MOVES["readdress"].sources)
    return loans.exclude(delivery=Delivery.ROUND).with_facts().order_by("starts_on", "pk")


def readdress(venue: Venue, before: Venue, *, by: User, tell: bool) -> list[str]:
    if venue.address == before.address:
        return []
    loans = to_hand_over(venue)
    data = {"from": before.address, "to": venue.address}
    changes = {"changed_at": timezone.now()}  # for calendars
    for loan in loans:
        notice = None if tell else ""
        MOVES.apply(loan, "readdress", by=by, data=data, changes=changes, notice=notice)
    text = ngettext(
        "%(number)d school with a kit gets a mail: the desk is at another address.",
        "%(number)d schools with a kit get a mail: the desk is at another address.",
        len(loans),
    )
    return [text % {"number": len(loans)}] if tell and loans else []


def rename(kit: LessonKit) -> None:
    """Calendars fetch anew what names the kit."""
    known = Loan.objects.filter(copy__kit=kit, state__in=MOVES["readdress"].sources)
    known.order_by().update(sequence=F("sequence") + 1, changed_at=timezone.now())
