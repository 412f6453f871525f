"""Loans: the list, and what can be done with each."""

import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.base import Button, badge
from core.backoffice.exports import Exporting
from core.backoffice.filters import (
    AttentionFilter,
    DefaultFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from core.backoffice.moves import RequiredNoteForm, StaffMove
from core.text.typed_days import terms
from kits import desk_days, handling, lifecycle, moving
from kits.admin.exports import LOANS
from kits.admin.forms import DatesForm, ExtendForm
from kits.admin.phone import LoanByPhone
from kits.admin.search import fits
from kits.lifecycle import MOVES
from kits.models import Loan, LoanState
from kits.models.loan import ASKS_TO_MOVE, IS_STUCK, Attention
from kits.telling import documents, ical
from kits.telling.dashboard import matters_of
from kits.telling.days_off import handed_over, on_days_off
from kits.telling.wording import sentence
from submissions.admin.asked import AskedAdmin, LevelForm
from submissions.admin.papers import Paper
from submissions.changing import move_asked_of

# In order of likelihood. Handing out and checking ask for counts: these go over the kit desk.
STAFF_MOVES = {
    "pack": StaffMove(handling.pack, _("Packed.")),
    "settle": StaffMove(lifecycle.settle, _("Settled.")),
    "extend": StaffMove(lifecycle.extend, _("Extended."), ExtendForm),
    "change_dates": StaffMove(moving.move, _("The dates were changed."), DatesForm),
    "keep_date": StaffMove(moving.keep_date, _("The days stay; the school gets a mail.")),
    "swap": StaffMove(lifecycle.swap, _("This loan has another box now.")),
    "unpack": StaffMove(handling.unpack, _("Unpacked.")),
    "correct_level": StaffMove(lifecycle.correct_level, _("The level was corrected."), LevelForm),
    "note": StaffMove(lifecycle.add_note, _("The note is in the history."), RequiredNoteForm),
    "cancel": StaffMove(lifecycle.cancel, _("Cancelled."), style="danger"),
    "write_off": StaffMove(handling.write_off, _("Written off."), RequiredNoteForm, style="danger"),
}


PAPERS = {
    "brief": Paper(_("Letter"), documents.letter),
    "agenda": Paper(_("Calendar file"), ical.download, is_calendar=True),
}


class LoanAttentionFilter(AttentionFilter):
    """Each reason also on its own, as the overview counts them."""

    def waiting(self) -> dict[str, tuple[Any, Any]]:
        return super().waiting() | {
            "box": (_("its box cannot go out"), IS_STUCK),
            "days": (_("the school asks for other days"), ASKS_TO_MOVE),
            "closed": (_("cannot change hands on its day"), _on_days_off),
        }


def _on_days_off(loans: Any) -> Any:
    return loans.filter(pk__in=[one.loan.pk for one in on_days_off(handed_over(loans))])


class WhereFilter(DefaultFilter):
    """What is promised or away, unless one asks for something else or searches."""

    title = _("when")
    parameter_name = "when"
    default = _("promised or away")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("overdue", _("overdue")),
            ("out", _("going out this week")),
            ("back", _("coming back this week")),
            ("all", _("all")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = timezone.localdate()
        sunday = today + datetime.timedelta(days=6 - today.weekday())
        match self.value():
            case "overdue":
                late = desk_days.late(queryset.overdue().with_facts())
                return queryset.filter(pk__in=[loan.pk for loan in late])
            case "out":
                return queryset.where(is_coming=True).filter(starts_on__lte=sunday)
            case "back":
                return queryset.filter(state=LoanState.OUT, ends_on__lte=sunday)
            case "all":
                return queryset
        return (
            queryset
            if request.GET.get("q")
            else queryset.filter(state__in=LoanState.where(holds=True))
        )


@admin.register(Loan)
class LoanAdmin(Exporting, AskedAdmin):
    resource_classes = (LOANS,)
    moves, staff_moves, row_name = MOVES, STAFF_MOVES, "loan"
    by_phone = LoanByPhone
    papers = PAPERS
    confirmation = "loan_reserved"
    facts = (
        "submission__school", "submission__hub", "submission__user", "copy__kit__venue",
        "class_group", "booking__visit__programme",
    )  # fmt: skip
    actions = ("write_to_ticked", "export_ticked")
    list_display = (
        "copy", "kit", "school", "party_name", "out_shown", "back_shown", "state_shown",
        "attention",
    )  # fmt: skip
    list_display_links = ("copy", "party_name")
    list_select_related = ("submission__school", "copy__kit__venue")
    list_filter = (
        WhereFilter,
        LoanAttentionFilter,
        ("state", ChoicesDropdownFilter),
        ("copy__kit", RelatedDropdownFilter),
        ("delivery", ChoicesDropdownFilter),
        ("starts_on", RangeDateFilter),
    )
    search_fields = ("party_name",)
    search_help_text = _(
        "day (‘9 March’), reference, kit, code of the box, school, class or contact"
    )
    ordering = ("starts_on", "pk")
    change_form_template = "admin/kits/loan_page.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Loan], search_term: str
    ) -> tuple[QuerySet[Loan], bool]:
        for term in terms(search_term):
            queryset = queryset.filter(fits(Loan, term))
        return queryset, False

    # --- The page of a loan -------------------------------------------------------------------

    def has_sense(self, name: str, row: Loan) -> bool:
        if name == "keep_date":
            return row.attention == Attention.MOVE_ASKED
        return bool(row.attention) if name == "settle" else super().has_sense(name, row)

    def about(self, row: Loan) -> str:
        first = date_format(row.starts_on, "TABLE_DAY_FORMAT")
        period = f"{first} – {date_format(row.ends_on, 'TABLE_DATE_FORMAT')}"
        who = f"{row.party_name}, {row.submission.asker_name}"
        return f"{row.kit}, {row.copy.code}: {who}, {period}"

    def move_buttons(self, row: Loan) -> list[Button]:
        """Where a box is kept for somebody, the kit desk first."""
        buttons = super().move_buttons(row)
        if not row.is_holding:
            return buttons
        desk = Button(str(_("Kit desk")), reverse("desk:box", args=[row.copy.code]), "primary")
        return [desk, *buttons]

    def page_facts(self, request: HttpRequest, row: Loan) -> dict[str, Any]:
        is_late = desk_days.is_late(row)
        return {
            "is_late": is_late,
            "days_off": matters_of(row),
            "wish": sentence(wish) if (wish := move_asked_of(row)) else "",
            "state_colour": "danger" if is_late else row.standing.colour,
            "lacking": row.copy.shortages.filter(closed_at=None).select_related("item"),
            "findings": row.findings.select_related("item"),
            "charges": row.charges.select_related("item"),
        }

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With what is late, in as many queries for a page of them as for one."""
        changelist = super().get_changelist_instance(request)
        late = {loan.pk for loan in desk_days.late(changelist.result_list)}
        for loan in changelist.result_list:
            vars(loan)["is_late"] = loan.pk in late  # for `state_shown`
        return changelist

    # --- Columns ------------------------------------------------------------------------------

    @display(description=_("lesson kit"), ordering="copy__kit")
    def kit(self, loan: Loan) -> str:
        return loan.copy.kit.title

    @display(description=_("school"), ordering="submission__school__name")
    def school(self, loan: Loan) -> str:
        return loan.submission.asker_name

    @display(description=_("out"), ordering="starts_on")
    def out_shown(self, loan: Loan) -> str:
        return date_format(loan.starts_on, "TABLE_DATE_FORMAT")

    @display(description=_("back"), ordering="ends_on")
    def back_shown(self, loan: Loan) -> str:
        return date_format(loan.ends_on, "TABLE_DATE_FORMAT")

    @display(description=_("state"), ordering="state")
    def state_shown(self, loan: Loan) -> str:
        if vars(loan).get("is_late"):
            return badge(_("overdue"), "danger")
        state = LoanState(loan.state)
        return badge(state.label, state.standing.colour)
