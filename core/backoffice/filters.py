"""Filters of the back office's lists, where unfold's or Django's do not do."""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters import admin as unfold_filters

from core.backoffice.base import scoped
from core.dates import validate_day
from core.text.fields import DayField, MomentField

# Of both ends of a period: its name, what it asks, and the time where only a day was typed.
ENDS = (("from", "gte", datetime.time.min), ("to", "lte", datetime.time.max))


class DefaultFilter(admin.SimpleListFilter):
    """A filter in which asking nothing is a choice with a name of its own, not 'all'."""

    default: Any

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield first | {"display": self.default}
        yield from others


class AttentionFilter(admin.SimpleListFilter):
    """What waits for staff."""

    title = _("needs attention")
    parameter_name = "attention"

    def waiting(self) -> dict[str, tuple[Any, Q | Callable[[Any], Any]]]:
        """Choice → its name and which of the rows it shows; what takes long to ask is a function of
        the rows."""
        return {"yes": (_("waits for us"), ~Q(attention=""))}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(choice, name) for choice, (name, _rows) in self.waiting().items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        _name, those = self.waiting().get(self.value() or "", ("", Q()))
        return queryset.filter(those) if isinstance(those, Q) else those(queryset)


class MoveFilter(admin.SimpleListFilter):
    """Events of one move of the table that their admin names."""

    title = _("what")
    parameter_name = "move"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, move.label) for name, move in model_admin.moves.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(move=self.value()) if self.value() else queryset


class RelatedDropdownFilter(unfold_filters.RelatedDropdownFilter):
    """Chooses among what staff may know of."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = field.remote_field.model._default_manager.all()
        known = scoped(rows, request.user)
        if known is rows:  # of no hub, or all of them
            return super().field_choices(field, request, model_admin)
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(
            include_blank=False, ordering=ordering, limit_choices_to={"pk__in": known.values("pk")}
        )


class RangeDateTimeFilter(unfold_filters.RangeDateTimeFilter):
    """In Amsterdam time, with or without the times; an end that is no moment is left out."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        moment = MomentField(validators=[validate_day])
        for end, lookup, time in ENDS:
            name = f"{self.parameter_name}_{end}"
            day, typed_time = (self.used_parameters.get(f"{name}_{part}") for part in (0, 1))
            try:
                limit = moment.clean([day, typed_time or time.isoformat("seconds")])
            except ValidationError:
                continue
            queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": limit})
        return queryset


class RangeDateFilter(unfold_filters.RangeDateFilter):
    """Days as people write them; an end that is no day is left out."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for end, lookup, _time in ENDS:
            typed = self.used_parameters.get(f"{self.parameter_name}_{end}")
            try:
                day = DayField(validators=[validate_day]).clean(typed)
            except ValidationError:
                continue
            queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": day})
        return queryset


class RoleFilter(admin.SimpleListFilter):
    """Roles that made an event, of those that this history knows. Django's own filter looks for
    them among all events of all years, and shows them as they are kept."""

    title = _("by")
    parameter_name = "by_role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(role.value, role.label) for role in model_admin.roles]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(by_role=self.value()) if self.value() else queryset
