"""The place of a class or group in a visit, and the events that are its history."""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.models.schedule import VisitSlot, closures_of
from bookings.models.state import State
from bookings.models.visit import Footprint, Visit, ZoneClaim
from core.constraints import NotesChanges
from core.dates import ONE_DAY, start_of_day
from core.lifecycle import Event, once_about_date, unnoticed
from core.text.searching import WordsInside
from programmes.models import OfHubs, Programme, spans_off
from schools.models import SchoolHoliday
from submissions.models import Asked, AskedQuerySet


class Attention(models.TextChoices):
    """Why staff must look at a booking."""

    PREREQUISITE_GONE = "prerequisite", _("No Proeverij comes before it")
    PREREQUISITE_BY_SCHOOL = "by_school", _("The school had a Proeverij, this class perhaps not")
    LATE_CANCELLATION = "late", _("The school asks to cancel after the free period")
    MOVE_ASKED = "move", _("The school asks for another date")


# What a page, a mail or a calendar says about a booking hangs on these.
FACTS = (
    "submission__school",
    "submission__organisation",
    "submission__hub",
    "visit__slot__venue",
    "visit__programme__venue",
    "class_group__school",
)


# What calendars do not show.
OFF_CALENDAR = frozenset({"prepared_at", "followed_up_at", "said_yes_for", "said_yes_with", "came"})

# In the data of a 'settle': staff knew then that the date is in a school holiday.
IN_HOLIDAY = "in_holiday"

# Who said that she comes, on the date and with the number of now.
SAID_YES = Q(said_yes_for=F("visit__slot__starts_at"), said_yes_with=F("pupils"))


def was_asked(since_days: int = 0) -> Exists:
    """Whether it was asked 'are you still coming?' about its present date, so long ago."""
    asked = BookingEvent.objects.filter(
        booking=OuterRef("pk"),
        move="ask_again",
        about=TruncDate("booking__visit__slot__starts_at"),
    )
    long_ago = timezone.now() - datetime.timedelta(days=since_days)
    return Exists(asked.filter(at__lte=long_ago) if since_days else asked)


def is_doubtful() -> Q:
    """Bookings to come of which staff must look at something besides a request."""
    is_to_come = Q(state__in=State.where(holds=True), visit__slot__starts_at__gt=timezone.now())
    return is_to_come & ~Q(attention="")


