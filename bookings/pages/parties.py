"""What a teacher types of her class or classes (or groups): one form each."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from bookings.rules import broken_change, broken_party, broken_supervisors, norm_sentence
from core.addresses import row_number
from core.text.fields import WholeNumberField
from core.text.normal import key
from programmes.models import Programme
from submissions.forms import ClassFieldsForm, GroupFieldsForm, PartyForm
from submissions.rules import Broken, Party, Rule


def supervisors_field() -> WholeNumberField:
    return WholeNumberField(
        label=_("Supervisors"),
        validators=[
            MinValueValidator(1, _("Fill in at least 1 supervisor.")),
            MaxValueValidator(99, _("Fill in at most 99 supervisors.")),
        ],
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": _("Fill in how many adults come along.")},
    )


def norm_in_words(programme: Programme, pupils: Any) -> str:
    """How many supervisors a programme asks for: for so many pupils, where that is known."""
    number = row_number(str(pupils or ""))
    if number and number <= programme.max_pupils_per_class:
        return norm_sentence(programme, number)
    return ngettext(
        "We ask one for every pupil.",
        "We ask one for every %(number)d pupils.",
        programme.pupils_per_supervisor,
    ) % {"number": programme.pupils_per_supervisor}


class SaysNorm:
    """A form in which too few supervisors are said once; who means it sends it again."""

    told: frozenset[Rule] = frozenset()  # what she was told, and sent all the same

    def say_once(self, broken: Iterable[Broken]) -> None:
        """Say broken norms once; both numbers are there."""
        form: Any = self
        for one in broken:
            if self.norm_said == str(form.data.get(form.add_prefix("norm_said"), "")):
                self.told = frozenset({one.rule})
                continue
            again = gettext(
                "Are there really fewer? Then send it once more; we call you if need be."
            )
            form.add_error(one.field, f"{one.message} {again}")
            form[one.field].help_text = ""  # which would say the same

    @property
    def norm_said(self) -> str:
        """The numbers for which the page says the norm: sent back with the form, hidden."""
        form: Any = self
        return f"{form['pupils'].value()}-{form['supervisors'].value()}"


class ChangesNumbers(SaysNorm):
    """A form with other numbers for a `booking` that stands."""

    booking: Booking

    def clean(self) -> dict[str, Any]:
        form: Any = self
        data: dict[str, Any] = form.cleaned_data
        pupils, supervisors = data.get("pupils"), data.get("supervisors")
        if pupils is not None and supervisors is not None and not data.get("goes"):
            broken = broken_change(self.booking, pupils, supervisors)
            of_pupils = [one for one in broken if one.rule != Rule.SUPERVISORS]
            for one in of_pupils:
                form.add_error(one.field, one.message)
            self.say_once([] if of_pupils else broken)
        return data


class VisitPartyForm(SaysNorm, PartyForm):
    """One class or group of several on the page."""

    def __init__(
        self, *args: Any, programme: Programme, for_staff: bool = False, **kwargs: Any
    ) -> None:
        kwargs["empty_permitted"] = False  # a class that is added is filled in or removed
        super().__init__(*args, **kwargs)
        self.programme, self.for_staff = programme, for_staff
        most = programme.whom.heads(programme.max_pupils_per_class)
        self.fields["pupils"].help_text = gettext("At most %(heads)s.") % {"heads": most}

    def has_changed(self) -> bool:
        """An empty one is a class too, that has to be filled in: its fields say so."""
        return True

    @property
    def number(self) -> int:
        """Which class on the page, counted from 1."""
        return int(str(self.prefix).rpartition("-")[2]) + 1

    def broken(self) -> list[Broken]:
        return broken_party(self.programme, self.known, self.number - 1)

    @property
    def known(self) -> Party:
        """The class or group as far as it is filled in: what is missing breaks no rule."""
        data = self.cleaned_data
        groups = data.get("year_groups") or [None]
        pupils = data.get("pupils", self.programme.min_pupils)
        kind = data.get("group_kind", "") or ("?" if self.programme.whom.is_groups else "")
        adults = data.get("supervisors", 0)
        return Party(data.get("name", ""), min(groups), max(groups), pupils, adults, kind)


class ClassForm(VisitPartyForm, ClassFieldsForm):
    """One class that comes, and who comes along."""

    supervisors = supervisors_field()

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, programme=programme, **kwargs)
        self.offer_year_groups(programme.year_from, programme.year_to, for_staff=self.for_staff)
        self.fields["supervisors"].help_text = norm_in_words(programme, self["pupils"].value())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.for_staff and None not in (data.get("pupils"), data.get("supervisors")):
            self.say_once(broken_supervisors(self.programme, self.known))
        return data


class GroupForm(VisitPartyForm, GroupFieldsForm):
    """One group that is no class; it needs nobody along."""


class BasePartyFormSet(forms.BaseFormSet):
    """The classes that come on the same date. The last ones cannot be empty: remove them."""

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
    "max_num": settings.MOST_CLASSES_AT_ONCE,
    "validate_min": True,
    "validate_max": True,
    "absolute_max": settings.MOST_CLASSES_AT_ONCE,
}
ClassFormSet = forms.formset_factory(ClassForm, formset=BasePartyFormSet, **LIMITS)
GroupFormSet = forms.formset_factory(GroupForm, formset=BaseGroupFormSet, **LIMITS)
