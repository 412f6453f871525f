"""What schools can book: Proeverij (taster), Experiences and workshops."""

import datetime
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.text.bilingual import Bilingual
from programmes.models.appearance import Offer, picture_described
from programmes.models.around import Around
from programmes.models.curriculum import CoreObjective, World
from programmes.models.hub import OfHubs
from programmes.models.place import Venue, Zone
from schools.audience import Audience
from schools.years import YearGroup, describe_year_groups

MINUTES_OF_A_DAY = 24 * 60


class ProgrammeKind(models.TextChoices):
    TASTER = "taster", _("Proeverij")
    EXPERIENCE = "experience", _("Experience")
    WORKSHOP = "workshop", _("Workshop")

    @property
    def has_components(self) -> bool:
        """Whether its classes rotate along components."""
        return self == ProgrammeKind.TASTER


def duration_in_words(duration: int) -> str:
    """Minutes as a length of time: '2 uur', '45 minuten' or '1 uur en 45 minuten'."""
    hours, minutes = divmod(duration, 60)
    in_hours = ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    in_minutes = ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    if hours and minutes:
        return str(_("%(hours)s and %(minutes)s") % {"hours": in_hours, "minutes": in_minutes})
    return in_hours if hours else in_minutes


class ProgrammeQuerySet(OfHubs["Programme"]):
    def published(self) -> Self:
        return self.filter(is_published=True)

    def for_schools(self) -> Self:
        return self.filter(audience=Audience.SCHOOLS)


