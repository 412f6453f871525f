"""What a teacher types of the days that would do: 'any Tuesday or Thursday morning in March'."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from bookings.models import PartOfDay, VisitSlot
from bookings.pages.forms import BookingForm
from bookings.waiting.visit_list import Wish
from core.dates import start_of_day
from core.pages.errors import Said, at_fields
from core.text.fields import PickedDayField
from programmes.models import Programme
from schools.years import last_plannable_day
from submissions.forms import as_typed
from submissions.models import Submission
from submissions.rules import TOO_FAR_AHEAD, TOO_SOON, first_bookable_moment

# Schools come on these.
OFFERED_DAYS = range(5)


class WishForm(forms.Form):
    weekdays = forms.MultipleChoiceField(
        label=_("On which days?"),
        choices=[(str(number), WEEKDAYS[number]) for number in OFFERED_DAYS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick nothing if any day will do."),
    )
    part = forms.ChoiceField(
        label=_("Which part of the day?"),
        choices=[("", _("either will do")), *PartOfDay.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    first_day = PickedDayField(
        label=_("From"),
        error_messages={"required": _("Fill in the first day that would do.")},
    )
    last_day = PickedDayField(
        label=_("Up to and including"),
        error_messages={"required": _("Fill in the last day that would do.")},
    )

    use_required_attribute = False

    def __init__(self, data: Any, *, programme: Programme, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.programme = programme
        self.soonest = timezone.localdate(first_bookable_moment(programme.lead_time))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day comes before the first."))
        elif last and last < self.soonest:
            self.add_error("last_day", TOO_SOON)
        elif last and last > last_plannable_day():
            self.add_error("last_day", TOO_FAR_AHEAD)
        return data

    @property
    def wish(self) -> Wish:
        """Only after `is_valid()`."""
        data = self.cleaned_data
        weekdays = "".join(sorted(data["weekdays"]))
        return Wish(data["first_day"], data["last_day"], None, weekdays, data["part"])

    @property
    def last_slot(self) -> VisitSlot:
        """The end of its last day, as a half day of its own: a class must be fit to come then."""
        is_known = self.is_bound and self.is_valid()
        day = self.cleaned_data["last_day"] if is_known else last_plannable_day()
        ends_at = start_of_day(day + datetime.timedelta(days=1))
        return VisitSlot(
            venue=self.programme.venue,
            starts_at=ends_at - datetime.timedelta(minutes=1),
            ends_at=ends_at,
        )


class WishBookingForm(BookingForm):
    """The form of a booking, with days in the place of a date. A class must be fit to come on the
    last of them."""

    def __init__(
        self,
        data: Any = None,
        *,
        programme: Programme,
        asked: Submission | None = None,
        again: Any = None,
        **fields: Any,
    ) -> None:
        days = _days_as_asked(asked)
        if again is not None:
            typed = as_typed(WishForm(again, programme=programme))
            days |= {name: value for name, value in typed.items() if value}
        self.days = WishForm(data, programme=programme, initial=days)
        slot = self.days.last_slot
        super().__init__(data, programme=programme, slot=slot, asked=asked, again=again, **fields)

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.days.is_valid()])

    @property
    def errors(self) -> Said:
        of_days = [] if self.asks_for_more else at_fields(self.days)
        return [*of_days, *super().errors]


def _days_as_asked(asked: Submission | None) -> dict[str, Any]:
    """The days of a wish, as initial values; none of what was asked for a date."""
    row = asked.visitwaits.filter(slot=None).first() if asked else None
    if row is None:
        return {}
    days = {"weekdays": list(row.weekdays), "part": row.part}
    return days | {"first_day": row.first_day, "last_day": row.last_day}
