"""A copy promised to a class for a period, and the events that are its history.

Nothing is promised twice: `copy_lent_once` refuses overlapping loans of a copy, turnaround
included, whoever writes. `state` is written by `Lifecycle.apply` only; the table of moves is in
`kits/lifecycle.py`.
"""

import datetime
import uuid
from typing import Any, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from core.constraints import NoOverlap
from core.lifecycle import Event, once_about_date, unnoticed
from kits.models.kit import KitCopy, LessonKit
from kits.models.state import LoanState
from programmes.models import OfHubs, Venue
from submissions.models import Asked, AskedQuerySet


class Delivery(models.TextChoices):
    DESK = "desk", _("We collect and return it at the desk")
    ROUND = "round", _("With the transport round, at our school")


class LoanQuerySet(AskedQuerySet["Loan"]):
    def overlapping(self, first: datetime.date, before: datetime.date) -> Self:
        """Loans that keep their copy away on a day in `[first, before)`."""
        return self.filter(starts_on__lt=before, free_again_on__gt=first)

    def at(self, venue: Venue | None) -> Self:
        """Loans of the boxes of one venue; without one, of all."""
        return self if venue is None else self.filter(copy__kit__venue=venue)

    def overdue(self) -> Self:
        return self.filter(state=LoanState.OUT, ends_on__lt=timezone.localdate())

    def with_return(self) -> Self:
        """With the moment at which each box came back, for `back_on`."""
        back = LoanEvent.objects.filter(loan=OuterRef("pk"), move="take_back").order_by("-pk")
        return self.annotate(came_back_at=Subquery(back.values("at")[:1]))

    def with_facts(self) -> Self:
        return self.select_related(
            "submission__school",
            "submission__hub",
            "copy__kit__venue",
            "class_group",
            "booking__visit__programme",
            "booking__visit__slot",
            "booking__submission",
        )


class Attention(models.TextChoices):
    """Why staff must look at a loan."""

    PACKED_UNFIT = "packed_unfit", _("The packed box cannot go out")
    NO_OTHER_BOX = "no_other_box", _("The box cannot go out and no other is free")
    MOVE_ASKED = "move", _("The school asks for other days")


# Why staff look at a loan: its school asks for other days, or its box cannot go out.
ASKS_TO_MOVE = Q(attention=Attention.MOVE_ASKED)
IS_STUCK = ~Q(attention="") & ~ASKS_TO_MOVE


