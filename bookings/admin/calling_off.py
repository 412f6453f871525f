"""The page on which staff call a visit off: whom it concerns is shown before it happens."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.models import Booking, Visit, VisitWait
from bookings.waiting.calling_off import Concerned, call_off, concerned
from core.lifecycle import Refused
from core.text.fields import ParagraphsField


class CallOffForm(forms.Form):
    note = ParagraphsField(
        label=gettext_lazy("A word to the schools"),
        help_text=gettext_lazy("Goes into every mail."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    use_required_attribute = False


def call_off_page(model_admin: Any, request: HttpRequest, visit: Visit) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = CallOffForm(data)
    back = reverse("admin:bookings_visit_change", args=[visit.pk])
    if data is not None and form.is_valid():
        by: Any = request.user
        try:
            done = in_words(call_off(visit=visit, by=by, **form.cleaned_data))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            model_admin.log_change(request, visit, done)
            messages.success(request, done)
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
