"""A programme run in a slot, and the zones it occupies.

Nothing is promised twice: the checks below and `zone_claimed_once` are what refuses, whoever
writes. The counters are written by `bookings/places.py` only, from inside a move.
"""

import datetime
from typing import NamedTuple, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

from bookings.models.schedule import VisitSlot, closures_of
from core.constraints import NoOverlap, NotesChanges
from programmes.models import OfHubs, Programme, Zone


class Footprint(NamedTuple):
    """What one booking holds: a number of groups and pupils in a visit."""

    visit_id: int
    groups: int
    pupils: int


class VisitQuerySet(OfHubs["Visit"]):
    def active(self) -> Self:
        """Visits in which somebody holds a place."""
        return self.filter(released_at=None)

    def with_closed(self) -> Self:
        """Annotated with `closed`: for what their day was closed afterwards, '' where it was not
        or nobody holds a place any more."""
        reason = Coalesce(
            Subquery(closures_of("slot__").order_by().values("reason")[:1]), Value("")
        )
        return self.alias(day=TruncDate("slot__starts_at")).annotate(
            closed=Case(When(released_at=None, then=reason), default=Value(""))
        )


class Visit(models.Model):
    hub_lookup = "slot__venue__hub"

    slot = models.ForeignKey(
        VisitSlot, on_delete=models.PROTECT, related_name="visits", verbose_name=_("slot")
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="visits", verbose_name=_("programme")
    )
    # The smaller of the programme's and the slot's maxima, copied when the visit opens, so
    # that the checks need one row; later changes of these follow (`visits.keep_limits`).
    max_groups = models.PositiveSmallIntegerField(
        _("classes at most"), validators=[MinValueValidator(1)]
    )
    max_pupils = models.PositiveSmallIntegerField(
        _("pupils at most"), validators=[MinValueValidator(1)]
    )
    has_own_maxima = models.BooleanField(
        _("own maximum"),
        default=False,
        help_text=_("Set by hand: changes of the programme or the slot leave it alone."),
    )
    # Where staff chose others than those of its programme.
    own_rooms = models.ManyToManyField(
        Zone, blank=True, related_name="+", verbose_name=_("rooms of its own"), editable=False
    )
    has_own_rooms = models.BooleanField(default=False, editable=False)
    groups_taken = models.PositiveSmallIntegerField(_("classes"), default=0, editable=False)
    pupils_taken = models.PositiveSmallIntegerField(_("pupils"), default=0, editable=False)
    opened_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    # Set when nothing is held any more; the row stays for the history.
    released_at = models.DateTimeField(_("released at"), null=True, blank=True, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["slot__starts_at", "programme"]
        constraints = [
            NotesChanges(fields=["slot", "programme"], only_values=True, name="visit_counted"),
            models.UniqueConstraint(
                fields=["slot", "programme"],
                condition=Q(released_at=None),
                name="visit_open_once",
                violation_error_message=_("This programme already runs in this slot."),
            ),
            models.CheckConstraint(
                condition=Q(groups_taken__lte=F("max_groups")),
                name="visit_not_overbooked",
                violation_error_message=_("More classes are booked than that."),
            ),
            models.CheckConstraint(
                condition=Q(pupils_taken__lte=F("max_pupils")),
                name="visit_pupils_not_overbooked",
                violation_error_message=_("More pupils are booked than that."),
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | Q(groups_taken=0, pupils_taken=0),
                name="visit_released_is_empty",
                violation_error_message=_("A visit with bookings cannot be released."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.slot.in_words(self.ends_at)}"

    @property
    def ends_at(self) -> datetime.datetime:
        """Start plus the programme's length, in real time (UTC), across changes of clocks."""
        return self.slot.starts_at.astimezone(datetime.UTC) + self.programme.length

    @property
    def rooms(self) -> models.QuerySet[Zone]:
        """Its own, where staff chose some, else those of its programme."""
        return (self.own_rooms if self.has_own_rooms else self.programme.zones).all()

    @property
    def room_names(self) -> list[str]:
        return [zone.name for zone in self.rooms]

    @property
    def groups_left(self) -> int:
        return self.max_groups - self.groups_taken

    @property
    def room_left(self) -> str:
        """'plek voor 1 klas', in the words of its programme."""
        return self.programme.whom.room_for(self.groups_left)


class ZoneClaim(models.Model):
    """A zone taken by a visit: `[starts_at, ends_at)`, changeover included."""

    hub_lookup = "zone__venue__hub"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="claims")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="claims")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = OfHubs["ZoneClaim"].as_manager()

    class Meta:
        verbose_name = _("zone in use")
        verbose_name_plural = _("zones in use")
        ordering = ["starts_at"]
        # What stands in the way of a slot: a day of claims on a zone, not all of ten years.
        indexes = [models.Index(fields=["zone", "ends_at"], name="zone_claim_end")]
        constraints = [
            models.UniqueConstraint(fields=["visit", "zone"], name="zone_claimed_once_by_visit"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="zone_claim_ends_after_start",
            ),
            NoOverlap(
                fields=["zone"],
                period=("starts_at", "ends_at"),
                name="zone_claimed_once",
                violation_error_message=_("Another visit uses this zone at that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.starts_at:%d-%m-%Y %H:%M}"
