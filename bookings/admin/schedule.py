"""Patterns, and the slots made of them."""

import datetime
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from bookings.admin.forms import SlotMaximaForm
from bookings.admin.season import say_which_stay, season_page, slots_in_words
from bookings.admin.slot_choice import choose_slot
from bookings.models import SchedulePattern, State, Visit, VisitSlot, VisitWait, shut
from bookings.places import stop_promising
from bookings.planning.schedule import join_slots, make_slots, plan_slots
from bookings.planning.times import at_another_time, retime_slots
from bookings.visits import keep_limits, limit_slots
from bookings.waiting import door
from core.backoffice.base import Button, ModelAdmin, NoDelete
from core.backoffice.changes import log_done, log_values
from core.backoffice.filters import DefaultFilter, RelatedDropdownFilter
from core.dates import ONE_WEEK, monday_of, parse_day, start_of_day
from core.transactions import retried
from programmes.one_hub import OneHubForm
from submissions.waiting.lifecycle import LIVE


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
    change_form_template = "admin/with_buttons.html"
    list_before_template = "admin/bookings/_copy_season.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SchedulePattern]:
        patterns = super().get_queryset(request).prefetch_related("programmes")
        return patterns.annotate(slot_count=Count("slots", distinct=True))

    def get_urls(self) -> list[Any]:
        page = path(
            "<id:pattern_id>/dagdelen/",
            self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.make_slots_page)),
            name="bookings_schedulepattern_make_slots",
        )
        season = path(
            "seizoen/",
            self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.season_page)),
            name="bookings_schedulepattern_season",
        )
        return [season, page, *super().get_urls()]

    def season_page(self, request: HttpRequest) -> HttpResponse:
        return season_page(self, request)

    @display(description=_("time"), ordering="starts_at")
    def times(self, pattern: SchedulePattern) -> str:
        return f"{pattern.starts_at:%H:%M}–{pattern.ends_at:%H:%M}"

    @display(description=_("programmes"))
    def programmes_shown(self, pattern: SchedulePattern) -> str:
        return ", ".join(programme.title for programme in pattern.programmes.all())

    @display(description=_("season"), ordering="season_from")
    def season(self, pattern: SchedulePattern) -> str:
        first, last = pattern.season_from, pattern.season_to
        return f"{date_format(first, 'j b Y')} – {date_format(last, 'j b Y')}"

    @display(description=_("slots"), ordering="slot_count")
    def slots_made(self, pattern: Any) -> int:
        return pattern.slot_count

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        pattern = context.get("original")
        if pattern is not None and request.user.has_perm("bookings.add_visitslot"):
            address = reverse("admin:bookings_schedulepattern_make_slots", args=[pattern.pk])
            context["buttons"] = [Button(str(_("Make slots")), address, "primary")]
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A programme that is added does not join the slots that exist by itself."""
        super().save_related(request, form, formsets, change)
        if "programmes" in form.changed_data and (joining := plan_slots(form.instance).joining):
            names = ", ".join(one.programme.title for one in joining)
            address = reverse("admin:bookings_schedulepattern_make_slots", args=[form.instance.pk])
            text = _("{} cannot be booked in slots that were made before. {}")
            link = format_html('<a href="{}">{}</a>', address, _("Let it join them"))
            messages.warning(request, format_html(str(text), names, link))
        if change and {"starts_at", "ends_at"} & set(form.changed_data):
            say_which_stay(request, form.instance)

    def _retime(self, request: HttpRequest, pattern: SchedulePattern) -> HttpResponse:
        if not request.user.has_perm("bookings.change_visitslot"):
            raise PermissionDenied
        done = partial(_changed, retime_slots(pattern, by=request.user))
        log_done(request.user, pattern, done)
        messages.success(request, done())
        return redirect("admin:bookings_schedulepattern_make_slots", pattern.pk)

    def make_slots_page(self, request: HttpRequest, pattern_id: int) -> HttpResponse:
        """The preview, and on POST the slots."""
        pattern = self.get_object(request, str(pattern_id))
        if not request.user.has_perm("bookings.add_visitslot"):
            raise PermissionDenied
        if pattern is None:
            raise Http404
        if request.method == "POST":
            if "retime" in request.POST:
                return self._retime(request, pattern)
            joins = "join" in request.POST
            asked = map(parse_day, request.POST.getlist("anyway"))
            anyway = {day for day in asked if day}
            if joins:
                done = partial(_joined, join_slots(pattern))
            else:
                done = partial(slots_in_words, len(make_slots(pattern, anyway).new))
            log_done(request.user, pattern, done)
            messages.success(request, done())
            return redirect("admin:bookings_schedulepattern_change", pattern_id)
        other = at_another_time(pattern)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Make slots"),
            "subtitle": str(pattern),
            "opts": self.opts,
            "plan": plan_slots(pattern),
            "other": other,
            "follow": [one for one in other if not one.is_promised],
            "stay": [one for one in other if one.is_promised],
            "pattern": pattern,
        }
        return TemplateResponse(request, "admin/bookings/make_slots.html", context)


def _joined(number: int) -> str:
    text = ngettext(
        "%(number)d slot takes more programmes now.",
        "%(number)d slots take more programmes now.",
        number,
    )
    return text % {"number": number}


def _changed(number: int) -> str:
    text = ngettext("%(number)d slot changed.", "%(number)d slots changed.", number)
    return text % {"number": number}


class WhenFilter(DefaultFilter):
    """What is still to come, unless one asks for something else or searches."""

    title = _("when")
    parameter_name = "when"
    default = _("to come")
    field = "starts_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("today")),
            ("week", _("this week")),
            ("past", _("past")),
            ("all", _("all")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = timezone.localdate()
        monday = monday_of(today)
        spans = {
            "today": (today, today + datetime.timedelta(days=1)),
            "week": (monday, monday + ONE_WEEK),
            "past": (None, today),
            "all": (None, None),
        }
        default = "all" if request.GET.get("q") else "to come"
        first, before = spans.get(self.value() or default, (today, None))
        within = Q()
        if first:
            within &= Q(**{f"{self.field}__gte": start_of_day(first)})
        if before:
            within &= Q(**{f"{self.field}__lt": start_of_day(before)})
        return queryset.filter(within)


class VisitSlotForm(OneHubForm):
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


def _is_promised(slot: VisitSlot | None) -> bool:
    """Whether anybody has, had or waits for its date."""
    if slot is None:
        return False
    waits = VisitWait.objects.filter(slot=slot, state__in=LIVE)
    return Visit.objects.filter(slot=slot).exists() or waits.exists()


@admin.register(VisitSlot)
class VisitSlotAdmin(NoDelete, ModelAdmin):
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
        if obj is not None and request.method == "POST" and not _is_promised(obj):
            stop_promising()  # and look again: somebody was opening one
        return (*fields, "venue", "starts_at", "ends_at") if _is_promised(obj) else fields

    def save_model(self, request: HttpRequest, obj: VisitSlot, form: Any, change: bool) -> None:
        """Visits that are open in it follow its limits, or are named."""
        super().save_model(request, obj, form, change)
        if {"max_groups", "max_pupils"} & set(form.changed_data):
            for line in keep_limits(Visit.objects.filter(slot=obj)):
                messages.warning(request, line)

    @display(description=_("date"), ordering="starts_at")
    def day_shown(self, slot: VisitSlot) -> str:
        return date_format(timezone.localtime(slot.starts_at), "D j b Y")

    @display(description=_("time"))
    def times(self, slot: VisitSlot) -> str:
        start, end = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
        return f"{start:%H:%M}–{end:%H:%M}"

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
            limited = limit_slots(queryset, form.given, by=request.user)
            for line in limited.kept:
                messages.warning(request, line)
            messages.success(request, _changed(limited.number))
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

    @method_decorator(retried)
    def _set_closed(self, request: HttpRequest, slots: QuerySet[VisitSlot], closed: bool) -> None:
        door.opened()
        changed = list(slots.filter(is_closed=not closed))
        VisitSlot.objects.filter(pk__in=[slot.pk for slot in changed]).update(is_closed=closed)
        log_values(request.user, [(slot, [("is_closed", not closed, closed)]) for slot in changed])
        messages.success(request, _changed(len(changed)))
