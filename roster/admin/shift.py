"""Shifts in the back office: the list, a shift with its moves, the week, and the history."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.base import Button, badge
from core.backoffice.exports import Exporting
from core.backoffice.filters import DefaultFilter, RangeDateTimeFilter, RelatedDropdownFilter
from core.backoffice.moves import EventAdmin, StaffMove
from core.backoffice.row_page import RowPageAdmin
from core.lifecycle import Role
from roster import lifecycle
from roster.admin.exports import SHIFTS
from roster.admin.forms import AssignForm, ColleaguesNoteForm, HoursForm
from roster.admin.week import week_page, week_pdf
from roster.lifecycle import MOVES
from roster.models import Person, Shift, ShiftEvent, ShiftState
from roster.rules import candidates, in_doubt
from roster.telling.dashboard import doubts_in_words

# In order of likelihood; `lifecycle.MOVES` says in which state each is legal.
STAFF_MOVES = {
    "assign": StaffMove(
        lifecycle.assign, _("Given; a mail is on its way."), AssignForm, style="primary"
    ),
    "offer": StaffMove(lifecycle.offer, _("Everybody who can gets a mail."), ColleaguesNoteForm),
    "record": StaffMove(lifecycle.record, _("The hours are noted."), HoursForm),
    "miss": StaffMove(lifecycle.miss, _("Noted: she did not come."), ColleaguesNoteForm),
    "drop": StaffMove(
        lifecycle.release,
        _("It is open again; everybody who can gets a mail."),
        ColleaguesNoteForm,
        style="danger",
    ),
}


class WhenFilter(DefaultFilter):
    title = _("when")
    parameter_name = "when"
    default = _("from today on")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("soon", _("the coming two weeks")),
            ("past", _("before today")),
            ("all", _("all dates")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "soon":
            return queryset.soon()
        now = timezone.now()
        asked = {"past": Q(ends_at__lt=now), "all": Q()}
        return queryset.filter(asked.get(self.value() or "", Q(ends_at__gte=now)))


@admin.register(Shift)
class ShiftAdmin(Exporting, RowPageAdmin):
    resource_classes = (SHIFTS,)
    moves, staff_moves, row_name = MOVES, STAFF_MOVES, "shift"
    facts = ("visit__programme", "visit__slot__venue__hub", "person__hub")
    fields = ()
    list_display = ("day_shown", "times", "programme_shown", "venue", "who", "state_shown")
    list_display_links = ("day_shown", "times")
    list_select_related = facts
    list_filter = (
        WhenFilter,
        ("state", ChoicesDropdownFilter),
        ("person", RelatedDropdownFilter),
        ("visit__programme", RelatedDropdownFilter),
        ("visit__slot__venue", RelatedDropdownFilter),
        ("starts_at", RangeDateTimeFilter),
    )
    search_fields = ("person__name", "visit__programme__title")
    search_help_text = _("name or programme")
    ordering = ("starts_at", "pk")
    change_form_template = "admin/roster/shift_page.html"

    def get_urls(self) -> list[Any]:
        pages = [
            path(
                address,
                self.admin_site.admin_view(require_safe(view)),
                name=f"roster_shift_{name}",
            )
            for address, view, name in (
                ("week/", week_page, "week"),
                ("week.pdf", week_pdf, "week_pdf"),
            )
        ]
        return [*pages, *super().get_urls()]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        ways = {"visit__id__exact", "visit__programme__id__exact", "person__id__exact"}
        return lookup in ways or super().lookup_allowed(lookup, value, request)

    def has_sense(self, name: str, row: Shift) -> bool:
        if name in {"record", "miss"}:
            return row.has_begun
        return not (name in {"drop", "offer"} and row.has_begun)

    def move_buttons(self, row: Shift) -> list[Button]:
        """A taken shift can be given to somebody else too: dropping comes along."""
        buttons = super().move_buttons(row)
        if row.standing.is_promise:
            buttons.insert(0, self.button_for(row, "assign", str(_("Give to somebody else"))))
        return buttons

    def page_facts(self, request: HttpRequest, row: Shift) -> dict[str, Any]:
        if not self.has_decide_permission(request):
            return {"history": None}
        doubts = in_doubt([row]) if row.standing.is_promise else []
        return {
            "doubt": doubts_in_words(doubts[0][1]) if doubts else "",
            "candidates": _who_can(row) if row.is_open else None,
        }

    # --- Columns ------------------------------------------------------------------------------

    @display(description=_("date"), ordering="starts_at")
    def day_shown(self, row: Shift) -> str:
        return date_format(row.day, "TABLE_DATE_FORMAT")

    @display(description=_("time"))
    def times(self, row: Shift) -> str:
        return row.times

    @display(description=_("programme"), ordering="visit__programme__title")
    def programme_shown(self, row: Shift) -> str:
        return row.programme.title

    @display(description=_("venue"), ordering="visit__slot__venue__name")
    def venue(self, row: Shift) -> str:
        return row.visit.slot.venue.name

    @display(description=_("who"), ordering="person__name")
    def who(self, row: Shift) -> str:
        return row.person.name if row.person else ""

    @display(description=_("state"), ordering="state")
    def state_shown(self, row: Shift) -> str:
        state = ShiftState(row.state)
        return badge(state.label, state.standing.colour)


def _who_can(shift: Shift) -> list[Person]:
    return [one for one, broken in candidates(shift) if not broken]


@admin.register(ShiftEvent)
class ShiftEventAdmin(EventAdmin):
    roles = (Role.HELPER, Role.STAFF, Role.SITE)
    list_display = ("moment", "what", "shift", "person", "by_whom", "note", "told")
    list_select_related = ("by", "person", *(f"shift__{fact}" for fact in ShiftAdmin.facts))
    fields = (
        *("shift", "person", "move", ("from_state", "to_state"), "at"),
        *(("by", "role"), "note"),
    )
