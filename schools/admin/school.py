"""Schools, boards, classes and holidays."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.asking import ask_page
from core.backoffice.base import (
    Button,
    ModelAdmin,
    NoDelete,
    ReadOnly,
    SaidInCalendars,
)
from core.backoffice.changes import log_done
from core.backoffice.exports import ExportingAdmin
from core.backoffice.filters import DefaultFilter
from core.backoffice.planned import ShowsPlannedAdmin, ShowsPlannedForm
from core.kinds import Planned, kinds
from core.lifecycle import Refused
from core.text.normal import fold
from schools.admin.exports import SCHOOLS
from schools.admin.importing import import_urls
from schools.forms import MergeForm
from schools.lifecycle import merge_schools
from schools.models import ClassGroup, PupilCount, School, SchoolBoard, SchoolHoliday
from schools.search import telling_words
from schools.years import current_school_year, school_year_in, school_year_label


class ClosedFilter(DefaultFilter):
    """Open schools, unless one asks for the others."""

    title = _("closed")
    parameter_name = "closed"
    default = _("open")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("closed", _("closed")), ("merged", _("merged")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "closed":
                return queryset.exclude(closed_on=None)
            case "merged":
                return queryset.exclude(merged_into=None)
            case "all":
                return queryset
        return queryset.open()


class PupilCountInline(ReadOnly, TabularInline):
    model = PupilCount
    fields = ("year", "pupils")
    ordering = ("-year",)
    extra = 0
    per_page = 10
    collapsible = True


@admin.register(School)
class SchoolAdmin(NoDelete, SaidInCalendars, ExportingAdmin):
    logs_values = True
    resource_classes = (SCHOOLS,)
    list_display = ("name", "city", "site_code", "sector", "region", "board", "verified")
    list_select_related = ("board",)
    list_filter = (
        "is_verified",
        ClosedFilter,
        ("sector", ChoicesDropdownFilter),
        ("holiday_region", ChoicesDropdownFilter),
    )
    search_fields = ("search_text",)
    search_help_text = _("name, place, postcode or code")
    autocomplete_fields = ("board", "merged_into")
    readonly_fields = ("merged_into",)
    inlines = (PupilCountInline,)
    fieldsets = (
        (None, {"fields": ("name", "site_code", ("sector", "structure"), "board")}),
        (
            _("Address"),
            {
                "fields": (
                    ("street", "house_number"),
                    ("postcode", "city"),
                    ("municipality", "municipality_code", "province"),
                    "website",
                )
            },
        ),
        (
            _("Standing"),
            {
                "fields": (
                    "holiday_region",
                    "denomination",
                    "is_verified",
                    "closed_on",
                    "merged_into",
                )
            },
        ),
    )

    # --- A school that turns out to be another one --------------------------------------------

    def get_urls(self) -> list[Any]:
        page = path(
            "<id:school_id>/samenvoegen/",
            self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.merge_page)),
            name="schools_school_merge",
        )
        return [page, *import_urls(self), *super().get_urls()]

    def buttons(self, request: HttpRequest, row: School) -> list[Button]:
        found = super().buttons(request, row)
        if row.can_be_merged and self.has_change_permission(request):
            address = reverse("admin:schools_school_merge", args=[row.pk])
            style = "" if row.is_verified else "primary"  # most that close are gone
            found.insert(0, Button(str(_("Merge with a listed school")), address, style))
        return found

    def merge_page(self, request: HttpRequest, school_id: int) -> HttpResponse:
        """Choose which listed school this is; everything of this one goes to it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        another = School.objects.filter(Q(is_verified=False) | Q(closed_on__isnull=False))
        source = get_object_or_404(another, pk=school_id)
        data = request.POST if request.method == "POST" else None
        form = MergeForm(data, source=source)
        if data is not None and form.is_valid():
            target = form.cleaned_data["school"]
            try:
                merge_schools(source=source, target=target)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                log_done(request.user, target, partial(_merged, source, target))
                messages.success(request, _merged(source, target))
                return redirect("admin:schools_school_change", target.pk)
        return ask_page(
            request,
            source,
            form,
            title=_("Merge with a listed school"),
            explanation=_(
                "Bookings, classes and people of this school go to the listed one. This cannot "
                "be undone."
            )
            if not source.is_verified
            else _(
                "For a school that goes on under another code. All its bookings, loans, classes "
                "and people go to the listed one, and figures count the two as one school, also "
                "of past years. This cannot be undone."
            ),
            submit=_("Merge"),
        )

    # --- Columns and search -------------------------------------------------------------------

    @display(description=_("holiday region"), ordering="holiday_region")
    def region(self, school: School) -> str:
        return school.get_holiday_region_display()

    @display(description=_("verified"), boolean=True, ordering="is_verified")
    def verified(self, school: School) -> bool:
        return school.is_verified

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[School], search_term: str
    ) -> tuple[QuerySet[School], bool]:
        """As on the booking form: accents, case and the order of words do not matter."""
        found: Any = queryset
        return found.matching(" ".join(telling_words(fold(search_term)))), False


@admin.register(SchoolBoard)
class SchoolBoardAdmin(NoDelete, ModelAdmin):
    logs_values = True
    list_display = ("name", "number", "schools_count")
    search_fields = ("name", "number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SchoolBoard]:
        return super().get_queryset(request).annotate(school_count=Count("schools"))

    @display(description=_("schools"), ordering="school_count")
    def schools_count(self, board: Any) -> int:
        return board.school_count


class SchoolYearFilter(admin.SimpleListFilter):
    title = _("school year")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        this = current_school_year()
        return [(str(year), school_year_label(year)) for year in range(this + 1, this - 6, -1)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        year = school_year_in(self.value())
        return queryset if year is None else queryset.filter(school_year=year)


@admin.register(ClassGroup)
class ClassGroupAdmin(NoDelete, ModelAdmin):
    list_display = ("name", "school", "year_groups_shown", "year_shown")
    list_select_related = ("school",)
    list_filter = (SchoolYearFilter,)
    search_fields = ("name_key", "school__search_text")
    autocomplete_fields = ("school", "continues")
    fields = ("school", "name", "school_year", ("year_from", "year_to"), "continues")

    @display(description=_("year groups"), ordering="year_from")
    def year_groups_shown(self, class_group: ClassGroup) -> str:
        return class_group.year_groups

    @display(description=_("school year"), ordering="school_year")
    def year_shown(self, class_group: ClassGroup) -> str:
        return school_year_label(class_group.school_year)


class SchoolHolidayForm(ShowsPlannedForm):
    """Boxes change hands on no day of it, and patterns skip it."""

    closing = frozenset({"region", "starts_on", "ends_on"})

    def planned_then(self, data: Mapping[str, Any]) -> list[Planned]:
        first = max(data["starts_on"], timezone.localdate())
        asked = data["region"], first, data["ends_on"], self.user
        return [one for kind in kinds() for one in kind.planned_in(*asked)]


@admin.register(SchoolHoliday)
class SchoolHolidayAdmin(ShowsPlannedAdmin, ModelAdmin):
    logs_values = True
    form = SchoolHolidayForm
    fields = ("region", ("school_year", "name"), ("starts_on", "ends_on"), "is_advice")
    list_display = ("name", "region", "starts_on", "ends_on", "is_advice")
    list_filter = (SchoolYearFilter, ("region", ChoicesDropdownFilter))
    search_fields = ("name",)


def _merged(source: School, target: School) -> str:
    words = _("%(source)s was merged into %(target)s.")
    return words % {"source": source, "target": target}
