"""Visits: who comes together, how full it is."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from tec_site.model_admins import ModelAdmin, ReadOnly

from ..models import Booking, Visit
from .schedule import WhenFilter


class VisitWhenFilter(WhenFilter):
    field = "slot__starts_at"


class BookingInline(ReadOnly, TabularInline):
    model = Booking
    extra = 0
    fields = ("class_name", "school", "pupils", "supervisors", "state")
    readonly_fields = fields
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        return super().get_queryset(request).select_related("submission__school").order_by("pk")

    @display(description=_("school"))
    def school(self, booking: Booking) -> str:
        return booking.submission.school_name


@admin.register(Visit)
class VisitAdmin(ReadOnly, ModelAdmin):
    list_display = (
        "day_shown",
        "time_shown",
        "programme",
        "classes",
        "pupils",
        "venue",
        "going_on",
    )
    list_display_links = ("day_shown", "time_shown")
    list_select_related = ("slot__venue", "programme")
    list_filter = (
        VisitWhenFilter,
        ("programme", RelatedDropdownFilter),
        ("released_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("programme__title",)
    ordering = ("slot__starts_at", "pk")
    inlines = (BookingInline,)
    fields = ("programme", "slot", "classes", "pupils", ("opened_at", "released_at"))
    readonly_fields = fields[:-1]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visit]:
        return super().get_queryset(request).select_related("slot__venue", "programme")

    @display(description=_("date"), ordering="slot__starts_at")
    def day_shown(self, visit: Visit) -> str:
        return date_format(timezone.localtime(visit.slot.starts_at), "D j b Y")

    @display(description=_("time"))
    def time_shown(self, visit: Visit) -> str:
        return f"{timezone.localtime(visit.slot.starts_at):%H:%M}"

    @display(description=_("classes"), ordering="groups_taken")
    def classes(self, visit: Visit) -> str:
        return f"{visit.groups_taken} / {visit.max_groups}"

    @display(description=_("pupils"), ordering="pupils_taken")
    def pupils(self, visit: Visit) -> str:
        return f"{visit.pupils_taken} / {visit.max_pupils}"

    @display(description=_("venue"))
    def venue(self, visit: Visit) -> str:
        return visit.slot.venue.name

    @display(description=_("in use"), boolean=True, ordering="released_at")
    def going_on(self, visit: Any) -> bool:
        return visit.released_at is None
