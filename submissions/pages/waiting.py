"""The pages of a waiting list: joining it by code, taking what is offered, and withdrawing.

Each kind subclasses `WaitAsking` with its list, and the views beside that.
"""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from core import rate_limits
from core.lifecycle import Refused
from core.pages.saying import say_once
from schools.models import User
from submissions.access import load_submission
from submissions.models import Submission, WaitState
from submissions.pages.ask import Asking
from submissions.pages.code import CodeView
from submissions.waiting.lifecycle import LIVE, NothingOffered, NotWaiting, WaitingList
from submissions.waiting.wording import why_ended

WAIT = "wachtlijst"  # in the address of a form: to wait for this


def asks_to_wait(request: HttpRequest) -> bool:
    """Whether the form is to wait with, and not to have it now."""
    return WAIT in request.GET or "wait" in request.POST


class WaitAsking(Asking):
    waiting_list: ClassVar[WaitingList]

    def hold(self, wanted: Any) -> Submission:
        return self.waiting_list.hold(wanted, by=None)

    def book(self, wanted: Any, teacher: User) -> Submission:
        return self.waiting_list.book(wanted, by=teacher)

    def verify(self, submission: Submission) -> Submission:
        return self.waiting_list.verify(submission)


class WaitCodeView(WaitAsking, CodeView):
    """The code puts her on the list."""

    gone: ClassVar = (NotWaiting,)


@method_decorator([login_not_required, never_cache], name="dispatch")
class WaitView(WaitAsking, View):
    """The place on the list, or what is offered; taking it, letting it go, and withdrawing."""

    http_method_names = ["get", "head", "post"]  # as in View
    template_name: ClassVar[str]

    def page_by_link(self, submission: Submission, page: str, token: str | None) -> str:
        """The path of what was taken, or of the place on the list ('wait'), by link where that is
        how one came."""
        raise NotImplementedError

    def context(self, submission: Submission, rows: list[Any]) -> dict[str, Any]:
        """What else the template shows."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> Any:
        self.token, self.submission = token, load_submission(request, public_id, token)
        self.rows = rows_waiting(self.submission, self.waiting_list)
        if self.submission.verified_at is None and token is None:
            return redirect(self.page_of(self.submission, "code"))
        return super().dispatch(request)

    def get(self, request: HttpRequest) -> HttpResponse:
        first = self.rows[0]
        context = {
            "submission": self.submission,
            "rows": self.rows,
            "row": first,
            "hub": self.submission.hub,
            "is_waiting": first.state == WaitState.WAITING,
            "is_over": first.state not in (WaitState.HELD, *LIVE),
            "why": why_ended(first),
            "token": self.token,
            **self.context(self.submission, self.rows),
        }
        return render(request, self.template_name, context)

    def post(self, request: HttpRequest) -> HttpResponse:
        submission = self.submission
        try:
            rate_limits.count_post(request)
            if "take" in request.POST:
                self.take(submission)
                say_once(request, _("It is yours. A mail about it is going to you."))
                return redirect(self.page_by_link(submission, "", self.token))
            if "withdraw" in request.POST:
                self.waiting_list.withdraw(submission, by=submission.teacher)
                say_once(request, _("You are no longer on the waiting list."))
        except NotWaiting:
            pass  # the second of two clicks
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect(self.page_by_link(submission, "wait", self.token))

    def take(self, submission: Submission) -> None:
        """Twice is once, also where two taps come at the same time."""
        try:
            self.waiting_list.take(submission, by=submission.teacher)
        except NothingOffered:
            taken = self.waiting_list.rows.filter(submission=submission, state=WaitState.TAKEN)
            if not taken.exists():
                raise


def rows_waiting(submission: Submission, waiting_list: WaitingList) -> list[Any]:
    """All its rows, or those that are still alive; 404 where there are none, and for a colleague
    with whom a part is shared: an entry is taken, or let go, as one."""
    if not submission.shows_all:
        raise Http404
    found: Any = waiting_list.model._default_manager.filter(submission=submission)
    rows = list(found.with_facts().order_by("pk"))
    if not rows:
        raise Http404
    return [one for one in rows if one.state in LIVE] or rows
