"""Which kits there are, and when one can be borrowed."""

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from core.addresses import is_for_part
from core.dates import ONE_DAY, YearMonth, month_of, parse_day
from core.kinds import blocks_told_of
from core.pages.not_found import NotOffered
from kits.desk_days import desk_calendars, free_again_on
from kits.free_boxes import FreeCopies, KitCalendar, calendars
from kits.lendable_days import Period, look_at
from kits.models import Delivery, LessonKit
from kits.pages import waiting
from kits.pages.filters import KitFilter
from kits.pages.month import build_month
from kits.pages.with_visit import KEY, query_of_visit, visit_of
from programmes.cards import page_of, read_curriculum, show
from schools.holidays import holidays_of, region_of, remember
from schools.models import HolidayRegion
from schools.months import parse_month
from submissions.pages.prefilled import class_asked, query_of_class
from submissions.rules import first_bookable_moment

# How far a card looks ahead for the first day on which the kit is free.
FIRST_FREE_WITHIN = datetime.timedelta(days=90)
SHOWN_INSTEAD = 3  # in the place of a kit that is not lent


class Card(NamedTuple):
    kit: LessonKit
    copies: FreeCopies | None  # in the period asked for
    first_free: datetime.date | None


class KitNotOffered(NotOffered):
    template_name = "kits/not_offered.html"

    def context(self, request: HttpRequest) -> dict[str, Any]:
        kits = LessonKit.objects.published().select_related("venue").prefetch_related("worlds")
        found = list(kits[:SHOWN_INSTEAD])
        first_free = first_free_days(found)
        return {"cards": [Card(kit, None, first_free.get(kit.pk)) for kit in found]}


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def catalogue(request: HttpRequest) -> HttpResponse:
    filters = KitFilter(request.GET, queryset=LessonKit.objects.published())
    found = filters.qs.select_related("venue").prefetch_related("worlds")
    page = page_of(request, found)
    cards = _cards(list(page), filters)
    return show(request, "kits/kit_list.html", filters, page, cards=cards, period=filters.period)


@login_not_required
@never_cache
@require_safe
@vary_on_headers("HX-Request")
def kit(request: HttpRequest, slug: str) -> HttpResponse:
    """What is in it and for whom; a month of days to start on, then the days to return."""
    found = LessonKit.objects.published().select_related("venue__hub").filter(slug=slug).first()
    if found is None:
        raise KitNotOffered
    booking = visit_of(request)
    start = parse_day(request.GET.get("van", ""))
    at = _month_asked(request, start)
    delivery = delivery_of(request, found)
    first, last = at.first, at.last
    if start is not None and month_of(start) != at:
        start = None  # another month was turned to since
    period = look_at(found, first, last, delivery, booking)
    waits = start is not None and period.can_wait(start)
    is_choice = waits or (start is not None and period.can_start(start))
    context = {
        "kit": found,
        "hub": found.venue.hub,
        "month": build_month(period, at, start, holidays_of(request, at.first, at.last)),
        "region": region_of(request),
        "regions": HolidayRegion.choices,
        "kept": [one for one in request.GET.items() if one[0] != "regio"],
        "start": start,
        "form": reverse("kits:reserve", args=[found.slug]),
        "returns": period.returns(start) if start and is_choice else [],
        "may_wait": period.may_wait,
        "waits": waits,
        "booking": booking,
        "asked": {"hoe": delivery}
        | query_of_visit(booking, request.GET.get(KEY))
        | query_of_class(class_asked(request)),
        "delivery": delivery,
        "deliveries": Delivery.choices if found.can_be_delivered else [],
    }
    if own := waiting.own_offer(request, found):
        context |= {"own": own, "own_address": waiting.wait_address(own.submission)}
    template = "kits/kit_detail.html"
    if is_for_part(request):
        return render(request, f"{template}#lending", context)
    context["told"] = blocks_told_of(found)
    response = render(request, template, context | _facts(found))
    remember(request, response)
    return response


# --- What the addresses ask ----------------------------------------------------------------------


def delivery_of(request: HttpRequest, kit: LessonKit) -> str:
    """How the box comes: at the desk, unless the round is asked for and drives with this kit."""
    asked = request.GET.get("hoe", "")
    return Delivery.ROUND if asked == Delivery.ROUND and kit.can_be_delivered else Delivery.DESK


def _month_asked(request: HttpRequest, start: datetime.date | None) -> YearMonth:
    if "maand" not in request.GET and start is not None:
        return parse_month(str(month_of(start)))
    if "maand" not in request.GET:
        return month_of(timezone.localdate(first_bookable_moment(None)))
    return parse_month(request.GET["maand"])


# --- What the pages show -------------------------------------------------------------------------


def _cards(kits: Sequence[LessonKit], filters: KitFilter) -> list[Card]:
    first_free = {} if filters.free else first_free_days(kits)
    return [Card(kit, filters.free.get(kit.pk), first_free.get(kit.pk)) for kit in kits]


def first_free_days(kits: Sequence[LessonKit]) -> dict[int, datetime.date]:
    """Kit (primary key) → the first day on which a copy can be collected at the desk, to come back
    on another day."""
    if not kits:
        return {}
    first = timezone.localdate(first_bookable_moment(None))
    last = first + FIRST_FREE_WITHIN
    before = max(free_again_on(kit, last + kit.loan_days * ONE_DAY) for kit in kits)
    copies = calendars(first, before, kits)
    found_desks = desk_calendars({kit.venue for kit in kits}, first, before)
    desks = {venue: desk for (venue, way), desk in found_desks.items() if way == Delivery.DESK}
    days = {venue: desk.days(first, last) for venue, desk in desks.items()}
    found = {}
    for kit in kits:
        period = Period(kit, desks[kit.venue_id], copies.get(kit.pk, KitCalendar()))
        free = (day for day in days[kit.venue_id] if period.can_be_lent_from(day))
        found[kit.pk] = next(free, None)
    return {pk: day for pk, day in found.items() if day}


def _facts(kit: LessonKit) -> dict[str, Any]:
    """What the page tells beside the calendar."""
    read_curriculum(kit)
    documents = kit.documents.current().defer("text").order_by("-kind")  # the guide first
    return {
        "contents": list(kit.contents.all()),
        "documents": list(documents),
    }
