"""A loan's own page and what can be done there: by its teacher, or by the mail's link."""

import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import rate_limits, uploads
from core.dates import parse_day
from core.kinds import blocks_beside
from core.lifecycle import Refused
from core.pages.saying import say_once
from kits import lifecycle
from kits.lifecycle import MOVES
from kits.models import Loan
from kits.pages.access import address_of, loan_of
from kits.pages.extending import extension_of
from kits.pages.forms import ReportForm
from kits.telling import documents, ical
from kits.telling.wording import history_of, sentence_for, terms_of
from submissions.access import load_submission
from submissions.forms import ContactForm, SchoolContactForm
from submissions.models import Submission
from submissions.pages.cancelling import CancelView
from submissions.pages.details import DetailsView
from submissions.pages.papers import CalendarView, LetterView
from submissions.wording import last_word


@login_not_required
@never_cache
@require_safe
def loan(request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
    """When, where, the state as a sentence, what can be done, the history."""
    submission = load_submission(request, public_id, token)
    if submission.verified_at is None and token is None and submission.loans.exists():
        return redirect(address_of(submission, "code"))
    one = loan_of(submission)
    if one.standing.is_offer:
        return redirect(address_of(submission, "wait", token))
    history = history_of(one)
    context = {
        "sentence": sentence_for(one),
        "history": history,
        "word": last_word(history),
        "contents": list(one.kit.contents.all()),
        "findings": list(one.findings.select_related("item").filter(by_staff=False)),
        **documents.hours_of(one),
        "can_extend": one.state in MOVES["extend"].sources,
        "can_cancel": one.standing.is_coming and one.is_free_to_cancel,
        "may_ask": one.standing.is_coming and not one.is_free_to_cancel,
        "terms": terms_of(one.kit, one) if one.standing.is_coming else [],
        "can_report": one.state in MOVES["report"].sources,
        "beside": blocks_beside([one], token),
    }
    return render(request, "kits/loan_detail.html", _context(submission, one, token) | context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
    """Choose a later day from those on which the copy's next loan stays safe."""
    submission = load_submission(request, public_id, token)
    one = loan_of(submission)
    asked = parse_day(request.POST.get("tot", ""))
    if request.method == "POST" and asked is not None:
        try:
            lifecycle.extend(loan=one, ends_on=asked, by=submission.teacher)
        except Refused as refusal:
            if not _was_just_extended(one, asked):
                if extension_of(one).returns:  # else the page itself says why
                    messages.error(request, str(refusal))
                return redirect(address_of(submission, "extend", token))
        say_once(request, _("The new return date is noted. You get a mail about it."))
        return redirect(address_of(submission, token=token))
    context = {"extension": extension_of(one), "nothing_chosen": request.method == "POST"}
    return render(request, "kits/loan_extend.html", _context(submission, one, token) | context)


class LoanCancelView(CancelView):
    """Until the box is packed."""

    template_name = "kits/loan_cancel.html"

    def row(self, submission: Submission) -> Loan:
        return loan_of(submission)

    def cancel(self, row: Loan, submission: Submission, form: Any) -> str:
        lifecycle.cancel(loan=row, by=submission.teacher, note=form.cleaned_data["note"])
        return self.words(row)

    def words(self, row: Loan) -> str:
        return _("Your loan is cancelled. You get a mail about it.")

    def page_of(self, submission: Submission, token: str | None) -> str:
        return address_of(submission, token=token)

    def context(self, row: Loan) -> dict[str, Any]:
        return {"loan": row, "kit": row.kit}


class LoanDetailsView(DetailsView):
    def rows(self, submission: Submission) -> list[Loan]:
        loans = submission.loans.with_facts().order_by("pk")
        return [one for one in loans if one.may_be_described]

    def contact_form(self, submission: Submission) -> type[ContactForm]:
        return SchoolContactForm

    def page_of(self, submission: Submission, token: str | None) -> str:
        return address_of(submission, token=token)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
    """Tell what is missing or broken, perhaps with a photo."""
    submission = load_submission(request, public_id, token)
    one = loan_of(submission)
    sent = request.method == "POST"
    form = ReportForm(request.POST if sent else None, request.FILES if sent else None, kit=one.kit)
    status = 200
    if sent and form.is_valid():
        try:
            rate_limits.count_post(request)
            lifecycle.report(loan=one, by=submission.teacher, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal)
            status = 409
        else:
            say_once(request, _("Thank you, we know about it now."))
            return redirect(address_of(submission, token=token))
    elif form.errors:
        status = 422
    context = _context(submission, one, token) | {"form": form}
    return render(request, "kits/loan_report.html", context, status=status)


@login_not_required
@never_cache
@require_safe
def photo(
    request: HttpRequest, public_id: UUID, finding_id: int, token: str | None = None
) -> HttpResponse:
    """A photo that the school sent, for readers of the loan; staff have theirs in the admin."""
    finding = loan_of(load_submission(request, public_id, token)).findings.filter(pk=finding_id)
    for found in finding.exclude(photo=""):
        return uploads.attachment(found.photo, f"melding-{found.pk}.jpg", "image/jpeg")
    raise Http404


class LoanCalendarView(CalendarView):
    def calendar(self, submission: Submission) -> bytes:
        return ical.download(loan_of(submission))


class LoanLetterView(LetterView):
    def letter(self, submission: Submission) -> bytes:
        return documents.letter(loan_of(submission))

    def page_of(self, submission: Submission, token: str | None) -> str:
        return address_of(submission, token=token)


# --- Within a request ----------------------------------------------------------------------------


def _was_just_extended(one: Loan, ends_on: datetime.date) -> bool:
    """Whether the first of two clicks did what the second asks."""
    one.refresh_from_db(fields=["ends_on"])
    since = timezone.now() - settings.SAME_CLICK_WITHIN
    lately = one.events.filter(move=MOVES["extend"].name, at__gte=since)
    return one.ends_on == ends_on and lately.exists()


def _context(submission: Submission, one: Loan, token: str | None) -> dict[str, Any]:
    return {
        "submission": submission,
        "loan": one,
        "kit": one.kit,
        "hub": one.submission.hub,
        "token": token,
    }
