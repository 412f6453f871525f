"""A class of a school in one school year; it continues as another one next year."""

import datetime
import itertools
from collections.abc import Collection
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.text.fields import LineColumn
from core.text.normal import key
from core.text.searching import Folded, FoldedQuerySet, KeyColumn
from schools.models.school import School
from schools.years import YearGroup, describe_year_groups, school_year_label, school_year_of

NAME_LENGTH = 60


def free_name(name: str, taken: Collection[str]) -> str:
    """This name, with a number behind it where its key is one of these."""
    numbered = (f"{name} ({number})" for number in itertools.count(2))
    return next(one for one in itertools.chain([name], numbered) if key(one) not in taken)


class ClassGroupManager(models.Manager["ClassGroup"]):
    def get_queryset(self) -> FoldedQuerySet["ClassGroup"]:
        return FoldedQuerySet(self.model, using=self._db)

    def of(
        self, *, school: School, school_year: int, name: str, year_from: int, year_to: int
    ) -> "ClassGroup":
        """The class of that name, made if it is new; 'Groep 6-B' and 'groep 6b' are one."""
        one = {"school": school, "school_year": school_year, "name_key": key(name)}
        new = ClassGroup(**one, name=name, year_from=year_from, year_to=year_to)
        self.bulk_create([new], ignore_conflicts=True)
        return self.get(**one)

    def named_in(self, row: Any, school: School, day: datetime.date) -> "ClassGroup":
        """The class that a booking or loan names, in the school year of that day."""
        return self.of(
            school=school,
            school_year=school_year_of(day),
            name=row.party_name,
            year_from=row.year_from,
            year_to=row.year_to,
        )


class ClassGroup(Folded):
    school = models.ForeignKey(
        School, on_delete=models.PROTECT, related_name="class_groups", verbose_name=_("school")
    )
    school_year = models.PositiveSmallIntegerField(_("school year"))
    name = LineColumn(_("class"), max_length=NAME_LENGTH)
    name_key = KeyColumn("name")
    year_from = models.PositiveSmallIntegerField(_("year group from"), choices=YearGroup)
    year_to = models.PositiveSmallIntegerField(_("year group to"), choices=YearGroup)
    continues = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="continued_by",
        verbose_name=_("continues"),
    )

    objects = ClassGroupManager()

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        ordering = ["school", "-school_year", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "school_year", "name_key"],
                name="class_group_once_a_year",
                violation_error_message=_("This school already has this class this year."),
            ),
            models.CheckConstraint(
                condition=Q(year_to__gte=F("year_from")),
                name="class_group_year_range",
                violation_error_message=_("The highest year group comes before the lowest."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({school_year_label(self.school_year)})"

    @property
    def year_groups(self) -> str:
        return describe_year_groups(self.year_from, self.year_to)
