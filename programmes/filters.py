"""Choosing from the catalogue by what one knows: kind, for whom, year group, world, zone, length.

The parameters are Dutch because they stand in addresses that people share.
"""

from typing import Any, NamedTuple

import django_filters
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from core.text.bilingual import Words, in_dutch
from programmes.models import Programme, ProgrammeKind, World, Zone
from schools.audience import Audience
from schools.years import YearGroup


class Length(models.TextChoices):
    SHORT = "kort", _("up to an hour and a half")
    MEDIUM = "middel", _("up to two and a half hours")
    LONG = "lang", _("longer")


# Minutes: more than the first, at most the second.
LENGTHS = {Length.SHORT: (0, 90), Length.MEDIUM: (90, 150), Length.LONG: (150, 32767)}


class Chosen(NamedTuple):
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
    """What the filters of visits and of kits have in common; both have `groep` and `wereld`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A list rather than a queryset or callable: those are asked again for every use.
        worlds = World.objects.values_list("code", "name")
        self.filters["wereld"].extra["choices"] = [(code, in_dutch(name)) for code, name in worlds]

    def for_year_group(self, offers: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return offers.filter(year_from__lte=int(value), year_to__gte=int(value))

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

    def chosen(self) -> list[Chosen]:
        """The filters in use, those that mean nothing left out."""
        return [
            Chosen(select.name, dict(select.options)[select.value])
            for select in self.selects()
            if select.value
        ]

    def _value(self, name: str) -> str:
        self.errors  # noqa: B018  # asking validates
        return str(self.form.cleaned_data.get(name, ""))


def _text(label: Any) -> str:
    return label if isinstance(label, Words) else str(label)


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = Zone.objects.order_by("position", "name").values_list("slug", "name")
        found = {slug: in_dutch(name) for slug, name in zones}
        self.filters["zone"].extra["choices"] = list(found.items())

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
