"""Choosing from the catalogue by what one knows: kind, for whom, year group, world, zone, length.

The parameters are Dutch because they stand in addresses that people share.
"""

from typing import Any, NamedTuple

import django_filters
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text.bilingual import Words, in_dutch
from programmes.models import CoreObjective, Programme, ProgrammeKind, World, Zone
from schools.audience import Audience
from schools.years import YearGroup


class Length(models.TextChoices):
    SHORT = "kort", _("up to an hour and a half")
    MEDIUM = "middel", _("up to two and a half hours")
    LONG = "lang", _("longer")


# Minutes: more than the first, at most the second.
LENGTHS = {Length.SHORT: (0, 90), Length.MEDIUM: (90, 150), Length.LONG: (150, 32767)}


class ChosenFilter(NamedTuple):
    """One filter in use, as it is shown with a link that takes it off."""

    name: str
    label: str


class Select(NamedTuple):
    name: str
    label: str
    options: list[tuple[str, str]]
    value: str


class Input(NamedTuple):
    """A filter without a list of choices."""

    name: str
    label: str
    type: str
    value: str


class CatalogueFilter(django_filters.FilterSet):
    """What the filters of visits and of kits have in common; both have `groep`, `wereld` and
    `kerndoel`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Lists rather than querysets or callables: those are asked again for every use.
        choices: dict[str, dict[str, Words]] = {}
        first, *others = self.lists()
        rows = first.union(*others, all=True)
        order = ("filter", "place", F("day").desc(nulls_last=True), "words")
        for name, _place, day, code, words in rows.order_by(*order):
            is_new = day is not None and day > timezone.localdate()
            found = choices.setdefault(name, {})
            found.setdefault(code, in_dutch(f"{words} (nieuw)" if is_new else words))
        for name in ("wereld", "kerndoel", "zone"):
            if name in self.filters:
                self.filters[name].extra["choices"] = list(choices.get(name, {}).items())

    def lists(self) -> list[QuerySet[Any, Any]]:
        """The choices that are rows: of which filter, in which place, from which day, value and
        words; read as one query. Of the core objectives those that something here is about."""
        worlds = World.objects.annotate(place=F("number"), day=NO_DAY, value=F("code"))
        objectives = self.queryset.model._meta.get_field("core_objectives")
        published = {f"{objectives.related_query_name()}__is_published": True}
        about = CoreObjective.objects.filter(**published).distinct().in_order()
        about = about.annotate(day=F("in_force_from"), value=NAMED, name=F("label"))
        return [_rows(worlds, "wereld"), _rows(about, "kerndoel")]

    def for_year_group(self, offers: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return offers.filter(year_from__lte=int(value), year_to__gte=int(value))

    def about(self, offers: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found = CoreObjective.objects.annotate(value=NAMED).filter(value=value)
        return offers.filter(core_objectives__in=found)

    def inputs(self) -> list[Input]:
        """The filters without a list of choices."""
        return []

    def selects(self) -> list[Select]:
        """What the form shows. Widgets would render each option from a template of its own."""
        return [
            Select(
                name,
                str(field.label),
                [(str(key), _text(label)) for key, label in field.choices],
                self._value(name),
            )
            for name, field in self.form.fields.items()
            if hasattr(field, "choices")
        ]

    def chosen(self) -> list[ChosenFilter]:
        """The filters in use, those that mean nothing left out."""
        return [
            ChosenFilter(select.name, dict(select.options)[select.value])
            for select in self.selects()
            if select.value
        ]

    def _value(self, name: str) -> str:
        self.is_valid()
        return str(self.form.cleaned_data.get(name, ""))


def _text(label: Any) -> str:
    return label if isinstance(label, Words) else str(label)


NO_DAY = Value(None, output_field=models.DateField())
# As `CoreObjective.key`.
NAMED = Case(
    When(official_id="", then=Concat("scheme", Value("."), "code")), default=F("official_id")
)


def _rows(rows: QuerySet[Any], name: str) -> QuerySet[Any, Any]:
    found = rows.order_by().annotate(filter=Value(name), words=F("name"))
    return found.values_list("filter", "place", "day", "value", "words")


class ProgrammeFilter(CatalogueFilter):
    soort = django_filters.ChoiceFilter(
        label=_("Kind"),
        empty_label=_("All kinds"),
        field_name="kind",
        choices=ProgrammeKind.choices,
    )
    voor = django_filters.ChoiceFilter(
        label=_("For whom"),
        empty_label=_("Everybody"),
        field_name="audience",
        choices=Audience.choices,
    )
    groep = django_filters.ChoiceFilter(
        label=_("Year group"),
        empty_label=_("All year groups"),
        choices=YearGroup.choices,
        method="for_year_group",
    )
    wereld = django_filters.ChoiceFilter(
        label=_("World of technology"), empty_label=_("All worlds"), field_name="worlds__code"
    )
    kerndoel = django_filters.ChoiceFilter(
        label=_("Core objective"), empty_label=_("All core objectives"), method="about"
    )
    zone = django_filters.ChoiceFilter(
        label=_("Zone"), empty_label=_("All zones"), method="in_zone"
    )
    duur = django_filters.ChoiceFilter(
        label=_("Duration"),
        empty_label=_("All durations"),
        choices=Length.choices,
        method="of_length",
    )

    class Meta:
        model = Programme
        fields: list[str] = []

    def lists(self) -> list[QuerySet[Any, Any]]:
        zones = Zone.objects.annotate(place=F("position"), day=NO_DAY, value=F("slug"))
        return [*super().lists(), _rows(zones, "zone")]

    def for_year_group(self, offers: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return super().for_year_group(offers, name, value).filter(audience=Audience.SCHOOLS)

    def in_zone(
        self, programmes: QuerySet[Programme], name: str, value: str
    ) -> QuerySet[Programme]:
        return programmes.filter(Exists(Zone.objects.filter(programmes=OuterRef("pk"), slug=value)))

    def of_length(
        self, programmes: QuerySet[Programme], name: str, value: str
    ) -> QuerySet[Programme]:
        more_than, at_most = LENGTHS[Length(value)]
        return programmes.filter(duration__gt=more_than, duration__lte=at_most)
