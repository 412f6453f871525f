"""What happened to loans, and what was asked for and could not be lent; read only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from core.backoffice.base import ModelAdmin, ReadOnly
from core.backoffice.filters import RangeDateTimeFilter, RelatedDropdownFilter
from core.backoffice.moves import EventAdmin
from core.text.typed_days import terms
from kits.admin.search import fits
from kits.models import Loan, LoanEvent, RefusedDemand


@admin.register(LoanEvent)
class LoanEventAdmin(EventAdmin):
    list_display = ("moment", "what", "loan", "by_whom", "note", "told")
    list_select_related = ("loan__submission__school", "loan__submission__hub", "loan__copy", "by")
    search_fields = ("loan__party_name",)
    search_help_text = gettext_lazy(
        "day (‘9 March’), reference, kit, code of the box, school, class or contact"
    )
    fields = ("loan", "move", ("from_state", "to_state"), "at", ("by", "role"), "note")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LoanEvent], search_term: str
    ) -> tuple[QuerySet[LoanEvent], bool]:
        """The history of the loans that are found."""
        for term in terms(search_term):
            loans = Loan.objects.filter(fits(Loan, term)).order_by()
            queryset = queryset.filter(loan__in=loans.values("pk"))
        return queryset, False


@admin.register(RefusedDemand)
class RefusedDemandAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "kit", "starts_on", "ends_on")
    list_select_related = ("kit",)
    list_filter = (("kit", RelatedDropdownFilter), ("at", RangeDateTimeFilter))
