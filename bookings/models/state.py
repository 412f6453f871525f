"""The table of a booking's states; that of its moves is in `bookings/lifecycle/table.py`."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Standing, StateTable
from submissions.models import OFFERED


@dataclass(frozen=True, kw_only=True)
class BookingStanding(Standing):
    counts: bool = False  # as a Proeverij or Experience of the class, done or certain
    letter: str | Promise = ""  # how its letter begins


NOT_GOING_AHEAD = _("This visit does not go ahead.")


class State(StateTable):
    """States, first those that say most about a submission with several."""

    CONFIRMED = (
        "confirmed",
        BookingStanding(
            holds=True,
            is_coming=True,
            is_promise=True,
            is_listed=True,
            counts=True,
            colour="success",
            sentence=_("You are coming on %(day)s at %(time)s."),
            letter=_("We look forward to seeing you on %(day)s at %(time)s."),
        ),
        _("confirmed"),
    )
    REQUESTED = (
        "requested",
        BookingStanding(
            holds=True,
            is_coming=True,
            is_listed=True,
            calendar="TENTATIVE",
            colour="warning",
            sentence=_("You asked for %(day)s at %(time)s."),
            explanation=_("We look at it and mail you as soon as we have decided."),
            letter=_("This is a request. You will hear whether the visit goes ahead."),
        ),
        _("requested"),
    )
    HELD = (
        "held",
        BookingStanding(
            holds=True,
            calendar="TENTATIVE",
            colour="info",
            sentence=_("We hold %(day)s at %(time)s for you."),
            explanation=_("Type the code from our mail to confirm."),
            letter=_("This place is held for you. Confirm it with the code in the mail."),
        ),
        _("held"),
    )
    OFFERED = (
        OFFERED,
        BookingStanding(
            holds=True,
            is_offer=True,
            calendar="TENTATIVE",
            colour="info",
            sentence=_("We offer you %(day)s at %(time)s."),
            explanation=_("Take it in time, or it goes to the next on the waiting list."),
            letter=_("This place is offered to you. It is yours once you take it."),
        ),
        _("offered"),
    )
    ATTENDED = (
        "attended",
        BookingStanding(
            holds=True,
            is_promise=True,
            is_listed=True,
            counts=True,
            sentence=_("You were here on %(day)s."),
            letter=_("You visited us on %(day)s."),
        ),
        _("attended"),
    )
    NO_SHOW = (
        "no_show",
        BookingStanding(
            holds=True,
            is_promise=True,
            is_listed=True,
            colour="danger",
            sentence=_("You did not come on %(day)s."),
            letter=_("We expected you on %(day)s."),
        ),
        _("not come"),
    )
    CANCELLED = (
        "cancelled",
        BookingStanding(
            is_off=True,
            calendar="CANCELLED",
            sentence=_("Your visit of %(day)s is cancelled."),
            letter=NOT_GOING_AHEAD,
        ),
        _("cancelled"),
    )
    DECLINED = (
        "declined",
        BookingStanding(
            is_off=True,
            calendar="CANCELLED",
            sentence=_("Your request for %(day)s is declined."),
            letter=NOT_GOING_AHEAD,
        ),
        _("declined"),
    )
    LAPSED = (
        "lapsed",
        BookingStanding(
            is_off=True,
            calendar="CANCELLED",
            sentence=_("The place on %(day)s has lapsed."),
            letter=NOT_GOING_AHEAD,
        ),
        _("lapsed"),
    )
