"""Slots: the half days in which something can be."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.decorators import display

from bookings.admin.filters import WhenFilter
from bookings.admin.forms import SlotMaximaForm
from bookings.admin.schedule.making import slots_changed
from bookings.admin.slot_choice import choose_slot
from bookings.models import State, Visit, VisitSlot, shut
from bookings.places import stop_promising
from bookings.planning.schedule import set_closed
from bookings.planning.times import promised
from bookings.visits import keep_limits, limit_slots
from core.backoffice.base import ModelAdmin, NoDelete
from core.backoffice.filters import RelatedDropdownFilter
from core.backoffice.refused import RefusableAdmin, RefusableForm
from core.backoffice.who_waits import ShowsWhoWaits, mails_of, refuse_unseen
from core.dates import from_to
from core.lifecycle import Refused
from programmes.one_hub import OneHubForm


class VisitSlotForm(RefusableForm, OneHubForm):
    together = ("programmes",)

    def clean(self) -> Any:
        """The pattern is no field here, so Django leaves what goes with it to the database."""
        data: Any = super().clean() or self.cleaned_data
        pattern, starts_at = self.instance.pattern_id, data.get("starts_at")
        others = VisitSlot.objects.filter(pattern=pattern, starts_at=starts_at)
        if pattern and starts_at and others.exclude(pk=self.instance.pk).exists():
            message = _("This pattern already has a slot at that time.")
            raise ValidationError({"starts_at": message})
        return data


@admin.register(VisitSlot)
class VisitSlotAdmin(NoDelete, ShowsWhoWaits, RefusableAdmin, ModelAdmin):
    logs_values = True
    form = VisitSlotForm
    list_display = (
        "day_shown", "times", "programmes_shown", "venue", "max_groups", "booked", "open_shown",
        "note",
    )  # fmt: skip
    list_display_links = ("day_shown", "times")
    list_select_related = ("venue",)
    list_filter = (
        WhenFilter,
        ("venue", RelatedDropdownFilter),
        ("programmes", RelatedDropdownFilter),
        "is_closed",
    )
    search_fields = ("note",)
    search_help_text = _("day (‘9 March’, ‘9-3’), programme, venue or note")
    ordering = ("starts_at", "pk")
    autocomplete_fields = ("programmes",)
    readonly_fields = ("pattern",)
    fields = (
        "venue",
        ("starts_at", "ends_at"),
        "programmes",
        ("max_groups", "max_pupils"),
        "is_closed",
        "note",
        "pattern",
    )
    actions = ("close", "reopen", "limit")

    def get_urls(self) -> list[Any]:
        page = path(
            "kies/<id:programme_id>/",
            self.admin_site.admin_view(require_safe(choose_slot)),
            name="bookings_visitslot_choose",
        )
        return [page, *super().get_urls()]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[VisitSlot], search_term: str
    ) -> tuple[QuerySet[VisitSlot], bool]:
        found: Any = queryset
        return found.matching(search_term), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[VisitSlot]:
        booked = Count(
            "visits__bookings",
            filter=Q(visits__bookings__state__in=State.where(holds=True)),
            distinct=True,
        )
        slots = super().get_queryset(request).prefetch_related("programmes")
        day = TruncDate("starts_at")
        return slots.alias(day=day).annotate(booked_count=booked, is_shut_then=shut())

    def get_readonly_fields(self, request: HttpRequest, obj: VisitSlot | None = None) -> Any:
        """Time and place stand still once classes were booked, for what was cancelled as well, and
        while somebody waits for that date: move the visit instead, or close this slot and make
        another."""
        fields = super().get_readonly_fields(request, obj)
        if obj is None:
            return fields
        if request.method == "POST" and not promised([obj.pk]):
            stop_promising()  # and look again: somebody was opening one
        return (*fields, "venue", "starts_at", "ends_at") if promised([obj.pk]) else fields

    def save_model(self, request: HttpRequest, obj: VisitSlot, form: Any, change: bool) -> None:
        """Visits that are open in it follow its limits, or are named."""
        super().save_model(request, obj, form, change)
        if {"max_groups", "max_pupils"} & set(form.changed_data):
            for line in keep_limits(Visit.objects.filter(slot=obj)):
                messages.warning(request, line)

    @display(description=_("date"), ordering="starts_at")
    def day_shown(self, slot: VisitSlot) -> str:
        return date_format(timezone.localtime(slot.starts_at), "TABLE_DATE_FORMAT")

    @display(description=_("time"))
    def times(self, slot: VisitSlot) -> str:
        return from_to(slot.starts_at, slot.ends_at)

    @display(description=_("programmes"))
    def programmes_shown(self, slot: VisitSlot) -> str:
        return ", ".join(programme.title for programme in slot.programmes.all())

    @display(description=_("classes booked"))
    def booked(self, slot: Any) -> int:
        return slot.booked_count

    @display(description=_("open"), boolean=True, ordering="is_shut_then")
    def open_shown(self, slot: Any) -> bool:
        """Neither closed by hand nor on a day on which the venue is."""
        return not slot.is_shut_then

    @admin.action(description=_("Close for new bookings"), permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[VisitSlot]) -> None:
        self._set_closed(request, queryset, True)

    @admin.action(description=_("Open for bookings"), permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[VisitSlot]) -> None:
        self._set_closed(request, queryset, False)

    @admin.action(description=_("Change the maximum"), permissions=["change"])
    def limit(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Asks for it, naming each slot as it is now; then those that were shown change."""
        is_sent = "limit" in request.POST
        form = SlotMaximaForm(request.POST if is_sent else None)
        if is_sent and form.is_valid():
            deed = partial(limit_slots, queryset, form.given, by=request.user)
            try:
                refuse_unseen(request, mails_of(deed))
            except Refused as refusal:
                form.add_error(None, refusal)
            else:
                limited = deed()
                for line in limited.kept:
                    messages.warning(request, line)
                messages.success(request, slots_changed(limited.number))
                return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Change the maximum"),
            "form": form,
            "slots": queryset,
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/bookings/limit_slots.html", context)

    def _set_closed(self, request: HttpRequest, slots: QuerySet[VisitSlot], closed: bool) -> None:
        number = set_closed(slots, closed, by=request.user)
        messages.success(request, slots_changed(number))
