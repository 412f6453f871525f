"""Who was here, noted on the day list: a row a class, as booked unless a number is typed."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings import attendance
from bookings.models import FACTS, Booking, State
from core.addresses import row_number
from core.backoffice.moves import MoveForm
from core.lifecycle import Move, Refused
from core.text.fields import LineField, WholeNumberField
from schools.models import User
from submissions.forms import MOST_PUPILS


def came_field(least: int) -> WholeNumberField:
    return WholeNumberField(
        label=gettext_lazy("How many came"),
        required=False,
        validators=[MinValueValidator(least), MaxValueValidator(MOST_PUPILS)],
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "desk-input came"}),
        error_messages={"required": gettext_lazy("Fill in how many came.")},
    )


class AttendanceForm(forms.Form):
    """How many of one class came: empty is as many as booked, 0 is nobody."""

    came = came_field(0)
    note = LineField(
        label=gettext_lazy("Remark, for colleagues"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "desk-input"}),
    )

    use_required_attribute = False

    def __init__(self, data: Any, *, booking: Booking, is_ticked: bool) -> None:
        prefix = f"klas-{booking.pk}"
        super().__init__(data, prefix=prefix, initial={"came": booking.pupils})
        self.booking, self.is_ticked = booking, is_ticked

    def note_down(self, by: User) -> None:
        """After `is_valid()`. Raises Refused."""
        came, note = self.cleaned_data["came"], self.cleaned_data["note"]
        if came == 0:
            attendance.miss(booking=self.booking, by=by, note=note)
        else:
            attendance.attend(booking=self.booking, by=by, note=note, came=came)


class CameForm(MoveForm):
    """How many came, on a booking's page: empty is as booked, but in a correction."""

    came = came_field(1)
    field_order = ("came", "note")

    def __init__(self, *args: Any, row: Booking, move: Move, **kwargs: Any) -> None:
        number = row.number_here or row.pupils
        super().__init__(*args, row=row, move=move, initial={"came": number}, **kwargs)
        self.fields["came"].required = move.name == "recount"


def waits_for_attendance(booking: Booking) -> bool:
    """Whether somebody is to say that the class was here, or was not."""
    return booking.state == State.CONFIRMED and booking.has_begun


def attendance_of(bookings: Iterable[Booking], data: Any = None) -> dict[int, AttendanceForm]:
    """Booking (primary key) → its row, as filled in; without `data` all are ticked."""
    rows = [one for one in bookings if waits_for_attendance(one)]
    ticked = {row_number(pk) for pk in data.getlist("klas")} if data is not None else None
    return {
        one.pk: AttendanceForm(data, booking=one, is_ticked=ticked is None or one.pk in ticked)
        for one in rows
    }


def say_what_differs(
    request: HttpRequest, bookings: QuerySet[Booking], waiting: Collection[int]
) -> None:
    """Warn of what was typed of ticked classes that a colleague noted, moved or called off since
    the page was opened, where it is not what stands now: not written, nor lost."""
    ticked = {row_number(pk) for pk in request.POST.getlist("klas")}
    typed = [pk for pk in ticked.difference(waiting) if f"klas-{pk}-came" in request.POST]
    rows = bookings.filter(pk__in=typed).select_related(*FACTS).order_by("pk") if typed else ()
    for booking in rows:
        if text := _what_differs(booking, request.POST):
            messages.warning(request, text)


def _what_differs(booking: Booking, data: Any) -> str:
    """In words; '' where what was typed is what stands."""
    form = AttendanceForm(data, booking=booking, is_ticked=True)
    form.is_valid()
    # As it was typed where it cannot be read.
    came, note = (form.cleaned_data.get(name, form[name].value()) for name in ("came", "note"))
    came = booking.pupils if came is None else came
    stands = _what_stands(booking)
    if came == stands and (not note or booking.events.filter(note=note).exists()):
        return ""
    text = _(
        "%(name)s has changed since you opened the page; what you typed was not noted. "
        "It says: %(stands)s. You typed: %(typed)s."
    ) % {"name": booking, "stands": stands, "typed": came}
    if not note:
        return text
    remark = _("Your remark: %(note)s") % {"note": note}
    return f"{text} {remark}"


def _what_stands(booking: Booking) -> int | str:
    """How many came, where that was noted; the state in words where it was not."""
    if booking.state == State.NO_SHOW:
        return 0
    return booking.get_state_display() if booking.number_here is None else booking.number_here


def note_attendance(request: HttpRequest, forms_by_class: dict[int, AttendanceForm]) -> bool:
    """Note what was filled in, each class on its own; whether all of it could be read."""
    by: Any = request.user  # staff
    ticked = [form for form in forms_by_class.values() if form.is_ticked]
    if not all(form.is_valid() for form in ticked):
        return False
    done = 0
    for form in ticked:
        try:
            form.note_down(by)
        except Refused as refusal:
            messages.error(request, f"{form.booking}: {refusal}")
        else:
            done += 1
    if done:
        text = ngettext("%(number)d class noted.", "%(number)d classes noted.", done)
        messages.success(request, text % {"number": done})
    elif not ticked:
        messages.warning(request, _("Nothing was noted: no class is ticked that waits for it."))
    return True
