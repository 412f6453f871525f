"""When she can: her week, and the days on which it is otherwise. By herself, by her link."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import rate_limits
from core.lifecycle import Refused
from core.pages.saying import say_once
from roster import links, rules
from roster.models import OtherDays, Person, Shift
from roster.pages.access import back_to, load_person
from roster.pages.forms import OtherDaysForm, WeekForm

# The name of the button of each of the two forms.
WEEK, DAYS = "week", "dagen"


@method_decorator([login_not_required, never_cache], name="dispatch")
class DaysView(View):
    http_method_names = ["get", "head", "post"]  # as in View

    def get(self, request: HttpRequest, pk: int, token: str) -> HttpResponse:
        person = load_person(pk, token)
        return self.show(person, WeekForm(person=person), OtherDaysForm(person=person))

    def post(self, request: HttpRequest, pk: int, token: str) -> HttpResponse:
        person = load_person(pk, token)
        is_days = DAYS in request.POST
        week = WeekForm(None if is_days else request.POST, person=person)
        days = OtherDaysForm(request.POST if is_days else None, person=person)
        form: Any = days if is_days else week
        try:
            rate_limits.count_post(request)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        if not form.is_valid():
            return self.show(person, week, days)
        try:
            form.save()
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.show(person, week, days)
        say_once(request, _("Noted: we look for you at these times only."))
        return back_to(person, "days")

    def show(self, person: Person, week: WeekForm, days: OtherDaysForm) -> HttpResponse:
        today = timezone.localdate()
        hers = Shift.objects.where(is_promise=True).upcoming().filter(person=person).with_visit()
        context = {
            "person": person,
            "hub": person.hub,
            "token": links.token_of(person),
            "week": week,
            "days": days,
            "not_then": rules.not_then(person, hers.order_by("starts_at", "pk")),
            "failed": next((form for form in (week, days) if form.errors), None),
            "other_days": [one for one in person.other_days.all() if one.last_on >= today],
        }
        status = 422 if context["failed"] else 200
        return render(self.request, "roster/days.html", context, status=status)


@login_not_required
@never_cache
@require_POST
def remove(request: HttpRequest, pk: int, token: str, days_id: int) -> HttpResponse:
    """It is as in her week again. Of somebody else's nothing is removed."""
    person = load_person(pk, token)
    try:
        rate_limits.count_post(request)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return back_to(person, "days")
    OtherDays.objects.filter(person=person, pk=days_id).delete()
    say_once(request, _("Gone: those days are as in your week."))
    return back_to(person, "days")
