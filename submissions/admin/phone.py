"""Booking on a school's behalf, while the teacher is on the telephone: of any kind.

First what and when, then who: the teachers' own form, with what staff may overrule. The teacher
gets the same mail as if she had booked herself.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.views import View

from core.lifecycle import Refused
from submissions.forms import OverruleForm
from submissions.models import Submission
from submissions.rules import NoteRequired, RulesBroken


class ByPhone(View):
    """The page of one kind; a subclass says what is asked first, with what, and what is booked."""

    http_method_names = ("get", "head", "post")
    model_admin: Any = None  # the `ModelAdmin` whose page this is

    title: ClassVar[str | Promise]
    booked: ClassVar[str | Promise]  # with '%(email)s'
    template_name: ClassVar[str]
    # Made with its data and `user`; `chosen` is empty as long as something is still to be chosen.
    first_form: ClassVar[type[Any]]
    overrule_form: ClassVar[type[OverruleForm]] = OverruleForm

    def form(self, data: Any, chosen: Mapping[str, Any]) -> Any:
        """The teachers' form about what was chosen."""
        raise NotImplementedError

    def book(
        self, form: Any, chosen: Mapping[str, Any], by: Any, overruled: Mapping[str, Any]
    ) -> Submission:
        """Book what `form` asks for. Raises Refused."""
        raise NotImplementedError

    def address(self, submission: Submission) -> str:
        """Staff's page of what was booked."""
        raise NotImplementedError

    def facts(self, chosen: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the page says of what was chosen."""
        return chosen

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.model_admin.has_add_permission(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        first = self.first_form(request.GET or None, user=request.user)
        if not (first.is_valid() and first.chosen):
            return self.page(first)
        form = self.form(None, first.chosen)
        return self.page(first, form, self.overrule_form())

    def post(self, request: HttpRequest) -> HttpResponse:
        first = self.first_form(request.GET or None, user=request.user)
        if not (first.is_valid() and first.chosen):
            return self.page(first)
        form = self.form(request.POST, first.chosen)
        overrule = self.overrule_form.beside(form, request.POST)
        if all([form.is_valid(), overrule.is_bound and overrule.is_valid()]):
            submission = self.book_or_say_why(form, overrule, first.chosen)
            if submission is not None:
                messages.success(request, self.booked % {"email": submission.email})
                return redirect(self.address(submission))
        return self.page(first, form, overrule)

    def book_or_say_why(
        self, form: Any, overrule: OverruleForm, chosen: Mapping[str, Any]
    ) -> Submission | None:
        """The submission, or None with each refusal at its field."""
        try:
            return self.book(form, chosen, self.request.user, overrule.arguments)
        except RulesBroken as refusal:
            form.add_broken(refusal.broken)
            overrule.add_broken(refusal.broken)
        except NoteRequired as refusal:
            overrule.add_error("note", str(refusal))
        except Refused as refusal:
            form.contact.add_error(None, str(refusal))
        return None

    def page(
        self, first: Any, form: Any = None, overrule: OverruleForm | None = None
    ) -> HttpResponse:
        context: dict[str, Any] = {
            **self.model_admin.admin_site.each_context(self.request),
            "opts": self.model_admin.opts,
            "title": self.title,
            "first": first,
        }
        if form is not None:
            context |= {"form": form, "overrule": overrule, **self.facts(first.chosen)}
        return TemplateResponse(self.request, self.template_name, context)
