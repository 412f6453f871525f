"""Step two of every kind: what was filled in is held until its code is typed, or booked at once for
a teacher who is signed in.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views import View
from django.views.decorators.cache import never_cache

from core import rate_limits
from core.lifecycle import Refused
from core.pages import drafts
from core.transactions import retried
from schools import holidays
from schools.models import School, User
from submissions import browsers
from submissions.access import network_mark, teacher_with
from submissions.models import Submission
from submissions.pages.shared import say_done
from submissions.telling import ask_code

CHANGE = "wijzig"  # in the address of a form: what this browser holds is filled in, to be changed


def asked_by(request: HttpRequest) -> dict[str, Any]:
    """From which browser, and in which language: what a form does not say itself."""
    return {
        "browser": browsers.browser_of(request),
        "language": get_language() or settings.LANGUAGE_CODE,
    }


class Asking:
    """How a kind is asked for, and where its pages are.

    `wanted` is the kind's own request, such as `VisitRequest`; its `submission` is not saved yet.
    `hold`, `book` and `verify` call the kind's verbs of that name, and raise its refusals.
    """

    def hold(self, wanted: Any) -> Submission:
        """Until its code is typed."""
        raise NotImplementedError

    def book(self, wanted: Any, teacher: User) -> Submission:
        """Without a code, for those signed in."""
        raise NotImplementedError

    def verify(self, submission: Submission) -> Submission:
        """Confirm all that the submission holds: the code was right."""
        raise NotImplementedError

    def page_of(self, submission: Submission, page: str = "") -> str:
        """The path of a page of the submission ('code'); without a name, of what is confirmed."""
        raise NotImplementedError

    def hold_or_book(
        self, request: HttpRequest, wanted: Any, school: School | None
    ) -> HttpResponse:
        """Hold or book it, and on to the next page. Raises Refused.

        What was typed is not needed again; the holidays of the school's region are shown in every
        calendar from now on.
        """
        rate_limits.count_post(request)
        wanted.submission.network = network_mark(request)
        submission = self.in_one_go(wanted, teacher_with(request, wanted.submission.email))
        waits_for_code = submission.verified_at is None
        if not waits_for_code:
            say_done(request, submission)
        response = redirect(self.page_of(submission, "code" if waits_for_code else ""))
        drafts.forget(response)
        if school is not None and school.holiday_region:
            holidays.keep(response, school.holiday_region)
        return response

    @method_decorator(retried)
    def in_one_go(self, wanted: Any, teacher: User | None) -> Submission:
        """Hold it and mail a code, or book it. Sent twice it answers with the first, and mails
        nothing."""
        if teacher is not None:
            return self.book(wanted, teacher)
        held = self.hold(wanted)
        if held.public_id == wanted.submission.public_id:
            ask_code(held)
        return held


@method_decorator([login_not_required, never_cache], name="dispatch")
class AskView(Asking, View):
    """The form of step two: a GET shows it, a POST holds the places or says why not.

    A kind's `get` and `post` make its form; `post` leaves the rest to `answer`, which asks the
    kind only what the form says (`wanted`) and how to say no (`show_refusal`).
    """

    http_method_names = ["get", "head", "post"]  # as in View
    template_name: ClassVar[str]
    to_wait: ClassVar[Asking]  # the waiting list for what this form asks

    def wanted(self, form: Any) -> Any:
        """What a valid form asks for. Raises Refused."""
        raise NotImplementedError

    def wanted_waiting(self, form: Any) -> Any:
        """What a valid form asks of the waiting list."""
        raise NotImplementedError

    def show_refusal(self, form: Any, refusal: Refused) -> Refused | None:
        """Put a refusal at its field; returns it when it concerns the whole page."""
        raise NotImplementedError

    def offer_instead(self, form: Any) -> None:
        """Called after a refusal, which undid what the verb had offered to those who wait."""

    def context(self, form: Any, refused: Refused | None) -> dict[str, Any]:
        """What the page says beside its fields."""
        raise NotImplementedError

    # --- Within a request --------------------------------------------------------------------

    @property
    def user(self) -> User | None:
        """Whoever is signed in."""
        return self.request.user if self.request.user.is_authenticated else None

    def answer(self, request: HttpRequest, form: Any) -> HttpResponse:
        browsers.give_number(request)
        refused, status = None, 200
        if form.is_valid():
            try:
                return self.submit(request, form)
            except Refused as refusal:
                refused, status = self.show_refusal(form, refusal), 409
                self.offer_instead(form)
        elif form.errors and not form.asks_for_more:
            status = 422
        response = self.show(form, refused, status)
        if status != 200:
            drafts.keep(request, response)
        return response

    def submit(self, request: HttpRequest, form: Any) -> HttpResponse:
        """Hold, book or wait for what the form asks. Raises Refused."""
        if "wait" in request.POST:
            return self.to_wait.hold_or_book(request, self.wanted_waiting(form), form.school)
        return self.hold_or_book(request, self.wanted(form), form.school)

    def show(
        self, form: Any, refused: Refused | None = None, status: int = 200, **more: Any
    ) -> HttpResponse:
        context = self.context(form, refused) | more
        return render(self.request, self.template_name, context, status=status)
