"""The waiting list for visits: who waits, where they stand, and offering a place by hand."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from bookings.admin.phone import WaitByPhone
from bookings.admin.slot_choice import SlotField
from bookings.models import WAIT_FACTS, VisitSlot, VisitWait, VisitWaitEvent
from bookings.telling.waiting import when_of
from bookings.waiting.positions import positions
from bookings.waiting.unmet_demand import demand
from bookings.waiting.visit_list import LIST
from core.backoffice.filters import AttentionFilter, RangeDateFilter, RelatedDropdownFilter
from core.backoffice.moves import StaffMove
from core.lifecycle import Move
from core.text.normal import words
from core.text.typed_days import terms
from schools.models import User
from submissions.admin.search import in_class_or_submission
from submissions.admin.waiting import (
    LiveFilter,
    OfferForm,
    WaitAdmin,
    WaitEventAdmin,
    waiting_moves,
)

# --- Moves ---------------------------------------------------------------------------------------


class OfferSlotForm(OfferForm):
    """And which half day is offered."""

    def __init__(self, *args: Any, row: VisitWait, move: Move, **kwargs: Any) -> None:
        super().__init__(*args, row=row, move=move, **kwargs)
        self.fields["slot"] = SlotField(row.programme)
        if row.slot_id:
            self.initial["slot"] = row.slot_id
        self.order_fields(("slot", "note"))


def offer(*, wait: VisitWait, by: User, slot: VisitSlot, note: str) -> None:
    LIST.offer_by_hand(wait.submission, slot=slot, by=by, note=note)


def settle(*, wait: VisitWait, by: User, note: str = "") -> None:
    LIST.settle(wait, by=by, note=note)


SETTLE = StaffMove(settle, gettext_lazy("Settled."))
STAFF_MOVES = waiting_moves(offer, OfferSlotForm, settle=SETTLE)


# --- The list ------------------------------------------------------------------------------------


@admin.register(VisitWait)
class VisitWaitAdmin(WaitAdmin):
    by_phone = WaitByPhone
    staff_moves, facts = STAFF_MOVES, WAIT_FACTS
    list_display = (
        "place_shown", "party_name", "asker", "programme", "when_shown", "pupils", "since",
        "state_shown", "attention_shown",
    )  # fmt: skip
    list_display_links = ("place_shown", "party_name")
    list_select_related = WAIT_FACTS
    list_filter = (
        LiveFilter,
        AttentionFilter,
        ("state", ChoicesDropdownFilter),
        ("programme", RelatedDropdownFilter),
        ("programme__venue", RelatedDropdownFilter),
        ("submission__school", AutocompleteSelectFilter),
        ("first_day", RangeDateFilter),
    )
    search_fields = ("party_name",)
    search_help_text = gettext_lazy("day (‘9 March’), reference, school, class or contact")
    change_form_template = "admin/bookings/wait_page.html"
    list_before_template = "admin/bookings/_waiting_demand.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[VisitWait], search_term: str
    ) -> tuple[QuerySet[VisitWait], bool]:
        for term in terms(search_term):
            fits = Q()
            for word in words(" ".join(term.words)):
                fits &= in_class_or_submission(VisitWait, word)
            for first, before in term.spans:
                fits |= Q(first_day__lt=before, last_day__gte=first)
            queryset = queryset.filter(fits)
        return queryset, False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        user: Any = request.user
        return super().changelist_view(request, {"demand": demand(user)} | (extra_context or {}))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Each row knows its place in the list."""
        changelist = super().get_changelist_instance(request)
        rows: Any = list(changelist.result_list)
        found = positions(rows)
        for row in rows:
            row.place = found.get(row.pk)
        changelist.result_list = rows
        return changelist

    def page_facts(self, request: HttpRequest, row: VisitWait) -> dict[str, Any]:
        place = positions([row]).get(row.pk)
        return {
            "thing": row.programme,
            "when": when_of(row),
            "place": place.number if place else None,
            "others": row.submission.visitwaits.exclude(pk=row.pk).order_by("pk"),
        }

    def has_sense(self, name: str, row: VisitWait) -> bool:
        return bool(row.attention) if name == "settle" else True

    def about(self, row: VisitWait) -> str:
        return f"{row}: {row.programme.title}, {when_of(row)}"

    # --- Columns ------------------------------------------------------------------------------

    @display(description=gettext_lazy("number"))
    def place_shown(self, row: Any) -> str:
        return str(row.place.number) if row.place else "–"

    @display(description=gettext_lazy("when"), ordering="first_day")
    def when_shown(self, row: VisitWait) -> str:
        return when_of(row)

    @display(description=gettext_lazy("needs attention"))
    def attention_shown(self, row: VisitWait) -> str:
        return row.get_attention_display()


@admin.register(VisitWaitEvent)
class VisitWaitEventAdmin(WaitEventAdmin):
    """What happened on the list."""
