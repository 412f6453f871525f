"""What keeps boxes going: desk days, repairs, what they lack, what it costs, what was told."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, NoDelete, ReadOnly, badge
from core.backoffice.changes import log_done
from core.backoffice.exports import ExportingAdmin
from core.backoffice.filters import RangeDateTimeFilter, RelatedDropdownFilter
from core.backoffice.planned import ShowsPlannedAdmin, ShowsPlannedForm, link_to
from core.kinds import Planned
from kits import handling
from kits.admin.exports import CHARGES, INVOICE_LINES
from kits.admin.kit import say_left
from kits.changes import refresh_calendars_of_desk_days
from kits.models import ChargeLine, DeskDay, Finding, Repair, Shortage
from kits.telling import dashboard

CHARGE_COLOURS = {
    ChargeLine.State.PROPOSED: "warning",
    ChargeLine.State.CHARGED: "success",
}


class DeskDayForm(ShowsPlannedForm):
    closing = frozenset({"venue", "weekday", "is_round", "opens_at", "closes_at"})

    def planned_then(self, data: Mapping[str, Any]) -> list[Planned]:
        """What is planned on the desk day as it was before this edit."""
        before = DeskDay.objects.filter(pk=self.instance.pk).first()
        if before is None or self._only_adds_hours(before, data):
            return []
        return dashboard.on_weekday(before)

    def _only_adds_hours(self, before: DeskDay, data: Mapping[str, Any]) -> bool:
        stays = all(
            data[name] == getattr(before, name) for name in ("venue", "weekday", "is_round")
        )
        return (
            stays and data["opens_at"] <= before.opens_at and data["closes_at"] >= before.closes_at
        )


@admin.register(DeskDay)
class DeskDayAdmin(ShowsPlannedAdmin, ModelAdmin):
    logs_values = True
    form = DeskDayForm
    list_display = ("weekday", "opens_at", "closes_at", "is_round", "venue")
    list_display_links = ("weekday",)
    list_select_related = ("venue",)
    list_filter = (("venue", RelatedDropdownFilter), "is_round")
    fields = ("venue", ("weekday", "is_round"), ("opens_at", "closes_at"))

    def save_model(self, request: HttpRequest, obj: DeskDay, form: Any, change: bool) -> None:
        before = DeskDay.objects.filter(pk=obj.pk)
        days = [*before, obj]
        super().save_model(request, obj, form, change)
        refresh_calendars_of_desk_days(*days)

    def delete_model(self, request: HttpRequest, obj: DeskDay) -> None:
        super().delete_model(request, obj)
        refresh_calendars_of_desk_days(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DeskDay]) -> None:
        days = list(queryset)
        super().delete_queryset(request, queryset)
        refresh_calendars_of_desk_days(*days)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Shows what changes hands on a desk day before it goes."""
        texts, counts, lacking, protected = super().get_deleted_objects(objs, request)
        planned = [link_to(one) for day in objs for one in dashboard.on_weekday(day)]
        return [*texts, *planned], counts, lacking, protected


@admin.register(Repair)
class RepairAdmin(ModelAdmin):
    """A repair is not changed, as loans moved because of it: end it and make another."""

    list_display = ("copy", "kit", "starts_on", "free_again_on", "reason")
    list_select_related = ("copy__kit",)
    search_fields = ("copy__code", "reason")
    autocomplete_fields = ("copy",)
    fields = ("copy", ("starts_on", "free_again_on"), "reason")

    @display(description=_("lesson kit"), ordering="copy__kit")
    def kit(self, repair: Repair) -> str:
        return repair.copy.kit.title

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Repair, form: Any, change: bool) -> None:
        by: Any = request.user
        result = handling.out_of_service(**form.cleaned_data, by=by)
        obj.pk, obj._state.adding = result.repair.pk, False
        say_left(request, result.left)


@admin.register(Shortage)
class ShortageAdmin(ReadOnly, ModelAdmin):
    list_display = ("copy", "item", "missing", "damaged", "since", "closed_at")
    list_select_related = ("copy", "item")
    list_filter = (
        ("closed_at", admin.EmptyFieldListFilter),
        "item__is_consumable",
        ("copy__kit", RelatedDropdownFilter),
    )
    search_fields = ("copy__code", "item__name")
    actions = ("put_right",)
    ordering = ("-since",)

    def has_refill_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("kits.change_shortage")

    @admin.action(description=_("Put right: it is in the box again"), permissions=["refill"])
    def put_right(self, request: HttpRequest, queryset: QuerySet[Shortage]) -> None:
        by: Any = request.user
        open_ones = list(queryset.filter(closed_at=None))
        for shortage in open_ones:
            handling.refill(shortage=shortage, by=by)
            log_done(by, shortage, lambda: _("Put right: it is in the box again"))
        text = ngettext(
            "%(number)d item was put right.", "%(number)d items were put right.", len(open_ones)
        )
        messages.success(request, text % {"number": len(open_ones)})