class BookingQuerySet(AskedQuerySet["Booking"]):
    def in_the_way(self, slot: VisitSlot, programme: Programme) -> Self:
        """Bookings of the programme in the slot, or of visits that claim its zones then."""
        starts_at = slot.starts_at.astimezone(datetime.UTC)
        claims = ZoneClaim.objects.filter(
            zone__programmes=programme,
            starts_at__lt=starts_at + programme.occupies,
            ends_at__gt=starts_at,
        )
        same_visit = Q(visit__slot=slot, visit__programme=programme)
        return self.filter(same_visit | Q(visit__in=claims.values("visit"))).order_by("pk")

    def depending_on(self, taster: "Booking", since: datetime.datetime) -> Self:
        """Booked Experiences of the school of a Proeverij, after `since`."""
        return self.filter(
            state__in=State.where(is_coming=True),
            visit__programme__requires_taster=True,
            visit__slot__starts_at__gt=since,
            submission__school=taster.submission.school,
        )

    def asked_again(self) -> Self:
        """Bookings asked 'are you still coming?' about their date."""
        return self.filter(was_asked())

    def unanswered(self) -> Self:
        """Bookings to come without a yes to their present date and number."""
        return self.filter(state=State.CONFIRMED).upcoming().exclude(SAID_YES)

    def silent(self) -> Self:
        """Bookings asked some days ago that have not answered."""
        return self.unanswered().filter(was_asked(since_days=settings.SILENT_AFTER_DAYS))

    def with_facts(self) -> Self:
        return self.select_related(*FACTS)

    def with_holiday(self) -> Self:
        """Annotated with `holiday`: the name of the school holiday of its region in which the day
        of a school's booking is; '' where it is in none, or staff settled that, for this date."""
        of_school = NullIf("submission__school__holiday_region", Value(""))
        region = Coalesce(of_school, "visit__slot__venue__holiday_region")
        holidays = SchoolHoliday.objects.filter(
            region=OuterRef("region"), starts_on__lte=OuterRef("day"), ends_on__gte=OuterRef("day")
        )
        dated = Q(move__in=("hold", "offer", "reschedule")) | Q(data__has_key=IN_HOLIDAY)
        last = BookingEvent.objects.filter(dated, booking=OuterRef("pk")).order_by("-pk")
        name = Coalesce(Subquery(holidays.order_by().values("name")[:1]), Value(""))
        return self.alias(
            day=TruncDate("visit__slot__starts_at"),
            region=region,
            dated_by=Coalesce(Subquery(last.values("move")[:1]), Value("")),
        ).annotate(
            holiday=Case(
                When(Q(submission__school=None) | Q(dated_by="settle"), then=Value("")),
                default=name,
            )
        )

    def still_standing(self) -> Self:
        """Bookings that hold a place and of which nobody wrote down who was there: of ten years a
        few, which the index on states finds."""
        over = State.where(is_promise=True, is_coming=False)
        return self.filter(state__in=[one for one in State.where(holds=True) if one not in over])

    def with_days_off(self) -> Self:
        """`with_holiday`, and with `is_closed`: whether their day was closed afterwards."""
        return self.with_holiday().annotate(is_closed=Exists(closures_of("visit__slot__")))

    def maybe_on_days_off(self) -> Self:
        """Bookings to come, `with_days_off`, without those whose day is certainly none.

        Where and when that may be is read first, so that the rest is asked of these bookings and
        not of all that are to come; one query more.
        """
        maybe = Q()
        for first, last in spans_off(timezone.localdate()):
            day = start_of_day(first), start_of_day(last + ONE_DAY)
            maybe |= Q(visit__slot__starts_at__range=day)
        coming = self.still_standing().upcoming()
        coming = coming.filter(maybe) if maybe else coming.none()
        return coming.with_days_off()

    def on_days_off(self) -> Self:
        """Bookings to come on a day that was closed afterwards, or that is in a school holiday
        (`with_days_off`)."""
        return self.maybe_on_days_off().filter(Q(is_closed=True) | ~Q(holiday=""))

    def upcoming(self) -> Self:
        return self.filter(visit__slot__starts_at__gt=timezone.now())

    def past(self) -> Self:
        return self.filter(visit__slot__starts_at__lte=timezone.now())


