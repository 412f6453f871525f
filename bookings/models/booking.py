"""A class's place in a visit, and the events that are its history.

`state` is written by `core.lifecycle.apply` only; the table of moves is in
`bookings/lifecycle.py`.
"""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import places
from bookings.models.schedule import VisitSlot
from bookings.models.visit import Visit, ZoneClaim
from bookings.places import Footprint
from core.lifecycle import Event
from core.searching import WordsInside
from programmes.models import OfHubs, Programme
from schools.models import ClassGroup, User
from schools.years import YearGroup, describe_year_groups
from submissions.models import Submission


class State(models.TextChoices):
    HELD = "held", _("held")
    REQUESTED = "requested", _("requested")
    CONFIRMED = "confirmed", _("confirmed")
    ATTENDED = "attended", _("attended")
    NO_SHOW = "no_show", _("not come")
    DECLINED = "declined", _("declined")
    CANCELLED = "cancelled", _("cancelled")
    LAPSED = "lapsed", _("lapsed")


HOLDING = frozenset({State.HELD, State.REQUESTED, State.CONFIRMED, State.ATTENDED, State.NO_SHOW})

# Who comes, as far as anybody promised: what others in the visit may count on.
SETTLED = frozenset({State.CONFIRMED, State.ATTENDED, State.NO_SHOW})


# Asked for and not refused, and the visit is still to come.
BOOKED = (State.REQUESTED, State.CONFIRMED)


class Attention(models.TextChoices):
    """Why staff must look at a booking."""

    PREREQUISITE_GONE = "prerequisite", _("The Proeverij before it was cancelled")
    PREREQUISITE_BY_SCHOOL = "by_school", _("The school had a Proeverij, this class perhaps not")
    LATE_CANCELLATION = "late", _("The school asks to cancel after the free period")


# What a page, a mail or a calendar says about a booking hangs on these.
FACTS = (
    "submission__school",
    "submission__hub",
    "visit__slot__venue",
    "visit__programme__venue",
    "class_group__school",
)


class BookingQuerySet(OfHubs["Booking"]):
    def holding(self) -> Self:
        return self.filter(state__in=HOLDING)

    def settled(self) -> Self:
        return self.filter(state__in=SETTLED)

    def expired(self) -> Self:
        """Holds whose time is up, whether or not a worker has lapsed them."""
        return self.filter(state=State.HELD, held_until__lte=timezone.now())

    def in_the_way(self, slot: VisitSlot, programme: Programme) -> Self:
        """Those in this programme's visit in the slot, or in visits that claim its zones then."""
        starts_at = slot.starts_at.astimezone(datetime.UTC)
        claims = ZoneClaim.objects.filter(
            zone__programmes=programme,
            starts_at__lt=starts_at + programme.occupies,
            ends_at__gt=starts_at,
        )
        same_visit = Q(visit__slot=slot, visit__programme=programme)
        return self.filter(same_visit | Q(visit__in=claims.values("visit"))).order_by("pk")

    def standing_on(self, taster: "Booking", since: datetime.datetime) -> Self:
        """Booked Experiences of the school of a Proeverij, after `since`."""
        return self.filter(
            state__in=BOOKED,
            visit__programme__requires_taster=True,
            visit__slot__starts_at__gt=since,
            submission__school=taster.submission.school,
        )

    def with_facts(self) -> Self:
        """All that a page, a mail or a calendar says about a booking, in one query."""
        return self.select_related(*FACTS)

    def visible_to(self, user: User) -> Self:
        return self.filter(submission__user=user)

    def upcoming(self) -> Self:
        return self.filter(visit__slot__starts_at__gt=timezone.now())

    def past(self) -> Self:
        return self.filter(visit__slot__starts_at__lte=timezone.now())


