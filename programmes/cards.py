"""A list of cards with filters: of programmes, and of what others show in the same way."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import addresses
from programmes.filters import CatalogueFilter
from programmes.models import CoreObjective

PER_PAGE = 12


def read_curriculum(offer: Any) -> None:
    """The worlds and core objectives of a programme or kit, in the order of the page."""
    objectives = CoreObjective.objects.in_order()
    prefetch_related_objects([offer], "worlds", Prefetch("core_objectives", objectives))


def page_of(request: HttpRequest, found: QuerySet[Any] | Sequence[Any]) -> "Page[Any]":
    return Paginator(found, PER_PAGE).get_page(request.GET.get("pagina"))


def show(
    request: HttpRequest, template: str, filters: CatalogueFilter, page: "Page[Any]", **more: Any
) -> HttpResponse:
    """The whole page, or for htmx its partial `results` and the address that shows it again."""
    asked = addresses.asked(request)
    chosen = [
        (one.label, addresses.address(request, asked, without=one.name)) for one in filters.chosen()
    ]
    context = {
        "asked": asked,
        "selects": filters.selects(),
        "inputs": filters.inputs(),
        "chosen": chosen,
        "nonsense": bool(filters.errors),
        "page": page,
    } | more
    if not addresses.is_for_part(request):
        return render(request, template, context)
    response = render(request, f"{template}#results", context)
    response["HX-Push-Url"] = addresses.address(request, asked)
    return response
