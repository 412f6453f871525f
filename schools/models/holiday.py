"""School holidays per region, as the national government sets or advises them."""

import datetime
from collections import defaultdict
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.dates import days_between


class HolidayRegion(models.TextChoices):
    NORTH = "noord", _("North")
    MIDDLE = "midden", _("Middle")
    SOUTH = "zuid", _("South")


class SchoolHolidayQuerySet(models.QuerySet["SchoolHoliday"]):
    def overlapping(self, first: datetime.date, last: datetime.date) -> Self:
        """Holidays with at least one day in `first`..`last`, both inclusive."""
        return self.filter(starts_on__lte=last, ends_on__gte=first)

    def days(self, first: datetime.date, last: datetime.date) -> dict[datetime.date, str]:
        """Each day of `first`..`last` (inclusive) in one of these holidays → its name; one query.

        Of one region: where two regions have a holiday, one of its names is given.
        """
        return {
            day: name for days in self.by_region(first, last).values() for day, name in days.items()
        }

    def by_region(
        self, first: datetime.date, last: datetime.date
    ) -> dict[str, dict[datetime.date, str]]:
        """Region → each day of `first`..`last` (inclusive) in one of its holidays → the name; one
        query. A region without any is not in it."""
        found: dict[str, dict[datetime.date, str]] = defaultdict(dict)
        for holiday in self.overlapping(first, last):
            for day in days_between(max(first, holiday.starts_on), min(last, holiday.ends_on)):
                found[holiday.region].setdefault(day, holiday.name)
        return dict(found)


class SchoolHoliday(models.Model):
    """One holiday of one region; both dates inclusive (Saturday to Sunday)."""

    region = models.CharField(_("region"), max_length=10, choices=HolidayRegion)
    school_year = models.PositiveSmallIntegerField(
        _("school year"), help_text=_("The year in which the school year starts.")
    )
    name = models.CharField(_("name"), max_length=60)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    is_advice = models.BooleanField(
        _("advice"), default=False, help_text=_("A school may deviate from these dates.")
    )

    objects = SchoolHolidayQuerySet.as_manager()

    class Meta:
        verbose_name = _("school holiday")
        verbose_name_plural = _("school holidays")
        ordering = ["starts_on", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "school_year", "name"],
                name="school_holiday_once",
                violation_error_message=_("This region already has this holiday that year."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="school_holiday_ends_after_start",
                violation_error_message=_("The last day comes before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_region_display()} {self.starts_on:%d-%m-%Y}"
