"""A person's own page: her shifts, what is open to her, her hours, her calendar.

Looking changes nothing: programs that read mail open every link. A button acts, once.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import calendars, rate_limits
from core.dates import NO_TIME
from core.lifecycle import Refused
from core.pages.saying import say_once
from roster import hours, lifecycle, links, people, rules
from roster.models import Person, Shift, ShiftState
from roster.pages.access import OldLink, back_to, load_follower, load_person
from roster.telling import ical
from roster.telling.notices import send_link
from schools.years import current_school_year, school_year_label

OPEN_SHOWN, PAST_SHOWN = 30, 10


@login_not_required
@never_cache
@require_safe
def own_page(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    return _show(request, load_person(pk, token))


@login_not_required
@never_cache
@require_POST
def take(request: HttpRequest, pk: int, token: str, shift_id: int) -> HttpResponse:
    said = _("It is yours: you are on the roster. Thank you!")
    return _answer(request, load_person(pk, token), shift_id, lifecycle.accept, said)


@login_not_required
@never_cache
@require_POST
def drop(request: HttpRequest, pk: int, token: str, shift_id: int) -> HttpResponse:
    said = _("You are off the roster for that one; we ask the others by mail now.")
    return _answer(request, load_person(pk, token), shift_id, lifecycle.drop_out, said)


def _answer(
    request: HttpRequest, person: Person, shift_id: int, verb: Callable[..., Any], said: str
) -> HttpResponse:
    shift = _shift(person, shift_id)
    try:
        rate_limits.count_post(request)
        verb(shift=shift, person=person)
    except Refused as refusal:
        return _show(request, person, refused=refusal)
    say_once(request, said)
    return back_to(person)


@login_not_required
@never_cache
@require_POST
def renew(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Somebody else has her link: it, and her calendar's address, end at once. Whoever asks may be
    that somebody, so the new one goes to her mail; only without an address it is shown."""
    try:
        person = load_person(pk, token)
    except OldLink as old:
        if old.person.has_left:
            raise
        return _say_renewed(request, old.person)  # the second of two clicks
    try:
        rate_limits.count_post(request)
    except Refused as refusal:
        return _show(request, person, refused=refusal)
    with transaction.atomic():
        people.renew_links(person)
        if person.email:
            send_link(person)
    if person.email:
        return _say_renewed(request, person)
    say_once(request, _("Your old link no longer works. This page has the new one: keep it."))
    return back_to(person)


def _say_renewed(request: HttpRequest, person: Person) -> HttpResponse:
    """To whoever has the old link, so without the new one."""
    if person.email:
        say_once(request, _("Your old link no longer works. The new one is in your mail."))
    else:
        say_once(request, _("Your old link no longer works. Ask the desk for the new one."))
    return redirect("home")


@login_not_required
@require_safe
def feed(request: HttpRequest, pk: int, token: str) -> HttpResponseBase:
    """Few rows, so the tag is that of the bytes themselves."""
    person = load_follower(pk, token)
    with translation.override(person.language):
        content = ical.feed(person)
    return calendars.feed_response(
        request,
        etag=hashlib.sha256(content).hexdigest()[:32],
        last_modified=ical.last_change(ical.for_feed(person)),
        build=lambda: content,
        filename="inzet.ics",
    )


def _shift(person: Person, shift_id: int) -> Shift:
    """A shift of her hub; 404 for another's."""
    found = Shift.objects.with_facts().filter(pk=shift_id, visit__slot__venue__hub=person.hub_id)
    shift = found.first()
    if shift is None:
        raise Http404
    return shift


def _show(request: HttpRequest, person: Person, refused: Refused | None = None) -> HttpResponse:
    rows = Shift.objects.with_facts().order_by("starts_at", "pk")
    hers, year = rows.filter(person=person), current_school_year()
    upcoming = rows.open().upcoming().filter(visit__slot__venue__hub=person.hub_id)
    worked = hours.by_person_in_year(Shift.objects.filter(person=person), year)
    context: dict[str, Any] = {
        "person": person,
        "hub": person.hub,
        "token": links.token_of(person),
        "mine": hers.filter(state=ShiftState.TAKEN, ends_at__gt=timezone.now()),
        "open": rules.open_to(person, list(upcoming))[:OPEN_SHOWN],
        "past": hers.filter(state=ShiftState.WORKED).order_by("-starts_at", "-pk")[:PAST_SHOWN],
        "hours": hours.in_hours(worked.get(person.pk, NO_TIME)),
        "year": school_year_label(year),
        "feed": links.feed_address(person),
        "has_days": person.availabilities.all() or person.other_days.all(),
        "refused": getattr(refused, "to_her", refused),
    }
    return render(request, "roster/own.html", context, status=409 if refused else 200)
