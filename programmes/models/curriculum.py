"""The maps by which schools choose: the seven worlds of technology, the core objectives."""

from typing import Self

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class World(models.Model):
    """One of the seven worlds of technology (*zeven werelden van techniek*)."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    # 1 to 7: the colour and the drawing of the house style.
    number = models.PositiveSmallIntegerField(_("number"), unique=True)

    class Meta:
        verbose_name = _("world of technology")
        verbose_name_plural = _("worlds of technology")
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name


class ObjectiveScheme(models.Model):
    """A set of *kerndoelen*: from the day on which it is law it comes before older ones."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100)
    in_force_from = models.DateField(
        _("in force from"),
        null=True,
        blank=True,
        help_text=_("From this day on its objectives are shown before older ones."),
    )

    class Meta:
        verbose_name = _("set of core objectives")
        verbose_name_plural = _("sets of core objectives")
        ordering = ["-in_force_from", "code"]

    def __str__(self) -> str:
        return self.name


class CoreObjectiveQuerySet(models.QuerySet["CoreObjective"]):
    def in_order(self) -> Self:
        """Objectives: newest scheme in force first, then older ones, then what is to come and what
        never was law; each with its `in_force_from`."""
        schemes = ObjectiveScheme.objects.filter(code=OuterRef("scheme"))
        is_law = Q(in_force_from__lte=timezone.localdate())
        return self.annotate(
            in_force_from=Subquery(schemes.order_by().values("in_force_from")),
            place=Case(When(is_law, then=Value(0)), default=Value(1)),
        ).order_by("place", F("in_force_from").desc(nulls_last=True), "scheme", "code")


class CoreObjective(models.Model):
    """A *kerndoel*. Scheme and code together name it: new schemes replace those of 2006."""

    scheme = models.SlugField(_("scheme"), max_length=60)
    code = models.CharField(_("code"), max_length=20)
    label = models.CharField(_("label"), max_length=120)
    text = models.TextField(_("text"), blank=True)
    # SLO's own, of those that have one: numbers are used twice.
    official_id = models.CharField(_("official id"), max_length=36, blank=True)

    objects = CoreObjectiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("core objective")
        verbose_name_plural = _("core objectives")
        ordering = ["scheme", "code"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="core_objective_once"),
            models.UniqueConstraint(
                fields=["official_id"],
                condition=~Q(official_id=""),
                name="core_objective_official_id_once",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def key(self) -> str:
        """Its name in addresses."""
        return self.official_id or f"{self.scheme}.{self.code}"

    @property
    def is_to_come(self) -> bool:
        """Whether its scheme is not law yet; of one that was read `in_order()`."""
        start = getattr(self, "in_force_from", None)
        return start is not None and start > timezone.localdate()
