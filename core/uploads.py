"""Files that people give us: told apart by content, limited in size, written anew.

A photo is decoded and stored as a JPEG of ours, without the place where it was taken (phones write
that into the file) and without anything that was hidden behind it. Staff get files as attachments;
nothing under MEDIA_ROOT has an address of its own, but for the pictures of what we offer.
"""

import io
import secrets
import struct
from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import FileField, Model
from django.db.models.fields.files import FieldFile
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFile, ImageOps

from core.kinds import kinds

MB = 1024 * 1024
MAX_BYTES, PDF_MAX_BYTES = 8 * MB, 20 * MB
PHOTO_FORMATS = ("JPEG", "PNG", "WEBP")
PHOTO_TYPES = "image/jpeg,image/png,image/webp"
# Decoding takes memory for every pixel, of the 180 MB that a web process may have. A JPEG is read
# at a fraction of its size (a phone's photo has 50 million pixels), unless it comes in waves.
MAX_PIXELS = 60_000_000
MAX_PROGRESSIVE = 12_500_000
MAX_WHOLE = 8_500_000
MAX_COPIED = 4_200_000  # WebP and what is transparent are copied while they are whole
TOO_MANY_PIXELS = _(
    "This photo has too many pixels. Make it smaller, or save it as a JPEG: that may be larger."
)
STORED_SIDE = 2000  # pixels
PICTURE_SIZE = (960, 540)  # pixels: of every picture on our pages, so that nothing jumps
# What Pillow raises about a broken file; the last two about its Exif.
UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, struct.error)


def at_most(words: Any, limit: int = MAX_BYTES) -> Any:
    """These words, with how many MB a file may have where they say {limit}; of the language in
    which they are read."""
    return format_lazy(words, limit=limit // MB)


def clean_photo(upload: UploadedFile) -> ContentFile:
    """The photo as we keep it. Raises ValidationError when it is too large or no photo."""
    return _as_jpeg(_decode(upload), "photo.jpg")


def clean_picture(upload: UploadedFile) -> ContentFile:
    """The middle of a picture for our pages, as all are shaped. Raises as `clean_photo`."""
    return _as_jpeg(ImageOps.fit(_decode(upload), PICTURE_SIZE), "picture.jpg")


def _decode(upload: UploadedFile) -> Image.Image:
    """The image, upright and no larger than we keep any; copies are made of the small one only."""
    _refuse_large(upload)
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for the whole process
    try:
        with Image.open(upload, formats=PHOTO_FORMATS) as image:
            if image.width * image.height > _most_pixels(image):
                raise ValidationError(TOO_MANY_PIXELS, code="too_large")
            # So that a side is at most twice as long as what it is made smaller to, or nearly so.
            ratio = STORED_SIDE * 0.8 / max(image.size)
            width, height = (max(1, int(side * ratio)) for side in image.size)
            image.draft("RGB", (width, height))
            whole = image.convert("RGBA") if image.mode == "P" else image
            whole.thumbnail((STORED_SIDE, STORED_SIDE), reducing_gap=1.0)
            ImageOps.exif_transpose(whole, in_place=True)
            return _on_white(whole)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(TOO_MANY_PIXELS, code="too_large") from error
    except UNREADABLE as error:
        raise ValidationError(
            _("This is not a photo that we can read (JPEG, PNG or WebP)."), code="not_a_photo"
        ) from error


def _most_pixels(image: Image.Image) -> int:
    if image.format == "JPEG":
        return MAX_PROGRESSIVE if "progressive" in image.info else MAX_PIXELS
    is_copied = image.format == "WEBP" or image.has_transparency_data
    return MAX_COPIED if is_copied else MAX_WHOLE


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    image = image.convert("RGBA")
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    return flat


def _as_jpeg(image: Image.Image, name: str) -> ContentFile:
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=82, comment=b"")  # Pillow would keep the file's own
    return ContentFile(stored.getvalue(), name=name)


def clean_pdf(upload: UploadedFile) -> UploadedFile:
    """The file as it came. Raises ValidationError when it is too large or no PDF."""
    _refuse_large(upload, PDF_MAX_BYTES)
    upload.seek(0)
    start = upload.read(5)
    upload.seek(0)
    if start != b"%PDF-":
        raise ValidationError(_("This is not a PDF."), code="not_a_pdf")
    return upload


