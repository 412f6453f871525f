"""Schools and their boards, as in DUO's open data.

A school is never deleted: it is closed, or merged into another.
"""

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.constraints import NotesChanges
from core.text.fields import LineColumn
from core.text.searching import Folded, FoldedColumn, KeepsFolded, WordsInside, has_words
from schools.models.holiday import HolidayRegion


class Sector(models.TextChoices):
    PRIMARY = "po", _("Primary")
    SECONDARY = "vo", _("Secondary")
    SPECIAL = "so", _("Special")


class SchoolBoard(models.Model):
    number = models.CharField(_("board number"), max_length=5, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("school board")
        verbose_name_plural = _("school boards")
        ordering = ["name", "number"]
        constraints = [
            NotesChanges(fields=["number", "name"], only_values=True, name="board_counted")
        ]

    def __str__(self) -> str:
        return self.name or self.number


class SchoolQuerySet(KeepsFolded, models.QuerySet["School"]):
    def open(self) -> Self:
        return self.filter(closed_on=None, merged_into=None)

    def matching(self, text: str) -> Self:
        """Schools in whose name, place, postcode or code every word of `text` occurs."""
        return self.filter(has_words("search_text", text))


class SearchedColumn(FoldedColumn):
    """Words of what people search a school by, each after a space: ' obs de ster 7411 aa …'."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def made_of(self, *texts: str) -> str:
        name, city, municipality, postcode, site_code = texts
        place = city, municipality, postcode, postcode.replace(" ", "")
        return super().made_of(name, *place, site_code)[: self.max_length]


class School(Folded):
    site_code = models.CharField(
        _("site code"),
        max_length=6,
        unique=True,
        null=True,
        blank=True,
        help_text=_("VESTIGINGSCODE: four characters BRIN and two digits."),
    )
    name = LineColumn(_("name"), max_length=200)
    sector = models.CharField(_("sector"), max_length=2, choices=Sector, default=Sector.PRIMARY)
    structure = models.CharField(_("levels"), max_length=100, blank=True)
    street = models.CharField(_("street"), max_length=100, blank=True)
    house_number = models.CharField(_("house number"), max_length=20, blank=True)
    postcode = models.CharField(_("postcode"), max_length=7, blank=True)
    city = LineColumn(_("place"), max_length=100)
    municipality = models.CharField(_("municipality"), max_length=100, blank=True)
    municipality_code = models.CharField(_("municipality code"), max_length=4, blank=True)
    province = models.CharField(_("province"), max_length=40, blank=True)
    denomination = models.CharField(_("denomination"), max_length=60, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    holiday_region = models.CharField(
        _("holiday region"), max_length=10, choices=HolidayRegion, blank=True
    )
    board = models.ForeignKey(
        SchoolBoard,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="schools",
        verbose_name=_("school board"),
    )
    is_verified = models.BooleanField(
        _("verified"),
        default=True,
        help_text=_("Off: typed by a teacher whose school was not listed."),
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name=_("merged into"),
    )
    search_text = SearchedColumn(
        *("name", "city", "municipality", "postcode", "site_code"), max_length=500
    )

    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("school")
        verbose_name_plural = _("schools")
        ordering = ["name", "city"]
        indexes = [WordsInside(fields=["search_text"], name="school_words")]
        constraints = [
            NotesChanges(
                fields=["board", "municipality", "closed_on", "merged_into"], name="school_counted"
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("pk")),
                name="school_not_merged_into_itself",
                violation_error_message=_("A school cannot be merged into itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}" if self.city else self.name

    def clean(self) -> None:
        """What staff type: a code as imports write it, and no closing day that is yet to come."""
        self.site_code = self.site_code.upper() if self.site_code else None
        if self.closed_on and self.closed_on > timezone.localdate():
            message = _("Until a school closes teachers must find it: fill this in on that day.")
            raise ValidationError({"closed_on": message})

    @property
    def is_listed(self) -> bool:
        """In the register, and open: what teachers find."""
        return self.is_verified and self.closed_on is None and self.merged_into_id is None

    @property
    def can_be_merged(self) -> bool:
        """Typed by a teacher, or closed: all of it can be of another one."""
        is_another = not self.is_verified or self.closed_on is not None
        return is_another and self.merged_into_id is None

    @property
    def address(self) -> str:
        """'Schoolstraat 1, 7411 AA Deventer', as far as it is known."""
        street = f"{self.street} {self.house_number}".strip()
        place = f"{self.postcode} {self.city}".strip()
        return ", ".join(filter(None, (street, place)))


class PupilCount(models.Model):
    """Pupils of a site on 1 October of a year (DUO). Empty: fewer than five (`<5`)."""

    school = models.ForeignKey(
        School, on_delete=models.CASCADE, related_name="pupil_counts", verbose_name=_("school")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    pupils = models.PositiveIntegerField(_("pupils"), null=True, blank=True)

    class Meta:
        verbose_name = _("pupil count")
        verbose_name_plural = _("pupil counts")
        constraints = [
            models.UniqueConstraint(fields=["school", "year"], name="pupil_count_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.school_id} {self.year}: {self.pupils}"
