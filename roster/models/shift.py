"""A shift: a place for one of us in a visit.

It has the span of its visit, and follows when that moves. Nobody is in two places at once:
`shift_person_in_one_place` refuses it, also across hubs, whoever writes. Touching is no overlap:
09–12 and 12–15 fit.
"""

import datetime
import uuid
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bookings.models import Visit
from core.constraints import NoOverlap
from core.dates import ONE_DAY, from_to, start_of_day
from core.lifecycle import Event, Standing, unnoticed
from programmes.models import OfHubs, Programme
from roster.models.person import Person, Role
from roster.models.state import ShiftState
from schools.years import school_year_end, school_year_start

SOON = datetime.timedelta(weeks=2)


class ShiftQuerySet(OfHubs["Shift"]):
    def with_facts(self) -> Self:
        """All that a page, a mail or the rules say and ask of a shift, in one query."""
        return self.select_related(
            "visit__programme", "visit__slot__venue__hub", "person", "person__hub"
        )

    def with_visit(self) -> Self:
        """What the rules ask of a shift, without its holder: these ask for people themselves."""
        return self.select_related("visit__programme", "visit__slot__venue")

    def where(self, **meaning: object) -> Self:
        return self.filter(state__in=ShiftState.where(**meaning))

    def live(self) -> Self:
        """Open or taken: what follows its visit."""
        return self.where(is_coming=True)

    def open(self) -> Self:
        return self.filter(state=ShiftState.OPEN)

    def upcoming(self) -> Self:
        return self.filter(starts_at__gt=timezone.now())

    def soon(self) -> Self:
        """Shifts of the coming two weeks: the overview says of these that they are open."""
        return self.upcoming().filter(starts_at__lt=timezone.now() + SOON)

    def on_days(self, first: datetime.date, before: datetime.date) -> Self:
        """Shifts that start on days of `[first, before)`, in order, without those ended."""
        span = {"starts_at__gte": start_of_day(first), "starts_at__lt": start_of_day(before)}
        return (
            self.filter(**span)
            .exclude(state=ShiftState.ENDED)
            .order_by("starts_at", "visit", "number")
        )

    def worked(self) -> Self:
        """Shifts whose hours count: somebody was there and the visit was not called off."""
        return self.filter(state=ShiftState.WORKED, visit__released_at=None)

    def by_role(self, role: str) -> Self:
        """Shifts of whoever had this role then."""
        return self.filter(Q(role=role) | Q(role="", person__role=role))

    def in_year(self, year: int) -> Self:
        """Shifts of the school year starting in `year`."""
        first, last = school_year_start(year), school_year_end(year)
        return self.filter(
            starts_at__gte=start_of_day(first), starts_at__lt=start_of_day(last + ONE_DAY)
        )


class Shift(models.Model):
    hub_lookup = "visit__slot__venue__hub"
    states = ShiftState

    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, related_name="shifts", verbose_name=_("visit")
    )
    number = models.PositiveSmallIntegerField(
        _("number"), help_text=_("The first, the second … of its visit."), editable=False
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="shifts",
        verbose_name=_("who"),
    )
    # Whose time it takes while somebody has it (`Person.holder`), for `shift_person_in_one_place`.
    holder = models.CharField(max_length=254, null=True, blank=True, editable=False)
    # What she was then, once she has another role; '' while she has the same (`people.keep_role`).
    role = models.CharField(max_length=10, choices=Role, blank=True, default="", editable=False)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    state = models.CharField(_("state"), max_length=12, choices=ShiftState, editable=False)
    # When those who can were last asked, since it is open.
    offered_at = models.DateTimeField(_("offered at"), null=True, blank=True, editable=False)
    # What staff overruled when they gave it, by the names of the refusals; a move asks anew.
    overruled = models.JSONField(default=list, blank=True, editable=False)
    worked_from = models.DateTimeField(_("worked from"), null=True, blank=True)
    worked_until = models.DateTimeField(_("worked until"), null=True, blank=True)
    # For calendars: RFC 5545 section 3.8.7.4.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["starts_at"], name="shift_starts_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "number"],
                condition=~Q(state=ShiftState.ENDED),
                name="shift_once_per_visit",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state=ShiftState.OPEN, person=None, holder=None)
                | Q(
                    state__in=ShiftState.where(holds=True),
                    person__isnull=False,
                    holder__isnull=False,
                )
                | Q(state=ShiftState.MISSED, person__isnull=False, holder=None)
                | Q(state=ShiftState.ENDED, holder=None),
                name="shift_is_somebodys_once_taken",
            ),
            models.CheckConstraint(
                condition=Q(worked_from=None, worked_until=None)
                | Q(
                    worked_from__isnull=False,
                    worked_until__isnull=False,
                    worked_until__gt=F("worked_from"),
                ),
                name="shift_worked_until_after_from",
                violation_error_message=_("The end comes before the start."),
            ),
            NoOverlap(
                fields=["holder"],
                period=("starts_at", "ends_at"),
                name="shift_person_in_one_place",
                violation_error_message=_("She has another shift at that time."),
            ),
        ]

    def __str__(self) -> str:
        start = timezone.localtime(self.starts_at)
        return (
            f"{date_format(start, 'TABLE_DATE_FORMAT')} {self.times}, {self.programme.shown.title}"
        )

    # --- What the lifecycle asks ----------------------------------------------------------------

    def places(self) -> None:
        """Its columns are the claim: saving the row takes the time of whoever has it."""

    def touched(self, changed: Any) -> dict[str, Any]:
        """What a calendar shows raises its SEQUENCE."""
        if {"state", "person", "starts_at", "ends_at", "visit"} & set(changed):
            return {"sequence": self.sequence + 1, "changed_at": timezone.now()}
        return {}

    # --- Questions ------------------------------------------------------------------------------

    @property
    def standing(self) -> Standing:
        return ShiftState(self.state).standing

    @property
    def programme(self) -> Programme:
        return self.visit.programme

    @property
    def day(self) -> datetime.date:
        return timezone.localdate(self.starts_at)

    @property
    def times(self) -> str:
        """On the wall clock: '09:00–11:00'."""
        return from_to(self.starts_at, self.ends_at)

    @property
    def is_open(self) -> bool:
        return self.state == ShiftState.OPEN

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def worked_span(self) -> tuple[datetime.datetime, datetime.datetime]:
        """From when until when she really was there; as planned where nobody said otherwise."""
        return self.worked_from or self.starts_at, self.worked_until or self.ends_at


class ShiftEvent(Event):
    hub_lookup = "shift__visit__slot__venue__hub"

    shift = models.ForeignKey(
        Shift, on_delete=models.CASCADE, related_name="events", verbose_name=_("shift")
    )
    # Whom it is about: who took it, dropped it, or had it when it moved or ended.
    person = models.ForeignKey(
        Person,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="shift_events",
        verbose_name=_("who"),
    )

    objects = OfHubs["ShiftEvent"].as_manager()

    class Meta(Event.Meta):
        verbose_name = _("shift event")
        verbose_name_plural = _("shift events")
        indexes = [unnoticed("shift")]
