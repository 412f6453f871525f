"""Who pays: sources, in which parts they share a programme in a period, and what was pledged.

Shares are parts of a whole that staff choose: 100 for percentages, 3 for thirds, so that three
sources can pay a third each. A programme has one division at a time, which the database keeps.
"""

import datetime
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.constraints import NoOverlap
from core.dates import ONE_DAY
from core.text.fields import LineColumn, ParagraphsColumn
from core.uploads import PdfField
from impact.models.indicator import proof_path
from programmes.models import Hub, OfHubs, Programme


class FundingSource(models.Model):
    hub_lookup = "hub"

    class Kind(models.TextChoices):
        SUBSIDY = "subsidy", _("subsidy")
        COVENANT = "covenant", _("covenant with school boards")
        COMPANY = "company", _("company")
        FUND = "fund", _("fund")
        SCHOOLS = "schools", _("schools themselves")
        OTHER = "other", _("other")

    hub = models.ForeignKey(
        Hub, on_delete=models.PROTECT, related_name="funding_sources", verbose_name=_("hub")
    )
    name = LineColumn(
        _("name"), max_length=100, help_text=_("Of a scheme or an organisation, not of a person.")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)

    objects = OfHubs["FundingSource"].as_manager()

    class Meta:
        verbose_name = _("funding source")
        verbose_name_plural = _("funding sources")
        ordering = ["hub", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "name"],
                name="funding_source_once_a_hub",
                violation_error_message=_("This hub has this source already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class DayAfter(models.DateField):
    """The day after that in the column `of` this row: what a half-open period ends with."""

    def __init__(self, of: str = "", **options: Any) -> None:
        self.of = of
        super().__init__(**options | {"editable": False})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateField", args, kwargs

    def pre_save(self, row: Any, add: bool) -> datetime.date:
        day: Any = row._meta.get_field(self.of).to_python(getattr(row, self.of))
        setattr(row, self.attname, day + ONE_DAY)
        return day + ONE_DAY


class Division(models.Model):
    """In which parts sources pay for a programme, on the days of a period, both included."""

    hub_lookup = "programme__venue__hub"

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="divisions", verbose_name=_("programme")
    )
    first = models.DateField(_("from"))
    last = models.DateField(_("up to and including"))
    before = DayAfter("last")
    whole = models.PositiveSmallIntegerField(
        _("the whole"),
        default=100,
        validators=[MinValueValidator(1)],
        help_text=_("What the parts add up to: 100 for percentages, 3 for thirds."),
    )

    objects = OfHubs["Division"].as_manager()

    class Meta:
        verbose_name = _("division over sources")
        verbose_name_plural = _("divisions over sources")
        ordering = ["-first", "programme"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")) & Q(before__gt=F("last")),
                name="division_ends_after_its_start",
                violation_error_message=_("The last day comes before the first."),
            ),
            NoOverlap(
                fields=["programme"],
                period=("first", "before"),
                name="programme_divided_once",
                violation_error_message=_(
                    "On some of these days this programme is divided over sources already."
                ),
            ),
            models.CheckConstraint(condition=Q(whole__gt=0), name="division_of_a_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} ({self.first:%d-%m-%Y} – {self.last:%d-%m-%Y})"

    def clean(self) -> None:
        if self.last:
            self.before = self.last + ONE_DAY


class Share(models.Model):
    division = models.ForeignKey(
        Division, on_delete=models.CASCADE, related_name="shares", verbose_name=_("division")
    )
    source = models.ForeignKey(
        FundingSource, on_delete=models.PROTECT, related_name="shares", verbose_name=_("source")
    )
    parts = models.PositiveSmallIntegerField(
        _("parts of the whole"), validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        ordering = ["source"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "source"],
                name="source_once_in_a_division",
                violation_error_message=_("This source stands in it already."),
            ),
            models.CheckConstraint(condition=Q(parts__gt=0), name="share_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.parts}"


class PledgeState(models.TextChoices):
    VERBAL = "verbal", _("verbal")
    WRITTEN = "written", _("on paper")
    RECEIVED = "received", _("received")
    GONE = "gone", _("came to nothing")

    @property
    def colour(self) -> str:
        """The colour of its badge."""
        return {
            PledgeState.VERBAL: "warning",
            PledgeState.WRITTEN: "info",
            PledgeState.RECEIVED: "success",
            PledgeState.GONE: "",
        }[self]


class PledgeQuerySet(OfHubs["Pledge"]):
    def alive(self) -> Self:
        return self.filter(ended_on=None)

    def of_days(self, first: datetime.date, last: datetime.date) -> Self:
        """Promised or received on these days, both included, and those that were still open."""
        days = (first, last)
        still_open = Q(promised_on__lt=first, received_on=None, ended_on=None)
        return self.filter(Q(promised_on__range=days) | Q(received_on__range=days) | still_open)

    def verbal_too_long(self) -> Self:
        """A pledge that is not on paper gets lost."""
        long_ago = timezone.localdate() - settings.PLEDGE_ON_PAPER_WITHIN
        return self.alive().filter(written_on=None, promised_on__lt=long_ago)


class PaperFile(FieldFile):
    """Open to all who may see pledges."""

    @property
    def url(self) -> str:
        return reverse("figures:paper", args=[self.instance.pk])


class PaperColumn(models.FileField):
    attr_class = PaperFile

    def formfield(self, **kwargs: Any) -> Any:
        # The name it comes with is not kept, however long.
        return super().formfield(**kwargs, form_class=PdfField, max_length=None)


class Pledge(models.Model):
    """What a source promised. Its state is in its dates: each is a fact of some day, that staff
    hear of later and may have to correct."""

    hub_lookup = "source__hub"

    source = models.ForeignKey(
        FundingSource, on_delete=models.PROTECT, related_name="pledges", verbose_name=_("source")
    )
    about = LineColumn(
        _("what for"), max_length=200, help_text=_("No names of persons: reports take it over.")
    )
    amount = models.DecimalField(
        _("amount (euro)"),
        max_digits=10,
        decimal_places=2,
        help_text=_("In kind: what it is worth."),
    )
    is_in_kind = models.BooleanField(_("in kind"), default=False)
    promised_on = models.DateField(_("promised on"))
    written_on = models.DateField(_("on paper since"), null=True, blank=True)
    paper = PaperColumn(_("the paper (PDF)"), upload_to=proof_path, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    ended_on = models.DateField(
        _("came to nothing on"), null=True, blank=True, help_text=_("It counts no more.")
    )
    remarks = ParagraphsColumn(_("remarks"), max_length=1000, blank=True)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        ordering = ["-promised_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="pledge_of_something",
                violation_error_message=_("An amount is more than 0."),
            ),
            models.CheckConstraint(
                condition=Q(written_on=None, paper="")
                | Q(written_on__isnull=False, written_on__gte=F("promised_on")) & ~Q(paper=""),
                name="pledge_on_paper_has_its_paper",
                violation_error_message=_(
                    "Give the paper and since when it is there, not before it was promised."
                ),
            ),
            models.CheckConstraint(
                condition=Q(received_on=None)
                | Q(written_on__isnull=False, received_on__gte=F("written_on")),
                name="pledge_received_after_it_was_written",
                violation_error_message=_("It is received once it is on paper, not before."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(received_on=None, ended_on__gte=F("promised_on")),
                name="pledge_ended_was_not_received",
                violation_error_message=_("What was received did not come to nothing."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.about}"

    @property
    def state(self) -> PledgeState:
        if self.ended_on:
            return PledgeState.GONE
        if self.received_on:
            return PledgeState.RECEIVED
        return PledgeState.WRITTEN if self.written_on else PledgeState.VERBAL

    @property
    def is_verbal_too_long(self) -> bool:
        waited = timezone.localdate() - self.promised_on
        return self.state == PledgeState.VERBAL and waited > settings.PLEDGE_ON_PAPER_WITHIN

    @property
    def days_verbal(self) -> int:
        return (timezone.localdate() - self.promised_on).days


class HourRate(models.Model):
    """What an hour of a volunteer is worth as a contribution in kind, from a day on."""

    hub_lookup = "hub"

    hub = models.ForeignKey(
        Hub, on_delete=models.PROTECT, related_name="hour_rates", verbose_name=_("hub")
    )
    since = models.DateField(_("from"))
    amount = models.DecimalField(
        _("euro an hour"),
        max_digits=6,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )

    objects = OfHubs["HourRate"].as_manager()

    class Meta:
        verbose_name = _("rate of an hour")
        verbose_name_plural = _("rates of an hour")
        ordering = ["hub", "-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "since"],
                name="hour_rate_once_a_day",
                violation_error_message=_("From this day there is a rate already."),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="hour_rate_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.hub}: {self.amount} ({self.since:%d-%m-%Y})"
