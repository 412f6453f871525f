"""The loan letter: what to tick when the box comes and goes, the rules, the day to return it."""

import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from core.dates import from_to
from core.documents import qr_code, render_pdf
from kits.desk_days import desk_hours, handover_times, visit_day
from kits.models import Loan
from kits.telling.ical import loan_page
from submissions.models import Submission
from submissions.wording import asker_in_full


def letter(loan: Loan) -> bytes:
    """A PDF in the language of the submission. Raises DocumentsUnavailable."""
    submission = loan.submission
    with translation.override(submission.language):
        # Without a token: who finds the letter does not get into the loan.
        page_url = loan_page(submission)
        context = {
            "loan": loan,
            "kit": loan.kit,
            "venue": loan.kit.venue,
            "submission": submission,
            "school": asker_in_full(submission),
            "contents": list(loan.kit.contents.all()),
            "page_url": page_url,
            "site": urlsplit(settings.SITE_URL).netloc,
            "qr": qr_code(page_url, alternative=_("QR code that opens your reservation")),
            "hub": submission.hub,
            "organizer": submission.hub.organizer_name,
            **hours_of(loan),
        }
        return render_pdf("pdf/loan_letter.html", context)


def letter_filename(submission: Submission) -> str:
    with translation.override(submission.language):
        return _("loan-letter-%(reference)s.pdf") % {"reference": submission.reference}


def hours_of(loan: Loan) -> dict[str, Any]:
    """When the desk is open (or the round comes by) on both days; '' where it is not known."""
    hours = desk_hours([loan.kit.venue_id])

    def of(day: datetime.date) -> str:
        found = handover_times(loan, day, hours)
        times = from_to(*found) if found else ""
        if day == visit_day(loan.kit.venue_id, loan.delivery, loan.booking):
            return _("during your visit, %(times)s") % {"times": times}
        return times

    return {"hours_out": of(loan.starts_on), "hours_back": of(loan.ends_on)}
