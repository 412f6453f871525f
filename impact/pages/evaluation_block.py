"""What pages of bookings and loans show of their evaluation: the questions while they are due, the
sheet for the class, and whether it was looked back on."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.models import Booking
from core.kinds import Block
from impact import links
from impact.models import Evaluation
from kits.models import Loan


def block_beside(rows: Sequence[Booking | Loan], *, by_link: bool) -> Block | None:
    """For the rows of one submission; by link, with the evaluation's own, narrower one."""
    here = [row for row in rows if row.standing.is_promise and not row.audience.is_groups]
    submission = rows[0].submission if rows else None
    if submission is None:
        return None
    found = _looked_back_on(rows)
    due = [one for one in found if one.is_due]
    quoted = [one for one in found if one.may_quote and one.was_answered_by(submission.teacher)]
    if not due and not here and not quoted:
        return None
    content = {
        "due": due,
        "quoted": quoted,
        "submission": submission,
        "token": links.token_of(submission, submission.seen_as) if by_link else None,
        "has_sheet": bool(here),
    }
    return Block("impact/_beside.html", content)


def _looked_back_on(rows: Sequence[Booking | Loan]) -> list[Evaluation]:
    """No query before any of it began: every booking would pay for it."""
    today = timezone.localdate()
    if not any(row.standing.is_promise and row.school_day < today for row in rows):
        return []
    found = Evaluation.objects.seen_in(rows[0].submission)
    return list(found.with_facts().order_by("pk"))


def looked_back(bookings: Sequence[Booking]) -> dict[int, str]:
    """Booking (primary key) → whether it was answered; not what, as colleagues read it too."""
    rows = Evaluation.objects.filter(booking__in=bookings).with_facts() if bookings else ()
    found = {}
    for one in rows:
        if one.booking_id and one.answered_at:
            day = date_format(timezone.localtime(one.answered_at), "MONTH_DAY_FORMAT")
            found[one.booking_id] = _("looked back on %(day)s") % {"day": day}
        elif one.booking_id and one.is_due:
            found[one.booking_id] = _("not looked back on yet")
    return found
