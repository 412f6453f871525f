"""Who comes besides schools: people who change trades, a sheltered workshop, a company.

They come as a *group*: without year groups, and without a class that comes back next year.
"""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text.fields import LineColumn
from core.text.normal import key
from core.text.searching import Folded, FoldedColumn, KeepsFolded, WordsInside, has_words


class GroupKind(models.TextChoices):
    CAREER = "career", _("people who change trades")
    SHELTERED = "sheltered", _("sheltered workshop")
    COMPANY = "company", _("company")
    TEACHERS = "teachers", _("teachers on a study afternoon")
    OTHER = "other", _("another group")


class OrganisationQuerySet(KeepsFolded, models.QuerySet["Organisation"]):
    def matching(self, text: str) -> Self:
        """Organisations in whose name or place every word of `text` occurs."""
        return self.filter(has_words("search_text", text))

    def of(self, *, name: str, city: str) -> "Organisation":
        """The organisation of that name and place, made if it is new."""
        self.bulk_create([self.model(name=name, city=city)], ignore_conflicts=True)
        return self.get(name_key=key_of(name, city))


def key_of(name: str, city: str) -> str:
    """Name and place as they are compared: 'Konnected B.V.' and 'Konnected BV' are one."""
    return ", ".join(key(part.replace(".", "")) for part in (name, city))


class OrganisationKeyColumn(FoldedColumn):
    def made_of(self, *texts: str) -> str:
        return key_of(*texts)


class Organisation(Folded):
    name = LineColumn(_("name"), max_length=200)
    city = LineColumn(_("place"), max_length=100)
    name_key = OrganisationKeyColumn("name", "city")
    search_text = FoldedColumn("name", "city")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "city"]
        indexes = [WordsInside(fields=["search_text"], name="organisation_words")]
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"],
                name="organisation_once",
                violation_error_message=_("This organisation is known already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}" if self.city else self.name
