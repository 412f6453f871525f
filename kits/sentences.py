"""The state of a loan as one sentence: 'You collect the box on Monday 2 November.'"""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.sentences import Sentence

from .models import Delivery, Loan, LoanState

OFF = frozenset({LoanState.CANCELLED, LoanState.LAPSED, LoanState.WRITTEN_OFF})


def sentence_for(loan: Loan) -> Sentence:
    """What the page says on top."""
    days = {
        "start": date_format(loan.starts_on, "l j F"),
        "end": date_format(loan.ends_on, "l j F"),
    }
    text = _overdue() if loan.is_overdue else _text(loan)
    return Sentence(text % days, _explanation(loan), loan.state in OFF)


def _text(loan: Loan) -> str:
    coming = (
        _("We bring the box on %(start)s.")
        if loan.delivery == Delivery.ROUND
        else _("You collect the box on %(start)s.")
    )
    return {
        LoanState.HELD: _("We hold a box for you from %(start)s."),
        LoanState.RESERVED: coming,
        LoanState.PACKED: coming,
        LoanState.OUT: _("The box is with you until %(end)s."),
        LoanState.RETURNED: _("The box is back."),
        LoanState.DONE: _("The box was with you until %(end)s."),
        LoanState.CANCELLED: _("Your loan from %(start)s is cancelled."),
        LoanState.LAPSED: _("The box held from %(start)s has lapsed."),
        LoanState.WRITTEN_OFF: _("The box did not come back."),
    }[LoanState(loan.state)]


def _overdue() -> str:
    return _("The box should have been back on %(end)s.")


def _explanation(loan: Loan) -> str:
    if loan.is_overdue:
        return _("Another class may be waiting for it. Please bring it back, or call us.")
    return {
        LoanState.HELD: _("Type the code from our mail to confirm."),
        LoanState.PACKED: _("It is packed and waits for you."),
        LoanState.RETURNED: _("We are counting what is in it."),
    }.get(LoanState(loan.state), "")


def left_in_words(loan: Loan) -> str:
    """For staff: a loan whose box cannot go out, and which has no other yet."""
    if loan.state == LoanState.PACKED:
        words = _("%(loan)s has this box packed. Give it another one.")
    else:
        words = _("No other box is free for %(loan)s. Call the school.")
    return words % {"loan": loan}
