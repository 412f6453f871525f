"""The pages on which staff call a visit off, or propose a small one to come with another: whom it
concerns, and what they will read, is shown before it happens."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.admin.forms import CallOffForm
from bookings.models import Booking, Visit, VisitWait
from bookings.visits import joining
from bookings.visits.calling_off import call_off
from bookings.visits.concerned import Concerned, concerned
from core.backoffice.changes import log_done
from core.lifecycle import Refused
from core.mail import outbox
from core.mail.reading import readable
from core.text.fields import ParagraphsField


def call_off_page(model_admin: Any, request: HttpRequest, visit: Visit) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = CallOffForm(data, visit=visit)
    back = reverse("admin:bookings_visit_change", args=[visit.pk])
    if data is not None and form.is_valid():
        by: Any = request.user
        try:
            found = call_off(visit=visit, by=by, **form.arguments)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            done = partial(_done_in_words, found, form.said_along)
            log_done(by, visit, done)
            messages.success(request, done())
            return redirect(back)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Call the visit off"),
        "about": str(visit),
        "explanation": in_words(concerned(visit)),
        "form": form,
        "submit": _("Call it off, and tell them all"),
        "style": "danger",
        "back": back,
    }
    return TemplateResponse(request, "admin/desk_form.html", context)


# --- A small class, with another ----------------------------------------------------------------

LET_BE = "let_be"


class JoiningForm(forms.Form):
    to = forms.ChoiceField(
        label=gettext_lazy("What is to happen"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what is to happen.")},
    )
    note = ParagraphsField(
        label=gettext_lazy("A word to the schools"),
        help_text=gettext_lazy("Goes into every mail."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, others: Sequence[Visit]) -> None:
        self.others = {str(one.pk): one for one in others}
        super().__init__(data, initial={"to": next(iter(self.others), LET_BE)})
        classes, words = joining.classes_of(others), _("propose %(when)s, with %(who)s")
        choice: Any = self.fields["to"]
        choice.choices = [
            *(
                (key, words % {"when": one.slot, "who": who_comes(classes[one.pk])})
                for key, one in self.others.items()
            ),
            (LET_BE, _("let it go ahead as it is; nobody gets a mail")),
        ]


def joining_page(model_admin: Any, request: HttpRequest, visit: Visit) -> HttpResponse:
    """The first press shows the mails; the second, with the same choice, sends them."""
    data = request.POST if request.method == "POST" else None
    form = JoiningForm(data, others=joining.could_join(visit))
    by: Any = request.user
    mails: list[Any] = []
    if form.is_bound and form.is_valid():
        to, note = form.others.get(form.cleaned_data["to"]), form.cleaned_data["note"]
        try:
            if to is None:
                joining.let_be(visit=visit, by=by)
                return _said(request, visit, _("It goes ahead as it is."))
            if data and data.get("shown") == f"{to.pk} {note}":
                joining.propose(visit=visit, to=to, by=by, note=note)
                return _said(request, visit, _("Proposed to both, by mail."))
            with outbox.rehearsal() as heard:
                joining.propose(visit=visit, to=to, by=by, note=note)
                mails = [(mail, readable(mail)) for mail in outbox.told_of(heard)]
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("A small class"),
        "about": f"{visit}: {who_comes(joining.classes_of([visit])[visit.pk])}",
        "norm": visit.programme.whom.heads(visit.programme.min_pupils),
        "form": form,
        "mails": mails,
        "shown": f"{form.cleaned_data['to']} {form.cleaned_data['note']}" if mails else "",
        "back": reverse("admin:bookings_visit_change", args=[visit.pk]),
    }
    return TemplateResponse(request, "admin/bookings/joining.html", context)


def who_comes(rows: Sequence[Booking]) -> str:
    return ", ".join(
        f"{one.party_name} ({one.submission.asker_name}, {one.headcount})" for one in rows
    )


def _said(request: HttpRequest, visit: Visit, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("admin:bookings_visit_change", visit.pk)


# --- In words ---------------------------------------------------------------------------------


def in_words(found: Concerned) -> str:
    """'3 klassen die komen horen dat het niet doorgaat (7a, 7b, 8); …'"""
    parts: list[tuple[Sequence[Booking | VisitWait], str]] = [
        (found.booked, _booked(len(found.booked))),
        (found.waiting, _waiting(len(found.waiting))),
        (found.offered, _offered(len(found.offered))),
    ]
    lines = [
        f"{words} ({', '.join(row.party_name for row in rows)})" for rows, words in parts if rows
    ]
    return "; ".join(lines) or _("Nobody is booked or waits.")


def _booked(number: int) -> str:
    words = ngettext(
        "%(number)d class that comes is cancelled",
        "%(number)d classes that come are cancelled",
        number,
    )
    return words % {"number": number}


def _waiting(number: int) -> str:
    words = ngettext(
        "%(number)d class that waits for this date, or was offered it, waits no longer",
        "%(number)d classes that wait for this date, or were offered it, wait no longer",
        number,
    )
    return words % {"number": number}


def _offered(number: int) -> str:
    words = ngettext(
        "%(number)d class with a wish loses our offer and waits on",
        "%(number)d classes with a wish lose our offer and wait on",
        number,
    )
    return words % {"number": number}


def _done_in_words(found: Concerned, along: list[str]) -> str:
    return "; ".join([in_words(found), *along])
