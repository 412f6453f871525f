"""What a person fills in about herself on her own page: her week, and days that are otherwise."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.dates import Weekday
from core.lifecycle import Refused
from core.text.fields import PickedDayField, TimeField
from core.transactions import retried
from roster.models import Availability, OtherDays, Person

CLOCK = {"type": "time"}


class WeekChanged(Refused):
    message = _(
        "Your week was changed while you were busy. Nothing you typed is lost: look, and save "
        "again."
    )


def _week_of(person: Person) -> list[Availability]:
    return list(Availability.objects.filter(person=person).order_by("weekday"))


def _in_a_line(week: list[Availability]) -> str:
    return " ".join(f"{row.weekday}={row.hours}" for row in week)


class WeekForm(forms.Form):
    """Seven lines: whether she can, and from when until when; without times all day."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, person: Person) -> None:
        self.person = person
        now = _week_of(person)
        initial: dict[str, Any] = {}
        for row in now:
            initial |= {f"can_{row.weekday}": True}
            initial |= {
                f"from_{row.weekday}": row.starts_at,
                f"until_{row.weekday}": row.ends_at,
            }
        self.now = _in_a_line(now)
        super().__init__(data, initial=initial | {"seen": self.now})
        self.fields["seen"] = forms.CharField(required=False, widget=forms.HiddenInput)
        for number, label in Weekday.choices:
            self.fields[f"can_{number}"] = forms.BooleanField(required=False, label=label)
            for end, words in (("from", _("from")), ("until", _("until"))):
                self.fields[f"{end}_{number}"] = TimeField(
                    required=False, label=words, widget=forms.TimeInput(CLOCK, format="%H:%M")
                )

    def lines(self) -> Iterator[tuple[Any, Any, Any]]:
        """The three fields of each weekday."""
        for number in Weekday.values:
            yield self[f"can_{number}"], self[f"from_{number}"], self[f"until_{number}"]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "seen" in self.data and data.get("seen", "") != self.now and not self.is_as_now():
            # Shown again with what was typed, and saved when she sends it once more.
            self.data = dict(self.data.items()) | {"seen": self.now}
            raise ValidationError(str(WeekChanged()))
        for number in Weekday.values:
            if f"from_{number}" not in data or f"until_{number}" not in data:
                continue
            start, end = data[f"from_{number}"], data[f"until_{number}"]
            if (start is None) != (end is None):
                self.add_error(f"until_{number}", _("Give both times, or none for all day."))
            elif start and end <= start:
                self.add_error(f"until_{number}", _("The end comes before the start."))
        return data

    def is_as_now(self) -> bool:
        """Whether her week is like this already, as after the first of two clicks."""
        typed = [(row.weekday, row.starts_at, row.ends_at) for row in self.week()]
        now = _week_of(self.person)
        return typed == [(row.weekday, row.starts_at, row.ends_at) for row in now]

    def week(self) -> list[Availability]:
        """What is typed, as rows; a time without a tick counts as a tick, unless that was taken off
        and the times stand there from before."""
        data = self.cleaned_data
        rows = [
            Availability(
                person=self.person,
                weekday=number,
                starts_at=data.get(f"from_{number}"),
                ends_at=data.get(f"until_{number}"),
            )
            for number in Weekday.values
        ]
        before = data.get("seen", "").split()
        return [
            row
            for row in rows
            if data.get(f"can_{row.weekday}") or (row.starts_at and _in_a_line([row]) not in before)
        ]

    @retried
    def save(self) -> None:
        """Her week as it is here. Raises WeekChanged where it was changed since it was compared:
        the coordinator locks her row, too."""
        Person.objects.select_for_update(of=("self",)).get(pk=self.person.pk)
        if _in_a_line(_week_of(self.person)) != self.now:
            if self.is_as_now():
                return  # the first of two clicks was saved since this one was compared
            raise WeekChanged
        Availability.objects.filter(person=self.person).delete()
        Availability.objects.bulk_create(self.week())


class OtherDaysForm(forms.ModelForm):
    """'From 14 to 16 January I cannot', or one day on which she can besides her week."""

    first_on = PickedDayField(label=_("First day"))
    last_on = PickedDayField(
        label=_("Last day"), required=False, help_text=_("Empty: that one day.")
    )
    can: Any = forms.TypedChoiceField(
        label=_("What is it?"),
        choices=[("no", _("I cannot")), ("yes", _("I can, besides my week"))],
        required=False,
        coerce=lambda value: value == "yes",
        empty_value=False,  # type: ignore[arg-type]  # as `coerce` gives
        widget=forms.RadioSelect,
    )
    use_required_attribute = False

    class Meta:
        model = OtherDays
        fields = ("first_on", "last_on", "can")

    def __init__(self, data: Any = None, *, person: Person) -> None:
        asked: dict[str, Any] = {"instance": OtherDays(person=person), "initial": {"can": "no"}}
        # Her week on the same page has a 'can' for each day.
        super().__init__(data, auto_id="days_%s", **asked)

    def clean(self) -> Any:
        data: Any = super().clean() or self.cleaned_data
        first, last = data.get("first_on"), data.get("last_on")
        if first and "last_on" in data:
            data["last_on"] = last = last or first
            if last < timezone.localdate():
                raise ValidationError({"last_on": _("These days are over.")})
        return data

    @transaction.atomic
    def save(self, commit: bool = True) -> OtherDays:
        """Keep one row for the same days sent twice, as by a second click."""
        Person.objects.select_for_update().get(pk=self.instance.person_id)
        days = {"first_on": self.instance.first_on, "last_on": self.instance.last_on}
        same = OtherDays.objects.filter(
            person=self.instance.person, can=self.instance.can, **days
        ).first()
        return same or super().save(commit)
