"""What staff fill in at a shift."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.backoffice.moves import MoveForm
from core.dates import ONE_DAY
from core.lifecycle import Move
from core.text.fields import TimeField
from roster.models import Person, Shift
from roster.rules import candidates
from roster.telling.dashboard import doubts_in_words


class ColleaguesNoteForm(MoveForm):
    """Whatever a move tells by mail, the note is for colleagues."""

    def __init__(self, *args: Any, row: Any, move: Move, **kwargs: Any) -> None:
        super().__init__(*args, row=row, move=move, **kwargs)
        self.fields["note"].label = _("Note for colleagues")
        self.fields["note"].help_text = _("Optional. Who has the shift does not see it.")


class AssignForm(ColleaguesNoteForm):
    """Everybody of the hub, first who may have it; of the others stands why not."""

    person = forms.ModelChoiceField(
        Person.objects.none(), label=_("Who"), empty_label=_("Choose somebody")
    )
    field_order = ("person", "note")

    def __init__(self, *args: Any, row: Shift, move: Move, **kwargs: Any) -> None:
        super().__init__(*args, row=row, move=move, **kwargs)
        field: Any = self.fields["person"]
        people = candidates(row)
        why = [(one, broken) for one, broken in people if one != row.person]
        field.queryset = Person.objects.filter(pk__in=[one.pk for one, _broken in people])
        field.choices = [
            ("", field.empty_label),
            (_("Can"), [(one.pk, one.name) for one, broken in why if not broken]),
            (
                _("Cannot, as far as we know"),
                [(one.pk, f"{one}: {doubts_in_words(broken)}") for one, broken in why if broken],
            ),
        ]
        self.fields["note"].help_text = _(
            "Say why, where somebody has not said that she can. She does not see it."
        )


class HoursForm(ColleaguesNoteForm):
    """Times on the clock; an end before the start is on the next day."""

    came = TimeField(label=_("From"), widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    went = TimeField(label=_("Until"), widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    is_sure = forms.BooleanField(label=_("Yes, it really took so much longer"), required=False)
    field_order = ("came", "went", "is_sure", "note")

    def __init__(self, *args: Any, row: Shift, move: Move, **kwargs: Any) -> None:
        start, end = map(timezone.localtime, row.worked_span)
        kwargs.setdefault("initial", {"came": start.time(), "went": end.time()})
        super().__init__(*args, row=row, move=move, **kwargs)

    def clean(self) -> Any:
        data = super().clean() or self.cleaned_data
        if "came" in data and "went" in data:
            day = self.row.day
            data["worked_from"] = _moment(day, data.pop("came"))
            ends_at = _moment(day, went := data.pop("went"))
            if ends_at <= data["worked_from"]:
                ends_at = _moment(day + ONE_DAY, went)
            data["worked_until"] = ends_at
        return data


def _moment(day: datetime.date, time: datetime.time) -> datetime.datetime:
    """That time on the clock; in the night in which it does not exist, an error."""
    moment = timezone.make_aware(datetime.datetime.combine(day, time))
    if timezone.localtime(moment.astimezone(datetime.UTC)).time() != time:
        raise ValidationError(_("This time does not exist: the clock changes in that night."))
    return moment
