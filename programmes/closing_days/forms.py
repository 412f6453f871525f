"""Which days close, and what the schools read about it."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text.fields import LineField, ParagraphsField, PickedDayField
from programmes.closing_days.plan import ClosedSpan
from programmes.models import Closure, Venue

# Longer than any holiday; beyond it somebody typed another year.
LONGEST = datetime.timedelta(days=190)


class ClosedSpanForm(forms.ModelForm):
    reason = LineField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Teachers see it in the calendar of lesson kits, staff everywhere."),
        max_length=120,
    )
    starts_on = PickedDayField(label=gettext_lazy("First day"))
    ends_on = PickedDayField(label=gettext_lazy("Last day"))
    note = ParagraphsField(
        label=gettext_lazy("A word to the schools"),
        help_text=gettext_lazy("Goes into every mail."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    field_order = ("venue", "starts_on", "ends_on", "reason", "note")
    use_required_attribute = False

    class Meta:
        model = Closure
        fields = ("venue", "reason", "starts_on", "ends_on")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        venues = Venue.objects.of_hubs(user)
        choice: Any = self.fields["venue"]
        choice.queryset = venues
        choice.empty_label = _("Choose a venue") if len(venues) > 1 else None
        if self.instance.pk is not None:
            for name in self.Meta.fields:
                del self.fields[name]

    def clean(self) -> Any:
        data: Any = super().clean() or self.cleaned_data
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            raise ValidationError({"ends_on": _("The last day comes before the first.")})
        if first and last and last < timezone.localdate():
            raise ValidationError({"ends_on": _("These days are over.")})
        if first and last and last - first > LONGEST:
            raise ValidationError({"ends_on": _("That is more than half a year.")})
        return data

    @property
    def span(self) -> ClosedSpan:
        """After `is_valid()`."""
        return ClosedSpan(self.instance, self.cleaned_data["note"])
