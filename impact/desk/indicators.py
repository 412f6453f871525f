"""How the indicators of one's hubs stand on their targets, and setting up the yearly figures."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.addresses import row_number
from core.backoffice.access import desk_page
from core.uploads import attachment
from impact.indicators.status import statuses_of
from impact.indicators.template import set_up
from impact.models import Indicator, Target, Value
from programmes.models import Hub
from submissions.access import SignedInRequest


@desk_page("impact.view_indicator")
def overview(request: SignedInRequest) -> HttpResponse:
    targets = (
        Target.objects.of_hubs(request.user)
        .select_related("indicator__hub", "funder")
        .prefetch_related("indicator__programmes", "milestones")
        .order_by("-due_on", "indicator__position", "pk")
    )
    without = Indicator.objects.of_hubs(request.user).filter(targets=None).select_related("hub")
    without = without.prefetch_related("programmes")
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Indicators"),
        "statuses": statuses_of(list(targets)),
        "without": without,
        "hubs": Hub.objects.of_hubs(request.user),
        "may_add": request.user.has_perm("impact.add_indicator"),
    }
    return TemplateResponse(request, "admin/impact/indicators.html", context)


@desk_page("impact.add_indicator", "POST")
def set_up_yearly(request: SignedInRequest) -> HttpResponse:
    hubs = Hub.objects.of_hubs(request.user)
    hub = get_object_or_404(hubs, pk=row_number(request.POST.get("hub")))
    number = set_up(hub)
    words = ngettext("%(number)d indicator was made.", "%(number)d indicators were made.", number)
    messages.success(request, words % {"number": number})
    return redirect("figures:indicators")


@desk_page("impact.view_value")
def proof(request: SignedInRequest, pk: int) -> HttpResponse:
    rows = Value.objects.of_hubs(request.user).exclude(proof="")
    value = get_object_or_404(rows, pk=pk)
    return attachment(value.proof, f"{value.day}.pdf", "application/pdf")