@admin.register(ChargeLine)
class ChargeLineAdmin(NoDelete, ExportingAdmin):
    logs_values = True
    resource_classes = (CHARGES, INVOICE_LINES)
    list_display = ("at", "school", "item", "quantity", "amount", "state_shown", "reference")
    list_display_links = ("at",)
    list_select_related = ("loan__submission__school", "item")
    list_filter = (("state", ChoicesDropdownFilter), ("at", RangeDateTimeFilter))
    search_fields = ("loan__submission__reference", "loan__submission__school__search_text")
    search_help_text = _("reference or school")
    fields = ("loan", "item", ("quantity", "amount"), "state", "at")
    actions = ("charge", "waive", "export_ticked")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChargeLine]:
        rows = super().get_queryset(request)
        return rows.select_related("loan__submission__school", "loan__copy", "item")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The amount is open for discussion until it is decided."""
        decided = obj is not None and obj.state != ChargeLine.State.PROPOSED
        return ("loan", "item", "state", "at", *(("quantity", "amount") if decided else ()))

    @display(description=_("school"))
    def school(self, charge: ChargeLine) -> str:
        return charge.loan.submission.asker_name

    @display(description=_("reference"))
    def reference(self, charge: ChargeLine) -> str:
        return charge.loan.submission.reference

    @display(description=_("state"), ordering="state")
    def state_shown(self, charge: ChargeLine) -> str:
        state = ChargeLine.State(charge.state)
        return badge(state.label, CHARGE_COLOURS.get(state, ""))

    @admin.action(description=_("Charge to the school"), permissions=["change"])
    def charge(self, request: HttpRequest, queryset: QuerySet[ChargeLine]) -> None:
        self._decide(request, queryset, ChargeLine.State.CHARGED)

    @admin.action(description=_("Waive"), permissions=["change"])
    def waive(self, request: HttpRequest, queryset: QuerySet[ChargeLine]) -> None:
        self._decide(request, queryset, ChargeLine.State.WAIVED)

    def _decide(self, request: HttpRequest, charges: QuerySet[ChargeLine], state: Any) -> None:
        """Only what is still proposed: a colleague may have decided a moment ago."""
        decided = 0
        for charge in charges:
            proposed = ChargeLine.objects.filter(pk=charge.pk, state=ChargeLine.State.PROPOSED)
            if proposed.update(state=state):
                log_done(request.user, charge, lambda: state.label)
                decided += 1
        text = ngettext(
            "%(number)d charge was decided.", "%(number)d charges were decided.", decided
        )
        messages.success(request, text % {"number": decided})


@admin.register(Finding)
class FindingAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "text_shown", "item", "copy", "school", "by_staff", "photo_shown")
    list_display_links = ("at", "text_shown")
    list_select_related = ("loan__submission__school", "loan__copy", "item")
    list_filter = ("by_staff", ("at", RangeDateTimeFilter))
    search_fields = ("text", "loan__copy__code")
    fields = ("loan", "item", "text", "photo_small", ("by_staff", "at"))
    readonly_fields = ("photo_small",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        rows = super().get_queryset(request)
        return rows.select_related("loan__submission__school", "loan__copy", "item")

    @display(description=_("what is the matter?"))
    def text_shown(self, finding: Finding) -> str:
        return finding.text[:80]

    @display(description=_("copy"))
    def copy(self, finding: Finding) -> str:
        return finding.loan.copy.code

    @display(description=_("school"))
    def school(self, finding: Finding) -> str:
        return finding.loan.submission.asker_name

    @display(description=_("photo"))
    def photo_shown(self, finding: Finding) -> str:
        if not finding.photo:
            return "–"
        address = reverse("desk:photo", args=[finding.pk])
        return format_html('<a href="{}">{}</a>', address, _("Save the photo"))

    @display(description=_("photo"))
    def photo_small(self, finding: Finding) -> str:
        """To look at; a list of photos would be too heavy."""
        if not finding.photo:
            return "–"
        return format_html(
            '<span class="desk-thumbnail"><img src="{}" alt="{}" loading="lazy"></span> {}',
            reverse("desk:photo", args=[finding.pk]),
            _("Photo with the report: %(text)s") % {"text": finding.text},
            self.photo_shown(finding),
        )
