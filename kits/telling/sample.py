"""The mails that somebody would get who borrows a kit: they are made as real ones are, of a loan
that is undone."""

from uuid import uuid4

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.dates import ONE_DAY
from core.mail import outbox
from core.mail.queue import Message
from core.public_holidays import add_working_days
from kits import lifecycle
from kits.lifecycle import MOVES
from kits.models import Delivery, KitCopy, LessonKit, Loan
from kits.rules import RULES, LoanItem, LoanRequest
from schools.models import User
from submissions.rules import Party
from submissions.sample import AHEAD, hers, sample_submission


def mails_of(kit: LessonKit, language: str, *, by: User) -> list[Message]:
    """The confirmation, and the reminder of collecting."""
    with outbox.rehearsal() as heard, translation.override(language):
        KitCopy.objects.create(kit=kit, code=uuid4().hex[:12].upper())
        submission = lifecycle.book(_request(kit, language), by=by)
        mails = outbox.told_of(heard)
        loan = Loan.objects.with_facts().get(submission=submission)
        MOVES.remind(loan, "remind_collect", loan.starts_on)
        mails += outbox.told_of(heard)
    return hers(mails)


def _request(kit: LessonKit, language: str) -> LoanRequest:
    first = add_working_days(timezone.localdate() + AHEAD, 1)
    return LoanRequest(
        sample_submission(city=kit.venue.city, language=language),
        LoanItem(kit, first, first + kit.loan_days * ONE_DAY, Delivery.DESK),
        Party(_("Example class"), kit.year_from, kit.year_from, min(24, kit.max_pupils)),
        overrule=RULES,
        note=_("Example"),
    )
