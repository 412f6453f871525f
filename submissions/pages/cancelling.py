"""Cancelling, by a teacher herself."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from core.kinds import kind_of
from core.lifecycle import Refused
from core.pages.saying import say_once
from submissions.access import load_submission
from submissions.forms import NoteForm
from submissions.models import Asked, Submission


@method_decorator([login_not_required, never_cache], name="dispatch")
class CancelView(View):
    """A kind says what is cancelled, by which verb, and in what words."""

    http_method_names = ["get", "head", "post"]  # as in View
    template_name: ClassVar[str]

    def row(self, submission: Submission) -> Any:
        """The row of the kind that the address names. Raises Http404."""
        raise NotImplementedError

    def form(self, row: Any, data: Any) -> NoteForm:
        """What is asked before."""
        return NoteForm(data)

    def cancel(self, row: Any, submission: Submission, form: Any) -> str:
        """Cancel it, and say what was done; `form` is valid. Raises Refused."""
        raise NotImplementedError

    def words(self, row: Any) -> str:
        """That it is cancelled."""
        raise NotImplementedError

    def page_of(self, submission: Submission, token: str | None) -> str:
        raise NotImplementedError

    def context(self, row: Any) -> dict[str, Any]:
        """What else the template shows."""
        raise NotImplementedError

    def get(
        self, request: HttpRequest, public_id: UUID, token: str | None = None, **which: Any
    ) -> HttpResponse:
        submission = load_submission(request, public_id, token)
        row = self.row(submission)
        return self.show(submission, row, self.form(row, None), token)

    def post(
        self, request: HttpRequest, public_id: UUID, token: str | None = None, **which: Any
    ) -> HttpResponse:
        submission = load_submission(request, public_id, token)
        row = self.row(submission)
        form = self.form(row, request.POST)
        if not form.is_valid():
            return self.show(submission, row, form, token)
        try:
            say_once(request, self.cancel(row, submission, form))
        except Refused as refusal:
            if _is_cancelled(row):  # by the first of two clicks, or by a colleague
                say_once(request, self.words(row))
            else:
                messages.error(request, str(refusal))
        return redirect(self.page_of(submission, token))

    def show(
        self, submission: Submission, row: Any, form: NoteForm, token: str | None
    ) -> HttpResponse:
        context = {"submission": submission, "form": form, "token": token, "hub": submission.hub}
        return render(self.request, self.template_name, context | self.context(row))


def _is_cancelled(row: Asked) -> bool:
    """Whether it is cancelled in the database by now."""
    row.refresh_from_db(fields=["state"])
    return bool(row.state == kind_of(type(row)).moves["cancel"].target)
