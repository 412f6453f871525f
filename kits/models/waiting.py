"""A place on the waiting list for a kit, on the days of a loan."""

import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.lifecycle import unnoticed
from core.text.searching import WordsInside
from kits.models.kit import LessonKit
from kits.models.loan import Delivery, Loan
from programmes.models import OfHubs
from submissions.models import Waiting, WaitingEvent, WaitingQuerySet, last_offer

LOAN_WAIT_FACTS = (
    "submission__school",
    "submission__organisation",
    "submission__hub",
    "kit__venue",
    "loan__copy__kit__venue",
)


class LoanWaitQuerySet(WaitingQuerySet["LoanWait"]):
    def with_facts(self) -> Self:
        return self.select_related(*LOAN_WAIT_FACTS)


class LoanWait(Waiting):
    kit = models.ForeignKey(
        LessonKit, on_delete=models.PROTECT, related_name="waits", verbose_name=_("lesson kit")
    )
    starts_on = models.DateField(_("collect on"))
    ends_on = models.DateField(_("return on"))
    delivery = models.CharField(_("how"), max_length=8, choices=Delivery, default=Delivery.DESK)
    loan = last_offer(Loan, _("loan"))

    objects = LoanWaitQuerySet.as_manager()

    class Meta(Waiting.Meta):
        verbose_name = _("place on the waiting list for a kit")
        verbose_name_plural = _("waiting list for kits")
        indexes = [
            WordsInside(fields=["party_key"], name="loanwait_party_words"),
            # What every reservation asks: does anybody wait for this kit?
            models.Index(fields=["kit"], condition=Q(state="waiting"), name="loanwait_kit"),
        ]
        constraints = [
            *Waiting.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="loanwait_days_in_order",
                violation_error_message=_("The return comes before collecting."),
            ),
        ]

    @property
    def school_day(self) -> datetime.date:
        return self.starts_on


class LoanWaitEvent(WaitingEvent):
    wait = models.ForeignKey(
        LoanWait, on_delete=models.CASCADE, related_name="events", verbose_name=_("waiting list")
    )

    objects = OfHubs["LoanWaitEvent"].as_manager()

    class Meta(WaitingEvent.Meta):
        verbose_name = _("event of the waiting list for kits")
        verbose_name_plural = _("events of the waiting list for kits")
        indexes = [unnoticed("loanwait")]
