"""Loans, after staff changed the address or desk hours of a venue, the title or turnaround of a
kit, the length of the visit with which it goes, or the name of a school: calendars learn of it, and
the schools are told of another address unless staff do not want that. Loans that another limit of
the kit would refuse are named, and stay. To another venue a kit does not go while boxes of it are
promised, nor a box to another kit.
"""

import datetime
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kits import desk_days
from kits.lifecycle import MOVES
from kits.models import Delivery, DeskDay, KitCopy, LessonKit, Loan, LoanState
from kits.refusals import KitTold, VenueTold
from kits.rules import broken_rules
from programmes.models import Programme, Venue
from schools.models import School, User
from submissions.rules import Party

# What the kit asks of a loan.
ASKED = {"year_from", "year_to", "max_pupils", "can_be_delivered"}
# What a school counts on, until its box is back.
KNOWN = LoanState.where(is_promise=True, is_back=False)


def to_hand_over(venue: Venue) -> QuerySet[Loan]:
    """What schools collect or bring back at the venue themselves, and know of."""
    loans = Loan.objects.at(venue).filter(state__in=KNOWN)
    return loans.exclude(delivery=Delivery.ROUND).with_facts().order_by("starts_on", "pk")


def readdress(venue: Venue, before: Venue, *, by: User, tell: bool) -> list[str]:
    if venue.address == before.address:
        return []
    offered = Loan.objects.at(venue).where(is_offer=True)
    _revise(offered.exclude(delivery=Delivery.ROUND))  # of which nobody is told
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


def refuse_other_venue(kit: LessonKit) -> None:
    """A kit stays where schools were told to collect it and bring it back. Who lends a box of it at
    this moment waits for the box's lock, or was first. Raises VenueTold."""
    list(kit.copies.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    loans = Loan.objects.live().filter(copy__kit=kit)
    if number := loans.exclude(state__in=LoanState.where(is_back=True)).count():
        raise VenueTold(number=number)


def refuse_other_kit(copy: KitCopy) -> None:
    """A box stays one of the kit as which it was promised, until it is counted. Raises KitTold."""
    KitCopy.objects.select_for_update(of=("self",)).get(pk=copy.pk)
    if number := Loan.objects.holding().filter(copy=copy).count():
        raise KitTold(number=number)


def name_beyond(kit: LessonKit, before: LessonKit) -> list[str]:
    """A line for each loan that is not out yet and that the kit serves no more, and did before."""
    loans = Loan.objects.filter(copy__kit=kit, state__in=KNOWN).where(went_out=False)
    brought = _("It is brought and fetched, as was told.")
    lines = []
    for loan in loans.with_facts().order_by("starts_on", "pk"):
        party = Party.of(loan)
        took = {one.rule for one in broken_rules(before, party)}
        now = [one.message for one in broken_rules(kit, party) if one.rule not in took]
        if loan.delivery == Delivery.ROUND and before.can_be_delivered > kit.can_be_delivered:
            now.append(brought)
        lines += [f"{loan}, {loan.party_name}: {words}" for words in now]
    return lines


def refresh_calendars(kit: LessonKit) -> None:
    """Calendars fetch anew what names the kit."""
    _revise(Loan.objects.filter(copy__kit=kit))


def apply_turnaround(kit: LessonKit) -> list[str]:
    """Boxes that are promised are free again after the new turnaround, as those of later loans
    are. Returns a line for each that keeps what it had, since the next loan begins too soon."""
    lines, words = [], _("%(box)s keeps its turnaround after %(day)s: its next loan begins sooner.")
    for copy in kit.copies.order_by("pk").select_for_update(of=("self",)):
        loans = Loan.objects.holding().filter(copy=copy, ends_on__gte=timezone.localdate())
        for loan in loans.order_by("starts_on", "pk"):
            before = desk_days.free_again_on(kit, loan.ends_on)
            if loan.free_again_on != before and not _is_free_until(loan, before):
                lines.append(
                    words % {"box": copy, "day": date_format(loan.ends_on, "MONTH_DAY_FORMAT")}
                )
    return lines


def _is_free_until(loan: Loan, before: datetime.date) -> bool:
    """Keep its box until that day, where the constraint allows."""
    try:
        with transaction.atomic():
            Loan.objects.filter(pk=loan.pk).update(free_again_on=before)
    except IntegrityError:
        return False
    return True


def refresh_calendars_of_desk_days(*desk_days: DeskDay) -> None:
    """Calendars fetch anew what changes hands on these: as they were, and as they are."""
    fits = Q(pk__in=[])
    for day in desk_days:
        delivery = Delivery.ROUND if day.is_round else Delivery.DESK
        on = day.weekday + 1
        fits |= (Q(starts_on__iso_week_day=on) | Q(ends_on__iso_week_day=on)) & Q(
            copy__kit__venue=day.venue_id, delivery=delivery
        )
    _revise(Loan.objects.filter(fits, ends_on__gte=timezone.localdate()))


def retime(programme: Programme, before: Programme) -> None:
    """Calendars fetch anew what a class takes along from its visit, until it ends."""
    if programme.duration != before.duration:
        _revise(Loan.objects.filter(booking__visit__programme=programme))


def renamed(schools: Sequence[School]) -> None:
    """Calendars fetch anew where the transport round goes."""
    _revise(Loan.objects.filter(submission__school__in=schools, delivery=Delivery.ROUND))


def _revise(loans: QuerySet[Loan]) -> None:
    offered = LoanState.where(is_offer=True)  # which calendars show too
    known = loans.filter(state__in=[*KNOWN, *offered])
    known.order_by().update(sequence=F("sequence") + 1, changed_at=timezone.now())
