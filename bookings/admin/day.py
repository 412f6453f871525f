"""The day list: who comes on a day, for the screen and for paper, and who was here."""

import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Max, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.admin.moves import make_each
from bookings.models import Booking, State
from bookings.telling.documents import visits_on
from core.addresses import row_number
from core.backoffice.moves import MovesAdmin
from core.dates import ONE_DAY, parse_day, start_of_day
from core.kinds import OnDay, kinds
from submissions.wording import numbers_of


def day_page(model_admin: MovesAdmin, request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    day = parse_day(request.GET.get("dag", "")) or timezone.localdate()
    if request.method == "POST":
        return _note_attendance(model_admin, request, day)
    bookings = model_admin.get_queryset(request)
    visits = visits_on(day, bookings)
    classes = [booking for visit in visits for booking in visit.bookings]
    may_decide = model_admin.has_decide_permission(request)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Day list"),
        "day": day,
        "is_today": day == timezone.localdate(),
        "visits": visits,
        "venues": list({visit.visit.slot.venue_id: visit.visit for visit in visits}.values()),
        "numbers": numbers_of(classes),
        "waiting": {one.pk for one in classes if may_decide and waits_for_attendance(one)},
        "beside": _of_other_kinds(request, day),
        "before": _beside(bookings, day, forward=False),
        "after": _beside(bookings, day, forward=True),
    }
    return TemplateResponse(request, "admin/bookings/day.html", context)


def _of_other_kinds(request: HttpRequest, day: datetime.date) -> list[OnDay]:
    return [
        entry
        for kind in kinds()
        if kind.model is not Booking and kind.may_view(request.user)
        for entry in kind.on_days(day, day + ONE_DAY, request.user)
    ]


def day_address(day: datetime.date) -> str:
    return f"{reverse('admin:bookings_booking_day')}?{urlencode({'dag': day.isoformat()})}"


def these_days(field: str) -> Q:
    """What who only looks sees: `field` is from this Monday until a week from now."""
    today = timezone.localdate()
    monday = start_of_day(today - today.weekday() * ONE_DAY)
    return Q(**{f"{field}__gte": monday, f"{field}__lt": start_of_day(today + 8 * ONE_DAY)})


def waits_for_attendance(booking: Booking) -> bool:
    """Whether somebody is to say that the class was here, or was not."""
    return booking.state == State.CONFIRMED and booking.starts_at <= timezone.now()


def _beside(
    bookings: QuerySet[Booking], day: datetime.date, *, forward: bool
) -> datetime.date | None:
    """The nearest day before or after with a visit: weekends and holidays are passed over."""
    found = bookings.exclude(state=State.HELD).filter(visit__released_at=None).order_by()
    if forward:
        later = found.filter(visit__slot__starts_at__gte=start_of_day(day + ONE_DAY))
        moment = later.aggregate(moment=Min("visit__slot__starts_at"))["moment"]
    else:
        earlier = found.filter(visit__slot__starts_at__lt=start_of_day(day))
        moment = earlier.aggregate(moment=Max("visit__slot__starts_at"))["moment"]
    return timezone.localdate(moment) if moment else None


def _note_attendance(
    model_admin: MovesAdmin, request: HttpRequest, day: datetime.date
) -> HttpResponse:
    """The classes that were ticked were here; those of another day are left alone."""
    if not model_admin.has_decide_permission(request):
        raise PermissionDenied
    found = model_admin.get_queryset(request).filter(
        pk__in=map(row_number, request.POST.getlist("klas")),
        state=State.CONFIRMED,
        visit__slot__starts_at__gte=start_of_day(day),
        visit__slot__starts_at__lt=start_of_day(day + ONE_DAY),
    )
    make_each(model_admin, request, found, lifecycle.attend)
    return redirect(day_address(day))
