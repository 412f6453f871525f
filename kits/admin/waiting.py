"""The waiting list for kits: who waits, where they stand, and offering a box by hand."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.base import badge
from core.backoffice.filters import RangeDateFilter, RelatedDropdownFilter
from core.backoffice.history import staff_history
from core.backoffice.moves import EventAdmin, MovesAdmin, RequiredNoteForm, StaffMove
from kits.models import LOAN_WAIT_FACTS, LoanWait, LoanWaitEvent
from kits.telling.waiting import when_of
from kits.waiting.loans import LIST, position_of
from schools.models import User
from submissions.models import Ending, WaitState
from submissions.waiting.lifecycle import LIVE, MOVES


def offer(*, wait: LoanWait, by: User, note: str) -> None:
    LIST.offer_by_hand(wait, by=by, note=note)


def take(*, wait: LoanWait, by: User, note: str = "") -> None:
    LIST.take(wait.submission, by=by)


def withdraw(*, wait: LoanWait, by: User, note: str = "") -> None:
    LIST.withdraw(wait.submission, by=by, note=note)


def end(*, wait: LoanWait, by: User, note: str = "") -> None:
    LIST.end(wait.submission, Ending.CALLED_OFF, by=by, note=note)


def add_note(*, wait: LoanWait, by: User, note: str) -> None:
    LIST.note(wait, by=by, note=note)


STAFF_MOVES = {
    "offer": StaffMove(offer, gettext_lazy("Offered."), RequiredNoteForm, style="primary"),
    "take": StaffMove(take, gettext_lazy("Taken on the school's behalf."), style="primary"),
    "note": StaffMove(add_note, gettext_lazy("The note is in the history."), RequiredNoteForm),
    "cancel": StaffMove(withdraw, gettext_lazy("Withdrawn on the school's behalf.")),
    "end": StaffMove(end, gettext_lazy("Ended; the school gets a mail."), style="danger"),
}


@admin.register(LoanWait)
class LoanWaitAdmin(MovesAdmin):
    moves, staff_moves, row_name, facts = MOVES, STAFF_MOVES, "wait", LOAN_WAIT_FACTS
    fields = ()
    list_display = ("party_name", "asker", "kit", "when_shown", "since", "state_shown")
    list_display_links = ("party_name",)
    list_select_related = LOAN_WAIT_FACTS
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("kit", RelatedDropdownFilter),
        ("starts_on", RangeDateFilter),
    )
    search_fields = ("party_name", "kit__title", "submission__reference")
    ordering = ("asked_at", "submission_id", "pk")
    change_form_template = "admin/kits/wait_page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LoanWait]:
        return super().get_queryset(request).exclude(state__in=(WaitState.HELD, WaitState.LAPSED))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context["original"]
        context |= {
            "title": _("Waiting list"),
            "show_history": False,  # the events below are the history
            "state_colour": row.standing.colour,
            "buttons": self.buttons_for(row) if self.has_decide_permission(request) else [],
            "history": staff_history(row),
            "when": when_of(row),
            "place": position_of(row) if row.state in LIVE else None,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def about(self, row: LoanWait) -> str:
        return f"{row}: {row.kit}, {when_of(row)}"

    # --- Columns ------------------------------------------------------------------------------

    @display(description=gettext_lazy("school"))
    def asker(self, row: LoanWait) -> str:
        return row.submission.asker_name

    @display(description=gettext_lazy("when"), ordering="starts_on")
    def when_shown(self, row: LoanWait) -> str:
        return when_of(row)

    @display(description=gettext_lazy("waits since"), ordering="asked_at")
    def since(self, row: LoanWait) -> str:
        return date_format(timezone.localtime(row.asked_at), "j b Y H:i") if row.asked_at else ""

    @display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, row: LoanWait) -> str:
        state = WaitState(row.state)
        return badge(state.label, state.standing.colour)


@admin.register(LoanWaitEvent)
class LoanWaitEventAdmin(EventAdmin):
    list_display = ("at", "what", "wait", "by_whom", "note", "noticed_at")
    list_select_related = (
        *(f"wait__submission__{name}" for name in ("school", "organisation", "hub")), "by",
    )  # fmt: skip
    search_fields = ("wait__party_name",)
    fields = ("wait", "move", ("from_state", "to_state"), "at", ("by", "by_role"), "note")
