"""Asking for places: held, confirmed with the code, or both at once."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils import timezone

from bookings import places, rules, tasters
from bookings.lifecycle.table import MOVES, make_way
from bookings.models import Attention, Booking, State, Visit, VisitSlot
from bookings.refusals import (
    ClassAlreadyBooked,
    ClassWaitsForCode,
    GroupAlreadyBooked,
    WrongAudience,
)
from bookings.rules import VisitItem, VisitRequest
from bookings.waiting import freed_places
from core.lifecycle import NEW, Role, role_of
from core.text.normal import key
from core.transactions import retried
from programmes.models import Programme
from schools.models import School, User
from submissions.lifecycle import known_party, locked, open_submission
from submissions.models import Submission
from submissions.rules import refuse_broken, set_aside

S = State


@retried
def hold(request: VisitRequest, *, by: User | None) -> Submission:
    """Hold places for all that is asked or for none, and return the submission they belong to.

    The same key again returns what the first call made; with other data it raises KeyConflict.
    Earlier holds of the same browser lapse. Raises RulesBroken, NoteRequired,
    ClassAlreadyBooked, WrongAudience, VisitFull, ZonesTaken, DoesNotFit, VisitGone.
    """
    submission, created = open_submission(request.submission, hub=request.hub)
    if not created:
        return submission
    if len(request.audiences) > 1:
        raise WrongAudience
    broken = rules.broken_rules(request.items, submission.school)
    refuse_broken(broken, request.overrule, request.note, request.told)
    only_planned = role_of(by) != Role.STAFF
    for index, item, visit in _with_visits(request.items, only_planned=only_planned):
        if visit.groups_taken or index:  # an empty visit needs no search
            _refuse_same_party(visit, submission, item.party.name, index)
        places.refuse_full(visit)
        booking = Booking(
            submission=submission,
            visit=visit,
            state=NEW,
            supervisors=item.party.supervisors,
            held_until=timezone.now() + settings.HOLD_FOR,
            **item.party.columns,
        )
        MOVES.apply(booking, "hold", by=by, note=request.note, data=set_aside(broken, index))
    return submission


@retried
def verify(submission: Submission, *, by: User | None = None) -> Submission:
    """The code was right: confirm (or request) every class, and make user, school, classes (or
    the organisation of groups).

    A hold that lapsed meanwhile takes its place again if it is free; if one class cannot, none
    is confirmed. Doing it twice changes nothing. Raises NothingHeld, VisitFull, ZonesTaken,
    ClassAlreadyBooked, WrongAudience, RulesBroken.
    """
    submission = locked(submission)
    for booking in MOVES.accept_code(submission, submission.bookings.all()):
        _verify_one(booking, submission, by or submission.teacher)
    return submission


def _verify_one(booking: Booking, submission: Submission, by: User | None) -> None:
    slot, programme = booking.visit.slot, booking.visit.programme
    changes = {"held_until": None} | known_party(booking, submission)
    if submission.school is not None:
        changes |= _doubt(booking, submission.school, by)
    if not booking.is_in_time:
        # Days may have passed since the date was chosen, also where no worker lapsed it.
        refuse_broken(rules.broken_choice(programme, slot), (), "")
    if booking.state == S.LAPSED:
        if booking.audience != programme.whom:
            raise WrongAudience  # staff made it one for others since
        only_planned = role_of(by) != Role.STAFF
        changes["visit"] = join_or_open(slot, programme, only_planned=only_planned)
    MOVES.apply(
        booking, "request" if programme.needs_approval else "verify", by=by, changes=changes
    )


def _doubt(booking: Booking, school: School, by: User | None) -> dict[str, str]:
    """A doubt about the Proeverij of a class, if there is one."""
    slot, programme = booking.visit.slot, booking.visit.programme
    doubt = tasters.doubt_about(programme, slot, school, booking.party_name)
    # What staff overruled is no doubt; else it went since the place was held.
    if doubt and (doubt == Attention.PREREQUISITE_BY_SCHOOL or role_of(by) != Role.STAFF):
        return {"attention": doubt}
    return {}


@retried
def book(request: VisitRequest, *, by: User) -> Submission:
    """Hold and verify at once: for signed-in teachers, or staff on a school's behalf."""
    return verify(hold(request, by=by), by=by)


# --- Within a verb -----------------------------------------------------------------------------


def join_or_open(
    slot: VisitSlot,
    programme: Programme,
    *,
    leaving: int | None = None,
    only_planned: bool = False,
) -> Visit:
    """The visit to join, opened if need be and locked. Who waits goes first; old holds make way.

    `leaving`, `only_planned`: as in `places.find_or_open`. Raises DoesNotFit, VisitGone.
    """
    if freed_places.offer_to_waiting_first(slot, programme):
        make_way(slot, programme)
    return places.find_or_open(slot, programme, leaving=leaving, only_planned=only_planned)


def _with_visits(
    items: Sequence[VisitItem], *, only_planned: bool
) -> Iterable[tuple[int, VisitItem, Visit]]:
    """Each item with its number and its visit; visits in one order, whoever asks."""
    asked = {(item.slot.pk, item.programme.pk): item for item in items}
    visits = {
        where: join_or_open(asked[where].slot, asked[where].programme, only_planned=only_planned)
        for where in sorted(asked)
    }
    for index, item in enumerate(items):
        yield index, item, visits[item.slot.pk, item.programme.pk]


def _refuse_same_party(visit: Visit, submission: Submission, name: str, index: int) -> None:
    """Refuse the same class or group twice, as far as one knows whose it is."""
    there = Booking.objects.holding().filter(visit=visit, party_key=key(name))
    if submission.audience.is_groups:
        if there.filter(organisation__name_key=submission.organisation_key).exists():
            raise GroupAlreadyBooked(class_index=index)
    elif submission.school:
        same = there.filter(submission__school=submission.school).order_by("pk").first()
        if same is None:
            return
        if same.held_until and same.state == State.HELD and same.submission_id != submission.pk:
            raise ClassWaitsForCode(index, same.held_until)
        raise ClassAlreadyBooked(class_index=index)
