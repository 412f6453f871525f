"""Who comes besides schools: people who change trades, a sheltered workshop, a company.

They come as a *group*: without year groups, and without a class that comes back next year.
"""

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.searching import WordsInside
from schools.models.school import fold

KEY_LENGTH = 300


class GroupKind(models.TextChoices):
    CAREER = "career", _("people who change trades")
    SHELTERED = "sheltered", _("sheltered workshop")
    COMPANY = "company", _("company")
    TEACHERS = "teachers", _("teachers on a study afternoon")
    OTHER = "other", _("another group")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def matching(self, text: str) -> Self:
        """Organisations in whose name or place every word of `text` occurs."""
        found = self
        for word in fold(text).split():
            found = found.filter(name_key__contains=word)
        return found

    def of(self, *, name: str, city: str) -> "Organisation":
        """The organisation of that name and place, made if it is new."""
        key = key_of(name, city)
        new = self.model(name=name, city=city, name_key=key)
        self.bulk_create([new], ignore_conflicts=True)
        return self.get(name_key=key)


def key_of(name: str, city: str) -> str:
    """Name and place as they are compared: 'Konnected B.V., Deventer' is 'konnected bv, deventer'.

    What has no letters that fold (in another script) stands for itself.
    """
    parts = (fold(part) or part.casefold() for part in (name, city))
    return ", ".join(parts)[:KEY_LENGTH]


class Organisation(models.Model):
    name = models.CharField(_("name"), max_length=200)
    city = models.CharField(_("place"), max_length=100)
    name_key = models.CharField(max_length=KEY_LENGTH, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "city"]
        indexes = [WordsInside(fields=["name_key"], name="organisation_words")]
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"],
                name="organisation_once",
                violation_error_message=_("This organisation is known already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}" if self.city else self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        # A derived column: comparing and searching never disagree with the name.
        self.name_key = key_of(self.name, self.city)
        super().save(*args, **kwargs)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """The key is in no form; what it must not repeat is said of the name it is made of."""
        self.name_key = key_of(self.name, self.city)
        super().validate_constraints(exclude=set(exclude or ()) - {"name_key"})
