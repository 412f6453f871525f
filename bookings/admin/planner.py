"""The planner: a day or a week with rows by zone on a real time axis, or a month at a glance; and
the page on which a visit gets other rooms."""

import datetime
from functools import partial
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.day import these_days
from bookings.models import Visit, ZoneClaim
from bookings.planning.board import BoardDay, board
from bookings.visits import rooms
from core.backoffice.changes import log_done
from core.dates import ONE_DAY, ONE_WEEK, monday_of, month_of, parse_day, start_of_day
from core.lifecycle import Refused
from core.mail import outbox
from core.text.fields import ParagraphsField
from programmes.models import Zone


class PlannerView(NamedTuple):
    """The days that a view shows, and where it leads."""

    view: str  # as the address says it
    first: datetime.date
    number: int
    title: str
    before: datetime.date
    after: datetime.date


def view_of(request: HttpRequest, today: datetime.date) -> PlannerView:
    """What the address asks for; this week where it asks for nothing, and at the weekend the week
    to come."""
    if day := parse_day(request.GET.get("dag", "")):
        title = date_format(day, "l j F Y")
        return PlannerView("dag", day, 1, title, day - ONE_DAY, day + ONE_DAY)
    if day := parse_day(request.GET.get("maand", "")):
        month = month_of(day)
        first = monday_of(month.first)
        number = (monday_of(month.last) + ONE_WEEK - first).days
        title = date_format(month.first, "F Y")
        return PlannerView(
            "maand", first, number, title, month.previous.first, month.following.first
        )
    monday = monday_of(parse_day(request.GET.get("week", "")) or today + 2 * ONE_DAY)
    title = _("Week %(number)s, from %(from)s") % {
        "number": date_format(monday, "W"),
        "from": date_format(monday, "j F Y"),
    }
    return PlannerView("week", monday, 7, title, monday - ONE_WEEK, monday + ONE_WEEK)


def week_page(model_admin: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("bookings.view_visit"):
        raise PermissionDenied
    today = timezone.localdate()
    span = view_of(request, today)
    may_plan = request.user.has_perm("bookings.change_visit")
    shown = Q() if may_plan else these_days("starts_at")
    found = board(span.first, span.number, request.user, shown=shown, with_free=may_plan)
    days = found.days if span.view != "week" else [one for one in found.days if _in_week(one)]
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Planner"),
        "span": span,
        "views": [("dag", _("Day")), ("week", _("Week")), ("maand", _("Month"))],
        # Of a month its middle, so that a week or a day of it is asked for, and not of the last.
        "around": span.first + span.number // 2 * ONE_DAY if span.view == "maand" else span.first,
        "board": found,
        "days": days,
        "weeks": [days[n : n + 7] for n in range(0, len(days), 7)] if span.number > 7 else [],
        "month": month_of(span.before).following if span.view == "maand" else None,
        "next": _first_from(span.first + span.number * ONE_DAY, request.user)
        if found.is_empty
        else None,
        "today": today,
        "on_paper": next((one.visit for day in days for one in day.visits), None),
        "may_plan": may_plan,
        "may_close": request.user.has_perm("programmes.add_closure"),
    }
    return TemplateResponse(request, "admin/bookings/planner.html", context)


def _in_week(day: BoardDay) -> bool:
    """The weekend only when it is used."""
    return day.day.weekday() < 5 or bool(day.rows)


def _first_from(day: datetime.date, user: Any) -> datetime.date | None:
    """The first day from `day` on with a visit, which an empty week leads to."""
    later = ZoneClaim.objects.of_hubs(user).filter(starts_at__gte=start_of_day(day))
    first = later.aggregate(first=Min("starts_at"))["first"]
    return timezone.localdate(first) if first else None


# --- Other rooms ---------------------------------------------------------------------------------


class RoomsForm(forms.Form):
    swap = forms.TypedChoiceField(
        label=gettext_lazy("Swap rooms with"), coerce=int, empty_value=None, required=False
    )
    zones = forms.ModelMultipleChoiceField(
        Zone.objects.none(),
        label=gettext_lazy("Or choose its rooms"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = ParagraphsField(
        label=gettext_lazy("Note for colleagues"),
        help_text=gettext_lazy("Optional. The school does not see it."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, visit: Visit) -> None:
        self.visit, self.others = visit, {one.pk: one for one in rooms.beside(visit)}
        super().__init__(data, initial={"zones": rooms.rooms_of(visit)})
        choice: Any = self.fields["swap"]
        choice.choices = [
            ("", _("nobody")),
            *((pk, f"{one} ({_names(one)})") for pk, one in self.others.items()),
        ]
        choice = self.fields["zones"]
        choice.queryset = Zone.objects.filter(venue=visit.slot.venue_id)

    def change(self, by: Any) -> None:
        """Raises what the verbs raise."""
        visit, note = self.visit, self.cleaned_data["note"]
        if (other := self.others.get(self.cleaned_data["swap"])) is not None:
            rooms.swap_rooms(visit=visit, other=other, by=by, note=note)
        else:
            rooms.give_rooms(visit=visit, zones=self.cleaned_data["zones"], by=by, note=note)

    @property
    def visits(self) -> list[Visit]:
        other = self.others.get(self.cleaned_data["swap"])
        return [self.visit, other] if other else [self.visit]

    @property
    def choice(self) -> str:
        """What was chosen, and how it stood."""
        chosen = ",".join(sorted(str(zone.pk) for zone in self.cleaned_data["zones"]))
        stood = "; ".join(_names(one) for one in self.visits)
        return f"{self.cleaned_data['swap']} {chosen} {stood}"


def _names(visit: Visit) -> str:
    return ", ".join(zone.name for zone in rooms.rooms_of(visit))


def rooms_page(model_admin: Any, request: HttpRequest, visit: Visit) -> HttpResponse:
    """The first press says what it means; the second, with the same choice, does it."""
    data = request.POST if request.method == "POST" else None
    form = RoomsForm(data, visit=visit)
    back = reverse("admin:bookings_visit_week", query={"dag": visit.slot.day.isoformat()})
    lines, shown = list[str](), ""
    if form.is_bound and form.is_valid():
        try:
            choice, before = form.choice, [_names(one) for one in form.visits]
            if data and data.get("shown") == choice:
                form.change(request.user)
                log_done(request.user, visit, partial(_in_a_line, form.visits, before))
                messages.success(request, _in_a_line(form.visits, before))
                return redirect(back)
            with outbox.rehearsal():
                form.change(request.user)
                lines, shown = _in_words(form.visits, before), choice
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Other rooms"),
        "about": f"{visit} ({_names(visit)})",
        "form": form,
        "lines": lines,
        "shown": shown,
        "back": back,
    }
    return TemplateResponse(request, "admin/bookings/rooms.html", context)


def _in_a_line(visits: list[Visit], before: list[str]) -> str:
    return "; ".join(_in_words(visits, before))


def _in_words(visits: list[Visit], before: list[str]) -> list[str]:
    words = _("%(visit)s goes from %(before)s to %(after)s")
    return [
        words % {"visit": visit, "before": left, "after": _names(visit)}
        for visit, left in zip(visits, before, strict=True)
    ]
