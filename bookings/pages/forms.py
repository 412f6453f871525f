"""What a teacher types: her class or classes (or groups), and who she is."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from bookings import tasters
from bookings.models import Booking, VisitSlot
from bookings.pages.parties import (
    ChangesNumbers,
    ClassFormSet,
    GroupFormSet,
    norm_in_words,
    supervisors_field,
)
from bookings.planning.as_shown import is_outdated, number_of, slot_as_shown
from bookings.rules import (
    VisitItem,
    VisitRequest,
    broken_on_date,
)
from bookings.waiting.visit_list import WaitRequest, Wish
from core.addresses import row_number
from core.text.fields import ParagraphsField
from programmes.models import Programme
from schools.models import User
from submissions.forms import (
    ORGANISATION_TAKE,
    OrganisationContactForm,
    SchoolContactForm,
    as_typed,
    given,
    participants_field,
    pupils_field,
)
from submissions.models import PhotoAnswer, Submission
from submissions.pages.asking_form import AskingForm
from submissions.pages.prefilled import (
    as_asked,
    contact_initial,
    initial_of,
    known_classes,
    organisation_of,
    parties_as_asked,
)
from submissions.rules import Broken, Party, Rule


def _facilities_field(help_text: Any) -> ParagraphsField:
    return ParagraphsField(
        label=_("What must we arrange? (optional)"),
        required=False,
        max_length=1000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )


class BookingContactForm(SchoolContactForm):
    """What we ask for a visit besides."""

    facilities = _facilities_field(
        _(
            "For example a wheelchair, a quiet corner, an allergy. Never names of pupils. We "
            "erase this after the visit."
        )
    )
    photos = forms.ChoiceField(
        label=_("May we take photographs?"),
        choices=PhotoAnswer.choices,
        initial=PhotoAnswer.ASK,
        widget=forms.RadioSelect,
    )

    field_order = ("school", "contact_name", "email", "phone", "facilities", "photos")


class GroupContactForm(OrganisationContactForm):
    """Contact fields of a group; it is not asked about photographs of people."""

    facilities = _facilities_field(
        _(
            "For example a wheelchair, a quiet corner, an allergy. Never names of participants. "
            "We erase this after the visit."
        )
    )

    field_order = ("organisation", "city", "contact_name", "email", "phone", "facilities")


# Buttons that change what is filled in and send nothing.
REFILLING = {"add", "remove", "use", ORGANISATION_TAKE}


class BookingForm(AskingForm):
    """The whole page; `add` and `remove` buttons change the number of classes."""

    def __init__(
        self,
        data: Any = None,
        *,
        programme: Programme,
        slot: VisitSlot,
        user: User | None = None,
        asked: Submission | None = None,
        for_staff: bool = False,
        again: Any = None,
        class_asked: int = 0,
    ) -> None:
        """`asked`: what is asked already and not confirmed, to be asked anew with changes.
        `again`: what was typed before, shown again and not checked. `class_asked`: the key
        of the class for which a link led here."""
        self.programme, self.slot, self.for_staff = programme, slot, for_staff
        self.is_bound = data is not None
        self.lacks_taster = False
        self.late_taster: Booking | None = None
        self.known_classes = known_classes(user, slot.day, Booking.objects.all())
        # What the page said of when and where; staff may change that while she types.
        self.date_shown = slot_as_shown(slot)
        self._date_seen = data.get("date_shown", "") if data else ""
        self.is_refilled = bool(data) and not REFILLING.isdisjoint(data)
        if data is None:
            self._open(user, asked, again, class_asked)
            return
        self.contact = self._contact(data)
        self.classes = self._parties(data)
        if self.is_refilled:
            self.contact = self._contact(initial=as_typed(self.contact))
        if self.asks_for_more:
            self._show_again(data)

    def _contact(self, data: Any = None, **kwargs: Any) -> Any:
        form = GroupContactForm if self.programme.whom.is_groups else BookingContactForm
        return form(data, for_staff=self.for_staff, **kwargs)

    def _parties(self, data: Any = None, **kwargs: Any) -> Any:
        forms = GroupFormSet if self.programme.whom.is_groups else ClassFormSet
        details = {"programme": self.programme, "for_staff": self.for_staff}
        return forms(data, form_kwargs=details, prefix="klas", **kwargs)

    def _open(
        self, user: User | None, asked: Submission | None, again: Any, class_asked: int
    ) -> None:
        """A form that opens, filled in with what is known already."""
        contact = contact_initial(user)
        parties = [initial_of(self.known_classes, class_asked)]
        if asked is not None:
            contact, parties = as_asked(asked), parties_as_asked(asked) or parties
        elif self.programme.whom.is_groups:
            contact |= organisation_of(user)
        if again is not None:
            contact |= given(self._contact(again))
            parties = [given(form) for form in self._parties(again).forms] or parties
        self.contact = self._contact(initial=contact)
        self.classes = self._parties(initial=parties)

    def _show_again(self, data: Any) -> None:
        """What was typed becomes the initial values: nothing is lost, and nothing checked yet."""
        typed = _resized(self.classes, data)
        if used := initial_of(self.known_classes, row_number(data.get("use"))):
            place = next((one for one in typed if not one.get("name")), typed[-1])
            place |= used
        self.classes = self._parties(initial=typed)
        if "add" in data:  # the keyboard goes on in the new class
            self.classes.forms[-1].fields["name"].widget.attrs["autofocus"] = True

    def is_valid(self) -> bool:
        if not self.is_bound or self.asks_for_more:
            return False
        found = [self.contact.is_valid(), self.classes.is_valid()]
        if not self.for_staff:
            self.add_broken(self._without_taster())
        return all(found) and not self.lacks_taster

    @property
    def party_forms(self) -> Sequence[Any]:
        return self.classes.forms

    @property
    def common_errors(self) -> list[str]:
        found = super().common_errors
        if self.classes.is_bound and not self.asks_for_more:
            found += [str(error) for error in self.classes.non_form_errors()]
        return found

    def _without_taster(self) -> list[Broken]:
        """Which classes did no Proeverij, as far as their school and name are filled in."""
        if "school" not in self.contact.cleaned_data:
            return []
        names = [(form.number - 1, form.cleaned_data.get("name")) for form in self.classes.forms]
        return [
            one
            for index, name in names
            if name
            for one in broken_on_date(self.programme, self.slot, self.school, name, index)
        ]

    @property
    def is_outdated(self) -> bool:
        """Whether this slot had another time or place when the page was opened."""
        is_this_slot = number_of(self._date_seen) == self.slot.pk
        return is_this_slot and is_outdated(self._date_seen, self.slot)

    @property
    def parties(self) -> list[Party]:
        """What is asked for; only after `is_valid()`."""
        return [form.party for form in self.classes.forms]

    @property
    def pupils(self) -> list[int]:
        """How many come of each class, as far as that is filled in: else 0."""
        known = (getattr(form, "cleaned_data", {}).get("pupils") for form in self.party_forms)
        return [number or 0 for number in known]

    @property
    def ages(self) -> list[tuple[int, int]]:
        """The lowest and highest year group of each class, as far as they are filled in."""
        years = (getattr(form, "cleaned_data", {}).get("year_groups") for form in self.party_forms)
        return [(min(some), max(some)) for some in years if some]

    def add_broken(self, broken: list[Broken]) -> None:
        """Put each broken rule at its field."""
        for one in broken:
            if one.rule == Rule.PREREQUISITE:
                self.lacks_taster = True
                name = self.classes.forms[one.class_index or 0].cleaned_data["name"]
                self.late_taster = tasters.to_come(self.slot, self.school, name)
            if one.class_index is None:
                self.contact.add_error(None, one.message)
            else:
                form = self.classes.forms[one.class_index]
                form.add_error(one.field or None, one.message)
                if one.rule == Rule.SUPERVISORS:
                    form["supervisors"].help_text = ""  # which says the same

    def wanted(
        self, *, browser: str, language: str, overrule: Collection[Rule] = (), note: str = ""
    ) -> VisitRequest:
        """What is asked for, as the verbs take it; its submission is not saved."""
        what = [self.slot.pk, self.programme.pk, self.parties]
        submission = self.contact.submission(browser=browser, language=language, what=what)
        items = [VisitItem(self.slot, self.programme, party) for party in self.parties]
        told = {rule for form in self.classes.forms for rule in form.told}
        return VisitRequest(submission, items, overrule, note, told)

    def wanted_waiting(self, wish: Wish, *, browser: str, language: str) -> WaitRequest:
        """What is asked of the waiting list."""
        what = ["wait", self.programme.pk, wish.facts, self.parties]
        submission = self.contact.submission(browser=browser, language=language, what=what)
        return WaitRequest(submission, self.programme, self.parties, wish)


def _resized(bound: forms.BaseFormSet, data: Any) -> list[dict[str, Any]]:
    """The classes as typed, with one more or without one."""
    classes = [as_typed(form) for form in bound.forms]
    removed = data.get("remove", "")
    if "add" in data:
        classes.append({})
    elif len(classes) > 1:
        # Compared as texts: a number of five thousand digits is no number to Python.
        classes = [one for index, one in enumerate(classes) if str(index) != removed]
    return classes[: settings.MOST_CLASSES_AT_ONCE]


class NumbersForm(ChangesNumbers, forms.Form):
    """How many come, changed by whoever booked."""

    pupils = pupils_field()
    supervisors = supervisors_field()

    use_required_attribute = False

    def __init__(self, data: Any, *, booking: Booking) -> None:
        self.booking = booking
        super().__init__(
            data, initial={"pupils": booking.pupils, "supervisors": booking.supervisors}
        )
        if "supervisors" in self.fields:
            norm = norm_in_words(booking.visit.programme, self["pupils"].value())
            self.fields["supervisors"].help_text = norm

    @property
    def arguments(self) -> dict[str, Any]:
        """For the verb; only after `is_valid()`."""
        return {"supervisors": self.booking.supervisors, **self.cleaned_data, "told": self.told}


class GroupNumbersForm(NumbersForm):
    """How many come of a group, which needs no supervisors."""

    pupils = participants_field()
    supervisors: Any = None
