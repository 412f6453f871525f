"""What the clock does with shifts; the worker calls it every so often, and may come late.

Shifts follow their visits from here, and no visit knows of them: one that moved takes its people
along, one that is called off lets them go, unless who waited takes its place, and one that is
confirmed gets as many shifts as its programme needs.
"""

import itertools
import logging
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from bookings.models import Booking, BookingEvent, Visit
from bookings.models import State as BookingState
from core.dates import start_of_day
from core.lifecycle import IllegalMove, Role
from roster import lifecycle
from roster.models import Shift, ShiftEvent, ShiftState

logger = logging.getLogger(__name__)


def follow_visits() -> None:
    """Let shifts go where their visits went, and open what lacks."""
    for shift in _live():
        try:
            _follow(shift)
        except (IllegalMove, IntegrityError) as error:  # another worker, or she herself, was first
            logger.info("Shift %s did not follow its visit: %s", shift.pk, error)
    _open_what_lacks()


def finish() -> None:
    """What is over was worked, unless its visit did not go ahead or nobody had taken it."""
    for shift in _live().filter(ends_at__lte=timezone.now()):
        try:
            if shift.person_id and shift.goes_ahead:
                lifecycle.finish(shift=shift)
            else:
                lifecycle.end(shift=shift)
        except IllegalMove:
            continue  # by another worker


def offer_open() -> None:
    """Ask who can, once for each shift since it is open. A hub's are gathered for a day, but for
    those that are near."""
    today = timezone.localdate()
    ahead = start_of_day(today + settings.OFFER_SHIFTS_AHEAD)
    near = start_of_day(today + settings.OFFER_SHIFTS_AT_ONCE)
    waiting = Shift.objects.open().upcoming().filter(offered_at=None, starts_at__lt=ahead)
    rows = waiting.with_facts().order_by("visit__slot__venue__hub", "starts_at", "pk")
    for hub, shifts in itertools.groupby(rows, key=lambda one: one.visit.slot.venue.hub_id):
        asked = ShiftEvent.objects.filter(
            shift__visit__slot__venue__hub=hub,
            move="offer",
            by_role=Role.SITE,
            at__gte=start_of_day(today),
        ).exclude(data__has_key="dropped")
        until = near if asked.exists() else ahead
        for shift in shifts:
            if shift.starts_at < until:
                _offer(shift)


def _offer(shift: Shift) -> None:
    try:
        lifecycle.offer(shift=shift, by=None)
    except IllegalMove:
        return  # taken meanwhile


# --- Following -----------------------------------------------------------------------------------


def _goes_ahead(visit: str) -> Exists:
    """Whether a class is expected, or was there."""
    promised = BookingState.where(is_promise=True)
    return Exists(Booking.objects.filter(visit=OuterRef(visit), state__in=promised))


def _before() -> Coalesce:
    """How many shifts of its visit come before an open one: taken ones and lower numbers."""
    there = Shift.objects.filter(visit=OuterRef("visit")).exclude(_ENDED)
    found = there.filter(Q(person__isnull=False) | Q(number__lt=OuterRef("number")))
    number = found.order_by().values("visit").annotate(number_of=Count("pk")).values("number_of")
    return Coalesce(Subquery(number), 0)


def _live() -> QuerySet[Any, Any]:
    facts = {"goes_ahead": _goes_ahead("visit"), "before": _before()}
    rows = Shift.objects.live().with_facts().annotate(**facts)
    # Who has one first: where two are too many the open one goes.
    return rows.order_by(F("person").asc(nulls_last=True), "pk")


def _follow(shift: Any) -> None:
    visit = shift.visit
    if not shift.goes_ahead:
        to = _moved_to(visit) or _in_its_place(visit)
        if to is not None:
            _join(shift, to)
        elif not (shift.person_id and _is_on_offer(visit)):
            lifecycle.end(shift=shift)
    elif lifecycle.span_of(visit) != {"starts_at": shift.starts_at, "ends_at": shift.ends_at}:
        lifecycle.follow(shift=shift, visit=visit, number=shift.number)
    elif shift.person_id is None and shift.before >= visit.programme.helpers_needed:
        lifecycle.end(shift=shift, only_open=True)