def clean_handout(upload: UploadedFile) -> Any:
    """A PDF as it came, or a picture as we keep it, under a name that says which. Raises
    ValidationError when it is too large or neither."""
    upload.seek(0)
    start = upload.read(5)
    upload.seek(0)
    if start == b"%PDF-":
        clean_pdf(upload).name = "handout.pdf"
        return upload
    try:
        return _as_jpeg(_decode(upload), "handout.jpg")
    except ValidationError as error:
        if error.code == "not_a_photo":
            words = _("This is not a PDF, nor a picture that we can read (JPEG, PNG or WebP).")
            raise ValidationError(words, code="not_a_handout") from error
        raise


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


class PictureField(forms.FileField):
    """A picture for our pages, cleaned by `clean_picture`; can be taken away again."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        cleaned = super().clean(data, initial)
        return clean_picture(cleaned) if isinstance(cleaned, UploadedFile) else cleaned


class PictureFile(FieldFile):
    """Shown by the view `picture`, which reads no row: its name cannot be guessed."""

    width, height = PICTURE_SIZE

    @property
    def url(self) -> str:
        folder, token = (self.name or "").split("/")[1:]
        return reverse("picture", args=[folder, token.removesuffix(".jpg")])


def picture_path(row: Model, filename: str) -> str:
    """Below a folder of its model, so that what no row names can be found."""
    return f"pictures/{row._meta.model_name}/{secrets.token_urlsafe(24)}.jpg"


class PictureColumn(FileField):
    """A picture that staff put on our pages."""

    attr_class = PictureFile

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        options: dict[str, Any] = {
            "upload_to": picture_path,
            "max_length": 100,
            "blank": True,
        } | kwargs
        super().__init__(*args, **options)

    def formfield(self, **kwargs: Any) -> Any:
        # The name it comes with is not kept, however long.
        return super().formfield(**kwargs, form_class=PictureField, max_length=None)


class PdfField(forms.FileField):
    """A PDF, cleaned by `clean_pdf` as it comes; one that is kept already is not read again."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        cleaned = super().clean(data, initial)
        return clean_pdf(cleaned) if isinstance(cleaned, UploadedFile) else cleaned


class HandoutField(forms.FileField):
    """A PDF or a picture, cleaned by `clean_handout`."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        cleaned = super().clean(data, initial)
        return clean_handout(cleaned) if isinstance(cleaned, UploadedFile) else cleaned


class HandoutFile(FieldFile):
    """Given out by the view `handout`, under a name that cannot be guessed."""

    @property
    def url(self) -> str:
        token, _dot, ending = (self.name or "").rpartition("/")[2].rpartition(".")
        return reverse("handout", args=[token, ending])


class HandoutColumn(FileField):
    """A file that staff hand out to schools."""

    attr_class = HandoutFile

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**kwargs, form_class=HandoutField, max_length=None)


def picture(folder: str, token: str) -> HttpResponse:
    """A picture by its unguessable name, which never holds another. Raises FileNotFoundError."""
    with default_storage.open(f"pictures/{folder}/{token}.jpg", "rb") as opened:
        content = opened.read()
    return HttpResponse(
        content,
        content_type="image/jpeg",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "public, max-age=31536000, immutable",
        },
    )


def _refuse_large(upload: UploadedFile, limit: int = MAX_BYTES) -> None:
    if (upload.size or 0) > limit:
        raise ValidationError(
            _("This file is too large: %(limit)d MB at most."),
            code="too_large",
            params={"limit": limit // MB},
        )


# --- Files that no row names -------------------------------------------------------------------


# A file without a row may be of a transaction that goes on; not that long.
ORPHANED_AFTER = timedelta(days=1)


def delete_orphans(model: type[Model], name: str, *, folder: str) -> int:
    """Delete what lies in `folder` and is in no row's file field `name`; returns how many."""
    field: Any = model._meta.get_field(name)
    storage: Storage = field.storage
    known = set(model._base_manager.values_list(name, flat=True))
    if not known and _is_unused():  # rather a database that is yet to be restored
        return 0
    deleted = 0
    for path in _files(storage, folder):
        age = timezone.now() - storage.get_modified_time(path)
        if path not in known and age > ORPHANED_AFTER:
            storage.delete(path)
            deleted += 1
    return deleted


def _is_unused() -> bool:
    """Whether nothing ever happened here: files without a row then wait for their backup."""
    return not any(kind.event._base_manager.exists() for kind in kinds())


def _files(storage: Storage, folder: str) -> Iterator[str]:
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _files(storage, f"{folder}/{name}")
