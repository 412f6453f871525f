"""Patterns: of each a weekday, its times, its season and its programmes."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from bookings.admin.schedule.making import make_slots_page, say_which_stay, say_who_can_join
from bookings.admin.schedule.season import season_page
from bookings.models import SchedulePattern
from core.backoffice.base import Button, ModelAdmin, NoDelete
from core.backoffice.filters import DefaultFilter, RelatedDropdownFilter
from core.dates import from_to
from programmes.one_hub import OneHubForm


class SeasonFilter(DefaultFilter):
    """Patterns of this season and later, unless one asks for the others."""

    title = _("season")
    parameter_name = "season"
    default = _("present and to come")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("past", _("past")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = timezone.localdate()
        match self.value():
            case "past":
                return queryset.filter(season_to__lt=today)
            case "all":
                return queryset
        return queryset.filter(season_to__gte=today)


class PatternForm(OneHubForm):
    together = ("programmes",)


@admin.register(SchedulePattern)
class SchedulePatternAdmin(NoDelete, ModelAdmin):
    logs_values = True
    form = PatternForm
    list_display = (
        "weekday", "times", "programmes_shown", "venue", "season", "public_from", "slots_made",
    )  # fmt: skip
    list_display_links = ("weekday", "times")
    list_select_related = ("venue",)
    list_filter = (
        SeasonFilter,
        ("venue", RelatedDropdownFilter),
        ("programmes", RelatedDropdownFilter),
        ("weekday", ChoicesDropdownFilter),
    )
    ordering = ("season_from", "weekday", "starts_at", "venue")
    search_fields = ("programmes__title", "venue__name")
    search_help_text = _("programme or venue")
    autocomplete_fields = ("programmes",)
    fields = (
        "venue",
        ("weekday", "starts_at", "ends_at"),
        ("season_from", "season_to"),
        "programmes",
        ("max_groups", "max_pupils"),
        "public_from",
    )
    list_before_template = "admin/bookings/_copy_season.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SchedulePattern]:
        patterns = super().get_queryset(request).prefetch_related("programmes")
        return patterns.annotate(slot_count=Count("slots", distinct=True))

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            asking = require_http_methods(["GET", "POST"])(partial(view, self))
            return path(route, self.admin_site.admin_view(asking), name=name)

        return [
            page("seizoen/", season_page, "bookings_schedulepattern_season"),
            page(
                "<id:pattern_id>/dagdelen/",
                make_slots_page,
                "bookings_schedulepattern_make_slots",
            ),
            *super().get_urls(),
        ]

    @display(description=_("time"), ordering="starts_at")
    def times(self, pattern: SchedulePattern) -> str:
        return from_to(pattern.starts_at, pattern.ends_at)

    @display(description=_("programmes"))
    def programmes_shown(self, pattern: SchedulePattern) -> str:
        return ", ".join(programme.title for programme in pattern.programmes.all())

    @display(description=_("season"), ordering="season_from")
    def season(self, pattern: SchedulePattern) -> str:
        first, last = pattern.season_from, pattern.season_to
        return (
            f"{date_format(first, 'BRIEF_DATE_FORMAT')} – {date_format(last, 'BRIEF_DATE_FORMAT')}"
        )

    @display(description=_("slots"), ordering="slot_count")
    def slots_made(self, pattern: Any) -> int:
        return pattern.slot_count

    def buttons(self, request: HttpRequest, row: SchedulePattern) -> list[Button]:
        if not request.user.has_perm("bookings.add_visitslot"):
            return []
        address = reverse("admin:bookings_schedulepattern_make_slots", args=[row.pk])
        return [Button(str(_("Make slots")), address, "primary")]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "programmes" in form.changed_data:
            say_who_can_join(request, form.instance)
        if change and {"starts_at", "ends_at"} & set(form.changed_data):
            say_which_stay(request, form.instance)
