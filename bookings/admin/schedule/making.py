"""The page of a pattern: staff make its slots there, let its programmes join those that were made
before, or give them its time."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.models import SchedulePattern
from bookings.planning.schedule import join_slots, make_slots, plan_slots
from bookings.planning.times import at_another_time, retime_slots
from core.backoffice.changes import log_done
from core.dates import parse_day

PAGE = "admin:bookings_schedulepattern_make_slots"


def make_slots_page(model_admin: Any, request: HttpRequest, pattern_id: int) -> HttpResponse:
    """What there is to do, and on POST what was pressed."""
    pattern = model_admin.get_object(request, str(pattern_id))
    if not request.user.has_perm("bookings.add_visitslot"):
        raise PermissionDenied
    if pattern is None:
        raise Http404
    if request.method == "POST":
        return _do(request, pattern)
    other = at_another_time(pattern)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Make slots"),
        "subtitle": str(pattern),
        "opts": model_admin.opts,
        "plan": plan_slots(pattern),
        "other": other,
        "follow": [one for one in other if not one.is_promised],
        "stay": [one for one in other if one.is_promised],
        "pattern": pattern,
    }
    return TemplateResponse(request, "admin/bookings/make_slots.html", context)


def _do(request: HttpRequest, pattern: SchedulePattern) -> HttpResponse:
    leads_to = "admin:bookings_schedulepattern_change"
    if "retime" in request.POST:
        if not request.user.has_perm("bookings.change_visitslot"):
            raise PermissionDenied
        done = partial(slots_changed, retime_slots(pattern, by=request.user))
        leads_to = PAGE
    elif "join" in request.POST:
        done = partial(_slots_joined, join_slots(pattern))
    else:
        asked = map(parse_day, request.POST.getlist("anyway"))
        made = make_slots(pattern, {day for day in asked if day})
        done = partial(slots_made, len(made.new))
    log_done(request.user, pattern, done)
    messages.success(request, done())
    return redirect(leads_to, pattern.pk)


# --- After a pattern was changed ------------------------------------------------------------------


def say_who_can_join(request: HttpRequest, pattern: SchedulePattern) -> None:
    """Warn that programmes of the pattern are not in slots made before."""
    if joining := plan_slots(pattern).joining:
        names = ", ".join(one.programme.title for one in joining)
        text = _("{} cannot be booked in slots that were made before. {}")
        link = _link(pattern, _("Let it join them"))
        messages.warning(request, format_html(str(text), names, link))


def say_which_stay(request: HttpRequest, pattern: SchedulePattern) -> None:
    """Warn of slots that keep the pattern's old time."""
    if other := len(at_another_time(pattern)):
        text = ngettext(
            "{} slot that was made before is still at its old time. {}",
            "{} slots that were made before are still at their old time. {}",
            other,
        )
        link = _link(pattern, _("See which can follow"))
        messages.warning(request, format_html(text, other, link))


def _link(pattern: SchedulePattern, text: Any) -> Any:
    return format_html('<a href="{}">{}</a>', reverse(PAGE, args=[pattern.pk]), text)


# --- In words ---------------------------------------------------------------------------------


def slots_made(number: int) -> str:
    text = ngettext("%(number)d slot was made.", "%(number)d slots were made.", number)
    return text % {"number": number}


def slots_changed(number: int) -> str:
    text = ngettext("%(number)d slot changed.", "%(number)d slots changed.", number)
    return text % {"number": number}


def _slots_joined(number: int) -> str:
    text = ngettext(
        "%(number)d slot takes more programmes now.",
        "%(number)d slots take more programmes now.",
        number,
    )
    return text % {"number": number}
