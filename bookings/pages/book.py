"""Booking in three steps: the date (in the catalogue), the class, the code."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.auth.decorators import login_not_required
from django.db.models.functions import TruncDate
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings import lifecycle, places
from bookings.models import Booking, State, VisitSlot, shut
from bookings.pages import waiting
from bookings.pages.access import address_of, own_submission
from bookings.pages.forms import BookingForm
from bookings.planning.availability import (
    Offer,
    SlotProgramme,
    Status,
    free_after,
    next_free,
    offer_for,
    same_week,
)
from bookings.refusals import ClassAlreadyBooked, DateChanged
from bookings.rules import VisitRequest
from bookings.telling.wording import requirements_of, terms_of
from bookings.waiting import door
from bookings.waiting.visits import Wish
from core import drafts
from core.lifecycle import Refused
from programmes.models import Programme, ProgrammeKind
from schools.models import User
from submissions import browsers
from submissions.lifecycle import KeyConflict, TooMuchHeld
from submissions.models import Submission
from submissions.pages.ask import Asking, asked_by
from submissions.pages.code import CodeView, CorrectAddressView
from submissions.pages.initial import class_asked
from submissions.pages.waiting import asks_to_wait
from submissions.rules import RulesBroken


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, slug: str, slot_id: int) -> HttpResponse:
    """Step two: which class, and who asks. A POST holds the places."""
    browsers.give_number(request)
    programme, slot = _programme_in_slot(slug, slot_id)
    user = request.user if request.user.is_authenticated else None
    data = request.POST if request.method == "POST" else None
    own = own_submission(request, programme, slot) if data is None else None
    held = own if own and own.verified_at is None else None
    if held and CHANGE not in request.GET:
        return redirect(address_of(held, "code"))
    if own and own.bookings.filter(state=State.OFFERED, visit__slot=slot).exists():
        return redirect(waiting.wait_address(own))
    if data is None and asks_to_wait(request):
        held = waiting.own_held(request, programme, slot)
    again, known = drafts.kept(request) if data is None else None, class_asked(request)
    form = BookingForm(
        data,
        programme=programme,
        slot=slot,
        user=user,
        held=held,
        again=again,
        class_asked=known,
    )
    refused: Refused | None = None
    status = 200
    if form.is_valid():
        try:
            if "wait" in request.POST:
                return waiting.join(request, form, Wish.of(slot))
            return _submit(request, form)
        except Refused as refusal:
            refused, status = _place_refusal(form, refusal), 409
            door.offer_instead(slot, programme)
    elif form.errors and not form.asks_for_more:
        status = 422
    context = _context(request, form, refused) | {"restored": again is not None}
    response = render(request, "bookings/booking_new.html", context, status=status)
    if status != 200:
        drafts.keep(request, response)
    return response


def _context(request: HttpRequest, form: BookingForm, refused: Refused | None) -> dict[str, Any]:
    """What the page says beside its fields."""
    programme, slot = form.programme, form.slot
    offer = offer_for(programme, slot)  # none where the half day has become too short
    can_be_booked = offer is not None and offer.can_be_booked
    gone = isinstance(refused, GONE) if form.is_bound else not (can_be_booked or form.held)
    can_wait = offer is not None and (can_be_booked or offer.status == Status.FULL)
    waits = asks_to_wait(request) and can_wait and (form.is_bound or not can_be_booked)
    gone = gone and not waits
    others = _others(programme, slot, form.pupils) if gone else []
    if form.late_taster:
        others = _after(form.late_taster, form)
    return {
        "programme": programme,
        "slot": slot,
        "hub": slot.venue.hub,
        "ends_at": offer.ends_at if offer else slot.ends_at,
        "form": form,
        "terms": terms_of(programme, slot.day, len(form.classes.forms)),
        "refused": _in_words(refused, programme, slot, form) if refused else "",
        "gone": gone,
        "waits": waits,
        "can_wait": gone and can_wait,
        "has_more_room": offer is not None and _has_more_room(offer, form, waits=waits),
        "signing_in_helps": isinstance(refused, TooMuchHeld),
        "others": others,
        "own": own_submission(request, programme, slot) if gone and not form.is_bound else None,
        "tasters": _tasters(programme),
        "requirement": requirements_of([programme], request.user).get(programme.pk, ""),
    }


CHANGE = "wijzig"  # in the address: what this browser holds is filled in, to be changed


# --- Within a request ----------------------------------------------------------------------------

GONE = (places.VisitFull, places.ZonesTaken, places.DoesNotFit)
OTHERS_SHOWN = 5


def _programme_in_slot(slug: str, slot_id: int) -> tuple[Programme, VisitSlot]:
    runs = SlotProgramme.objects.select_related(
        "programme__venue", "visitslot__venue__hub"
    ).annotate(day=TruncDate("visitslot__starts_at"), is_shut=shut("visitslot__"))
    run = get_object_or_404(
        runs, programme__slug=slug, programme__is_published=True, visitslot=slot_id
    )
    run.visitslot.is_shut = run.is_shut
    return run.programme, run.visitslot


def _form_address(programme: Programme, slot: VisitSlot) -> str:
    return reverse("bookings:book", args=[programme.slug, slot.pk])


class VisitAsking(Asking):
    def hold(self, wanted: VisitRequest) -> Submission:
        return lifecycle.hold(wanted, by=None)

    def book(self, wanted: VisitRequest, teacher: User) -> Submission:
        return lifecycle.book(wanted, by=teacher)

    def page_of(self, submission: Submission, page: str = "") -> str:
        return address_of(submission, page or "booking")


def _submit(request: HttpRequest, form: BookingForm) -> HttpResponse:
    """Hold (or book) what the form asks. Raises Refused."""
    if form.is_outdated:
        raise DateChanged(form.slot)
    return VisitAsking().send(request, form.request(**asked_by(request)), form.school)


def _place_refusal(form: BookingForm, refusal: Refused) -> Refused | None:
    """Put a refusal at its field; returns it when it concerns the whole page."""
    if isinstance(refusal, RulesBroken):
        form.add_broken(refusal.broken)
        return None
    if isinstance(refusal, ClassAlreadyBooked) and refusal.class_index is not None:
        form.classes.forms[refusal.class_index].add_error("name", refusal)
        return None
    if not isinstance(refusal, (KeyConflict, DateChanged, TooMuchHeld, *GONE)):
        form.contact.add_error(None, refusal)
        return None
    return refusal


def _in_words(refusal: Refused, programme: Programme, slot: VisitSlot, form: BookingForm) -> str:
    """'Full' is not the word for a date that has room for fewer than were asked for."""
    left = offer_for(programme, slot)
    if isinstance(refusal, places.VisitFull) and left is not None and left.can_be_booked:
        if left.groups_left < len(form.parties):
            return _room_for_parties(programme, left.groups_left)
        return _room_for_heads(programme, left.pupils_left)
    return str(refusal)


def _room_for_parties(programme: Programme, number: int) -> str:
    if programme.whom.is_groups:
        words = ngettext(
            "This date has room for %(number)d group only.",
            "This date has room for %(number)d groups only.",
            number,
        )
    else:
        words = ngettext(
            "This date has room for %(number)d class only.",
            "This date has room for %(number)d classes only.",
            number,
        )
    return words % {"number": number}


def _room_for_heads(programme: Programme, number: int) -> str:
    if programme.whom.is_groups:
        words = ngettext(
            "This date has room for %(number)d participant only.",
            "This date has room for %(number)d participants only.",
            number,
        )
    else:
        words = ngettext(
            "This date has room for %(number)d pupil only.",
            "This date has room for %(number)d pupils only.",
            number,
        )
    return words % {"number": number}


def _has_more_room(offer: Offer, form: BookingForm, *, waits: bool) -> bool:
    """Whether one more class fits, as far as one knows how many come; or who waits may wait with
    one more."""
    if waits:
        return len(form.classes.forms) < form.programme.max_groups
    pupils_left = offer.pupils_left - sum(form.pupils)
    groups_left = offer.groups_left - len(form.classes.forms)
    return groups_left > 0 and pupils_left >= form.programme.min_pupils


def _tasters(programme: Programme) -> list[Programme]:
    """What one can book first, where that must be."""
    if not programme.requires_taster:
        return []
    return list(Programme.objects.published().for_schools().filter(kind=ProgrammeKind.TASTER))


def _after(taster: Booking, form: BookingForm) -> list[Offer]:
    """The first dates after a Proeverij that is booked already."""
    room = {"groups": len(form.pupils), "pupils": sum(form.pupils)}
    return free_after(form.programme, taster.ends_at, OTHERS_SHOWN, **room)


def _others(programme: Programme, slot: VisitSlot, pupils: Sequence[int]) -> list[Offer]:
    """What else is free that week for classes of so many, or else the first dates that are."""
    if not programme.is_published:
        return []
    room = {"groups": len(pupils), "pupils": sum(pupils)}
    return same_week(programme, slot.day, **room) or next_free(programme, **room)


# --- The code ------------------------------------------------------------------------------------


class BookingCodeView(CodeView):
    """Step three: the code confirms every class."""

    template_name = "bookings/booking_code.html"
    gone: ClassVar = (*GONE, RulesBroken)

    def verify(self, submission: Submission) -> Submission:
        return lifecycle.verify(submission=submission)

    def page_of(self, submission: Submission, page: str = "") -> str:
        return address_of(submission, page or "booking")

    def context(self, submission: Submission, *, gone: bool) -> dict[str, Any]:
        bookings = list(submission.bookings.with_facts().order_by("pk"))
        if not bookings:
            raise Http404  # something else was asked for in this submission
        visit = bookings[0].visit
        pupils = [one.pupils for one in bookings]
        return {
            "bookings": bookings,
            "booking": bookings[0],
            "programme": visit.programme,
            "hub": bookings[0].submission.hub,
            "slot": visit.slot,
            "start": visit.programme.get_absolute_url(),
            "change_url": _form_address(visit.programme, visit.slot) + f"?{CHANGE}",
            "terms": terms_of(visit.programme, visit.slot.day, len(bookings)),
            "others": _others(visit.programme, visit.slot, pupils) if gone else [],
            "let_go": gone and self.was_let_go(submission, bookings),
        }


class BookingAddressView(CorrectAddressView, BookingCodeView):
    """A mistyped address of a visit."""
