"""The mails that somebody would get who books a programme: they are made as real ones are, of a
booking that is undone."""

import datetime
from collections.abc import Iterator

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.lifecycle import MOVES
from bookings.models import Booking, State, VisitSlot, ZoneClaim
from bookings.rules import VisitItem, VisitRequest
from core.dates import ONE_DAY
from core.mail import outbox
from core.mail.queue import Message
from core.public_holidays import is_working_day
from programmes.models import Programme
from schools.models import GroupKind, User
from submissions.rules import Party, Rule
from submissions.sample import AHEAD, hers, sample_submission


def mails_of(programme: Programme, language: str, *, by: User) -> list[Message]:
    """The confirmation (first the answer to a request, where staff decide), the question whether
    they still come, and the reminder."""
    with outbox.rehearsal() as heard, translation.override(language):
        slot = _slot(programme)
        submission = lifecycle.book(_request(programme, slot, language), by=by)
        mails = outbox.told_of(heard)
        booking = Booking.objects.with_facts().get(submission=submission)
        if booking.state == State.REQUESTED:
            lifecycle.confirm(booking=booking, by=by)
            mails += outbox.told_of(heard)
        for move in ("ask_again", "remind"):
            MOVES.remind(booking, move, slot.day)
            mails += outbox.told_of(heard)
    return hers(mails)


def _slot(programme: Programme) -> VisitSlot:
    start = next(one for one in _mornings() if not _is_taken(programme, one))
    length = programme.length
    slot = VisitSlot.objects.create(
        venue=programme.venue,
        starts_at=start,
        ends_at=start + length,
        max_groups=programme.max_groups,
        max_pupils=programme.max_pupils,
    )
    slot.programmes.add(programme)
    return slot


def _mornings() -> Iterator[datetime.datetime]:
    """Ten o'clock on working days, six weeks from now and later."""
    day = timezone.localdate() + AHEAD
    while True:
        if is_working_day(day):
            yield timezone.make_aware(datetime.datetime.combine(day, datetime.time(10)))
        day += ONE_DAY


def _is_taken(programme: Programme, start: datetime.datetime) -> bool:
    claims = ZoneClaim.objects.filter(zone__programmes=programme)
    ends_at = start + programme.occupies
    return claims.filter(starts_at__lt=ends_at, ends_at__gt=start).exists()


def _request(programme: Programme, slot: VisitSlot, language: str) -> VisitRequest:
    pupils = max(programme.min_pupils, min(24, programme.max_pupils_per_class))
    is_group = programme.whom.is_groups
    city = programme.venue.city
    submission = sample_submission(city=city, language=language, is_group=is_group)
    if is_group:
        party = Party(_("Example group"), None, None, pupils, group_kind=GroupKind.COMPANY)
    else:
        year = programme.year_from
        name = _("Example class")
        party = Party(name, year, year, pupils, programme.supervisors_for(pupils))
    return VisitRequest(submission, [VisitItem(slot, programme, party)], set(Rule), _("Example"))
