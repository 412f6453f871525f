"""The waiting list for kits: joining it, where one stands, and taking what is offered."""

from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kits.models import LoanState, LoanWait
from kits.pages.access import address_of
from kits.pages.forms import LoanForm
from kits.telling import waiting as words
from kits.telling.wording import terms_of
from kits.waiting.loans import LIST, LoanWaitRequest
from submissions.access import load_submission
from submissions.models import Submission, WaitState
from submissions.pages.ask import asked_by
from submissions.pages.code import CorrectAddressView
from submissions.pages.waiting import WAIT, WaitAsking, WaitCodeView, act
from submissions.waiting.lifecycle import LIVE
from submissions.waiting.wording import why_ended


class LoanWaitAsking(WaitAsking):
    waiting_list: ClassVar = LIST

    def page_of(self, submission: Submission, page: str = "") -> str:
        return wait_address(submission, page)


def wait_address(submission: Submission, page: str = "", token: str | None = None) -> str:
    return address_of(submission, f"wait_{page}" if page else "wait", token)


def join(request: HttpRequest, form: LoanForm, asked: Any) -> HttpResponse:
    """Wait for what the form asks. Raises Refused."""
    span = {"starts_on": asked.starts_on, "ends_on": asked.ends_on, "delivery": asked.delivery}
    what = ["wait", asked.kit.pk, span, form.class_form.party]
    submission = form.contact.submission(what=what, **asked_by(request))
    request_to_wait = LoanWaitRequest(submission, asked.kit, party=form.class_form.party, **span)
    return LoanWaitAsking().send(request, request_to_wait, form.school)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def wait(request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
    """The place on the list, or what is offered; taking it, letting it go, and withdrawing."""
    submission, row = _load(request, public_id, token)
    if submission.verified_at is None and token is None:
        return redirect(wait_address(submission, "code"))
    if request.method == "POST":
        hers = address_of(submission, token=token)
        return act(request, submission, LIST, here=wait_address(submission, token=token), hers=hers)
    loan = row.loan
    is_offered = loan is not None and loan.state == LoanState.OFFERED
    context = {
        "submission": submission,
        "rows": [row],
        "row": row,
        "programme": row.kit,
        "kit": row.kit,
        "hub": submission.hub,
        "when": words.when_of(row),
        "position": words.position_in_words(row),
        "is_offered": is_offered,
        "is_waiting": row.state == WaitState.WAITING,
        "terms": terms_of(row.kit, loan) if is_offered else [],
        "is_taken": loan is not None and loan.is_holding and not is_offered,
        "why": why_ended(row),
        "history": words.history_of(row),
        "token": token,
    }
    return render(request, "kits/wait_detail.html", context)


def _load(request: HttpRequest, public_id: UUID, token: str | None) -> tuple[Submission, LoanWait]:
    submission = load_submission(request, public_id, token)
    if not submission.shows_all:
        raise Http404  # an entry is taken, or let go, as one
    rows = list(submission.loanwaits.with_facts().order_by("pk"))
    if not rows:
        raise Http404
    return submission, next((one for one in rows if one.state in LIVE), rows[-1])


class LoanWaitCodeView(WaitCodeView):
    template_name = "kits/wait_code.html"
    waiting_list: ClassVar = LIST

    def page_of(self, submission: Submission, page: str = "") -> str:
        return wait_address(submission, page)

    def context(self, submission: Submission, *, gone: bool) -> dict[str, Any]:
        row = submission.loanwaits.with_facts().first()
        if row is None:
            raise Http404  # something else was asked for in this submission
        days = {"van": row.starts_on.isoformat(), "tot": row.ends_on.isoformat()}
        query = urlencode(days | {"hoe": row.delivery, WAIT: 1})
        return {
            "rows": [row],
            "programme": row.kit,
            "when": words.when_of(row),
            "hub": submission.hub,
            "start": row.kit.get_absolute_url(),
            "change_url": f"{reverse('kits:reserve', args=[row.kit.slug])}?{query}",
        }


class LoanWaitAddressView(CorrectAddressView, LoanWaitCodeView):
    """A mistyped address of who waits."""
