"""Booking in three steps: the date (in the catalogue), the class, the code."""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef
from django.db.models.functions import TruncDate
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from bookings import lifecycle, places, tasters
from bookings.models import State, VisitSlot, public, shut
from bookings.pages import waiting
from bookings.pages.access import address_of, form_address, own_submission
from bookings.pages.forms import BookingForm
from bookings.pages.instead import DateNotOffered, after_taster, published_programme, tasters_for
from bookings.planning.availability import SlotProgramme, free_instead, week_of
from bookings.planning.offer import Offer, Status
from bookings.refusals import ClassAlreadyBooked, DateChanged, NothingHeld
from bookings.rules import VisitRequest, broken_choice
from bookings.telling.other_dates import other_dates, where_to_choose
from bookings.telling.wording import requirements_of, terms_of
from bookings.waiting import freed_places
from bookings.waiting.visit_list import WaitRequest, Wish
from core.lifecycle import Refused
from core.pages import drafts
from programmes.models import Programme
from schools.models import User
from submissions import browsers
from submissions.lifecycle import KeyConflict, TooMuchHeld
from submissions.models import Submission
from submissions.pages.ask import CHANGE, Asking, AskView, asked_by
from submissions.pages.code import CodeView, CorrectAddressView
from submissions.pages.prefilled import asked_last, class_asked, query_of_class
from submissions.pages.waiting import asks_to_wait
from submissions.rules import RulesBroken

GONE = (places.VisitFull, places.ZonesTaken, places.DoesNotFit)


class BookingAsking(Asking):
    def hold(self, wanted: VisitRequest) -> Submission:
        return lifecycle.hold(wanted, by=None)

    def book(self, wanted: VisitRequest, teacher: User) -> Submission:
        return lifecycle.book(wanted, by=teacher)

    def verify(self, submission: Submission) -> Submission:
        return lifecycle.verify(submission)

    def page_of(self, submission: Submission, page: str = "") -> str:
        return address_of(submission, page or "booking")


class BookView(BookingAsking, AskView):
    """Step two: which class, and who asks. A POST holds the places."""

    template_name = "bookings/booking_new.html"
    to_wait: ClassVar = waiting.VisitWaitAsking()
    holds_it = False  # whether this browser has it until its code is typed

    def get(self, request: HttpRequest, slug: str, slot_id: int) -> HttpResponse:
        last = asked_last(request)
        browsers.give_number(request)
        own = own_submission(request, slug, slot_id)
        held = own if own and own.verified_at is None else None
        if held and CHANGE not in request.GET:
            return redirect(address_of(held, "code"))
        if own and own.bookings.filter(state=State.OFFERED).exists():
            return redirect(waiting.wait_address(own))
        programme, slot = _programme_in_slot(slug, slot_id)
        self.holds_it = held is not None
        asked, again = held or last, drafts.kept(request)
        form = BookingForm(
            programme=programme,
            slot=slot,
            user=self.user,
            asked=asked,
            again=again,
            class_asked=class_asked(request),
        )
        restored = again is not None or (asked is not None and CHANGE not in request.GET)
        return self.show(form, restored=restored)

    def post(self, request: HttpRequest, slug: str, slot_id: int) -> HttpResponse:
        programme, slot = _programme_in_slot(slug, slot_id)
        form = BookingForm(request.POST, programme=programme, slot=slot, user=self.user)
        return self.answer(request, form)

    def wanted(self, form: BookingForm) -> VisitRequest:
        if form.is_outdated:
            raise DateChanged(form.slot)
        return form.wanted(**asked_by(self.request))

    def wanted_waiting(self, form: BookingForm) -> WaitRequest:
        return form.wanted_waiting(Wish.of(form.slot), **asked_by(self.request))

    def show_refusal(self, form: BookingForm, refusal: Refused) -> Refused | None:
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

    def offer_instead(self, form: BookingForm) -> None:
        freed_places.offer_instead(form.slot, form.programme)

    def context(self, form: BookingForm, refused: Refused | None) -> dict[str, Any]:
        request, programme, slot = self.request, form.programme, form.slot
        week = week_of(programme, slot.day)
        # None where the half day has become too short.
        offer = next((one for one in week if one.slot_id == slot.pk), None)
        can_be_booked = offer is not None and offer.can_be_booked
        can_wait = can_be_booked or (offer is not None and offer.status == Status.FULL)
        asks = asks_to_wait(request) and (form.is_bound or not can_be_booked)
        waits = asks and can_wait
        is_free = can_be_booked or self.holds_it
        gone = not waits and _is_gone(form, refused, is_free=is_free)
        looks = gone and not form.is_bound
        own = own_submission(request, programme.slug, slot.pk) if looks else None
        return {
            "programme": programme,
            "slot": slot,
            "hub": slot.venue.hub,
            "ends_at": offer.ends_at if offer else slot.ends_at,
            "form": form,
            "terms": terms_of(programme, slot.day, len(form.classes.forms)),
            "refused": _in_words(refused, offer, form) if refused else "",
            "gone": gone,
            "waits": waits,
            "can_wait": gone and can_wait,
            "has_more_room": offer is not None and _has_more_room(offer, form, waits=waits),
            "signing_in_helps": isinstance(refused, TooMuchHeld),
            "others": _instead(form, week, request.user, gone=gone),
            "own": own,
            "tasters": tasters_for(form),
            "carried": query_of_class(class_asked(request)),
            "requirement": requirements_of([programme], request.user).get(programme.pk, ""),
        }


