"""The waiting list for kits: joining it, where one stands, and taking what is offered."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.urls import reverse

from kits.models import LessonKit, LoanState, LoanWait
from kits.pages.access import address_of
from kits.telling import waiting as words
from kits.telling.other_days import others_for
from kits.telling.wording import terms_of
from kits.waiting.loan_list import LIST
from submissions import browsers
from submissions.access import mine
from submissions.models import Submission, WaitState
from submissions.pages.ask import CHANGE
from submissions.pages.code import CorrectAddressView
from submissions.pages.waiting import WAIT, WaitAsking, WaitCodeView, WaitView


class LoanWaitAsking(WaitAsking):
    waiting_list = LIST

    def page_of(self, submission: Submission, page: str = "") -> str:
        return wait_address(submission, page)


def wait_address(submission: Submission, page: str = "", token: str | None = None) -> str:
    return address_of(submission, f"wait_{page}" if page else "wait", token)


def own_offer(request: HttpRequest, kit: LessonKit) -> LoanWait | None:
    """What of this kit is offered to this teacher, or this browser: free to nobody else, and not
    'none free' to her."""
    if not request.user.is_authenticated and not browsers.browser_of(request):
        return None  # nobody that we know of
    offered = LoanWait.objects.filter(mine(request), kit=kit, state=WaitState.OFFERED)
    return offered.select_related("submission").order_by("starts_on", "pk").first()


class LoanWaitView(LoanWaitAsking, WaitView):
    template_name = "kits/wait_detail.html"

    def page_by_link(self, submission: Submission, page: str, token: str | None) -> str:
        return address_of(submission, page or "loan", token)

    def context(self, submission: Submission, rows: list[LoanWait]) -> dict[str, Any]:
        row = rows[0]
        loan = row.loan
        is_offered = loan is not None and loan.state == LoanState.OFFERED
        return {
            "programme": row.kit,
            "kit": row.kit,
            "when": words.when_of(row),
            "position": words.position_in_words(row),
            "is_offered": is_offered,
            "terms": terms_of(row.kit, loan) if is_offered else [],
            "is_taken": loan is not None and loan.is_holding and not is_offered,
            "others": others_for(row) if row.standing.is_off else [],
            "chosen": {"query": {"hoe": row.delivery}},
            "history": words.history_of(row),
        }


class LoanWaitCodeView(LoanWaitAsking, WaitCodeView):
    template_name = "kits/wait_code.html"

    def rows(self, submission: Submission) -> list[LoanWait]:
        row = submission.loanwaits.with_facts().first()
        if row is None:
            raise Http404  # something else was asked for in this submission
        return [row]

    def context(
        self, submission: Submission, rows: list[LoanWait], *, gone: bool
    ) -> dict[str, Any]:
        [row] = rows
        days = {"van": row.starts_on.isoformat(), "tot": row.ends_on.isoformat()}
        form = reverse("kits:reserve", args=[row.kit.slug])
        query = urlencode(days | {"hoe": row.delivery, WAIT: 1, CHANGE: ""})
        return {
            "rows": rows,
            "programme": row.kit,
            "when": words.when_of(row),
            "hub": submission.hub,
            "start": words.where_to_choose(row.kit),
            "change_url": f"{form}?{query}" if row.kit.is_published else "",
        }


class LoanWaitAddressView(CorrectAddressView, LoanWaitCodeView):
    """A mistyped address of an entry."""
