"""The day list: who comes on a day, for the screen and for paper, and who was here."""

import datetime
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.attendance import attendance_of, note_attendance, say_what_differs
from bookings.models import Booking, State
from bookings.planning.planner import marked
from bookings.telling.day_papers import going_round
from bookings.telling.documents import DayVisit, visits_on
from core.backoffice.moves import MovesAdmin
from core.dates import ONE_DAY, parse_day, start_of_day
from core.kinds import OnDay, kinds
from programmes.models import Closure
from submissions.wording import numbers_of


def day_page(model_admin: MovesAdmin, request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    day = parse_day(request.GET.get("dag", "")) or timezone.localdate()
    bookings = model_admin.get_queryset(request)
    shut = Closure.objects.filter(
        venue=OuterRef("visit__slot__venue"), starts_on__lte=day, ends_on__gte=day
    )
    visits = visits_on(day, bookings.annotate(shut_for=Subquery(shut.values("reason")[:1])))
    may_decide = model_admin.has_decide_permission(request)
    filled_in = request.POST if request.method == "POST" else None
    if filled_in is not None and not may_decide:
        raise PermissionDenied
    waiting = attendance_of(_classes(visits), filled_in) if may_decide else {}
    if filled_in is not None:
        say_what_differs(request, bookings, waiting)
        if note_attendance(request, waiting):
            return redirect(day_address(day))
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Day list"),
        "waiting": waiting,
        "may_decide": may_decide,
        "listed": [
            (visit, [(booking, waiting.get(booking.pk)) for booking in visit.bookings])
            for visit in visits
        ],
        **_day_in_short(day, visits, bookings),
        "empty": None if visits else marked(day, request.user),
        "beside": _of_other_kinds(request, day),
    }
    status = 422 if filled_in is not None else 200
    return TemplateResponse(request, "admin/bookings/day.html", context, status=status)


def _classes(visits: Sequence[DayVisit]) -> list[Booking]:
    return [booking for visit in visits for booking in visit.bookings]


def _day_in_short(
    day: datetime.date, visits: Sequence[DayVisit], bookings: QuerySet[Booking]
) -> dict[str, Any]:
    return {
        "day": day,
        "is_today": day == timezone.localdate(),
        "visits": visits,
        "numbers": numbers_of(_classes(visits)),
        "venues": list({visit.visit.slot.venue_id: visit.visit for visit in visits}.values()),
        "round": going_round(visits),
        "before": _beside(bookings, day, forward=False),
        "after": _beside(bookings, day, forward=True),
    }


def _of_other_kinds(request: HttpRequest, day: datetime.date) -> list[OnDay]:
    return [
        entry
        for kind in kinds()
        if kind.model is not Booking and kind.may_view(request.user)
        for entry in kind.on_days(day, day + ONE_DAY, request.user)
    ]


def day_address(day: datetime.date) -> str:
    return f"{reverse('admin:bookings_booking_day')}?{urlencode({'dag': day.isoformat()})}"


def _beside(
    bookings: QuerySet[Booking], day: datetime.date, *, forward: bool
) -> datetime.date | None:
    """The nearest day before or after with a visit: weekends and holidays are passed over."""
    found = bookings.exclude(state=State.HELD).filter(visit__released_at=None)
    # The first in order and no minimum: for that all bookings of all years would be read.
    if forward:
        found = found.filter(visit__slot__starts_at__gte=start_of_day(day + ONE_DAY))
        found = found.order_by("visit__slot__starts_at")
    else:
        found = found.filter(visit__slot__starts_at__lt=start_of_day(day))
        found = found.order_by("-visit__slot__starts_at")
    moment = found.values_list("visit__slot__starts_at", flat=True).first()
    return timezone.localdate(moment) if moment else None
