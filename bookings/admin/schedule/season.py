"""The page on which staff copy the patterns of a season to the next one."""

import datetime
from collections import defaultdict
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.admin.schedule.making import slots_made
from bookings.models.schedule import LONGEST_SEASON
from bookings.planning import season
from bookings.planning.season_demand import demand
from core.addresses import row_number
from core.backoffice.changes import log_done
from core.dates import parse_day
from core.text.fields import PickedDayField
from schools.years import school_year_label

MAY = ("bookings.add_schedulepattern", "bookings.add_visitslot")


class SeasonForm(forms.Form):
    year = forms.TypedChoiceField(label=gettext_lazy("Copy the patterns of"), coerce=int)
    first = PickedDayField(label=gettext_lazy("First day of the new season"))
    last = PickedDayField(label=gettext_lazy("Last day of the new season"))
    public_from = PickedDayField(
        label=gettext_lazy("Publish from"),
        required=False,
        help_text=gettext_lazy(
            "Until that day only staff see the slots, and book in them. Empty: everybody at once."
        ),
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, user: Any) -> None:
        years = season.years_with_patterns(user)
        year = row_number(data.get("year")) if data else max(years, default=0)
        self.ran = season.ran(year, user) if year in years else None
        first, last = season.a_year_later(self.ran) if self.ran else (None, None)
        super().__init__(data, initial={"year": year, "first": first, "last": last})
        choice: Any = self.fields["year"]
        choice.choices = [(year, school_year_label(year)) for year in years]
        self.has_patterns = bool(years)

    def clean(self) -> Any:
        data: Any = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            raise ValidationError({"last": _("The season ends before it starts.")})
        if first and last and last - first > LONGEST_SEASON:
            raise ValidationError({"last": _("A season is two years at most.")})
        if last and last < timezone.localdate():
            raise ValidationError({"last": _("These days are over.")})
        if first and self.ran and first <= self.ran[1]:
            raise ValidationError({"first": _("The new season begins after the old one.")})
        return data

    @property
    def season(self) -> season.Season:
        """After `is_valid()`."""
        return season.Season(**self.cleaned_data)


def season_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The form, the preview, and on 'do' exactly what the preview showed."""
    user: Any = request.user
    if not all(map(user.has_perm, MAY)):
        raise PermissionDenied
    form = SeasonForm(request.POST if request.method == "POST" else None, user=user)
    plan, news = None, ""
    if form.is_bound and form.is_valid():
        if "do" in request.POST:
            if made := _copy(request, form.season):
                return _done(request, made)
            news = _("Something is otherwise than it was shown. Look at it once more.")
        plan = season.plan_season(form.season, user)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Copy a season"),
        "form": form,
        "plan": plan,
        "rows": _rows(request, plan) if plan else [],
        "demand": demand(plan) if plan else [],
        "news": news,
        "back": reverse("admin:bookings_schedulepattern_changelist"),
    }
    return TemplateResponse(request, "admin/bookings/season.html", context)


def _copy(request: HttpRequest, wanted: season.Season) -> season.SeasonPlan | None:
    return season.copy_season(
        wanted,
        request.user,
        but=_left_out(request),
        anyway=_anyway(request),
        shown=request.POST.get("shown", ""),
    )


def _rows(request: HttpRequest, plan: season.SeasonPlan) -> list[dict[str, Any]]:
    """Each pattern with what is ticked of it."""
    left_out, anyway = _left_out(request), _anyway(request)
    return [
        {
            "copy": copy,
            "is_ticked": copy.source.pk not in left_out,
            "skipped": [
                (one, f"{copy.source.pk} {one.day}", one.day in anyway.get(copy.source.pk, ()))
                for one in (copy.plan.skipped if copy.plan else ())
            ],
        }
        for copy in plan.copies
    ]


def _left_out(request: HttpRequest) -> set[int]:
    """The patterns that the last preview showed, without those that are ticked."""
    offered = set(map(row_number, request.POST.getlist("offered")))
    return offered - set(map(row_number, request.POST.getlist("copy")))


def _anyway(request: HttpRequest) -> dict[int, set[datetime.date]]:
    found: dict[int, set[datetime.date]] = defaultdict(set)
    for value in request.POST.getlist("anyway"):
        key, _space, typed = value.partition(" ")
        if day := parse_day(typed):
            found[row_number(key)].add(day)
    return found


def _done(request: HttpRequest, made: season.SeasonPlan) -> HttpResponse:
    for copy in made.copies:
        if copy.plan and copy.plan.new:
            words = partial(slots_made, len(copy.plan.new))
            log_done(request.user, copy.plan.pattern, words)
    patterns = ngettext(
        "%(number)d pattern was copied.", "%(number)d patterns were copied.", made.patterns
    )
    said = f"{patterns % {'number': made.patterns}} {slots_made(made.slots)}"
    messages.success(request, said)
    return redirect("admin:bookings_schedulepattern_changelist")
