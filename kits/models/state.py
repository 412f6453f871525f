"""The table of a loan's states; the table of its moves is in `kits/lifecycle.py`."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Standing, StateTable
from submissions.models import OFFERED


@dataclass(frozen=True, kw_only=True)
class LoanStanding(Standing):
    went_out: bool = False  # the box has left its shelf for this loan
    is_back: bool = False  # and was brought back
    by_round: str | Promise = ""  # the page's sentence where we bring the box ourselves


COLLECT, BRING = _("You collect the box on %(start)s."), _("We bring the box on %(start)s.")


class LoanState(StateTable):
    """A loan that is done holds no copy any more, although its days stay as they are."""

    HELD = (
        "held",
        LoanStanding(
            holds=True,
            calendar="TENTATIVE",
            colour="info",
            sentence=_("We hold a box for you from %(start)s."),
            explanation=_("Type the code from our mail to confirm."),
        ),
        _("held"),
    )
    OFFERED = (
        OFFERED,
        LoanStanding(
            holds=True,
            is_offer=True,
            calendar="TENTATIVE",
            colour="info",
            sentence=_("We offer you a box from %(start)s."),
            explanation=_("Take it in time, or it goes to the next on the waiting list."),
        ),
        _("offered"),
    )
    RESERVED = (
        "reserved",
        LoanStanding(
            holds=True,
            is_coming=True,
            is_promise=True,
            is_listed=True,
            colour="success",
            sentence=COLLECT,
            by_round=BRING,
        ),
        _("reserved"),
    )
    PACKED = (
        "packed",
        LoanStanding(
            holds=True,
            is_coming=True,
            is_promise=True,
            is_listed=True,
            colour="success",
            sentence=COLLECT,
            by_round=BRING,
            explanation=_("It is packed and waits for you."),
        ),
        _("packed"),
    )
    OUT = (
        "out",
        LoanStanding(
            holds=True,
            is_promise=True,
            is_listed=True,
            went_out=True,
            colour="info",
            sentence=_("The box is with you up to and including %(end)s."),
        ),
        _("out"),
    )
    RETURNED = (
        "returned",
        LoanStanding(
            holds=True,
            is_promise=True,
            is_listed=True,
            went_out=True,
            is_back=True,
            colour="warning",
            sentence=_("The box is back."),
            explanation=_("We are counting what is in it."),
        ),
        _("back, not checked"),
    )
    DONE = (
        "done",
        LoanStanding(
            is_promise=True,
            is_listed=True,
            went_out=True,
            is_back=True,
            sentence=_("The box was with you up to and including %(end)s."),
        ),
        _("done"),
    )
    CANCELLED = (
        "cancelled",
        LoanStanding(
            is_off=True,
            calendar="CANCELLED",
            sentence=_("Your loan from %(start)s is cancelled."),
        ),
        _("cancelled"),
    )
    LAPSED = (
        "lapsed",
        LoanStanding(
            is_off=True,
            calendar="CANCELLED",
            sentence=_("The box held from %(start)s has lapsed."),
        ),
        _("lapsed"),
    )
    WRITTEN_OFF = (
        "written_off",
        LoanStanding(
            is_off=True,
            went_out=True,
            colour="danger",
            sentence=_("The box did not come back."),
        ),
        _("written off"),
    )
