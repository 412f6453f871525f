"""What the clock asks for: lapses and reminders of loans; the worker calls these."""

import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from core.dates import ONE_DAY
from kits import boxes, desk_days, handling
from kits.lifecycle import MOVES
from kits.models import KitCopy, Loan, LoanState


def lapse_expired() -> int:
    return MOVES.lapse_expired(Loan.objects.expired().order_by("pk"))


def make_way_for_overdue() -> int:
    """Move loans waiting for an overdue box, or flag them; returns how many moved."""
    overdue = Loan.objects.overdue().filter(copy=OuterRef("pk"))
    boxes = KitCopy.objects.filter(Exists(overdue)).select_related("kit").order_by("pk")
    return sum(len(handling.make_way_for_overdue(copy=copy)[0]) for copy in boxes)


def remind_due() -> int:
    """Remind of collecting, of returning and of what is overdue; each once, none pointless."""
    return _remind_collecting() + _remind_returning() + _remind_overdue()


def _remind_collecting() -> int:
    today = timezone.localdate()
    last = today + datetime.timedelta(days=settings.REMIND_BEFORE_COLLECTING_DAYS)
    # Who reserved since yesterday has the confirmation at hand.
    loans = Loan.objects.where(is_coming=True).filter(
        starts_on__gt=today,
        starts_on__lte=last,
        created_at__lt=timezone.now() - ONE_DAY,
    )
    # Nobody is invited to collect a box that cannot go out; the loan's own page does not either.
    invited = boxes.that_can_go_out(loans)
    return sum(_remind(loan, "remind_collect", loan.starts_on) for loan in invited)


def _remind_returning() -> int:
    today = timezone.localdate()
    last = today + datetime.timedelta(days=settings.REMIND_BEFORE_RETURNING_DAYS)
    loans = Loan.objects.filter(state=LoanState.OUT, ends_on__gt=today, ends_on__lte=last)
    return sum(_remind(loan, "remind_return", loan.ends_on) for loan in loans)


def _remind_overdue() -> int:
    """On the first open day after the return date and weekly after; late runs skip, never pile
    up."""
    today, every = timezone.localdate(), settings.REMIND_OVERDUE_EVERY_DAYS
    reminded = 0
    for loan in Loan.objects.overdue().with_facts():
        first = desk_days.late_from(loan)
        if first > today:
            continue
        weeks = (today - first).days // every
        reminded += _remind(loan, "remind_overdue", first + datetime.timedelta(days=weeks * every))
    return reminded


def _remind(loan: Loan, move: str, about: datetime.date) -> bool:
    known = loan.events.filter(move=move, about=about).exists()
    return not known and MOVES.remind(loan, move, about)
