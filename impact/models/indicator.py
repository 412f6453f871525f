"""What a hub is measured by: indicators, what was entered for them by hand, and their targets.

An indicator is one of the computed figures (`impact/counting/figures.py`), or entered by hand; a
value that was entered is never changed: a better one is entered after it.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.text.bilingual import Bilingual
from core.text.fields import LineColumn, ParagraphsColumn
from core.uploads import clean_pdf
from impact.counting.figure import Basis
from impact.counting.figures import FIGURES
from impact.counting.scope import ProgrammeLine
from programmes.models import Hub, OfHubs, Programme


def computed_figures() -> list[tuple[str, Any]]:
    return [(code, figure.name) for code, figure in FIGURES.items()]


def lines() -> list[tuple[str, Any]]:
    return [(line.value, line.label) for line in ProgrammeLine]


class Indicator(Bilingual):
    hub_lookup = "hub"

    hub = models.ForeignKey(
        Hub, on_delete=models.PROTECT, related_name="indicators", verbose_name=_("hub")
    )
    name = LineColumn(_("name"), max_length=120)
    name_en = LineColumn(_("name (English)"), max_length=120, blank=True)
    definition = ParagraphsColumn(
        _("definition"),
        max_length=1000,
        blank=True,
        help_text=_("What counts, and what does not. Empty: that of the computed figure."),
    )
    definition_en = ParagraphsColumn(_("definition (English)"), max_length=1000, blank=True)
    unit = LineColumn(_("unit"), max_length=40, blank=True)
    figure = models.CharField(
        _("computed figure"),
        max_length=30,
        blank=True,
        choices=computed_figures,
        help_text=_("Empty: its values are entered by hand."),
    )
    programmes = models.ManyToManyField(
        Programme,
        blank=True,
        related_name="indicators",
        verbose_name=_("programmes"),
        help_text=_("Only visits of these are counted. None chosen: of all."),
    )
    of_programmes = models.BooleanField(
        _("only of chosen programmes"),
        default=False,
        help_text=_("As long as none are chosen it has no number yet, instead of that of all."),
    )
    line = models.CharField(
        _("programme line"),
        max_length=10,
        blank=True,
        choices=lines,
        help_text=_("Only of this line. Empty: of all."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = OfHubs["Indicator"].as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["hub", "position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "name"],
                name="indicator_once_a_hub",
                violation_error_message=_("This hub has this indicator already."),
            ),
            models.CheckConstraint(
                condition=~Q(figure="") | Q(line=""),
                name="indicator_by_hand_of_no_line",
                violation_error_message=_("What is entered by hand is not computed of a line."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        figure = FIGURES.get(self.figure)
        if figure and figure.basis == Basis.HOUSE and self.line:
            raise ValidationError({"line": _("This figure is of the house, of no line.")})

    @property
    def is_computed(self) -> bool:
        return bool(self.figure)

    @property
    def is_without_programmes(self) -> bool:
        """Whether staff still have to say of which programmes it is."""
        return self.of_programmes and not self.programmes.all()

    @property
    def defined_as(self) -> Any:
        """In the language of the page."""
        return self.shown.definition or (FIGURES[self.figure].definition if self.figure else "")

    @property
    def unit_in_words(self) -> Any:
        return self.unit or (FIGURES[self.figure].unit.label if self.figure else "")


def proof_path(_row: models.Model, _filename: str) -> str:
    return f"proofs/{secrets.token_urlsafe(24)}.pdf"


class Value(models.Model):
    """How an indicator stood on a day, as somebody entered it."""

    hub_lookup = "indicator__hub"

    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="values", verbose_name=_("indicator")
    )
    day = models.DateField(_("as it stood on"))
    amount = models.DecimalField(_("value"), max_digits=12, decimal_places=2)
    source = LineColumn(
        _("source"),
        max_length=200,
        help_text=_("Where it comes from. No names of persons: reports take it over."),
    )
    proof = models.FileField(
        _("proof (PDF)"),
        upload_to=proof_path,
        blank=True,
        validators=[clean_pdf],  # type: ignore[list-item]  # what it returns is the same file
    )
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )

    objects = OfHubs["Value"].as_manager()

    class Meta:
        verbose_name = _("value")
        verbose_name_plural = _("values")
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="value_not_negative",
                violation_error_message=_("A value is 0 or more."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator}, {self.day:%d-%m-%Y}: {self.amount}"

    def clean(self) -> None:
        if self.indicator_id and self.indicator.is_computed:
            raise ValidationError({"indicator": _("This one is computed: nothing is entered.")})


class Status(models.TextChoices):
    """As the region's reports say it."""

    MET = "met", _("met")
    ON_TRACK = "on_track", _("on schedule")
    BEHIND = "behind", _("not on schedule")


class Target(models.Model):
    """A norm with a date, perhaps of a funder; its milestones are norms on the way there."""

    hub_lookup = "indicator__hub"

    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="targets", verbose_name=_("indicator")
    )
    funder = models.ForeignKey(
        "impact.FundingSource",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
        verbose_name=_("funder"),
        help_text=_("Empty: a target of our own."),
    )
    starts_on = models.DateField(_("counts from"))
    due_on = models.DateField(
        _("to be reached on"), help_text=_("This day is in it, as is the first.")
    )
    amount = models.DecimalField(_("norm"), max_digits=12, decimal_places=2)
    overruled = models.CharField(
        _("status by us"),
        max_length=10,
        blank=True,
        choices=Status,
        help_text=_("Empty: as the figures say, by a straight line to the next milestone."),
    )
    explanation = ParagraphsColumn(
        _("explanation"),
        max_length=1000,
        blank=True,
        help_text=_("No names of persons: reports take it over."),
    )

    objects = OfHubs["Target"].as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["due_on", "indicator__position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gt=F("starts_on")),
                name="target_ends_after_its_start",
                violation_error_message=_("The date is after the first day."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="target_of_something",
                violation_error_message=_("A norm is more than 0."),
            ),
            models.CheckConstraint(
                condition=Q(overruled="") | ~Q(explanation=""),
                name="target_overruled_with_explanation",
                violation_error_message=_("Explain why the status is not what the figures say."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.amount:f} ({self.due_on:%d-%m-%Y})"

    def clean(self) -> None:
        if self.funder and self.indicator_id and self.funder.hub_id != self.indicator.hub_id:
            raise ValidationError({"funder": _("This source is of another hub.")})


class Milestone(models.Model):
    target = models.ForeignKey(
        Target, on_delete=models.CASCADE, related_name="milestones", verbose_name=_("target")
    )
    day = models.DateField(_("on"))
    amount = models.DecimalField(_("norm"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["target", "day"], name="milestone_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day:%d-%m-%Y}: {self.amount:f}"
