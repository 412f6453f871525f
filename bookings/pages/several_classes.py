"""The classes of one submission, changed on one page: numbers, another date, or not coming."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.decorators.cache import never_cache

from bookings import moving, tasters
from bookings.models import Booking, VisitSlot
from bookings.pages.access import address_of
from bookings.pages.goes_along import choices_for, fields_for, refuse_lost_ways
from bookings.pages.parties import ChangesNumbers, supervisors_field
from bookings.planning.as_shown import number_of, slot_chosen
from bookings.planning.availability import next_free_for
from bookings.planning.offer import Offer
from bookings.refusals import TooLate, TooLateForNumbers
from bookings.several_classes import ChangeRefused, ClassChange, change_parts
from bookings.telling.wording import resting_in_words
from core.pages.errors import Said, errors_of
from core.pages.saying import say_if_silent, say_once
from core.text.fields import LineField
from schools.audience import Audience
from submissions.access import load_submission
from submissions.forms import NoteForm, pupils_field
from submissions.models import Submission
from submissions.rules import RulesBroken

DATES_SHOWN = 8


class PartForm(ChangesNumbers, forms.Form):
    """Fields for what one class may still change itself."""

    pupils = pupils_field()
    supervisors = supervisors_field()
    slot = LineField(required=False, max_length=60)
    goes = forms.BooleanField(
        label=gettext_lazy("This class does not come: cancel it"), required=False
    )

    use_required_attribute = False

    def __init__(self, data: Any, *, booking: Booking) -> None:
        initial = {"pupils": booking.pupils, "supervisors": booking.supervisors}
        super().__init__(data, initial=initial, prefix=f"klas-{booking.pk}")
        self.booking, self.may_go = booking, booking.is_free_to_cancel
        if booking.audience.is_groups:
            del self.fields["supervisors"]
            self.fields["pupils"].label = booking.audience.people
            self.fields["goes"].label = _("This group does not come: cancel it")
        if not booking.takes_other_numbers:
            for name in {"pupils", "supervisors"} & self.fields.keys():
                self.fields[name].disabled = True
        if not self.may_go:
            del self.fields["goes"], self.fields["slot"]
        along = choices_for(booking) if self.may_go else []
        self.fields |= fields_for(along)
        self.asked_along = [self[one.name] for one in along]

    @cached_property
    def offers(self) -> list[Offer]:
        """The first dates to which it could move."""
        if not self.may_go:
            return []
        return next_free_for(self.booking, moving.first_start(self.booking), DATES_SHOWN)

    @cached_property
    def resting(self) -> list[str]:
        """The Experiences that cannot simply go ahead if it does not come."""
        return resting_in_words(tasters.resting_on(self.booking)) if self.may_go else []

    def clean_slot(self) -> VisitSlot | None:
        return slot_chosen(self.cleaned_data["slot"], self.booking.visit.programme)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("goes") or data.get("slot") not in (None, self.booking.visit.slot):
            refuse_lost_ways(self)
        if self._asks_too_late:
            self.add_error(None, self._asks_too_late())
        return data

    @property
    def _asks_too_late(self) -> type[TooLate] | None:
        """What a page asks that was opened in time: these fields are not hers any more, and what is
        in them would be passed over in silence."""
        booking, typed = self.booking, lambda name: self.data.get(self.add_prefix(name))
        moves = number_of(typed("slot")) not in (0, booking.visit.slot_id)
        if not self.may_go and (typed("goes") or moves):
            return TooLate
        other = (
            typed("pupils") not in (None, str(booking.pupils)),
            typed("supervisors") not in (None, str(booking.supervisors)),
        )
        return TooLateForNumbers if any(other) and not booking.takes_other_numbers else None

    @property
    def chosen(self) -> int:
        """The key of the slot that is ticked."""
        return number_of(self["slot"].value())

    @property
    def part(self) -> ClassChange:
        """After `is_valid()`."""
        data = {"supervisors": self.booking.supervisors} | self.cleaned_data
        return ClassChange(
            self.booking,
            data["pupils"],
            data["supervisors"],
            data.get("slot"),
            data.get("goes", False),
            self.told,
        )

    @property
    def ways(self) -> dict[str, str]:
        return {field.name: self.cleaned_data[field.name] for field in self.asked_along}


class PartsForm:
    """All classes that come, and a word along."""

    def __init__(self, data: Any, bookings: list[Booking]) -> None:
        self.is_bound = data is not None
        self.rows = [PartForm(data, booking=one) for one in bookings]
        self.note = NoteForm(data)

    def is_valid(self) -> bool:
        found = [self.note.is_valid(), *[row.is_valid() for row in self.rows]]
        return all(found)

    @property
    def ways(self) -> dict[str, str]:
        return {name: way for row in self.rows for name, way in row.ways.items()}

    def show_refusal(self, refusal: ChangeRefused) -> None:
        """Put a refusal at the class that stands in the way."""
        row = next(one for one in self.rows if one.booking == refusal.part.booking)
        part, why = refusal.part, refusal.refusal
        at = None if part.goes else "slot" if part.slot else "pupils"
        if not isinstance(why, RulesBroken):
            row.add_error(at, why)
            return
        for one in why.broken:
            row.add_error(one.field if one.field in row.fields else at, one.message)

    @property
    def errors(self) -> Said:
        return errors_of(*self.rows, self.note)


@method_decorator([login_not_required, never_cache], name="dispatch")
class PartsView(View):
    http_method_names = ["get", "head", "post"]  # as in View

    def get(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
        submission = load_submission(request, public_id, token)
        bookings = _coming(submission)
        if not bookings:
            return redirect(address_of(submission, token=token))  # it says how things are now
        return self.show(submission, PartsForm(None, bookings), token)

    def post(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
        submission = load_submission(request, public_id, token)
        form = PartsForm(request.POST, _coming(submission))
        if not form.is_valid():
            return self.show(submission, form, token, status=422)
        parts = [row.part for row in form.rows]
        note = form.note.cleaned_data["note"]
        try:
            changed = change_parts(parts, by=submission.teacher, note=note, ways=form.ways)
        except ChangeRefused as refusal:
            form.show_refusal(refusal)
            return self.show(submission, form, token, status=409)
        if changed:
            say_once(request, _say_changed(submission.audience, changed))
        else:
            say_if_silent(request, _("Everything is as you ask here."))
        return redirect(address_of(submission, token=token))

    def show(
        self, submission: Submission, form: PartsForm, token: str | None, status: int = 200
    ) -> HttpResponse:
        context = {"submission": submission, "form": form, "token": token, "hub": submission.hub}
        return render(self.request, "bookings/booking_parts.html", context, status=status)


def _coming(submission: Submission) -> list[Booking]:
    seen = Booking.objects.seen_in(submission).with_facts()
    bookings = seen.order_by("visit__slot__starts_at", "pk")
    now = timezone.now()
    return [one for one in bookings if one.standing.is_coming and one.starts_at > now]


def _say_changed(audience: Audience, number: int) -> str:
    if audience.is_groups:
        words = ngettext(
            "%(number)d group changed. One mail says all of it.",
            "%(number)d groups changed. One mail says all of it.",
            number,
        )
    else:
        words = ngettext(
            "%(number)d class changed. One mail says all of it.",
            "%(number)d classes changed. One mail says all of it.",
            number,
        )
    return words % {"number": number}
