"""A submission's own page and what can be done there: by its teacher, or by the mail's link."""

import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bookings import lifecycle, still_coming, tasters
from bookings.models import Booking, VisitWait, by_date
from bookings.pages.access import address_of, load_booking
from bookings.pages.forms import (
    BookingContactForm,
    GroupContactForm,
    GroupNumbersForm,
    NumbersForm,
)
from bookings.pages.goes_along import AlongForm
from bookings.several_classes import ClassChange, change_parts
from bookings.telling import documents, ical
from bookings.telling.around import around_of
from bookings.telling.other_dates import where_to_choose
from bookings.telling.stays import came_near_by_us, stays_of
from bookings.telling.waiting import waiting_beside
from bookings.telling.wording import history_of, main_of, resting_in_words, sentence_for
from core.kinds import blocks_beside
from core.lifecycle import Refused
from core.pages.saying import say_once
from submissions.access import load_submission, may_see
from submissions.forms import ContactForm, NoteForm
from submissions.models import Companion, Submission
from submissions.pages.cancelling import CancelView
from submissions.pages.details import DetailsView
from submissions.pages.papers import CalendarView, LetterView
from submissions.waiting.lifecycle import LIVE
from submissions.wording import last_word


@login_not_required
@never_cache
@require_safe
def booking(request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
    """What, when, where, the state as a sentence, what can be done, the history."""
    submission, bookings = _load(request, public_id, token)
    if submission.verified_at is None and token is None:
        return redirect(address_of(submission, "code"))
    first, now = main_of(bookings), timezone.now()
    if first.standing.is_offer:
        return redirect(address_of(submission, "wait", token))
    live = [one for one in bookings if one.is_holding] or bookings
    history = history_of(bookings)
    coming = sorted((one for one in bookings if one.ends_at > now), key=by_date)
    context = {
        "submission": submission,
        "bookings": bookings,
        "booking": first,
        "programme": first.visit.programme,
        "hub": submission.hub,
        "slot": first.visit.slot,
        # Of classes that were moved apart each date is said, with whose it is.
        "by_date": sorted(live, key=by_date),
        "is_apart": len({one.starts_at for one in bookings}) > 1,
        "coming": coming,
        "can_describe": any(one.may_be_described for one in bookings),
        "agreed": stays_of(one for one in coming if one.standing.is_coming),
        "around": around_of(bookings),
        "asked": _asked(bookings),
        "history": history,
        "word": last_word(history),
        "dates_url": where_to_choose(first.visit.programme) if coming else "",
        "beside": blocks_beside(bookings, token),
        "waiting": waiting_beside(bookings) if _waits_beside(bookings[0]) else [],
        "sentence": sentence_for(bookings),
        "token": token,
        "today": timezone.localdate(),
    }
    return render(request, "bookings/booking_detail.html", context)


class BookingCancelView(CancelView):
    """Cancel one class; after the free period: ask staff."""

    template_name = "bookings/booking_cancel.html"

    def row(self, submission: Submission) -> Booking:
        bookings = Booking.objects.seen_in(submission).with_facts()
        return get_object_or_404(bookings, pk=self.kwargs["booking_id"])

    def form(self, row: Booking, data: Any) -> NoteForm:
        return AlongForm(data, booking=row, slot=None)

    def cancel(self, row: Booking, submission: Submission, form: Any) -> str:
        note = form.cleaned_data["note"]
        if not row.is_free_to_cancel:
            by, along = submission.teacher, form.along
            lifecycle.ask_to_cancel(booking=row, by=by, note=note, along=along)
            return _("We have your request and will contact you. Until then the place stays yours.")
        gone = ClassChange(row, row.pupils, row.supervisors, goes=True)
        change_parts([gone], by=submission.teacher, note=note, ways=form.along)
        return self.words(row)

    def words(self, row: Booking) -> str:
        words = _("%(class_name)s is cancelled. You get a mail about it.")
        return words % {"class_name": row.party_name}

    def page_of(self, submission: Submission, token: str | None) -> str:
        return address_of(submission, token=token)

    def context(self, row: Booking) -> dict[str, Any]:
        resting = resting_in_words(tasters.resting_on(row))
        late, we_moved = not row.is_free_to_cancel, came_near_by_us(row, row.cancel_until)
        return {"booking": row, "late": late, "we_moved": we_moved, "resting": resting}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def numbers(
    request: HttpRequest, public_id: UUID, booking_id: int, token: str | None = None
) -> HttpResponse:
    """Change how many come, and how many supervisors of a class, until a week before."""
    one = load_booking(request, public_id, booking_id, token)
    submission = one.submission
    form_class = GroupNumbersForm if one.audience.is_groups else NumbersForm
    form = form_class(request.POST or None, booking=one)
    if request.method == "POST" and form.is_valid():
        try:
            still_coming.change_own_numbers(booking=one, by=submission.teacher, **form.arguments)
        except Refused as refusal:
            form.add_error("pupils", refusal)
        else:
            say_once(request, _("The numbers have been changed."))
            return redirect(address_of(submission, token=token))
    context: dict[str, Any] = {"submission": submission, "booking": one, "form": form}
    context |= {"late": not one.takes_other_numbers, "token": token, "hub": submission.hub}
    context["we_moved"] = came_near_by_us(one, one.change_until)
    return render(request, "bookings/booking_numbers.html", context)


class BookingDetailsView(DetailsView):
    def rows(self, submission: Submission) -> list[Booking]:
        bookings = Booking.objects.seen_in(submission).with_facts()
        return [one for one in bookings if one.may_be_described]

    def contact_form(self, submission: Submission) -> type[ContactForm]:
        return GroupContactForm if submission.audience.is_groups else BookingContactForm

    def page_of(self, submission: Submission, token: str | None) -> str:
        return address_of(submission, token=token)


class BookingCalendarView(CalendarView):
    def calendar(self, submission: Submission) -> bytes:
        bookings = list(ical.with_columns(Booking.objects.seen_in(submission)))
        if not bookings:
            raise Http404
        return ical.download(bookings)


class BookingLetterView(LetterView):
    def letter(self, submission: Submission) -> bytes:
        if not Booking.objects.seen_in(submission).exists():  # something else was asked for in it
            raise Http404
        return documents.letter(submission)

    def page_of(self, submission: Submission, token: str | None) -> str:
        return address_of(submission, token=token)


# --- Within a request ----------------------------------------------------------------------------


def _load(
    request: HttpRequest, public_id: UUID, token: str | None
) -> tuple[Submission, list[Booking]]:
    """The submission and its bookings, in one query; 404 for a stranger."""
    also = VisitWait.objects.filter(submission=OuterRef("submission"), state__in=LIVE)
    companions = Companion.objects.alive().filter(submission=OuterRef("submission"))
    found = Booking.objects.with_facts().select_related("submission__user")
    found = found.annotate(is_shared=Exists(companions), is_waited_beside=Exists(also))
    bookings = list(found.filter(submission__public_id=public_id).order_by("pk"))
    if not bookings or not may_see(request, bookings[0].submission, token):
        load_submission(request, public_id, token)  # says why not
        raise Http404
    submission = bookings[0].submission
    submission.is_shared = vars(bookings[0])["is_shared"]
    return submission, [one for one in bookings if submission.shows(one)]


def _waits_beside(one: Any) -> bool:
    """Whether a class of its submission waits, as `_load` asks along."""
    return bool(one.is_waited_beside)


def _asked(bookings: list[Booking]) -> bool:
    """Whether one of them still has to say that it comes; no query while all are far away."""
    within = timezone.now() + datetime.timedelta(days=settings.ASK_AGAIN_BEFORE_VISIT_DAYS + 1)
    near = [one.pk for one in bookings if one.is_certain and one.starts_at < within]
    return bool(near) and Booking.objects.unanswered().asked_again().filter(pk__in=near).exists()