class Loan(Asked):
    """Out from `starts_on` until `ends_on` (both the days of handing over), free again later."""

    states = LoanState

    # Collecting and returning are two calendar events of one loan (RFC 5545 section 3.8.4.7).
    uid_out = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uid_back = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    copy = models.ForeignKey(
        KitCopy, on_delete=models.PROTECT, related_name="loans", verbose_name=_("copy")
    )
    booking = models.ForeignKey(
        Booking,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="loans",
        verbose_name=_("with the visit"),
    )
    delivery = models.CharField(
        _("collecting"), max_length=5, choices=Delivery, default=Delivery.DESK
    )
    starts_on = models.DateField(_("collect on"))
    ends_on = models.DateField(_("return on"))
    # The first day on which the copy can go out again: the return and the turnaround.
    free_again_on = models.DateField(_("free again on"), editable=False)
    state = models.CharField(_("state"), max_length=12, choices=LoanState, editable=False)
    attention = models.CharField(_("needs attention"), max_length=12, choices=Attention, blank=True)

    objects = LoanQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan")
        verbose_name_plural = _("loans")
        ordering = ["-starts_on", "pk"]
        indexes = [
            models.Index(fields=["state", "starts_on"], name="loan_state_start"),
            models.Index(fields=["state", "ends_on"], name="loan_state_end"),
            # Availability looks at what is promised from some day on: ten years of loans that
            # are done lie before that day, or are not in the second index at all. SQLite does
            # not see that a bound parameter fits a partial index, PostgreSQL does.
            models.Index(fields=["copy", "free_again_on"], name="loan_of_copy_until"),
            models.Index(
                fields=["free_again_on"],
                condition=Q(state__in=LoanState.where(holds=True)),
                name="loan_promised_until",
            ),
        ]
        constraints = [
            *Asked.Meta.constraints,
            models.CheckConstraint(
                condition=Q(group_kind=""),
                name="loan_of_a_class",
                violation_error_message=_("Kits are for schools."),
            ),
            NoOverlap(
                fields=["copy"],
                period=("starts_on", "free_again_on"),
                condition=Q(state__in=LoanState.where(holds=True)),
                name="copy_lent_once",
                violation_error_message=_("This copy is promised to somebody else then."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")) & Q(free_again_on__gt=F("ends_on")),
                name="loan_dates_in_order",
                violation_error_message=_("The return comes before collecting."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.copy} {self.starts_on:%d-%m-%Y}, {self.submission.asker_name}"

    # --- What the lifecycle asks -------------------------------------------------------

    def places(self) -> tuple[int, datetime.date, datetime.date] | None:
        """The copy and the period: the row itself is the claim that the constraint guards."""
        if not self.is_holding:
            return None
        return self.copy_id, self.starts_on, self.free_again_on

    # --- Questions ---------------------------------------------------------------------

    @property
    def kit(self) -> LessonKit:
        return self.copy.kit

    @property
    def school_day(self) -> datetime.date:
        return self.starts_on

    @property
    def is_free_to_cancel(self) -> bool:
        """Whether the school itself may still cancel it, or move it: until its box is packed. What
        is not coming any more is refused by the table of moves."""
        return self.state != LoanState.PACKED

    @property
    def is_away(self) -> bool:
        """Whether its box is not on its shelf."""
        return self.standing.went_out and self.standing.holds

    @property
    def back_on(self) -> datetime.date:
        """The day on which its box came back; the one agreed on as long as it has not."""
        if not self.standing.is_back:
            return self.ends_on
        if "came_back_at" not in vars(self):
            own: Any = Loan.objects.filter(pk=self.pk).with_return()
            vars(self)["came_back_at"] = own.values_list("came_back_at", flat=True).get()
        came_back_at = vars(self)["came_back_at"]
        return timezone.localdate(came_back_at) if came_back_at else self.ends_on

    @property
    def attention_in_words(self) -> str:
        """Why staff must look at it, with the code of the box."""
        words = {
            Attention.PACKED_UNFIT: _(
                "Box %(code)s is packed and cannot go out: give this class another."
            ),
            Attention.NO_OTHER_BOX: _("Box %(code)s cannot go out and no other is free."),
            Attention.MOVE_ASKED: _("The school asks for other days for box %(code)s."),
        }
        return str(words[Attention(self.attention)] % {"code": self.copy.code})

    @property
    def is_overdue(self) -> bool:
        return self.state == LoanState.OUT and self.ends_on < timezone.localdate()

    @property
    def days_late(self) -> int:
        return max((timezone.localdate() - self.ends_on).days, 0) if self.is_overdue else 0


class LoanEvent(Event):
    hub_lookup = "loan__submission__hub"

    loan = models.ForeignKey(
        Loan, on_delete=models.CASCADE, related_name="events", verbose_name=_("loan")
    )

    objects = OfHubs["LoanEvent"].as_manager()

    class Meta(Event.Meta):
        verbose_name = _("loan event")
        verbose_name_plural = _("loan events")
        constraints = [once_about_date("loan")]
        indexes = [unnoticed("loan")]


class RefusedDemandQuerySet(OfHubs["RefusedDemand"]):
    def note(
        self, asking: str, kit: LessonKit, starts_on: datetime.date, ends_on: datetime.date
    ) -> None:
        """Once per asking (a submission's key), however often the button is pressed."""
        row = RefusedDemand(asking=asking, kit=kit, starts_on=starts_on, ends_on=ends_on)
        self.bulk_create([row], ignore_conflicts=True)


class RefusedDemand(models.Model):
    """A period asked for that had no copy: how staff know which kit to buy another of."""

    hub_lookup = "kit__venue__hub"

    asking = models.CharField(max_length=64, null=True, editable=False)
    kit = models.ForeignKey(
        LessonKit, on_delete=models.CASCADE, related_name="refused", verbose_name=_("lesson kit")
    )
    starts_on = models.DateField(_("collect on"))
    ends_on = models.DateField(_("return on"))
    at = models.DateTimeField(_("asked at"), default=timezone.now)

    objects = RefusedDemandQuerySet.as_manager()

    class Meta:
        verbose_name = _("refused demand")
        verbose_name_plural = _("refused demand")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["asking", "kit", "starts_on", "ends_on"], name="refused_once_per_asking"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kit} {self.starts_on:%d-%m-%Y}"
