"""What every place on a waiting list has in common, and the table of its states.

All rows of one submission that wait are one entry: served all at once, or not at all.
"""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Event, Standing, StateTable
from submissions.models.asked import HELD, OFFERED, Asked, AskedQuerySet


class WaitState(StateTable):
    """A place on the list holds nothing: what is offered is a booking or a loan of its own."""

    OFFERED = (
        OFFERED,
        Standing(is_coming=True, colour="info", sentence=_("There is a place for you.")),
        _("offered"),
    )
    WAITING = (
        "waiting",
        Standing(is_coming=True, colour="warning", sentence=_("You are on the waiting list.")),
        _("on the waiting list"),
    )
    HELD = (
        HELD,
        Standing(
            colour="info",
            sentence=_("You are almost on the waiting list."),
            explanation=_("Type the code from our mail to confirm."),
        ),
        _("not confirmed"),
    )
    TAKEN = (
        "taken",
        Standing(colour="success", sentence=_("You took the place that we offered.")),
        _("taken"),
    )
    ENDED = (
        "ended",
        Standing(is_off=True, sentence=_("You are no longer on the waiting list.")),
        _("ended"),
    )
    LAPSED = (
        "lapsed",
        Standing(is_off=True, sentence=_("You are not on the waiting list.")),
        _("lapsed"),
    )


class Ending(models.TextChoices):
    """Why an entry ended, or what was held or offered lapsed, as its event keeps it."""

    WITHDRAWN = "withdrawn", _("withdrawn")
    PASSED = "passed", _("the offer was not needed")
    EXPIRED = "expired", _("the offer was not taken in time")
    TOO_LATE = "too_late", _("it cannot be met any more")
    CALLED_OFF = "called_off", _("we called it off")
    BY_US = "by_us", _("we ended the waiting")
    REPLACED = "replaced", _("something else was asked for")


class WaitAttention(models.TextChoices):
    """Why staff might look at an entry."""

    PASSED_OVER = "passed_over", _("A place was too small for it")


# The order in which they are served: who waits longest first, and the rows of one entry together.
# Who reads it relies on that (`bookings/waiting/entries.py`, `bookings/waiting/positions.py`).
IN_TURN = ("asked_at", "submission_id", "pk")


class WaitingQuerySet[T: "Waiting"](AskedQuerySet[T]):
    def waiting(self) -> Self:
        """In the order in which they are served."""
        return self.filter(state=WaitState.WAITING).order_by(*IN_TURN)

    def unserved(self) -> Self:
        """Entries that wait, or did until too late: more room would have served them."""
        late = {"events__move": "end", "events__data__why": Ending.TOO_LATE}
        in_vain = self.model._default_manager.filter(**late).values("pk")
        return self.filter(Q(state=WaitState.WAITING) | Q(state=WaitState.ENDED, pk__in=in_vain))

    def offers_over(self, now: Any) -> Self:
        return self.filter(state=WaitState.OFFERED, held_until__lte=now)


def last_offer[T: Asked](to: type[T], label: Any) -> models.OneToOneField[T | None, T | None]:
    """The column of what was offered: the last offer, if there was one."""
    return models.OneToOneField(
        to,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="wait",
        editable=False,
        verbose_name=label,
    )


class Waiting(Asked):
    """A class or group that waits; `held_until` is when its code, or its offer, runs out."""

    states = WaitState

    # Since when it counts: the code was typed, or somebody signed in asked.
    asked_at = models.DateTimeField(_("waits since"), null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=WaitState, editable=False)
    attention = models.CharField(
        _("needs attention"), max_length=12, choices=WaitAttention, blank=True
    )

    class Meta:
        abstract = True
        ordering = [*IN_TURN]
        constraints = [
            *Asked.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", OFFERED, "taken"]) | Q(asked_at__isnull=False),
                name="%(class)s_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_name}, {self.submission.asker_name}"

    def places(self) -> None:
        """Waiting holds no place."""

    @property
    def is_passed_over(self) -> bool:
        return self.attention == WaitAttention.PASSED_OVER


class WaitingEvent(Event):
    """A kind adds the foreign key `wait`."""

    hub_lookup = "wait__submission__hub"

    class Meta(Event.Meta):
        abstract = True
