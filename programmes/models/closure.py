"""Days on which a venue is closed."""

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.dates import ONE_DAY
from programmes.models.hub import OfHubs
from programmes.models.place import Venue
from schools.models import SchoolHoliday


class Closure(models.Model):
    """Days on which a venue is closed besides public and school holidays; both inclusive."""

    hub_lookup = "venue__hub"

    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, related_name="closures", verbose_name=_("venue")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=120)

    objects = OfHubs["Closure"].as_manager()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="closure_ends_after_start",
                violation_error_message=_("The last day comes before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} ({self.starts_on:%d-%m-%Y})"


def spans_off(first: datetime.date) -> list[tuple[datetime.date, datetime.date]]:
    """From `first` on, the first and last days of school holidays in any region and of closures of
    any venue, where they overlap or follow each other as one span; one query."""
    ahead, days = {"ends_on__gte": first}, ("starts_on", "ends_on")
    holidays = SchoolHoliday.objects.filter(**ahead).order_by().values_list(*days)
    closures = Closure.objects.filter(**ahead).order_by().values_list(*days)
    spans: list[tuple[datetime.date, datetime.date]] = []
    for starts_on, ends_on in sorted(holidays.union(closures).order_by()):
        if spans and starts_on <= spans[-1][1] + ONE_DAY:
            spans[-1] = (spans[-1][0], max(spans[-1][1], ends_on))
        else:
            spans.append((starts_on, ends_on))
    return spans
