"""What teachers and classes answered: read only, and the quotes that they let us show."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import path
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.base import badge
from core.backoffice.filters import RelatedDropdownFilter
from core.backoffice.moves import EventAdmin, StaffMove
from core.backoffice.row_page import RowPageAdmin
from impact import lifecycle
from impact.admin.results import results
from impact.lifecycle import MOVES
from impact.models import Evaluation, EvaluationEvent, EvaluationState
from impact.results import results_of, years_of
from schools.years import current_school_year, school_year_in, school_year_label

STAFF_MOVES = {
    "show": StaffMove(lifecycle.show, _("The quote is on the public page now.")),
    "hide": StaffMove(lifecycle.hide, _("The quote is on no page any more.")),
}


class SchoolYearFilter(admin.SimpleListFilter):
    title = _("school year")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = model_admin.get_queryset(request)
        years = years_of(rows, current_school_year())
        return [(str(year), school_year_label(year)) for year in years]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        year = school_year_in(self.value())
        return queryset if year is None else queryset.in_year(year)


class QuoteFilter(admin.SimpleListFilter):
    title = _("quotes")
    parameter_name = "quote"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("may", _("may be quoted")),
            ("waits", _("may be quoted, not shown yet")),
            ("shown", _("shown on the public page")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        asked = {"may": Q(may_quote=True), "waits": Q(may_quote=True, is_shown=False)}
        return queryset.filter((asked | {"shown": Q(is_shown=True)}).get(self.value() or "", Q()))


@admin.register(Evaluation)
class EvaluationAdmin(RowPageAdmin):
    moves, staff_moves, row_name = MOVES, STAFF_MOVES, "evaluation"
    facts = (
        "submission__school", "submission__organisation", "submission__hub",
        "booking__visit__programme", "booking__visit__slot__venue", "loan__copy__kit__venue",
    )  # fmt: skip
    fields = ()
    list_display = (
        "day_shown", "subject_shown", "party", "school", "state_shown", "face", "prepared_shown",
        "quoted",
    )  # fmt: skip
    list_display_links = ("day_shown", "subject_shown")
    list_select_related = facts
    list_filter = (
        QuoteFilter,
        ("state", ChoicesDropdownFilter),
        ("booking__visit__programme", RelatedDropdownFilter),
        ("loan__copy__kit", RelatedDropdownFilter),
        ("submission__hub", RelatedDropdownFilter),
        SchoolYearFilter,
        ("prepared", ChoicesDropdownFilter),
    )
    search_fields = ("plans", "worth", "quote")
    search_help_text = _("words in the answers")
    ordering = ("-day", "-pk")
    change_form_template = "admin/impact/evaluation_page.html"

    def get_urls(self) -> list[Any]:
        page = path(
            "uitkomsten/",
            self.admin_site.admin_view(require_safe(results)),
            name="impact_evaluation_results",
        )
        return [page, *super().get_urls()]

    def has_sense(self, name: str, row: Evaluation) -> bool:
        return row.may_quote and row.is_shown == (name == "hide")

    def page_facts(self, request: HttpRequest, row: Evaluation) -> dict[str, Any]:
        return {"results": results_of(Evaluation.objects.filter(pk=row.pk))}

    # --- Columns ------------------------------------------------------------------------------

    @display(description=_("day"), ordering="day")
    def day_shown(self, row: Evaluation) -> str:
        return date_format(row.day, "TABLE_DATE_FORMAT")

    @display(description=_("of"))
    def subject_shown(self, row: Evaluation) -> str:
        return row.subject.title

    @display(description=_("class or group"))
    def party(self, row: Evaluation) -> str:
        return row.asked.party_name

    @display(description=_("school or organisation"), ordering="submission__school__name")
    def school(self, row: Evaluation) -> str:
        return row.submission.asker_name

    @display(description=_("state"), ordering="state")
    def state_shown(self, row: Evaluation) -> str:
        state = EvaluationState(row.state)
        return badge(state.label, state.standing.colour)

    @display(description=_("the visit or kit"), ordering="overall")
    def face(self, row: Evaluation) -> str:
        return row.get_overall_display() if row.overall else ""

    @display(description=_("prepared"), ordering="prepared")
    def prepared_shown(self, row: Evaluation) -> str:
        return row.get_prepared_display() if row.prepared else ""

    @display(description=_("quote"), ordering="may_quote")
    def quoted(self, row: Evaluation) -> str:
        if row.is_shown:
            return badge(_("shown"), "success")
        return badge(_("may be quoted"), "info") if row.may_quote else ""


@admin.register(EvaluationEvent)
class EvaluationEventAdmin(EventAdmin):
    list_display = ("moment", "what", "evaluation", "by_whom", "note", "told")
    list_select_related = (
        "by",
        *(f"evaluation__{fact}" for fact in EvaluationAdmin.facts),
    )
    fields = ("evaluation", "move", ("from_state", "to_state"), "at", ("by", "role"), "note")
