"""What a teacher types: her class or classes (or groups), and who she is."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.models import VisitSlot
from bookings.rules import VisitItem, VisitRequest
from core.text.fields import ParagraphsField
from core.text.normal import key
from programmes.models import Programme
from schools.models import User
from submissions.forms import (
    ClassFieldsForm,
    GroupFieldsForm,
    OrganisationContactForm,
    SchoolContactForm,
    participants_field,
    pupils_field,
)
from submissions.initial import as_asked, contact_of, organisation_of, party_as_asked
from submissions.models import PhotoAnswer, Submission
from submissions.rules import Broken, Party, Rule

MAX_CLASSES = 8


def _supervisors_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Supervisors"),
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": _("Fill in how many adults come along.")},
    )


class PartyForm(forms.Form):
    """One class or group of several on the page."""

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        kwargs["empty_permitted"] = False  # a class that is added is filled in or removed
        super().__init__(*args, **kwargs)
        self.fields["pupils"].help_text = ngettext(
            "At most %(number)d.", "At most %(number)d.", programme.max_pupils_per_class
        ) % {"number": programme.max_pupils_per_class}

    def has_changed(self) -> bool:
        """An empty one is a class too, that has to be filled in: its fields say so."""
        return True

    @property
    def number(self) -> int:
        """Which class on the page, counted from 1."""
        return int(str(self.prefix).rpartition("-")[2]) + 1

    @property
    def asked(self) -> Party:
        """The class or group as the verbs take it; only after `is_valid()`."""
        raise NotImplementedError


class ClassForm(PartyForm, ClassFieldsForm):
    """One class that comes, and who comes along."""

    supervisors = _supervisors_field()

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, programme=programme, **kwargs)
        self.offer_year_groups(programme.year_to)
        self.fields["supervisors"].help_text = ngettext(
            "We ask one for every pupil.",
            "We ask one for every %(number)d pupils.",
            programme.pupils_per_supervisor,
        ) % {"number": programme.pupils_per_supervisor}

    @property
    def asked(self) -> Party:
        data = self.cleaned_data
        return Party(
            name=data["name"],
            year_from=min(data["year_groups"]),
            year_to=max(data["year_groups"]),
            pupils=data["pupils"],
            supervisors=data["supervisors"],
        )


class GroupForm(PartyForm, GroupFieldsForm):
    """One group that is no class; it needs nobody along."""

    @property
    def asked(self) -> Party:
        data = self.cleaned_data
        return Party(
            name=data["name"],
            year_from=None,
            year_to=None,
            pupils=data["pupils"],
            group_kind=data["group_kind"],
        )


class BasePartyFormSet(forms.BaseFormSet):
    """One to eight classes on the same date. The last ones cannot be empty: remove them."""

    twice = _("You already filled in a class with this name.")

    def clean(self) -> None:
        seen = set()
        for form in self.forms:
            name = key(form.cleaned_data.get("name", "")) if form.is_bound else ""
            if name and name in seen:
                form.add_error("name", self.twice)
            seen.add(name)


class BaseGroupFormSet(BasePartyFormSet):
    twice = _("You already filled in a group with this name.")


LIMITS: Any = {
    "extra": 0,
    "min_num": 1,
    "max_num": MAX_CLASSES,
    "validate_min": True,
    "validate_max": True,
    "absolute_max": MAX_CLASSES,
}
ClassFormSet = forms.formset_factory(ClassForm, formset=BasePartyFormSet, **LIMITS)
GroupFormSet = forms.formset_factory(GroupForm, formset=BaseGroupFormSet, **LIMITS)


def _facilities_field(help_text: Any) -> ParagraphsField:
    return ParagraphsField(
        label=_("What must we arrange? (optional)"),
        required=False,
        max_length=1000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )


class VisitContactForm(SchoolContactForm):
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
    """The same of a group, without photographs."""

    facilities = _facilities_field(
        _(
            "For example a wheelchair, a quiet corner, an allergy. Never names of participants. "
            "We erase this after the visit."
        )
    )

    field_order = ("organisation", "city", "contact_name", "email", "phone", "facilities")


class BookingForm:
    """The whole page: contact and classes, bound together or not at all.

    `add` and `remove` buttons change the number of classes without checking anything; like the
    search for a school they show the same page again, with all that was typed.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        programme: Programme,
        slot: VisitSlot,
        user: User | None = None,
        held: Submission | None = None,
        for_staff: bool = False,
    ) -> None:
        """`held`: what is asked already and not confirmed, to be asked anew with changes."""
        self.programme, self.slot = programme, slot
        self.is_bound = data is not None
        self.lacks_taster = False
        # What the page said of when and where; staff may change that while she types.
        self.date_shown = f"{slot.pk} {slot.venue_id} {slot.starts_at.isoformat()}"
        self._date_seen = data.get("date_shown", "") if data else ""
        self.resizing = bool(data) and ("add" in data or "remove" in data)
        kwargs: Any = {"form_kwargs": {"programme": programme}, "prefix": "klas"}
        contact: Any = VisitContactForm
        classes: Any = ClassFormSet
        if programme.whom.is_groups:
            contact, classes = GroupContactForm, GroupFormSet
        if not self.is_bound:
            initial = contact_of(user)
            parties: list[dict[str, Any]] = [{}]
            if held is not None:
                initial, parties = as_asked(held), _parties_of(held)
            elif programme.whom.is_groups:
                initial |= organisation_of(user)
            self.contact = contact(initial=initial, for_staff=for_staff)
            self.classes = classes(initial=parties, **kwargs)
            return
        self.contact = contact(data, for_staff=for_staff)
        if self.resizing:
            self.contact = contact(initial=_as_initial(self.contact), for_staff=for_staff)
        if self.asks_for_more:
            # As initial values: nothing typed is lost and nothing is checked yet.
            self.classes = classes(initial=_resized(classes(data, **kwargs), data), **kwargs)
            if "add" in data:  # the keyboard goes on in the new class
                self.classes.forms[-1].fields["name"].widget.attrs["autofocus"] = True
        else:
            self.classes = classes(data, **kwargs)

    def is_valid(self) -> bool:
        if not self.is_bound or self.resizing or self.contact.is_searching_school:
            return False
        return all([self.contact.is_valid(), self.classes.is_valid()])

    @property
    def asks_for_more(self) -> bool:
        """Whether this submit searched a school or changed the number of classes."""
        return self.resizing or self.contact.is_searching_school

    @property
    def is_outdated(self) -> bool:
        """Whether this slot had another time or place when the page was opened."""
        is_this_slot = self._date_seen.partition(" ")[0] == str(self.slot.pk)
        return is_this_slot and self._date_seen != self.date_shown

    @property
    def asked(self) -> list[Party]:
        return [form.asked for form in self.classes.forms]

    @property
    def pupils(self) -> list[int]:
        """Of each class, as far as that is known: 0 of an empty form."""
        known = self.classes.is_bound and self.classes.is_valid()
        return [one.pupils for one in self.asked] if known else [0] * len(self.classes.forms)

    @property
    def errors(self) -> list[tuple[Any, str]]:
        """(bound field or None, message) in the order of the page, for the summary on top."""
        found: list[tuple[Any, str]] = [(None, str(e)) for e in self.contact.non_field_errors()]
        if self.classes.is_bound and not self.asks_for_more:
            found += [(None, str(error)) for error in self.classes.non_form_errors()]
        for form in [*self.classes.forms, self.contact]:
            for field in form:
                found += [(field, str(error)) for error in field.errors]
        return found

    def add_broken(self, broken: list[Broken]) -> None:
        """Put each broken rule at its field."""
        for one in broken:
            self.lacks_taster |= one.rule == Rule.PREREQUISITE
            if one.class_index is None:
                self.contact.add_error(None, one.message)
            else:
                self.classes.forms[one.class_index].add_error(one.field or None, one.message)

    def request(
        self, *, browser: str, language: str, overrule: Collection[Rule] = (), note: str = ""
    ) -> VisitRequest:
        """What is asked for, as the verbs take it; its submission is not saved."""
        what = [self.slot.pk, self.programme.pk, self.asked]
        submission = self.contact.submission(browser=browser, language=language, what=what)
        items = [VisitItem(self.slot, self.programme, party) for party in self.asked]
        return VisitRequest(submission, items, overrule, note)


def _as_initial(form: forms.Form) -> dict[str, Any]:
    return {name: form[name].data for name in form.fields}


def _parties_of(held: Submission) -> list[dict[str, Any]]:
    bookings = held.bookings.order_by("pk")
    return [party_as_asked(one) | {"supervisors": one.supervisors} for one in bookings]


def _resized(bound: forms.BaseFormSet, data: Any) -> list[dict[str, Any]]:
    """The classes as typed, with one more or without one."""
    classes = [_as_initial(form) for form in bound.forms]
    removed = data.get("remove", "")
    if "add" in data:
        classes.append({})
    elif len(classes) > 1:
        # Compared as texts: a number of five thousand digits is no number to Python.
        classes = [one for index, one in enumerate(classes) if str(index) != removed]
    return classes[:MAX_CLASSES]


class NumbersForm(forms.Form):
    """How many come, changed by whoever booked."""

    pupils = pupils_field()
    supervisors = _supervisors_field()

    use_required_attribute = False


class GroupNumbersForm(forms.Form):
    pupils = participants_field()

    use_required_attribute = False
