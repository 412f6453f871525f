"""What staff uploaded to be read into the directory, until it is."""

import json
import zlib
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UploadPartQuerySet(models.QuerySet["UploadPart"]):
    def files(self) -> Self:
        return self.filter(rows_of="")

    def rows(self) -> Self:
        return self.exclude(rows_of="")


class UploadPart(models.Model):
    """A file as it came, or some of the rows that were planned from such files.

    In the database, because the worker may be on another machine than the web server. Goes when it
    was read in, or after a day.
    """

    upload = models.UUIDField()
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)  # of the file
    rows_of = models.CharField(max_length=20, blank=True)  # the kind of its rows; empty of a file
    content = models.BinaryField()  # compressed
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = UploadPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("part of an upload")
        verbose_name_plural = _("parts of uploads")
        ordering = ["upload", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "rows_of", "number"], name="part_numbered_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @property
    def data(self) -> bytes:
        return zlib.decompress(self.content)

    @property
    def rows(self) -> Any:
        return json.loads(self.data)


def compressed(data: bytes) -> bytes:
    return zlib.compress(data)
