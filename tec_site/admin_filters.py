"""Filters of the back office's lists, where unfold's own need something."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters import admin as unfold_filters

from tec_site.days import validate_day

# Of both ends of a period: its name, what it asks, and the time where only a day was typed.
ENDS = (("from", "gte", datetime.time.min), ("to", "lte", datetime.time.max))


class RangeDateTimeFilter(unfold_filters.RangeDateTimeFilter):
    """In Amsterdam time, with or without the times; an end that is no moment is left out."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        moment = forms.SplitDateTimeField(validators=[validate_day])
        for end, lookup, time in ENDS:
            name = f"{self.parameter_name}_{end}"
            day, typed_time = (self.used_parameters.get(f"{name}_{part}") for part in (0, 1))
            try:
                limit = moment.clean([day, typed_time or time.isoformat("seconds")])
            except ValidationError:
                continue
            queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": limit})
        return queryset
