"""'We have a bus on 12 March, what can we do?': everything that is free for one class on a day, or
in its week, of all hubs."""

import datetime
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.dates import ONE_DAY
from core.kinds import Outing, kinds
from core.text.fields import PickedDayField, WholeNumberField
from schools.years import YearGroup, last_plannable_day
from submissions.forms import MOST_PUPILS
from submissions.rules import IN_THE_PAST, TOO_FAR_AHEAD


class OutingForm(forms.Form):
    """In Dutch, since its fields stand in an address that people share."""

    dag = PickedDayField(label=gettext_lazy("On which day?"))
    week = forms.BooleanField(
        label=gettext_lazy("Another day of that week is fine too"), required=False
    )
    leerlingen = WholeNumberField(
        label=gettext_lazy("How many pupils?"),
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PUPILS)],
    )
    groep = forms.TypedChoiceField(
        label=gettext_lazy("Which year group?"),
        choices=[("", gettext_lazy("Choose a year group")), *YearGroup.choices],
        coerce=int,
    )
    use_required_attribute = False

    def clean_dag(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["dag"]
        if day < timezone.localdate():
            raise forms.ValidationError(IN_THE_PAST)
        if day > last_plannable_day():
            raise forms.ValidationError(TOO_FAR_AHEAD)
        return day

    @property
    def outing(self) -> Outing:
        """After `is_valid()`."""
        asked = self.cleaned_data
        first = last = asked["dag"]
        if asked["week"]:
            first = max(first - first.weekday() * ONE_DAY, timezone.localdate())
            last += (6 - last.weekday()) * ONE_DAY
        return Outing(first, last, asked["leerlingen"], asked["groep"])


@login_not_required
@require_safe
def what_is_free(request: HttpRequest) -> HttpResponse:
    """Without an outing, or with half of one, the form: with what is known already filled in."""
    asked = {name: request.GET[name] for name in OutingForm.base_fields if request.GET.get(name)}
    is_whole = {"dag", "leerlingen", "groep"} <= asked.keys()
    form = (
        OutingForm(request.GET) if is_whole or "zoek" in request.GET else OutingForm(initial=asked)
    )
    context: dict[str, Any] = {"form": form, "blocks": [], "outing": None}
    if form.is_bound and form.is_valid():
        found = (kind.free_on(form.outing, request.user) for kind in kinds())
        context |= {"outing": form.outing, "blocks": [block for block in found if block]}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pages/what_is_free.html", context, status=status)
