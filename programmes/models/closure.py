"""Days on which a venue is closed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programmes.models.hub import OfHubs
from programmes.models.place import Venue


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
