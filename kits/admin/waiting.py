"""The waiting list for kits: who waits, where they stand, and offering a box by hand."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.filters import RangeDateFilter, RelatedDropdownFilter
from core.text.typed_days import terms
from kits.admin.phone import LoanWaitByPhone
from kits.admin.search import fits
from kits.models import LOAN_WAIT_FACTS, LoanWait, LoanWaitEvent
from kits.telling.waiting import when_of
from kits.waiting.loan_list import LIST, position_of
from kits.waiting.unmet_demand import demand
from schools.models import User
from submissions.admin.waiting import LiveFilter, WaitAdmin, WaitEventAdmin, waiting_moves
from submissions.models import WaitState


def offer(*, wait: LoanWait, by: User, note: str) -> None:
    LIST.offer_by_hand(wait, by=by, note=note)


STAFF_MOVES = waiting_moves(offer)


@admin.register(LoanWait)
class LoanWaitAdmin(WaitAdmin):
    by_phone = LoanWaitByPhone
    staff_moves, facts = STAFF_MOVES, LOAN_WAIT_FACTS
    list_display = ("party_name", "asker", "kit", "when_shown", "since", "state_shown")
    list_display_links = ("party_name",)
    list_select_related = LOAN_WAIT_FACTS
    list_filter = (
        LiveFilter,
        ("state", ChoicesDropdownFilter),
        ("kit", RelatedDropdownFilter),
        ("starts_on", RangeDateFilter),
    )
    search_fields = ("party_name",)
    search_help_text = gettext_lazy("day (‘9 March’), reference, kit, school, class or contact")
    change_form_template = "admin/kits/wait_page.html"
    list_before_template = "admin/kits/_waiting_demand.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LoanWait], search_term: str
    ) -> tuple[QuerySet[LoanWait], bool]:
        for term in terms(search_term):
            queryset = queryset.filter(fits(LoanWait, term))
        return queryset, False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        user: Any = request.user
        return super().changelist_view(request, {"demand": demand(user)} | (extra_context or {}))

    def page_facts(self, request: HttpRequest, row: LoanWait) -> dict[str, Any]:
        place = position_of(row) if row.state == WaitState.WAITING else None
        return {"thing": row.kit, "when": when_of(row), "place": place}

    def about(self, row: LoanWait) -> str:
        return f"{row}: {row.kit}, {when_of(row)}"

    # --- Columns ------------------------------------------------------------------------------

    @display(description=gettext_lazy("when"), ordering="starts_on")
    def when_shown(self, row: LoanWait) -> str:
        return when_of(row)


@admin.register(LoanWaitEvent)
class LoanWaitEventAdmin(WaitEventAdmin):
    """What happened on the list."""