def _moved_to(visit: Visit) -> Visit | None:
    """Where the last class of a visit went, if it moved: where that is now. None where it was
    called off, whoever moved before."""
    moved = BookingEvent.objects.filter(
        move="reschedule",
        data__visit=visit.pk,
        booking__state__in=BookingState.where(is_promise=True),
        booking__visit__slot__starts_at__gt=timezone.now(),
    )
    facts = "booking__visit__programme", "booking__visit__slot__venue__hub"
    last = moved.exclude(booking__visit=visit).select_related(*facts).order_by("pk").last()
    if last is None:
        return None
    off = BookingEvent.objects.filter(
        pk__gt=last.pk, booking__visit=visit, from_state__in=BookingState.where(is_promise=True)
    )
    is_off = off.filter(to_state__in=BookingState.where(is_off=True)).exists()
    return None if is_off else last.booking.visit


def _in_its_place(visit: Visit) -> Visit | None:
    """A visit of its programme in the same slot that goes ahead: of who waited, where its last
    class cancelled."""
    others = Visit.objects.active().filter(slot=visit.slot_id, programme=visit.programme_id)
    facts = "programme", "slot__venue__hub"
    return others.filter(_goes_ahead("pk")).select_related(*facts).order_by("pk").first()


def _is_on_offer(visit: Visit) -> bool:
    """Whether who waited is offered a place in that slot: a class comes, perhaps."""
    return Booking.objects.filter(
        state__in=BookingState.where(is_offer=True),
        visit__slot=visit.slot_id,
        visit__programme=visit.programme_id,
    ).exists()


def _join(shift: Shift, visit: Visit) -> None:
    """Into the visit where its classes went; whoever comes along takes the place of an open shift
    there, and no more come than it needs."""
    there = {one.number: one for one in Shift.objects.filter(visit=visit).exclude(_ENDED)}
    # In the slot where she is already there is nothing to tell.
    tell = visit.slot_id != shift.visit.slot_id
    free = _lacking(visit, there)
    vacant = [one for one in there.values() if one.is_open]
    if free:
        lifecycle.follow(shift=shift, visit=visit, number=free[0], tell=tell)
    elif shift.person_id and vacant:
        if lifecycle.end(shift=vacant[0], only_open=True):
            lifecycle.follow(shift=shift, visit=visit, number=vacant[0].number, tell=tell)
    else:
        lifecycle.end(shift=shift)


def _lacking(visit: Visit, taken: Collection[int]) -> list[int]:
    """The shift numbers that a visit still lacks; of `taken` one can be above its need."""
    needed = visit.programme.helpers_needed
    free = [number for number in range(1, needed + 1) if number not in taken]
    return free[: max(0, needed - len(taken))]


_ENDED = Q(state=ShiftState.ENDED)


def _open_what_lacks() -> None:
    standing = Count("shifts", filter=~Q(shifts__state=ShiftState.ENDED))
    short = (
        Visit.objects.active()
        .filter(programme__helpers_needed__gt=0, slot__starts_at__gt=timezone.now())
        .annotate(standing=standing)
        .filter(_goes_ahead("pk"), standing__lt=F("programme__helpers_needed"))
    )
    for visit in short.select_related("programme", "slot").order_by("slot__starts_at", "pk"):
        there = Shift.objects.filter(visit=visit).exclude(_ENDED)
        for number in _lacking(visit, set(there.values_list("number", flat=True))):
            _open_one(visit, number)


def _open_one(visit: Visit, number: int) -> None:
    try:
        lifecycle.open_one(visit=visit, number=number)
    except IntegrityError:
        # Another worker was first: `shift_once_per_visit` lets one of them be.
        if not Shift.objects.filter(visit=visit, number=number).exclude(_ENDED).exists():
            raise
