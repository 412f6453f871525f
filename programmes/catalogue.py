"""A list of cards with filters: of programmes, and of what others show in the same way."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import addresses
from programmes.filters import CatalogueFilter

PER_PAGE = 12


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
    if request.headers.get("HX-Request") != "true":
        return render(request, template, context)
    response = render(request, f"{template}#results", context)
    response["HX-Push-Url"] = addresses.address(request, asked)
    return response
