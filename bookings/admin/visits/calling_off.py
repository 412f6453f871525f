"""The page on which staff call a visit off: whom it concerns is shown before it happens."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.visits.forms import CallOffForm
from bookings.models import Booking, Visit, VisitWait
from bookings.visits.calling_off import call_off
from bookings.visits.concerned import Concerned, concerned
from core.backoffice.asking import ask_page
from core.backoffice.changes import log_done
from core.lifecycle import Refused


def call_off_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = CallOffForm(data, visit=visit)
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
            return redirect("admin:bookings_visit_change", visit.pk)
    return ask_page(
        request,
        visit,
        form,
        title=_("Call the visit off"),
        explanation=concerned_in_words(concerned(visit)),
        submit=_("Call it off, and tell them all"),
        style="danger",
    )


# --- In words ---------------------------------------------------------------------------------


def concerned_in_words(found: Concerned) -> str:
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
    return "; ".join([concerned_in_words(found), *along])
