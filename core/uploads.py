"""Files that people give us: told apart by content, limited in size, never shown in a page.

A photo is decoded and written anew: what is stored is a JPEG of ours, without the place where it
was taken (phones write that into the file) and without anything that was hidden behind it.
Staff get files as attachments; nothing under MEDIA_ROOT has an address of its own.
"""

import io
import struct
from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.db.models.fields.files import FieldFile
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

MAX_BYTES = 8 * 1024 * 1024
PDF_MAX_BYTES = 20 * 1024 * 1024
PHOTO_FORMATS = ("JPEG", "PNG", "WEBP")
PHOTO_TYPES = "image/jpeg,image/png,image/webp"
# A phone's photo has some 50 million pixels at most; decoding takes four bytes for each.
MAX_PIXELS = 60_000_000
STORED_SIDE = 2000  # pixels
# What Pillow raises about a broken file; the last two about its Exif.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    Image.DecompressionBombError,
    TypeError,
    struct.error,
)


def clean_photo(upload: UploadedFile) -> ContentFile:
    """The photo as we keep it. Raises ValidationError when it is too large or no photo."""
    _refuse_large(upload)
    try:
        with Image.open(upload, formats=PHOTO_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError(_("This photo has too many pixels."), code="too_large")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except UNREADABLE as error:
        raise ValidationError(
            _("This is not a photo that we can read (JPEG, PNG or WebP)."), code="not_a_photo"
        ) from error
    upright.thumbnail((STORED_SIDE, STORED_SIDE))
    stored = io.BytesIO()
    upright.save(stored, "JPEG", quality=82)
    return ContentFile(stored.getvalue(), name="photo.jpg")


def clean_pdf(upload: UploadedFile) -> UploadedFile:
    """The file as it came. Raises ValidationError when it is too large or no PDF."""
    _refuse_large(upload, PDF_MAX_BYTES)
    upload.seek(0)
    start = upload.read(5)
    upload.seek(0)
    if start != b"%PDF-":
        raise ValidationError(_("This is not a PDF."), code="not_a_pdf")
    return upload


def attachment(file: FieldFile, filename: str, content_type: str) -> HttpResponse:
    """To be saved, not shown: the browser may not guess another type, and no cache keeps it.

    Read at once: files are some megabytes at most. Raises FileNotFoundError.
    """
    with file.open("rb") as opened:
        content = opened.read()
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, PurePath(filename).name) or "",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


class PhotoField(forms.FileField):
    """A photo, from the camera of the phone or from a file; cleaned by `clean_photo`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": PHOTO_TYPES}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> ContentFile | None:
        upload = super().clean(data, initial)
        return clean_photo(upload) if upload else None


def _refuse_large(upload: UploadedFile, limit: int = MAX_BYTES) -> None:
    if (upload.size or 0) > limit:
        raise ValidationError(
            _("This file is too large: %(limit)d MB at most."),
            code="too_large",
            params={"limit": limit // 1024 // 1024},
        )


# --- Files that no row names -------------------------------------------------------------------


# A file without a row may be of a transaction that goes on; not that long.
ORPHANED_AFTER = timedelta(days=1)


def delete_orphans(model: type[Model], name: str, *, folder: str) -> int:
    """Delete what lies in `folder` and is in no row's file field `name`; returns how many."""
    field: Any = model._meta.get_field(name)
    storage: Storage = field.storage
    known = set(model._base_manager.values_list(name, flat=True))
    if not known:  # rather a database that is yet to be restored
        return 0
    deleted = 0
    for path in _files(storage, folder):
        age = timezone.now() - storage.get_modified_time(path)
        if path not in known and age > ORPHANED_AFTER:
            storage.delete(path)
            deleted += 1
    return deleted


def _files(storage: Storage, folder: str) -> Iterator[str]:
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _files(storage, f"{folder}/{name}")
