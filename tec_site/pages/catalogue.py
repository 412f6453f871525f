"""What schools can book: the catalogue, and a programme with its free dates.

These pages stand here because they show programmes *and* what is free, and `programmes` must
not know `bookings` (docs/decisions/0009).
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from bookings.pages.instead import comes_later, published_programme
from bookings.pages.waiting import own_offers
from bookings.planning.availability import Outlook, first_free
from bookings.planning.month import build_month, to_form
from bookings.planning.offer import Offer
from bookings.telling.wording import price_of, requirements_of
from core.addresses import is_for_part
from core.dates import YearMonth, month_of
from core.kinds import blocks_told_of
from programmes.cards import page_of, read_curriculum, show
from programmes.filters import ProgrammeFilter
from programmes.models import Programme, ProgrammeKind
from schools.holidays import holidays_of, region_of, remember
from schools.models import HolidayRegion
from schools.months import parse_month
from submissions.pages.prefilled import class_asked, query_of_class

app_name = "programmes"
FIRST_FREE = 5


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def catalogue(request: HttpRequest) -> HttpResponse:
    filters = ProgrammeFilter(request.GET, queryset=Programme.objects.published())
    # All at once: programmes are few, and counting them would be a query more.
    found = sorted(filters.qs.prefetch_related("worlds"), key=comes_later)
    page = page_of(request, found)
    free, required = first_free(page), requirements_of(page, request.user)
    cards = [(one, free.get(one.pk), required.get(one.pk, "")) for one in page]
    carried = query_of_class(class_asked(request))
    return show(
        request, "programmes/programme_list.html", filters, page, cards=cards, carried=carried
    )


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    found = published_programme(slug)
    is_fragment = is_for_part(request)
    outlook = Outlook(found)
    free = outlook.next_free(1 if is_fragment else FIRST_FREE)
    at = _month(request, free)
    carried = query_of_class(class_asked(request))
    holidays = holidays_of(request, at.first, at.last)
    context = {
        "programme": found,
        "hub": found.venue.hub,
        "price": price_of(found),
        "free": free,
        "month": build_month(
            at,
            outlook.month(at),
            holidays,
            address=to_form(found, carried),
            soonest=free,
            waiting=to_form(found, carried, wachtlijst=1),
            own=own_offers(request, found),
        ),
        "carried": carried,
        "requirement": requirements_of([found], request.user).get(found.pk, ""),
        "region": region_of(request),
        "regions": HolidayRegion.choices,
        "kept": [("maand", at), *carried.items()],
    }
    template = "programmes/programme_detail.html"
    if is_fragment:
        return render(request, f"{template}#month", context)
    response = render(request, template, context | _facts(found))
    remember(request, response)
    return response


def _month(request: HttpRequest, free: list[Offer]) -> YearMonth:
    """The month asked for; otherwise the first in which there is something to choose."""
    asked = request.GET.get("maand", "")
    return month_of(free[0].day) if free and not asked else parse_month(asked)


def _facts(programme: Programme) -> dict[str, Any]:
    """What the page tells beside the calendar."""
    read_curriculum(programme)
    return {
        "told": blocks_told_of(programme),
        "components": list(programme.components.all())
        if programme.kind == ProgrammeKind.TASTER
        else [],
        "tasters": (
            list(Programme.objects.published().for_schools().filter(kind=ProgrammeKind.TASTER))
            if programme.requires_taster
            else []
        ),
    }


urlpatterns = [
    path("", catalogue, name="catalogue"),
    path("<slug:slug>/", programme, name="programme"),
]
