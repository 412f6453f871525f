"""Bookings: the list, and what can be done with each."""

import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from schools.models import Submission
from tec_site.days import start_of_day
from tec_site.model_admins import ModelAdmin, ReadOnly

from ..models import Booking, State
from .schedule import WhenFilter

STATE_COLOURS = {
    State.HELD: "info",
    State.REQUESTED: "warning",
    State.CONFIRMED: "success",
    State.NO_SHOW: "danger",
}


class BookingWhenFilter(WhenFilter):
    field = "visit__slot__starts_at"


class AttentionFilter(admin.SimpleListFilter):
    """What waits for staff: requests, and what a change elsewhere has made doubtful."""

    title = _("needs attention")
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("waits for us"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.filter(~Q(attention="") | Q(state=State.REQUESTED))
        return queryset


@admin.register(Booking)
class BookingAdmin(ReadOnly, ModelAdmin):
    list_display = (
        "day_shown", "time_shown", "programme", "class_name", "school", "pupils", "state_shown",
        "attention_shown",
    )  # fmt: skip
    list_display_links = ("day_shown", "time_shown", "class_name")
    list_select_related = ("submission__school", "visit__slot", "visit__programme")
    list_filter = (
        BookingWhenFilter,
        AttentionFilter,
        ("state", ChoicesDropdownFilter),
        ("visit__programme", RelatedDropdownFilter),
        ("visit__slot__venue", RelatedDropdownFilter),
        ("visit__slot__starts_at", RangeDateTimeFilter),
    )
    search_fields = ("class_name",)
    search_help_text = _("reference, school, class, contact or e-mail address")
    ordering = ("visit__slot__starts_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        bookings = super().get_queryset(request)
        if request.user.has_perm("bookings.change_booking"):
            return bookings
        return bookings.filter(self._these_days())

    def _these_days(self) -> Q:
        """For who only looks: from this Monday until a week from now."""
        today = timezone.localdate()
        monday = today - datetime.timedelta(days=today.weekday())
        return Q(
            visit__slot__starts_at__gte=start_of_day(monday),
            visit__slot__starts_at__lt=start_of_day(today + datetime.timedelta(days=8)),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Booking], search_term: str
    ) -> tuple[QuerySet[Booking], bool]:
        """Each word is in the class, the reference, the school or the contact."""
        for word in search_term.split():
            submissions = Submission.objects.matching(word)
            queryset = queryset.filter(
                Q(class_name__icontains=word) | Q(submission__in=submissions.values("pk"))
            )
        return queryset, False

    @display(description=_("date"), ordering="visit__slot__starts_at")
    def day_shown(self, booking: Booking) -> str:
        return date_format(timezone.localtime(booking.starts_at), "D j b Y")

    @display(description=_("time"))
    def time_shown(self, booking: Booking) -> str:
        return f"{timezone.localtime(booking.starts_at):%H:%M}"

    @display(description=_("programme"))
    def programme(self, booking: Booking) -> str:
        return booking.visit.programme.title

    @display(description=_("school"), ordering="submission__school__name")
    def school(self, booking: Booking) -> str:
        return booking.submission.school_name

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_shown(self, booking: Booking) -> tuple[str, str]:
        return booking.state, booking.get_state_display()

    @display(description=_("needs attention"))
    def attention_shown(self, booking: Booking) -> str:
        return booking.get_attention_display()
