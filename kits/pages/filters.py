"""Choosing a kit: by world, year group, complexity, number of pupils, and when it is free."""

import datetime
from typing import Any

import django_filters
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import FIRST_DAY, LAST_DAY
from kits.free_boxes import FreeCopies, count_free
from kits.models import Complexity, LessonKit
from programmes.filters import CatalogueFilter, ChosenFilter, Input
from schools.years import YearGroup

IN_RANGE = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]


class KitFilter(CatalogueFilter):
    wereld = django_filters.ChoiceFilter(
        label=gettext_lazy("World of technology"),
        empty_label=gettext_lazy("All worlds"),
        field_name="worlds__code",
    )
    kerndoel = django_filters.ChoiceFilter(
        label=gettext_lazy("Core objective"),
        empty_label=gettext_lazy("All core objectives"),
        method="about",
    )
    groep = django_filters.ChoiceFilter(
        label=gettext_lazy("Year group"),
        empty_label=gettext_lazy("All year groups"),
        choices=YearGroup.choices,
        method="for_year_group",
    )
    niveau = django_filters.ChoiceFilter(
        label=gettext_lazy("Complexity"),
        empty_label=gettext_lazy("All levels"),
        field_name="complexity",
        choices=Complexity.choices,
    )
    leerlingen = django_filters.NumberFilter(
        label=gettext_lazy("Pupils"), field_name="max_pupils", lookup_expr="gte", min_value=1,
        max_value=999,
    )  # fmt: skip
    # Handled together, below.
    van = django_filters.DateFilter(
        label=gettext_lazy("Free from"), method="_with_the_other", validators=IN_RANGE
    )
    tot = django_filters.DateFilter(
        label=gettext_lazy("until"), method="_with_the_other", validators=IN_RANGE
    )

    class Meta:
        model = LessonKit
        fields: list[str] = []

    # Kit (primary key) → its copies in the period asked for; empty without one.
    free: dict[int, FreeCopies]

    def filter_queryset(self, queryset: QuerySet[LessonKit]) -> QuerySet[LessonKit]:
        found = super().filter_queryset(queryset)
        self.free = {}
        if self.period is None:
            return found
        self.free = count_free(list(found.order_by()), *self.period)
        return found.filter(pk__in=[pk for pk, copies in self.free.items() if copies.free])

    @property
    def period(self) -> tuple[datetime.date, datetime.date] | None:
        """The days asked for, both inclusive; a start alone asks for that day."""
        start, end = (self.form.cleaned_data.get(name) for name in ("van", "tot"))
        if start is None:
            return None
        return start, max(start, end or start)

    def _with_the_other(
        self, kits: QuerySet[LessonKit], name: str, value: Any
    ) -> QuerySet[LessonKit]:
        return kits

    def inputs(self) -> list[Input]:
        data = self.data or {}
        return [
            Input(name, str(self.form.fields[name].label), kind, str(data.get(name, ""))[:20])
            for name, kind in (("leerlingen", "number"), ("van", "date"), ("tot", "date"))
        ]

    def chosen(self) -> list[ChosenFilter]:
        found = super().chosen()
        cleaned = self.form.cleaned_data
        if pupils := cleaned.get("leerlingen"):
            found.append(ChosenFilter("leerlingen", _("%(number)d pupils") % {"number": pupils}))
        for name, words in (("van", _("from %(day)s")), ("tot", _("up to and including %(day)s"))):
            if day := cleaned.get(name):
                found.append(ChosenFilter(name, words % {"day": date_format(day, "DATE_FORMAT")}))
        return found
