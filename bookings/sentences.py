"""The state of a submission as one sentence: 'You are coming on Tuesday 9 March.'"""

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .models import Attention, Booking, State

# The state that says most about a submission with classes in several states.
_FIRST = [
    State.CONFIRMED,
    State.REQUESTED,
    State.HELD,
    State.ATTENDED,
    State.NO_SHOW,
    State.CANCELLED,
    State.DECLINED,
    State.LAPSED,
]


# Who is to come, until the visit is over.
_LIVE = _FIRST[:3]


class Sentence(NamedTuple):
    text: str
    explanation: str
    is_off: bool


def _weight(booking: Booking) -> tuple[bool, int, datetime.datetime, int]:
    """Least for the class of which to speak: one that still comes, surely, and soonest."""
    state = State(booking.state)
    is_coming = state in _LIVE and booking.ends_at > timezone.now()
    return not is_coming, _FIRST.index(state), booking.starts_at, booking.pk


def main_of(bookings: Sequence[Booking]) -> Booking:
    """The class of which the page of these bookings speaks: the first that comes."""
    return min(bookings, key=_weight)


def sentence_for(bookings: Sequence[Booking]) -> Sentence:
    """What the page says on top; `bookings` are all those of one submission."""
    main = main_of(bookings)
    start = timezone.localtime(main.starts_at)
    when = {"day": date_format(start, "l j F"), "time": f"{start:%H:%M}"}
    past = main.ends_at <= timezone.now().astimezone(datetime.UTC)
    texts = {
        State.CONFIRMED: _("You were coming on %(day)s at %(time)s.")
        if past
        else _("You are coming on %(day)s at %(time)s."),
        State.REQUESTED: _("You asked for %(day)s at %(time)s."),
        State.HELD: _("We hold %(day)s at %(time)s for you."),
        State.ATTENDED: _("You were here on %(day)s."),
        State.NO_SHOW: _("You did not come on %(day)s."),
        State.CANCELLED: _("Your visit of %(day)s is cancelled."),
        State.DECLINED: _("Your request for %(day)s is declined."),
        State.LAPSED: _("The place on %(day)s has lapsed."),
    }
    return Sentence(texts[State(main.state)] % when, _explanation(main), main.state in _FIRST[5:])


def _explanation(booking: Booking) -> str:
    if booking.attention == Attention.LATE_CANCELLATION:
        return _("You asked to cancel. We contact you; until then the place stays yours.")
    if booking.state == State.REQUESTED:
        return _("We look at it and mail you as soon as we have decided.")
    if booking.state == State.HELD:
        return _("Type the code from our mail to confirm.")
    return ""
