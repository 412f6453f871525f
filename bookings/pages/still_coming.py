"""'Are you still coming?': what the mail three weeks before asks.

Opening the page changes nothing. It asks about how things are now, whichever mail somebody came
from: yes is a button here, another number and no lead to the pages that ask those always.
"""

import datetime
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from bookings import still_coming
from bookings.models import Booking
from bookings.pages.access import address_of
from bookings.still_coming import Answer
from core import rate_limits
from core.addresses import row_number
from core.lifecycle import Refused
from core.pages.saying import say_once
from submissions.access import load_submission
from submissions.models import Submission

# Of a class: its key, the moment and the number that the page showed.
ASKED = "vraag"


@method_decorator([login_not_required, never_cache], name="dispatch")
class StillComingView(View):
    http_method_names = ["get", "head", "post"]  # as in View

    def get(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
        return self.show(load_submission(request, public_id, token), token)

    def post(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
        submission = load_submission(request, public_id, token)
        answers = list(_answers(request, _coming(submission)))
        try:
            rate_limits.count_post(request)
            still_coming.reconfirm(answers, by=submission.teacher)
        except Refused as refusal:
            return self.show(submission, token, refused=refusal)
        if answers:
            say_once(request, _("Good to know: we count on you."))
        return redirect(address_of(submission, "still_coming", token))

    def show(
        self, submission: Submission, token: str | None, refused: Refused | None = None
    ) -> HttpResponse:
        bookings = _coming(submission)
        if not bookings:
            # Cancelled, still to be decided, or over: its own page says which.
            return redirect(address_of(submission, token=token))
        context = {
            "submission": submission,
            "bookings": bookings,
            "unanswered": [one for one in bookings if not one.said_yes],
            "today": timezone.localdate(),
            "refused": refused,
            "token": token,
            "hub": submission.hub,
        }
        status = 409 if refused else 200
        return render(self.request, "bookings/still_coming.html", context, status=status)


def _coming(submission: Submission) -> list[Booking]:
    """The classes of which it can be asked, the first on top."""
    seen = Booking.objects.seen_in(submission).with_facts()
    found = seen.filter(state__in=still_coming.ASKED_OF).upcoming()
    return list(found.order_by("visit__slot__starts_at", "pk"))


def _answers(request: HttpRequest, bookings: list[Booking]) -> Iterator[Answer]:
    """The answers about classes that are still of this submission."""
    by_key = {one.pk: one for one in bookings}
    for value in request.POST.getlist(ASKED):
        key, _comma, rest = value.partition(",")
        written, _comma, number = rest.partition(",")
        booking, pupils = by_key.get(row_number(key)), row_number(number)
        try:
            starts_at: Any = datetime.datetime.fromisoformat(written)
        except ValueError:
            continue
        if booking is not None and timezone.is_aware(starts_at):
            yield Answer(booking, starts_at, pupils)
