"""The letter and the calendar file of a submission: by its teacher, or by the mail's link."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views import View

from core import calendars
from core.documents import DocumentsUnavailable, pdf_response
from submissions.access import load_submission
from submissions.models import Submission


@method_decorator(login_not_required, name="dispatch")
class LetterView(View):
    http_method_names = ["get", "head"]  # as in View

    def letter(self, submission: Submission) -> bytes:
        """The PDF. Raises DocumentsUnavailable, and Http404 where nothing of the kind was asked."""
        raise NotImplementedError

    def page_of(self, submission: Submission, token: str | None) -> str:
        raise NotImplementedError

    def get(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
        submission = load_submission(request, public_id, token)
        try:
            content = self.letter(submission)
        except DocumentsUnavailable:
            messages.error(request, _("The letter cannot be made at this moment."))
            return redirect(self.page_of(submission, token))
        return pdf_response(content, filename=f"{submission.file_name}.pdf")


@method_decorator(login_not_required, name="dispatch")
class CalendarView(View):
    http_method_names = ["get", "head"]  # as in View

    def calendar(self, submission: Submission) -> bytes:
        """The file, in the language of the moment. Raises Http404 as a letter does."""
        raise NotImplementedError

    def get(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
        submission = load_submission(request, public_id, token)
        with override(submission.language):
            content = self.calendar(submission)
        return calendars.download_response(content, filename=f"{submission.file_name}.ics")
