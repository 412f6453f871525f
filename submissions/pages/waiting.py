"""The pages of a waiting list: joining it by code, taking what is offered, and withdrawing.

Each kind subclasses `WaitAsking` and `WaitCodeView` with its list.
"""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core import rate_limits
from core.lifecycle import Refused
from schools.models import User
from submissions.models import Submission, WaitState
from submissions.pages.ask import Asking
from submissions.pages.code import CodeView
from submissions.pages.shared import say_once
from submissions.waiting.lifecycle import NotWaiting, WaitingList

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


class WaitCodeView(CodeView):
    """The code puts her on the list."""

    waiting_list: ClassVar[WaitingList]
    gone: ClassVar = (NotWaiting,)

    def verify(self, submission: Submission) -> Submission:
        return self.waiting_list.confirm(submission)


def act(
    request: HttpRequest, submission: Submission, waiting_list: WaitingList, *, here: str, hers: str
) -> HttpResponse:
    """Take what is offered, or withdraw. `here`: the path of her place on the list; `hers`: that of
    what she took."""
    try:
        rate_limits.count_post(request)
        if "take" in request.POST:
            taken = waiting_list.rows.filter(submission=submission, state=WaitState.TAKEN)
            if not taken.exists():
                waiting_list.take(submission, by=submission.teacher)
            say_once(request, _("It is yours. A mail about it is going to you."))
            return redirect(hers)
        if "withdraw" in request.POST:
            waiting_list.withdraw(submission, by=submission.teacher)
            say_once(request, _("You are no longer on the waiting list."))
    except NotWaiting:
        pass  # the second of two clicks
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(here)
