"""Booking on a school's behalf, while the teacher is on the telephone: of any kind.

First what and when, then who: the teachers' own form, with what staff may overrule. The teacher
gets the same mail as if she had booked herself. Where there is no room her class goes on the
waiting list, by a second button that keeps what was typed, or by the page of that list.

A school that is taken (Enter in the search) brings its last contacts and its classes, an
organisation its contacts and groups, each a button that fills the form. The form comes back with
them: it works without scripts, and nothing is booked before staff have seen it. What was sent and
refused is filled in again for another date.
"""

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import View

from core.lifecycle import Refused
from core.pages import drafts
from schools.forms import SchoolChoiceWidget, as_input, chosen_school
from schools.models import School
from schools.search import find_schools
from submissions.admin.known_contacts import (
    Known,
    KnownClass,
    KnownContact,
    KnownGroup,
    KnownOrganisation,
    known_of,
    known_of_organisation,
)
from submissions.admin.overruling import OverruleForm
from submissions.forms import ORGANISATION_TAKE
from submissions.models import Submission
from submissions.rules import NoteRequired, RulesBroken
from submissions.waiting.lifecycle import WaitingList

_WAITS = _("On the waiting list. %(email)s gets a mail.")

# The button by which a school is taken, or something that is known of it.
TAKE = "school_take"

# In the address: the school is still on the telephone, and chooses something else.
AGAIN = "opnieuw"
DRAFT = "by phone"


