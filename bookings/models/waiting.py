"""A place on the waiting list for a visit: for one date, or for a wish ('any Tuesday in March')."""

import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from bookings.models.schedule import VisitSlot
from core.lifecycle import unnoticed
from core.text.searching import WordsInside
from programmes.models import OfHubs, Programme
from submissions.models import Waiting, WaitingEvent, WaitingQuerySet, last_offer

NOON = 12
# What a page, a mail or a list says about an entry hangs on these.
WAIT_FACTS = (
    "submission__school",
    "submission__organisation",
    "submission__hub",
    "programme__venue",
    "slot__venue",
    "booking__visit__slot__venue",
    "booking__visit__programme__venue",
)


class PartOfDay(models.TextChoices):
    MORNING = "morning", _("in the morning")
    AFTERNOON = "afternoon", _("in the afternoon")


class VisitWaitQuerySet(WaitingQuerySet["VisitWait"]):
    def with_facts(self) -> Self:
        return self.select_related(*WAIT_FACTS)

    def about(self, day: datetime.date, hub: int) -> Self:
        """Entries that might want something of a hub that day."""
        return self.filter(submission__hub=hub, first_day__lte=day, last_day__gte=day)


class VisitWait(Waiting):
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="waits", verbose_name=_("programme")
    )
    # For one date; empty for a wish.
    slot = models.ForeignKey(
        VisitSlot,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="waits",
        verbose_name=_("slot"),
    )
    # Of a wish: digits, Monday is 0; none are all.
    weekdays = models.CharField(_("weekdays"), max_length=7, blank=True)
    part = models.CharField(_("part of the day"), max_length=10, choices=PartOfDay, blank=True)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    supervisors = models.PositiveSmallIntegerField(_("supervisors"), default=1)
    booking = last_offer(Booking, _("booking"))

    objects = VisitWaitQuerySet.as_manager()

    class Meta(Waiting.Meta):
        verbose_name = _("place on the waiting list")
        verbose_name_plural = _("waiting list")
        indexes = [
            WordsInside(fields=["party_key"], name="visitwait_party_words"),
            # What every booking asks: does anybody wait for this day?
            models.Index(
                fields=["first_day", "last_day"],
                condition=Q(state="waiting"),
                name="visitwait_days",
            ),
        ]
        constraints = [
            *Waiting.Meta.constraints,
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="visitwait_days_in_order",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.UniqueConstraint(
                fields=["submission", "party_key"],
                condition=Q(state__in=["held", "waiting", "offered"]),
                name="party_waits_once",
                violation_error_message=_("This class is on this list already."),
            ),
        ]

    # For pages, in words: how many wait before it, and the days of a wish (`with_positions`).
    place = days = ""

    @property
    def school_day(self) -> datetime.date:
        return self.first_day

    def wishes(self, starts_at: datetime.datetime) -> bool:
        local = timezone.localtime(starts_at)
        if not self.first_day <= local.date() <= self.last_day:
            return False
        if self.weekdays and str(local.weekday()) not in self.weekdays:
            return False
        part = PartOfDay.MORNING if local.hour < NOON else PartOfDay.AFTERNOON
        return self.part in ("", part)

    def rivals(self, other: "VisitWait") -> bool:
        """Whether both might want the same place."""
        if self.programme_id != other.programme_id:
            return False
        if self.slot_id and other.slot_id:
            return self.slot_id == other.slot_id
        if self.slot is not None:
            return other.wishes(self.slot.starts_at)
        if other.slot is not None:
            return self.wishes(other.slot.starts_at)
        days = not (self.weekdays and other.weekdays) or set(self.weekdays) & set(other.weekdays)
        parts = not (self.part and other.part) or self.part == other.part
        meet = self.first_day <= other.last_day and other.first_day <= self.last_day
        return bool(days and parts and meet)


class VisitWaitEvent(WaitingEvent):
    wait = models.ForeignKey(
        VisitWait, on_delete=models.CASCADE, related_name="events", verbose_name=_("waiting list")
    )

    objects = OfHubs["VisitWaitEvent"].as_manager()

    class Meta(WaitingEvent.Meta):
        verbose_name = _("event of the waiting list")
        verbose_name_plural = _("events of the waiting list")
        indexes = [unnoticed("visitwait")]
