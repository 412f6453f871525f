"""Which rows the lists show that are of a day."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.backoffice.filters import DefaultFilter
from core.dates import ONE_DAY, ONE_WEEK, monday_of, start_of_day


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
            "today": (today, today + ONE_DAY),
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