class Booking(Asked):
    states = State

    # Constant for the life of the booking: the calendar's UID (RFC 5545 section 3.8.4.7).
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("visit")
    )
    supervisors = models.PositiveSmallIntegerField(_("supervisors"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=State, editable=False)
    attention = models.CharField(_("needs attention"), max_length=12, choices=Attention, blank=True)
    # Set by moves only (`preparing.py`, `still_coming.py`). What was said is of one moment and
    # number: where either is another now, it is no answer any more.
    prepared_at = models.DateTimeField(_("prepared at"), null=True, blank=True, editable=False)
    followed_up_at = models.DateTimeField(
        _("followed up at"), null=True, blank=True, editable=False
    )
    said_yes_for = models.DateTimeField(_("said yes for"), null=True, blank=True, editable=False)
    said_yes_with = models.PositiveSmallIntegerField(
        _("said yes with"), null=True, blank=True, editable=False
    )

    came = models.PositiveSmallIntegerField(
        _("pupils who came"), null=True, blank=True, editable=False
    )

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["-created_at", "pk"]
        indexes = [
            WordsInside(fields=["party_key"], name="booking_party_words"),
            models.Index(
                fields=["held_until"], condition=Q(state="held"), name="booking_held_until"
            ),
            models.Index(fields=["state"], name="booking_state"),
        ]
        constraints = [
            *Asked.Meta.constraints,
            models.UniqueConstraint(
                fields=["visit", "class_group"],
                condition=Q(state__in=State.where(holds=True)),
                name="class_once_in_visit",
                violation_error_message=_("This class already takes part in this visit."),
            ),
            models.UniqueConstraint(
                fields=["visit", "organisation", "party_key"],
                condition=Q(state__in=State.where(holds=True), organisation__isnull=False),
                name="group_once_in_visit",
                violation_error_message=_("This group already takes part in this visit."),
            ),
            # Before there is a class or an organisation: the same name twice in one form.
            models.UniqueConstraint(
                fields=["visit", "submission", "party_key"],
                condition=Q(state__in=State.where(holds=True), class_group=None, organisation=None),
                name="party_once_in_visit",
                violation_error_message=_("This class already takes part in this visit."),
            ),
            models.CheckConstraint(
                condition=Q(came=None) | Q(state="attended", came__gt=0),
                name="booking_counted_when_here",
                violation_error_message=_("How many came is said of a class that was here only."),
            ),
            NotesChanges(
                fields=["state", "pupils", "came", "visit", "submission", "class_group"],
                name="booking_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_name}, {self.submission.asker_name}"

    # --- What the lifecycle asks -------------------------------------------------------

    def touched(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """No new calendar revision for a change of preparation or answer only."""
        return super().touched(changed) if changed.keys() - OFF_CALENDAR else {}

    def places(self) -> Footprint | None:
        return Footprint(self.visit_id, 1, self.pupils) if self.is_holding else None

    # --- Questions ---------------------------------------------------------------------

    @property
    def numbers(self) -> str:
        """'24 leerlingen, 3 begeleiders', or '24 deelnemers': a group needs nobody along."""
        if self.audience.is_groups:
            return self.headcount
        along = ngettext("%(number)d supervisor", "%(number)d supervisors", self.supervisors)
        return f"{self.headcount}, {along % {'number': self.supervisors}}"

    @property
    def number_here(self) -> int | None:
        """How many pupils were here; None as long as nobody noted that the class was."""
        if self.state != State.ATTENDED:
            return None
        return self.pupils if self.came is None else self.came

    @property
    def said_yes(self) -> bool:
        """Whether she said yes to the present date and number."""
        return (self.said_yes_for, self.said_yes_with) == (self.starts_at, self.pupils)

    @property
    def starts_at(self) -> datetime.datetime:
        return self.visit.slot.starts_at

    @property
    def ends_at(self) -> datetime.datetime:
        return self.visit.ends_at

    @property
    def has_begun(self) -> bool:
        """Begun, so that one can note who came."""
        return self.starts_at <= timezone.now()

    @property
    def school_day(self) -> datetime.date:
        return self.visit.slot.day

    @property
    def occasion(self) -> int:
        """Its visit. A class that is booked for several at once has the same name in each."""
        return self.visit_id

    @property
    def may_be_described(self) -> bool:
        return super().may_be_described and self.takes_other_numbers

    @property
    def change_until(self) -> datetime.date:
        """The last day on which the school can change numbers itself."""
        return self.visit.programme.last_day_to_change(self.visit.slot.day)

    @property
    def cancel_until(self) -> datetime.date:
        """The last day on which cancelling is free."""
        return self.visit.programme.last_day_to_cancel(self.visit.slot.day)

    @property
    def is_free_to_cancel(self) -> bool:
        """Whether the school itself may still cancel it, or move it; later it asks."""
        return timezone.localdate() <= self.cancel_until

    @property
    def takes_other_numbers(self) -> bool:
        """Whether the school itself may still change them."""
        return timezone.localdate() <= self.change_until


def by_date(booking: Booking) -> tuple[datetime.datetime, int, int]:
    """Sort key: by date, and the classes of one visit together."""
    return booking.starts_at, booking.visit_id, booking.pk


class BookingEvent(Event):
    hub_lookup = "booking__submission__hub"

    booking = models.ForeignKey(
        Booking, on_delete=models.CASCADE, related_name="events", verbose_name=_("booking")
    )

    objects = OfHubs["BookingEvent"].as_manager()

    class Meta(Event.Meta):
        verbose_name = _("booking event")
        verbose_name_plural = _("booking events")
        constraints = [once_about_date("booking")]
        indexes = [unnoticed("booking")]
