"""What surrounds a visit: the lesson before it, the teacher's part on the day, the follow-up.

A visit alone changes little (Post & Walma van der Molen 2014); these texts make a line of it.
"""

import secrets
from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.text.bilingual import Bilingual
from core.uploads import HandoutColumn
from programmes.models.hub import OfHubs

_PARAGRAPHS = _("Blank lines make paragraphs.")


class Around(Bilingual):
    """The texts of a programme about before, during and after."""

    files: Any

    preparation = models.TextField(
        _("preparation in class"), max_length=2000, blank=True, help_text=_PARAGRAPHS
    )
    preparation_en = models.TextField(
        _("preparation in class (English)"), max_length=2000, blank=True
    )
    preparation_minutes = models.PositiveSmallIntegerField(
        _("preparation takes (minutes)"), default=0, help_text=_("0: it is not said.")
    )
    teachers_part = models.TextField(
        _("the teacher’s part on the day"), max_length=1000, blank=True, help_text=_PARAGRAPHS
    )
    teachers_part_en = models.TextField(
        _("the teacher’s part on the day (English)"), max_length=1000, blank=True
    )
    follow_up = models.TextField(
        _("follow-up in class"), max_length=2000, blank=True, help_text=_PARAGRAPHS
    )
    follow_up_en = models.TextField(_("follow-up in class (English)"), max_length=2000, blank=True)
    for_pupils = models.TextField(
        _("for pupils"),
        max_length=1500,
        blank=True,
        help_text=_(
            "In plain words, to the pupils themselves: what will we do? Empty: what pupils do."
        ),
    )
    for_pupils_en = models.TextField(_("for pupils (English)"), max_length=1500, blank=True)

    class Meta:
        abstract = True

    @cached_property
    def _handouts(self) -> list["ProgrammeFile"]:
        return list(self.files.all())

    @property
    def files_before(self) -> list["ProgrammeFile"]:
        return [one for one in self._handouts if one.when == ProgrammeFile.When.BEFORE]

    @property
    def files_after(self) -> list["ProgrammeFile"]:
        return [one for one in self._handouts if one.when == ProgrammeFile.When.AFTER]


def file_path(row: "ProgrammeFile", filename: str) -> str:
    """A name that cannot be guessed; its ending says what it holds, as we looked."""
    return f"handouts/programme/{secrets.token_urlsafe(24)}.{filename.rpartition('.')[2]}"


class ProgrammeFile(Bilingual):
    """A worksheet or drawing that goes with the preparation or the follow-up."""

    hub_lookup = "programme__venue__hub"

    class When(models.TextChoices):
        BEFORE = "before", _("with the preparation")
        AFTER = "after", _("with the follow-up")

    programme = models.ForeignKey(
        "programmes.Programme",
        on_delete=models.CASCADE,
        related_name="files",
        verbose_name=_("programme"),
    )
    when = models.CharField(_("when"), max_length=6, choices=When, default=When.BEFORE)
    title = models.CharField(_("title"), max_length=100)
    title_en = models.CharField(_("title (English)"), max_length=100, blank=True)
    file = HandoutColumn(
        _("file"), upload_to=file_path, help_text=_("A PDF or a picture; it stands under the text.")
    )

    objects = OfHubs["ProgrammeFile"].as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files with the preparation and the follow-up")
        ordering = ["programme", "-when", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(file=""), name="programme_file_is_there")
        ]

    def __str__(self) -> str:
        return self.title
