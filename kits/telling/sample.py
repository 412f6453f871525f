"""The mails that somebody would get who borrows a kit: they are made as real ones are, of a loan
that is undone."""

from uuid import uuid4

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.dates import ONE_DAY, add_working_days
from core.mail import outbox
from core.mail.queue import Message
from kits import lifecycle
from kits.lifecycle import MOVES
from kits.models import Delivery, KitCopy, LessonKit, Loan
from kits.rules import RULES, LoanRequest
from schools.models import User
from submissions.models import Submission
from submissions.rules import Party

# Nobody's: the domain is kept for examples (RFC 2606 section 2).
EMAIL = "juf@school.example"
AHEAD = 42 * ONE_DAY


def mails_of(kit: LessonKit, language: str, *, by: User) -> list[Message]:
    """The confirmation, and the reminder of collecting."""
    with outbox.rehearsal() as heard, translation.override(language):
        KitCopy.objects.create(kit=kit, code=uuid4().hex[:12].upper())
        submission = lifecycle.book(_request(kit, language), by=by)
        mails = outbox.told_of(heard)
        loan = Loan.objects.with_facts().get(submission=submission)
        MOVES.remind(loan, "remind_collect", loan.starts_on)
        mails += outbox.told_of(heard)
    return [mail for mail in mails if mail.to == EMAIL]


def _request(kit: LessonKit, language: str) -> LoanRequest:
    key = uuid4().hex
    submission = Submission(
        submission_key=key,
        data_hash=key,
        contact_name=_("Example teacher"),
        email=EMAIL,
        phone="0570 00 00 00",
        typed_school_name=_("Example school"),
        typed_city=kit.venue.city,
        language=language,
    )
    first = add_working_days(timezone.localdate() + AHEAD, 1)
    return LoanRequest(
        submission,
        kit,
        first,
        first + kit.loan_days * ONE_DAY,
        Delivery.DESK,
        Party(_("Example class"), kit.year_from, kit.year_from, min(24, kit.max_pupils)),
        overrule=RULES,
        note=_("Example"),
    )
