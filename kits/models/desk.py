"""When boxes can be collected and returned, when a copy is away for repair, what was done to it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.dates import Weekday, from_to
from core.lifecycle import Event
from kits.models.kit import KitCopy
from programmes.models import OfHubs, Venue


class DeskDay(models.Model):
    """A weekday on which the desk is open, or on which the transport round drives."""

    hub_lookup = "venue__hub"

    venue = models.ForeignKey(
        Venue, on_delete=models.CASCADE, related_name="desk_days", verbose_name=_("venue")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    is_round = models.BooleanField(
        _("transport round"), default=False, help_text=_("Off: collecting at the desk.")
    )
    opens_at = models.TimeField(_("from"))
    closes_at = models.TimeField(_("until"))

    objects = OfHubs["DeskDay"].as_manager()

    class Meta:
        verbose_name = _("desk day")
        verbose_name_plural = _("desk days")
        ordering = ["venue", "weekday", "opens_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "weekday", "is_round"], name="desk_day_once_per_weekday"
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="desk_day_closes_after_opening",
                violation_error_message=_("The end comes before the start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {from_to(self.opens_at, self.closes_at)}"


class Repair(models.Model):
    """A copy is out of service: `[starts_on, free_again_on)`."""

    hub_lookup = "copy__kit__venue__hub"

    copy = models.ForeignKey(
        KitCopy, on_delete=models.CASCADE, related_name="repairs", verbose_name=_("copy")
    )
    starts_on = models.DateField(_("first day"))
    free_again_on = models.DateField(_("can be lent again from"))
    reason = models.CharField(_("reason"), max_length=200)

    objects = OfHubs["Repair"].as_manager()

    class Meta:
        verbose_name = _("repair")
        verbose_name_plural = _("repairs")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(free_again_on__gt=F("starts_on")),
                name="repair_ends_after_start",
                violation_error_message=_("The end comes before the start."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.copy}: {self.reason}"


class CopyEvent(Event):
    """What staff did to a box itself; what happened in a loan stands among that loan's events.

    A box has no state that moves change, so these events have none either.
    """

    hub_lookup = "copy__kit__venue__hub"

    copy = models.ForeignKey(
        KitCopy, on_delete=models.CASCADE, related_name="events", verbose_name=_("copy")
    )

    objects = OfHubs["CopyEvent"].as_manager()

    class Meta(Event.Meta):
        verbose_name = _("box event")
        verbose_name_plural = _("box events")
