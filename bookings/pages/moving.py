"""Another date for a class, in two steps: the same month as when booking, and what it means."""

import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from bookings import moving, tasters
from bookings.models import VisitSlot
from bookings.pages.access import address_of, load_booking
from bookings.pages.goes_along import AlongForm
from bookings.planning.as_shown import is_outdated, slot_as_shown
from bookings.planning.availability import next_free_for, offers_for
from bookings.planning.month import build_month
from bookings.refusals import DateChanged
from bookings.telling.stays import came_near_by_us
from bookings.telling.wording import resting_in_words, terms_of
from core.addresses import row_number
from core.dates import month_of
from core.lifecycle import Refused
from core.pages import drafts
from core.pages.saying import say_once
from schools.holidays import holidays_of
from schools.months import parse_month


@method_decorator([login_not_required, never_cache], name="dispatch")
class MoveView(View):
    """Without `naar` in the address the month; with it, the date that is chosen."""

    http_method_names = ["get", "head", "post"]  # as in View

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.token: str | None = kwargs.get("token")
        self.booking = load_booking(request, kwargs["public_id"], kwargs["booking_id"], self.token)
        if not self.booking.standing.is_coming or self.booking.has_begun:
            return redirect(self.page)  # it says how things are now
        return super().dispatch(request, *args, **kwargs)

    @property
    def page(self) -> str:
        return address_of(self.booking.submission, token=self.token)

    @property
    def late(self) -> bool:
        return not self.booking.is_free_to_cancel

    @property
    def chosen(self) -> VisitSlot | None:
        """The slot that the address names, where the programme is planned in it."""
        slots = VisitSlot.objects.select_related("venue__hub")
        named = slots.filter(pk=row_number(self.request.GET.get("naar")))
        return named.filter(programmes=self.booking.visit.programme_id).first()

    def get(self, request: HttpRequest, **_address: Any) -> HttpResponse:
        slot = self.chosen
        return self.show_question(slot, self.form(slot)) if slot else self.show_month()

    def post(self, request: HttpRequest, **_address: Any) -> HttpResponse:
        slot = self.chosen
        if slot is None:
            return self.choose_again()
        form = self.form(slot)
        if form.is_valid() and is_outdated(request.POST.get("shown"), slot):
            form.add_error(None, str(DateChanged(slot)))
            return self.show_question(slot, form, status=409)
        if not form.is_valid():
            return self.show_question(slot, form, status=422)
        verb = moving.ask_to_move if self.late else moving.move
        asked = {"note": form.cleaned_data["note"], "along": form.along}
        try:
            verb(booking=self.booking, slot=slot, by=self.booking.submission.teacher, **asked)
        except Refused as refusal:
            return self.choose_again(refusal)
        say_once(request, self.done())
        response = redirect(self.page)
        drafts.forget_of(request, response)
        return response

    def form(self, slot: VisitSlot) -> AlongForm:
        data = self.request.POST if self.request.method == "POST" else None
        typed = drafts.kept(self.request, of=self.request.path)
        return AlongForm(data, booking=self.booking, slot=slot, initial=typed)

    def done(self) -> str:
        if self.late:
            return _("We have your request and will contact you. Until then this date stays yours.")
        return _("Moved. A mail with the new date is on its way.")

    # --- The two steps ----------------------------------------------------------------------

    def choose_again(self, refused: Refused | None = None) -> HttpResponse:
        """The month once more. What was typed stands in the question about the next date."""
        response = self.show_month(refused)
        drafts.keep(self.request, response, of=self.request.path)
        return response

    def show_month(self, refused: Refused | None = None) -> HttpResponse:
        booking = self.booking
        asked = self.request.GET.get("maand")
        at = parse_month(asked) if asked else month_of(booking.visit.slot.day)
        since = moving.first_start(booking)
        offers = offers_for(booking, at.first, at.following.first, since)
        holidays = holidays_of(self.request, at.first, at.last)
        is_free = any(offer.can_be_booked for offer in offers)
        month = build_month(
            at,
            offers,
            holidays,
            address=lambda offer: f"?naar={offer.slot_id}",
            soonest=[] if is_free else next_free_for(booking, since, 1),
        )
        context = self.facts() | {"month": month, "refused": refused}
        status = 409 if refused else 200
        return render(self.request, "bookings/booking_move.html", context, status=status)

    def show_question(self, slot: VisitSlot, form: AlongForm, status: int = 200) -> HttpResponse:
        booking, programme = self.booking, self.booking.visit.programme
        passed = [one for one in tasters.resting_on(booking) if one.starts_at <= slot.starts_at]
        context = self.facts() | {
            "slot": slot,
            "shown": slot_as_shown(slot),
            "ends_at": slot.starts_at.astimezone(datetime.UTC) + programme.length,
            "form": form,
            "resting": resting_in_words(passed),
            "terms": terms_of(programme, slot.day),
        }
        return render(self.request, "bookings/booking_move_to.html", context, status=status)

    def facts(self) -> dict[str, Any]:
        submission = self.booking.submission
        return {
            "submission": submission,
            "booking": self.booking,
            "programme": self.booking.visit.programme,
            "hub": submission.hub,
            "late": self.late,
            "we_moved": came_near_by_us(self.booking, self.booking.cancel_until),
            "token": self.token,
        }