class Programme(Around, Offer):
    hub_lookup = "venue__hub"

    kind = models.CharField(_("kind"), max_length=12, choices=ProgrammeKind)
    title = models.CharField(_("title"), max_length=100)
    slug = models.SlugField(_("address of the page"), unique=True)
    summary = models.CharField(_("in one line"), max_length=200)
    # Forms refuse more: the facts of a visit fit one A4, and a letter is made within a second.
    story = models.TextField(
        _("what pupils do"), max_length=4000, help_text=_("Blank lines make paragraphs.")
    )
    learning = models.TextField(_("what pupils learn"), max_length=2000, blank=True)
    learning_en = models.TextField(_("what pupils learn (English)"), max_length=2000, blank=True)
    bring = models.TextField(
        _("what to bring"), max_length=600, blank=True, help_text=_("One thing a line.")
    )
    arrange = models.TextField(
        _("what the school arranges"),
        max_length=600,
        blank=True,
        help_text=_("One thing a line."),
    )
    bring_en = models.TextField(_("what to bring (English)"), max_length=600, blank=True)
    arrange_en = models.TextField(
        _("what the school arranges (English)"), max_length=600, blank=True
    )
    mail_note = models.TextField(
        _("paragraph of our own in mails"),
        max_length=1000,
        blank=True,
        help_text=_("Stands in the confirmation and in the reminder."),
    )
    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, related_name="programmes", verbose_name=_("venue")
    )
    zones = models.ManyToManyField(
        Zone,
        related_name="programmes",
        verbose_name=_("zones"),
        help_text=_("All zones that a visit occupies."),
    )
    worlds = models.ManyToManyField(
        World, blank=True, related_name="programmes", verbose_name=_("worlds of technology")
    )
    core_objectives = models.ManyToManyField(
        CoreObjective, blank=True, related_name="programmes", verbose_name=_("core objectives")
    )
    audience = models.CharField(
        _("for whom"),
        max_length=8,
        choices=Audience,
        default=Audience.SCHOOLS,
        help_text=_(
            "Groups are people who change trades, a company and the like: without year groups."
        ),
    )
    year_from = models.PositiveSmallIntegerField(
        _("year group from"), choices=YearGroup, default=YearGroup.GROUP_5
    )
    year_to = models.PositiveSmallIntegerField(
        _("year group to"), choices=YearGroup, default=YearGroup.GROUP_8
    )
    duration = models.PositiveSmallIntegerField(
        _("duration (minutes)"), validators=[MinValueValidator(15)]
    )
    changeover = models.PositiveSmallIntegerField(
        _("changeover (minutes)"),
        default=15,
        help_text=_("Clearing up: the zones stay occupied this long after the visit."),
    )
    welcome = models.PositiveSmallIntegerField(
        _("welcome (minutes)"),
        default=0,
        help_text=_("Of the duration, before the rotation along the components starts."),
    )
    move_minutes = models.PositiveSmallIntegerField(
        _("walking between components (minutes)"), default=0
    )
    max_groups = models.PositiveSmallIntegerField(
        _("classes at once"), default=1, validators=[MinValueValidator(1)]
    )
    max_pupils = models.PositiveSmallIntegerField(
        _("pupils at once"), default=35, validators=[MinValueValidator(1)]
    )
    min_pupils = models.PositiveSmallIntegerField(_("pupils per class, at least"), default=1)
    max_pupils_per_class = models.PositiveSmallIntegerField(
        _("pupils per class, at most"), default=35
    )
    pupils_per_supervisor = models.PositiveSmallIntegerField(
        _("pupils per supervisor"), default=10, validators=[MinValueValidator(1)]
    )
    helpers_needed = models.PositiveSmallIntegerField(
        _("people of ours, per visit"),
        default=0,
        help_text=_("So many shifts are opened for each visit. 0: none, nobody is looked for."),
    )
    is_loud = models.BooleanField(
        _("loud"),
        default=False,
        help_text=_("Above 85 dB(A): nobody under 18 is given a shift in it."),
    )
    price = models.DecimalField(
        _("price per class (euro)"), max_digits=7, decimal_places=2, default=0
    )
    price_note = models.CharField(_("about the price"), max_length=200, blank=True)
    price_note_en = models.CharField(_("about the price (English)"), max_length=200, blank=True)
    requires_taster = models.BooleanField(
        _("only after a Proeverij"),
        default=False,
        help_text=_("The class, or its school this year or last, had a Proeverij before."),
    )
    needs_approval = models.BooleanField(
        _("staff decide"),
        default=False,
        help_text=_("A booking becomes a request that staff confirm or decline."),
    )
    lead_time = models.PositiveSmallIntegerField(
        _("lead time (working days)"),
        null=True,
        blank=True,
        help_text=_("Empty: the centre’s default."),
    )
    change_until = models.PositiveSmallIntegerField(
        _("numbers can change until (days before)"), null=True, blank=True
    )
    cancel_until = models.PositiveSmallIntegerField(
        _("free cancellation until (days before)"), null=True, blank=True
    )
    is_published = models.BooleanField(_("published"), default=True)
    is_example = models.BooleanField(
        _("example"), default=False, help_text=_("Shown as an example: not a real offer.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["position", "title"]
        constraints = [
            picture_described(),
            models.CheckConstraint(
                condition=Q(year_to__gte=F("year_from")),
                name="programme_year_range",
                violation_error_message=_("The highest year group comes before the lowest."),
            ),
            models.CheckConstraint(
                condition=Q(duration__gte=1, max_groups__gte=1, pupils_per_supervisor__gte=1),
                name="programme_positive_numbers",
                violation_error_message=_("These numbers must be at least 1."),
            ),
            models.CheckConstraint(
                condition=Q(audience=Audience.SCHOOLS) | Q(requires_taster=False),
                name="programme_after_taster_for_schools",
                violation_error_message=_("Only a class can have had a Proeverij before."),
            ),
            # Who looks for visits in the way of a slot reads one day of them (availability.py).
            models.CheckConstraint(
                condition=Q(duration__lte=Value(MINUTES_OF_A_DAY) - F("changeover")),
                name="programme_within_a_day",
                violation_error_message=_("Visit and changeover together last a day at most."),
            ),
            models.CheckConstraint(
                condition=Q(min_pupils__lte=F("max_pupils_per_class"))
                & Q(max_pupils_per_class__lte=F("max_pupils")),
                name="programme_pupil_limits",
                violation_error_message=_(
                    "The least number of pupils, the most per class and the most at once must rise."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:programme", args=[self.slug])

    @property
    def length(self) -> datetime.timedelta:
        return datetime.timedelta(minutes=self.duration)

    @property
    def occupies(self) -> datetime.timedelta:
        """How long the zones are taken: the visit and the changeover after it."""
        return datetime.timedelta(minutes=self.duration + self.changeover)

    @property
    def whom(self) -> Audience:
        """For whom it is, and in which words to speak of them."""
        return Audience(self.audience)

    @property
    def for_whom(self) -> str:
        if self.whom.is_groups:
            return str(self.whom.label)
        return describe_year_groups(self.year_from, self.year_to)

    @property
    def length_in_words(self) -> str:
        return duration_in_words(self.duration)

    @property
    def kind_drawn(self) -> str:
        return self.kind

    @property
    def general_drawing(self) -> str:
        """A Proeverij is of all worlds."""
        return (
            f"kinds/{self.kind}" if self.kind == ProgrammeKind.TASTER else super().general_drawing
        )

    def last_day_to_change(self, day: datetime.date) -> datetime.date:
        """The last day on which a school changes the numbers of a visit on `day` itself."""
        before = self.change_until
        days = settings.CHANGE_NUMBERS_UNTIL_DAYS if before is None else before
        return day - datetime.timedelta(days=days)

    def last_day_to_cancel(self, day: datetime.date) -> datetime.date:
        """The last day on which cancelling a visit on `day` is free."""
        before = self.cancel_until
        days = settings.FREE_CANCELLATION_UNTIL_DAYS if before is None else before
        return day - datetime.timedelta(days=days)

    @property
    def preparation_in_words(self) -> str:
        """'45 minuten'; '' where staff do not say how long it takes."""
        return duration_in_words(self.preparation_minutes) if self.preparation_minutes else ""

    def most(self, groups: int, pupils: int) -> tuple[int, int]:
        """Classes and pupils in a visit, in a half day that has room for so many."""
        return min(self.max_groups, groups), min(self.max_pupils, pupils)

    def supervisors_for(self, pupils: int) -> int:
        """How many supervisors the programme's norm asks for."""
        return -(-pupils // self.pupils_per_supervisor)


class Component(Bilingual):
    """One station (*onderdeel*) of a programme along which a class rotates."""

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="components", verbose_name=_("programme")
    )
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    description_en = models.CharField(_("description (English)"), max_length=300, blank=True)
    zone = models.ForeignKey(
        Zone,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="components",
        verbose_name=_("zone"),
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=20)
    max_pupils = models.PositiveSmallIntegerField(_("pupils at once"), default=6)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")
        ordering = ["programme", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "name"], name="component_once_per_programme"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        at = Venue.objects.filter(pk=self.programme.venue_id).first()
        if self.zone and at and self.zone.venue.hub_id != at.hub_id:
            raise ValidationError({"zone": _("This zone is of another hub.")})
