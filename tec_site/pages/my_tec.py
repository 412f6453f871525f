"""'Mijn TEC': what a teacher asked for, and how far her classes are."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kinds import Kind, kinds
from submissions.access import SignedInRequest

PAST_PER_PAGE = 20


@dataclass(frozen=True)
class Coming:
    kind: Kind
    rows: list[Any]


@dataclass(frozen=True)
class Past:
    """A page of rows, and the addresses of those before and after it."""

    kind: Kind
    rows: Page[Any]
    request: HttpRequest

    @property
    def before(self) -> str:
        return self._turned_to(self.rows.number - 1) if self.rows.has_previous() else ""

    @property
    def after(self) -> str:
        return self._turned_to(self.rows.number + 1) if self.rows.has_next() else ""

    def _turned_to(self, number: int) -> str:
        query = self.request.GET.copy()
        query[self.kind.slug] = str(number)
        return f"?{query.urlencode()}"


@never_cache
@require_safe
def my_tec(request: SignedInRequest) -> HttpResponse:
    user = request.user
    coming = [Coming(kind, list(kind.coming(user))) for kind in kinds()]
    past = [Past(kind, _page(request, kind), request) for kind in kinds()]
    blocks = [kind.block_for(user) for kind in kinds()]
    context = {
        "coming": [one for one in coming if one.rows],
        "past": [one for one in past if one.rows],
        "blocks": [block for block in blocks if block],
    }
    return render(request, "pages/my_tec.html", context)


def _page(request: SignedInRequest, kind: Kind) -> Page[Any]:
    rows: Any = kind.past(request.user)
    return Paginator(rows, PAST_PER_PAGE).get_page(request.GET.get(kind.slug))
