"""'Mijn TEC': what a teacher booked and borrowed, and how far her classes are."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings.models import Booking
from bookings.models.booking import HOLDING
from bookings.pages.trajectory import trajectories
from kits.models import Loan
from kits.models.loan import HOLDING as LOANED
from submissions.access import SignedInRequest

PAST_PER_PAGE = 20


@never_cache
@require_safe
def my_tec(request: SignedInRequest) -> HttpResponse:
    mine = Booking.objects.visible_to(request.user).with_facts()
    coming = Q(state__in=HOLDING, visit__slot__starts_at__gt=timezone.now())
    past = mine.exclude(coming).order_by("-visit__slot__starts_at", "-pk")
    loans = Loan.objects.visible_to(request.user).with_facts()
    context = {
        "upcoming": mine.filter(coming).order_by("visit__slot__starts_at", "pk"),
        "past": Paginator(past, PAST_PER_PAGE).get_page(request.GET.get("pagina")),
        "loans": loans.filter(state__in=LOANED).order_by("starts_on", "pk"),
        "past_loans": loans.exclude(state__in=LOANED).order_by("-starts_on", "-pk")[:PAST_PER_PAGE],
        "trajectories": trajectories(request.user),
    }
    return render(request, "pages/my_tec.html", context)
