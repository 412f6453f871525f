"""Step two of every kind: what was filled in is held until its code is typed, or booked at once for
a teacher who is signed in.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import get_language

from core import drafts, rate_limits
from core.transactions import retried
from schools import holidays
from schools.models import School, User
from submissions import browsers
from submissions.access import network_of, teacher_with
from submissions.models import Submission
from submissions.pages.shared import say_done
from submissions.telling import mail_code


def asked_by(request: HttpRequest) -> dict[str, Any]:
    """From which browser, and in which language: what a form does not say itself."""
    return {
        "browser": browsers.browser_of(request),
        "language": get_language() or settings.LANGUAGE_CODE,
    }


class Asking:
    """A kind says with which verbs, and where its pages are.

    `wanted` is what its verbs take: `submission` is in it, not saved yet.
    """

    def hold(self, wanted: Any) -> Submission:
        """Raises the kind's refusals."""
        raise NotImplementedError

    def book(self, wanted: Any, teacher: User) -> Submission:
        """Raises the kind's refusals."""
        raise NotImplementedError

    def page_of(self, submission: Submission, page: str = "") -> str:
        """The path of a page of the submission ('code'); without a name, of what is confirmed."""
        raise NotImplementedError

    def send(self, request: HttpRequest, wanted: Any, school: School | None) -> HttpResponse:
        """Hold or book it, and on to the next page. Raises Refused.

        What was typed is not needed again; the holidays of the school's region are shown in every
        calendar from now on.
        """
        rate_limits.count_post(request)
        wanted.submission.network = network_of(request)
        submission = self.ask(wanted, teacher_with(request, wanted.submission.email))
        is_held = submission.verified_at is None
        if not is_held:
            say_done(request, submission)
        response = redirect(self.page_of(submission, "code" if is_held else ""))
        drafts.forget(response)
        if school is not None and school.holiday_region:
            holidays.keep(response, school.holiday_region)
        return response

    @method_decorator(retried)
    def ask(self, wanted: Any, teacher: User | None) -> Submission:
        """Hold it and mail a code, or book it. Sent twice it answers with the first, and mails
        nothing."""
        if teacher is not None:
            return self.book(wanted, teacher)
        held = self.hold(wanted)
        if held.public_id == wanted.submission.public_id:
            mail_code(held)
        return held