class Booking(models.Model):
    hub_lookup = "submission__hub"

    # Constant for the life of the booking: the calendar's UID (RFC 5545 section 3.8.4.7).
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("submission")
    )
    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("visit")
    )
    class_group = models.ForeignKey(
        ClassGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings",
        verbose_name=_("class"),
    )
    class_name = models.CharField(_("class"), max_length=60)
    # For searching: raising the case of 20,000 names takes longer than reading them.
    class_key = models.GeneratedField(
        expression=Lower("class_name"),
        output_field=models.CharField(max_length=60),
        db_persist=True,
    )
    year_from = models.PositiveSmallIntegerField(_("year group from"), choices=YearGroup)
    year_to = models.PositiveSmallIntegerField(_("year group to"), choices=YearGroup)
    pupils = models.PositiveSmallIntegerField(_("pupils"), validators=[MinValueValidator(1)])
    supervisors = models.PositiveSmallIntegerField(_("supervisors"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, editable=False)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True, editable=False)
    attention = models.CharField(_("needs attention"), max_length=12, choices=Attention, blank=True)
    # RFC 5545 section 3.8.7.4: rises with every change of time, place or state.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("booked at"), auto_now_add=True)
    # The calendar's DTSTAMP and LAST-MODIFIED: when the booking last changed, not when asked.
    changed_at = models.DateTimeField(_("changed at"), auto_now_add=True, editable=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["-created_at", "pk"]
        indexes = [
            WordsInside(fields=["class_key"], name="booking_class_words"),
            models.Index(
                fields=["held_until"], condition=Q(state="held"), name="booking_held_until"
            ),
            models.Index(fields=["state"], name="booking_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "class_group"],
                condition=Q(state__in=sorted(HOLDING)),
                name="class_once_in_visit",
                violation_error_message=_("This class already takes part in this visit."),
            ),
            models.CheckConstraint(
                condition=Q(pupils__gte=1),
                name="booking_has_pupils",
                violation_error_message=_("A booking has at least one pupil."),
            ),
            models.CheckConstraint(
                condition=Q(year_to__gte=F("year_from")),
                name="booking_year_range",
                violation_error_message=_("The highest year group comes before the lowest."),
            ),
            models.CheckConstraint(
                condition=Q(state="held", held_until__isnull=False)
                | (~Q(state="held") & Q(held_until=None)),
                name="booking_held_until_while_held",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.class_name}, {self.submission.school_name}"

    # --- What the lifecycle asks -------------------------------------------------------

    @property
    def is_holding(self) -> bool:
        return self.state in HOLDING

    @property
    def is_held(self) -> bool:
        """Whether nobody else can take the place before its code is typed."""
        return self.held_until is not None and self.held_until > timezone.now()

    def places(self) -> Footprint | None:
        if not self.is_holding:
            return None
        visit = self._state.fields_cache.get("visit")  # no query to find out
        if visit is None:
            return Footprint(self.visit_id, 1, self.pupils)
        return Footprint(self.visit_id, 1, self.pupils, visit.slot_id, visit.groups_taken > 0)

    def change_places(self, before: Footprint | None, after: Footprint | None) -> None:
        places.change(before, after)

    def touched(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """Every change is a new revision for calendars, and dates it (see `changed_at`)."""
        if not changed:
            return {}
        return {"sequence": self.sequence + 1, "changed_at": timezone.now()}

    # --- Questions ---------------------------------------------------------------------

    @property
    def starts_at(self) -> datetime.datetime:
        return self.visit.slot.starts_at

    @property
    def ends_at(self) -> datetime.datetime:
        """Start plus the programme's length, in real time (UTC), across changes of clocks."""
        return self.starts_at.astimezone(datetime.UTC) + self.visit.programme.length

    @property
    def year_groups(self) -> str:
        return describe_year_groups(self.year_from, self.year_to)

    @property
    def change_until(self) -> datetime.date:
        """The last day on which the school can change numbers itself."""
        days = self.visit.programme.change_until
        if days is None:
            days = settings.CHANGE_NUMBERS_UNTIL_DAYS
        return self.visit.slot.day - datetime.timedelta(days=days)

    @property
    def cancel_until(self) -> datetime.date:
        """The last day on which cancelling is free."""
        days = self.visit.programme.cancel_until
        if days is None:
            days = settings.FREE_CANCELLATION_UNTIL_DAYS
        return self.visit.slot.day - datetime.timedelta(days=days)


class BookingEvent(Event):
    hub_lookup = "booking__submission__hub"

    booking = models.ForeignKey(
        Booking, on_delete=models.CASCADE, related_name="events", verbose_name=_("booking")
    )

    objects = OfHubs["BookingEvent"].as_manager()

    class Meta(Event.Meta):
        verbose_name = _("booking event")
        verbose_name_plural = _("booking events")
        constraints = [
            # A reminder goes out once for the date it is about, however often the job runs.
            models.UniqueConstraint(
                fields=["booking", "move", "about"],
                condition=Q(about__isnull=False),
                name="booking_event_once_about_date",
            )
        ]
        indexes = [
            # The outbox: what the worker asks for every second stays small and indexed.
            models.Index(
                fields=["id"],
                condition=Q(noticed_at=None) & ~Q(notice=""),
                name="booking_event_unnoticed",
            )
        ]
