"""Changing what was typed, after it was confirmed: all but the address, the school and the date."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from core import rate_limits
from core.lifecycle import Refused
from core.pages.saying import say_once
from core.text.normal import key
from submissions.access import load_submission
from submissions.changing import change_details
from submissions.forms import ClassFieldsForm, ContactForm, GroupFieldsForm
from submissions.models import Asked, Submission

SHOWN = "shown-"  # before the name of a field: what the page showed in it


class DetailsForm(forms.Form):
    """The name of each class or group, and those fields of a kind's contact form that are the
    submission's own.

    The page carries what it showed, so that only what its sender changed is written: a colleague
    or staff may have changed the rest meanwhile.
    """

    use_required_attribute = False

    def __init__(
        self,
        data: Any,
        *,
        submission: Submission,
        rows: Sequence[Asked],
        contact_form: type[ContactForm],
    ) -> None:
        super().__init__(data)
        self.rows = {f"naam-{row.pk}": row for row in rows}
        party = GroupFieldsForm if submission.audience.is_groups else ClassFieldsForm
        are_apart = len({row.occasion for row in rows}) > 1
        for name, row in self.rows.items():
            self.fields[name] = deepcopy(party.base_fields["name"])
            self.initial[name] = row.party_name
            if are_apart:  # the same name may stand there twice
                self.fields[name].help_text = date_format(row.school_day, "LONG_DAY_FORMAT")
        for name, field in contact_form.base_fields.items():
            if name in Submission.DETAILS:
                self.fields[name] = deepcopy(field)
                self.initial[name] = getattr(submission, name)
        # What the page showed; what is so now, where a page carries nothing.
        self.shown = {
            name: field.to_python(self.data.get(SHOWN + name, self.initial[name]))
            for name, field in self.fields.items()
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in list(data):  # an error takes its field out
            self._compare(name)
        seen = set()
        for name, row in self.rows.items():
            party = (row.occasion, key(data.get(name, "")) or name)
            if party in seen:
                self.add_error(name, _("You already filled in this name."))
            seen.add(party)
        return data

    def _compare(self, name: str) -> None:
        """Let a field that its sender left alone be as it is now; of one that somebody else
        changed too, say so, and take it as it is when it is sent once more."""
        field, typed, shown = self.fields[name], self.cleaned_data[name], self.shown[name]
        now = field.to_python(self.initial[name])
        if typed == shown:
            self.cleaned_data[name] = self.initial[name]
        elif now not in (shown, typed):
            self.shown[name] = now
            words = _(
                "Somebody changed this meanwhile: %(now)s. Is yours right? Send it once more."
            )
            in_words = dict(getattr(field, "choices", ())).get(now, now)
            self.add_error(name, words % {"now": in_words or "–"})

    @property
    def as_shown(self) -> dict[str, Any]:
        """What the page carries of what it showed."""
        return {SHOWN + name: value for name, value in self.shown.items()}

    @property
    def names(self) -> dict[int, str]:
        """The name that each row gets, by its key, if another; after `is_valid()`."""
        return {
            row.pk: self.changed[name] for name, row in self.rows.items() if name in self.changed
        }

    @property
    def contact(self) -> dict[str, Any]:
        """The fields of the submission that become other ones; after `is_valid()`."""
        return {name: value for name, value in self.changed.items() if name not in self.rows}

    @property
    def changed(self) -> dict[str, Any]:
        """All that becomes otherwise than it is now."""
        return {
            name: value for name, value in self.cleaned_data.items() if value != self.initial[name]
        }


@method_decorator([login_not_required, never_cache], name="dispatch")
class DetailsView(View):
    """A kind says which rows, with which form, and where its own page is."""

    http_method_names = ["get", "head", "post"]  # as in View
    template_name = "submissions/details.html"

    def contact_form(self, submission: Submission) -> type[ContactForm]:
        """The form in which these things were asked."""
        raise NotImplementedError

    def rows(self, submission: Submission) -> Sequence[Asked]:
        """Rows that may still be described."""
        raise NotImplementedError

    def page_of(self, submission: Submission, token: str | None) -> str:
        raise NotImplementedError

    def load(self, public_id: UUID, token: str | None) -> Submission:
        """A colleague named for one class finds nothing here: the rest is not hers."""
        submission = load_submission(self.request, public_id, token)
        if not submission.shows_all:
            raise Http404
        return submission

    def get(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
        submission = self.load(public_id, token)
        return self.show(submission, self.form(submission, None), token)

    def post(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
        submission = self.load(public_id, token)
        form = self.form(submission, request.POST)
        if not form.is_valid():
            return self.show(submission, form, token, status=422)
        try:
            rate_limits.count_post(request)
            change_details(
                list(form.rows.values()),
                contact=form.contact,
                names=form.names,
                by=submission.teacher,
            )
        except Refused as refusal:
            form.add_error(None, refusal)
            return self.show(submission, form, token, status=409)
        say_once(request, _("Your details have been changed."))
        return redirect(self.page_of(submission, token))

    def form(self, submission: Submission, data: Any) -> DetailsForm:
        return DetailsForm(
            data,
            submission=submission,
            rows=self.rows(submission),
            contact_form=self.contact_form(submission),
        )

    def show(
        self, submission: Submission, form: DetailsForm, token: str | None, status: int = 200
    ) -> HttpResponse:
        context = {
            "submission": submission,
            "form": form,
            "names": [form[name] for name in form.rows],
            "contact": [form[name] for name in form.fields if name not in form.rows],
            "back": self.page_of(submission, token),
            "hub": submission.hub,
        }
        return render(self.request, self.template_name, context, status=status)
