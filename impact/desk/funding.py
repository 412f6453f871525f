"""Who pays for what, what was pledged, and what volunteers' hours are worth."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from core.backoffice.access import desk_page
from core.uploads import attachment
from impact.counting.figures import compute
from impact.counting.sources import by_source
from impact.counting.volunteers import volunteering
from impact.desk.choice import choice_of
from impact.models import Pledge, PledgeState
from submissions.access import SignedInRequest

STATES = (PledgeState.VERBAL, PledgeState.WRITTEN, PledgeState.RECEIVED)


@dataclass(frozen=True)
class Sum:
    """What was pledged in a state, in euros."""

    state: PledgeState
    money: Decimal
    in_kind: Decimal


@desk_page("impact.view_pledge")
def overview(request: SignedInRequest) -> HttpResponse:
    choice = choice_of(request.GET, request.user)
    of_days = Pledge.objects.of_days(choice.span.first, choice.span.last)
    of_hubs = of_days.filter(source__hub__in=choice.scope.hubs)
    of_source = {"source": choice.source.pk} if choice.source else {}
    pledges = list(of_hubs.filter(**of_source).select_related("source__hub"))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Funding"),
        "choice": choice,
        "parts": by_source(choice.scope, choice.sources),
        "total": {
            code.replace("-", "_"): number
            for code, number in compute(choice.scope, ("pupils", "pupils-booked", "visits")).items()
        },
        "pledges": pledges,
        "sums": sums_of(pledges),
        "volunteers": volunteering(choice.scope),
    }
    return TemplateResponse(request, "admin/impact/funding.html", context)


def sums_of(pledges: list[Pledge]) -> list[Sum]:
    found = []
    for state in STATES:
        money, in_kind = (
            [one.amount for one in pledges if (one.state, one.is_in_kind) == (state, kind)]
            for kind in (False, True)
        )
        found.append(Sum(state, sum(money, Decimal(0)), sum(in_kind, Decimal(0))))
    return found


@desk_page("impact.view_pledge")
def paper(request: SignedInRequest, pk: int) -> HttpResponse:
    pledge = get_object_or_404(Pledge.objects.of_hubs(request.user).exclude(paper=""), pk=pk)
    return attachment(pledge.paper, f"{pledge.written_on}.pdf", "application/pdf")