# --- Within a request ----------------------------------------------------------------------------


def _programme_in_slot(slug: str, slot_id: int) -> tuple[Programme, VisitSlot]:
    runs = SlotProgramme.objects.select_related(
        "programme__venue", "visitslot__venue__hub"
    ).annotate(day=TruncDate("visitslot__starts_at"), is_shut=shut("visitslot__"))
    offered = runs.filter(public("visitslot__"), programme__is_published=True)
    run = offered.filter(programme__slug=slug, visitslot=slot_id).first()
    if run is None:
        raise DateNotOffered(published_programme(slug))
    run.visitslot.is_shut = run.is_shut
    return run.programme, run.visitslot


def _in_words(refusal: Refused, left: Offer | None, form: BookingForm) -> str:
    """'Full' is not the word for a date that has room for fewer than were asked for."""
    if isinstance(refusal, places.VisitFull) and left is not None and left.can_be_booked:
        if left.groups_left < len(form.parties):
            return form.programme.whom.only_room_for(left.groups_left)
        return form.programme.whom.only_room_for_heads(left.pupils_left)
    return str(refusal)


def _is_gone(form: BookingForm, refused: Refused | None, *, is_free: bool) -> bool:
    """Whether the places cannot be had: a refusal says so, or before that the date itself."""
    if form.is_bound:
        return isinstance(refused, GONE)
    return not is_free


def _instead(form: BookingForm, week: list[Offer], user: Any, *, gone: bool) -> list[Offer]:
    """Other dates, where this one cannot be; for whoever is signed in as long as no school is
    chosen."""
    if form.late_taster:
        return after_taster(form)
    if not gone:
        return []
    school = form.school.pk if form.school else getattr(user, "school_id", None)
    since = tasters.awaited(form.programme, school)
    return free_instead(form.programme, week, form.pupils, since)


def _has_more_room(offer: Offer, form: BookingForm, *, waits: bool) -> bool:
    """Whether a class can be added: it fits, as far as known, or those who wait may add one."""
    if waits:
        return len(form.classes.forms) < form.programme.max_groups
    pupils_left = offer.pupils_left - sum(form.pupils)
    groups_left = offer.groups_left - len(form.classes.forms)
    return groups_left > 0 and pupils_left >= form.programme.min_pupils


# --- The code ------------------------------------------------------------------------------------


class BookingCodeView(BookingAsking, CodeView):
    """Step three: the code confirms every class."""

    template_name = "bookings/booking_code.html"
    gone: ClassVar = GONE

    def rows(self, submission: Submission) -> list[Any]:
        planned = SlotProgramme.objects.filter(
            visitslot=OuterRef("visit__slot"), programme=OuterRef("visit__programme")
        )
        rows = submission.bookings.with_facts().annotate(is_planned=Exists(planned)).order_by("pk")
        if not rows:
            raise Http404  # something else was asked for in this submission
        return list(rows)

    def context(self, submission: Submission, rows: list[Any], *, gone: bool) -> dict[str, Any]:
        first, visit = rows[0], rows[0].visit
        others = other_dates(visit.programme, rows) if gone else []
        change = form_address(visit.programme, visit.slot, CHANGE, is_planned=first.is_planned)
        return {
            "bookings": rows,
            "booking": first,
            "programme": visit.programme,
            "hub": first.submission.hub,
            "slot": visit.slot,
            "start": where_to_choose(visit.programme),
            "change_url": change,
            "terms": terms_of(visit.programme, visit.slot.day, len(rows)),
            "others": others,
            "can_wait": bool(gone and change) and _is_full(visit.programme, visit.slot),
            "let_go": gone and self.was_let_go(submission, rows),
        }

    def in_the_way(self, rows: list[Any]) -> Refused | None:
        held = [row for row in rows if row.state in lifecycle.MOVES["verify"].sources]
        for booking in held:
            if not booking.is_in_time and (
                broken := broken_choice(booking.visit.programme, booking.visit.slot)
            ):
                return RulesBroken(broken)
        return None if held else NothingHeld()


def _is_full(programme: Programme, slot: VisitSlot) -> bool:
    """Whether one can wait for this date, as its form says too."""
    week = week_of(programme, slot.day)
    return any(one.slot_id == slot.pk and one.status == Status.FULL for one in week)


class BookingAddressView(CorrectAddressView, BookingCodeView):
    """A mistyped address of a visit."""