class ByPhone(View):
    """The page of one kind; a subclass says what is asked first, with what, and what is booked."""

    http_method_names = ("get", "head", "post")
    model_admin: Any = None  # the `ModelAdmin` whose page this is

    title: ClassVar[str | Promise]
    booked: ClassVar[str | Promise]  # with '%(email)s'
    template_name: ClassVar[str]
    waiting_list: ClassVar[WaitingList | None] = None  # where one can wait for it
    only_waits: ClassVar[bool] = False  # the page of the waiting list itself
    # Made with its data and `user`; `chosen` is empty as long as something is still to be chosen,
    # `asks_next` names its field and `focus_by` the attribute that brings the keyboard there.
    first_form: ClassVar[type[Any]]
    overrule_form: ClassVar[type[OverruleForm]] = OverruleForm

    def form(self, data: Any, chosen: Mapping[str, Any], again: Any = None) -> Any:
        """The teachers' form about what was chosen. `again`: what was typed for something else."""
        raise NotImplementedError

    def book(
        self, form: Any, chosen: Mapping[str, Any], by: Any, overruled: Mapping[str, Any]
    ) -> Submission:
        """Book what `form` asks for. Raises Refused."""
        raise NotImplementedError

    def wait(self, form: Any, chosen: Mapping[str, Any], by: Any) -> Submission:
        """Put down what `form` asks for on the waiting list. Raises Refused."""
        raise NotImplementedError

    def has_room(self, chosen: Mapping[str, Any]) -> bool:
        """Whether what was chosen is free, as far as one knows before the numbers."""
        return True

    def address(self, submission: Submission) -> str:
        """Staff's page of what was booked."""
        raise NotImplementedError

    def words(self, submission: Submission) -> str:
        """What has been done, with '%(email)s'."""
        return str(self.booked)

    def day(self, chosen: Mapping[str, Any]) -> datetime.date:
        """The day for which classes are offered."""
        raise NotImplementedError

    def class_forms(self, form: Any) -> list[Any]:
        raise NotImplementedError

    def free_class(self, typed: QueryDict) -> str:
        """The prefix of the fields where another class is filled in; may add one to what was
        typed."""
        raise NotImplementedError

    def context(self, chosen: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the page says of what was chosen."""
        return chosen

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.model_admin.has_add_permission(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        first = self.first_form(request.GET or None, user=request.user)
        again = drafts.kept(request, of=DRAFT) if AGAIN in request.GET else None
        if first.is_valid() and first.chosen:
            form = self.form(None, first.chosen, again)
            self.focus_on(next(iter(form.contact.fields)), form)
            response = self.page(first, form, self.overrule_form.again(again))
        else:
            response = self.page(first)
        if AGAIN not in request.GET and drafts.kept(request, of=DRAFT) is not None:
            drafts.forget(response)  # another school is on the telephone
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        first = self.first_form(request.GET or None, user=request.user)
        if not (first.is_valid() and first.chosen):
            return self.kept(self.page(first))
        typed = request.POST.copy()
        focus = self.take(typed, first.chosen)
        form = self.form(typed, first.chosen)
        self.focus_on(focus, form)
        overrule = self.overrule_form.beside(form, typed)
        if all([form.is_valid(), overrule.is_bound and overrule.is_valid()]):
            submission = self.book_or_say_why(form, overrule, first.chosen)
            if submission is not None:
                words = _WAITS if self.waits else self.words(submission)
                messages.success(request, words % {"email": submission.email})
                to = self.waiting_address if self.waits else self.address
                response = redirect(to(submission))
                drafts.forget(response)
                return response
        return self.kept(self.page(first, form, overrule, focus=focus))

    def kept(self, response: HttpResponse) -> HttpResponse:
        """With what was typed at hand, for another date than the one that cannot be."""
        drafts.keep(self.request, response, of=DRAFT)
        return response

    # --- What is known of the school ----------------------------------------------------------

    def take(self, typed: QueryDict, chosen: Mapping[str, Any]) -> str:
        """Fill in what was taken; returns the field or the offers where the keyboard goes on."""
        if ORGANISATION_TAKE in typed:
            return self.take_organisation(typed)
        school = _taken_school(typed)
        if school is None:
            return ""
        known = known_of(school, self.day(chosen), self.request.user)
        typed["school"], typed["school_listed"] = str(school.pk), typed.get("school_q", "")
        typed.setdefault(TAKE, "school")
        return self.fill_in(typed, known, known.find(typed.get(TAKE, "")))

    def take_organisation(self, typed: QueryDict) -> str:
        known = known_of_organisation(typed, self.request.user)
        asked = known.find(typed.get(ORGANISATION_TAKE, ""))
        if isinstance(asked, KnownOrganisation):
            _fill(typed, asked.typed)
            known = known_of_organisation(typed, self.request.user)
        match known.organisations:
            case []:
                return "city"  # a new one
            case [one]:
                _fill(typed, one.typed)
                return self.fill_in(typed, known, asked)
        return "organisations"

    def fill_in(self, typed: QueryDict, known: Known, one: Any) -> str:
        match one:
            case KnownContact():
                _fill(typed, one.typed)
                return "classes" if known.classes else f"{self.free_class(typed)}-name"
            case KnownClass() | KnownGroup():
                prefix = self.free_class(typed)
                _fill(typed, {f"{prefix}-{name}": value for name, value in one.typed.items()})
                return f"{prefix}-pupils"
        return "contacts" if known.contacts else "contact_name"

    def focus_on(self, name: str, form: Any) -> None:
        for one in [form.contact, *self.class_forms(form)]:
            for field in one:
                if field.html_name == name:
                    field.field.widget.attrs["autofocus"] = True

    def known(self, form: Any, chosen: Mapping[str, Any]) -> Known | None:
        if "organisation" in form.contact.fields:
            names = {name: form.contact[name].value() for name in ("organisation", "city")}
            known = known_of_organisation(names, self.request.user)
            # Others than the one that is filled in are offered where somebody looks for them.
            is_it = [one.typed for one in known.organisations] == [names]
            return known if is_it or ORGANISATION_TAKE in self.request.POST else Known()
        if "school" not in form.contact.fields:
            return None
        school = chosen_school(as_input(form.contact["school"].value()).choice)
        return known_of(school, self.day(chosen), self.request.user) if school else None

    # --- Booking, or waiting ------------------------------------------------------------------

    @property
    def waits(self) -> bool:
        """Whether the form is to wait with."""
        return self.only_waits or (self.may_wait and "wait" in self.request.POST)

    @property
    def may_wait(self) -> bool:
        if self.waiting_list is None:
            return False
        row = self.waiting_list.model._meta
        return bool(self.request.user.has_perm(f"{row.app_label}.add_{row.model_name}"))

    def waiting_address(self, submission: Submission) -> str:
        assert self.waiting_list is not None, "it was joined just now"
        row = self.waiting_list.rows.filter(submission=submission).earliest("pk")
        page = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        return reverse(page, args=[row.pk])

    def book_or_say_why(
        self, form: Any, overrule: OverruleForm, chosen: Mapping[str, Any]
    ) -> Submission | None:
        """The submission, or None with each refusal at its field."""
        try:
            if self.waits:
                return self.wait(form, chosen, self.request.user)
            return self.book(form, chosen, self.request.user, overrule.arguments)
        except RulesBroken as refusal:
            form.add_broken(refusal.broken)
            if self.waits:
                overrule.say_nobody_waits_over_a_rule()
            else:
                overrule.add_broken(refusal.broken)
        except NoteRequired as refusal:
            overrule.add_error("note", str(refusal))
        except Refused as refusal:
            form.contact.add_error(None, str(refusal))
        return None

    def page(
        self,
        first: Any,
        form: Any = None,
        overrule: OverruleForm | None = None,
        *,
        focus: str = "",
    ) -> HttpResponse:
        context: dict[str, Any] = {
            **self.model_admin.admin_site.each_context(self.request),
            "opts": self.model_admin.opts,
            "title": self.title,
            "first": first,
            "only_waits": self.only_waits,
            "again": 1 if self.request.method == "POST" or AGAIN in self.request.GET else None,
        }
        if form is None:
            first.fields[first.asks_next].widget.attrs[first.focus_by] = True
        else:
            known = self.known(form, first.chosen)
            context |= {"form": form, "overrule": overrule, "known": known, "focus": focus}
            context["can_wait"] = self.may_wait and not self.has_room(first.chosen)
            context |= self.context(first.chosen)
        return TemplateResponse(self.request, self.template_name, context)


def _taken_school(typed: QueryDict) -> School | None:
    """The school that was taken: the chosen one, or the first that has all of the query.

    Without scripts Enter in the search sends the form; a query whose list nobody saw is no answer.
    """
    given = SchoolChoiceWidget().value_from_datadict(typed, None, "school")
    is_unseen = bool(given.query) and given.query != given.listed
    is_sent = not any(button in typed for button in ("school_find", "add", "remove"))
    if given.take_pressed and (school := chosen_school(given.choice)):
        return school
    if not given.take_pressed and not (is_sent and is_unseen and not given.typed_name):
        return None
    found = find_schools(given.query)
    return found.schools[0] if found.schools and not found.nearly else None


def _fill(typed: QueryDict, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        typed.setlist(name, value if isinstance(value, list) else [value])
