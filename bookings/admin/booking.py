"""Bookings: the list, and what can be done with each."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from bookings import attendance, lifecycle
from bookings.admin.day import day_page
from bookings.admin.exports import BOOKINGS, INVOICE_LINES
from bookings.admin.filters import WhenFilter
from bookings.admin.moves import STAFF_MOVES, make_each
from bookings.admin.only_looking import these_days
from bookings.admin.phone import VisitByPhone
from bookings.admin.search import booking_fits
from bookings.lifecycle import MOVES
from bookings.models import FACTS, SAID_YES, Attention, Booking, State, is_doubtful, was_asked
from bookings.telling import documents, ical
from bookings.telling.wording import said_in_words, sentence
from core.backoffice.base import badge
from core.backoffice.exports import Exporting
from core.backoffice.filters import AttentionFilter, RangeDateTimeFilter, RelatedDropdownFilter
from core.text.searching import keys_or_query
from core.text.typed_days import terms
from submissions.admin.asked import AskedAdmin
from submissions.admin.papers import Paper
from submissions.changing import move_asked_of


def _calendar(booking: Booking) -> bytes:
    together = booking.submission.bookings.with_facts().order_by("pk")
    return ical.download(together)


PAPERS = {
    "brief": Paper(_("Letter, with the rotation"), lambda row: documents.letter(row.submission)),
    "agenda": Paper(_("Calendar file"), _calendar, is_calendar=True),
}


def holiday_of(row: Any) -> str:
    """The holiday in which it is to come, as long as nobody settled that (`with_holiday`)."""
    return row.holiday if row.standing.holds and not row.has_begun else ""


class BookingWhenFilter(WhenFilter):
    field = "visit__slot__starts_at"


class BookingAttentionFilter(AttentionFilter):
    """Requests too, besides what has a reason to be looked at; and the latter alone, as the
    overview counts them."""

    def waiting(self) -> dict[str, tuple[Any, Any]]:
        waits = ~Q(attention="") | Q(state=State.REQUESTED)
        off = _("on a day that was closed, or in a school holiday")
        return {
            "yes": (_("waits for us"), waits),
            "doubt": (_("not begun, with a reason"), is_doubtful()),
            "closed": (off, lambda bookings: bookings.on_days_off()),
        }


class ComingFilter(admin.SimpleListFilter):
    """What was said to 'are you still coming?'."""

    title = _("still coming")
    parameter_name = "coming"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("yes", _("said yes")),
            ("silent", _("asked, no answer for days")),
            ("open", _("not said yet")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "yes":
                return queryset.filter(SAID_YES)
            case "silent":
                return queryset.silent()
            case "open":
                return queryset.unanswered()
        return queryset


@admin.register(Booking)
class BookingAdmin(Exporting, AskedAdmin):
    resource_classes = (BOOKINGS, INVOICE_LINES)
    moves, staff_moves, row_name, facts = MOVES, STAFF_MOVES, "booking", FACTS
    by_phone = VisitByPhone
    papers = PAPERS
    confirmation = "booking_confirmed"
    list_display = (
        "day_shown", "time_shown", "party_name", "asker", "programme", "pupils", "state_shown",
        "said_shown", "attention_shown",
    )  # fmt: skip
    list_display_links = ("day_shown", "party_name")
    list_select_related = (
        "submission__school", "submission__organisation", "visit__slot", "visit__programme",
    )  # fmt: skip
    list_filter = (
        BookingWhenFilter,
        BookingAttentionFilter,
        ComingFilter,
        ("state", ChoicesDropdownFilter),
        ("visit__programme", RelatedDropdownFilter),
        ("visit__slot__venue", RelatedDropdownFilter),
        ("submission__school", AutocompleteSelectFilter),
        ("submission__organisation", AutocompleteSelectFilter),
        ("visit__slot__starts_at", RangeDateTimeFilter),
    )
    search_fields = ("party_name",)
    search_help_text = _("day (‘9 March’), reference, school, class, contact, e-mail or programme")
    ordering = ("visit__slot__starts_at", "pk")
    list_per_page = 30  # a busy day; drawing a row costs more than reading it
    change_form_template = "admin/bookings/booking_page.html"
    actions = (
        *("confirm_selected", "attend_selected", "miss_selected"),
        *("write_to_ticked", "export_ticked"),
    )

    # --- Who may what -------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        silent = was_asked(since_days=settings.SILENT_AFTER_DAYS)
        bookings = super().get_queryset(request).annotate(was_asked=silent)
        if self.has_decide_permission(request):
            return bookings
        return bookings.filter(these_days("visit__slot__starts_at"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Booking], search_term: str
    ) -> tuple[QuerySet[Booking], bool]:
        if not search_term:
            return queryset, False
        found = Booking.objects.order_by()
        for term in terms(search_term):
            found = found.filter(booking_fits(term))
        return queryset.filter(pk__in=keys_or_query(found)), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With which of its page are on days off; one query."""
        changelist = super().get_changelist_instance(request)
        shown = Booking.objects.filter(pk__in=[one.pk for one in changelist.result_list])
        coming = shown.still_standing().upcoming().with_days_off()
        off = {one.pk: one for one in coming}
        for booking in changelist.result_list:
            vars(booking)["off"] = off.get(booking.pk)  # for `attention_shown`
        return changelist

    # --- Pages ----------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        day = require_http_methods(["GET", "POST"])(partial(day_page, self))
        page = path("dag/", self.admin_site.admin_view(day), name="bookings_booking_day")
        return [page, *super().get_urls()]

    def page_facts(self, request: HttpRequest, row: Booking) -> dict[str, Any]:
        return {
            "others": row.submission.bookings.exclude(pk=row.pk).order_by("pk"),
            "norm": row.visit.programme.supervisors_for(row.pupils),
            "said": said_in_words(row),
            "holiday": holiday_of(row),
            "wish": sentence(wish) if (wish := move_asked_of(row)) else "",
        }

    def with_facts(self, rows: Any) -> Any:
        return super().with_facts(rows.with_holiday())

    def has_sense(self, name: str, row: Any) -> bool:
        if name in {"attend", "miss"}:
            return row.has_begun
        if name == "reconfirm":
            return not row.has_begun and not row.said_yes
        if name == "settle":
            return bool(row.attention or holiday_of(row))
        if name == "keep_date":
            return row.attention == Attention.MOVE_ASKED
        return super().has_sense(name, row)

    def about(self, row: Booking) -> str:
        start = timezone.localtime(row.starts_at)
        return f"{row}: {row.visit.programme.title}, {date_format(start, 'LONG_DATETIME_FORMAT')}"

    # --- Several at once ----------------------------------------------------------------------

    @admin.action(description=_("Confirm the requests"), permissions=["decide"])
    def confirm_selected(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        make_each(self, request, queryset, lifecycle.confirm)

    @admin.action(description=_("They were here"), permissions=["decide"])
    def attend_selected(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        make_each(self, request, queryset, attendance.attend)

    @admin.action(description=_("They did not come"), permissions=["decide"])
    def miss_selected(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        make_each(self, request, queryset, attendance.miss)

    # --- Columns ------------------------------------------------------------------------------

    @display(description=_("date"), ordering="visit__slot__starts_at")
    def day_shown(self, booking: Booking) -> str:
        return date_format(timezone.localtime(booking.starts_at), "TABLE_DATE_FORMAT")

    @display(description=_("time"))
    def time_shown(self, booking: Booking) -> str:
        return f"{timezone.localtime(booking.starts_at):%H:%M}"

    @display(description=_("programme"))
    def programme(self, booking: Booking) -> str:
        return booking.visit.programme.title

    @display(
        description=_("school"),
        ordering=Coalesce("submission__school__name", "submission__organisation__name"),
    )
    def asker(self, booking: Booking) -> str:
        return booking.submission.asker_name

    @display(description=_("state"), ordering="state")
    def state_shown(self, booking: Booking) -> str:
        state = State(booking.state)
        return badge(state.label, state.standing.colour)

    @display(description=_("needs attention"))
    def attention_shown(self, booking: Booking) -> str:
        reasons = [booking.get_attention_display()]
        if off := vars(booking).get("off"):
            reasons += [str(_("closed"))] if off.is_closed else []
            reasons += [str(_("school holiday"))] if off.holiday else []
        return ", ".join(filter(None, reasons))

    @display(description=_("still coming"))
    def said_shown(self, booking: Any) -> str:
        return said_in_words(booking, was_asked=booking.was_asked)
