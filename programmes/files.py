"""The pictures of programmes and kits, and the files that go with a programme: for everybody, and
thrown away when no row has them."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from core import kinds, uploads
from programmes.models import Programme, ProgrammeFile

# As we keep them (`core.uploads.clean_handout`).
TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg"}


@login_not_required
@require_safe
def picture(request: HttpRequest, folder: str, token: str) -> HttpResponse:
    try:
        return uploads.picture(folder, token)
    except FileNotFoundError:
        raise Http404 from None


@login_not_required
@require_safe
def handout(request: HttpRequest, token: str, ending: str) -> HttpResponse:
    """A file of a programme, to be saved. Also of one that is no longer offered: there may be
    classes that still come."""
    name = f"handouts/programme/{token}.{ending}"
    if ending not in TYPES:
        raise Http404
    row = get_object_or_404(ProgrammeFile, file=name)
    title = slugify(row.shown.title) or "bestand"
    try:
        return uploads.attachment(row.file, f"{title}.{ending}", TYPES[ending])
    except FileNotFoundError:
        raise Http404 from None


class Pictures(kinds.Part):
    """Files of programmes; kits throw away their own (`kits/kind.py`)."""

    name = "pictures"
    jobs = {"delete_pictures": timedelta(hours=1), "delete_handouts": timedelta(hours=1)}

    def delete_pictures(self) -> None:
        uploads.delete_orphans(Programme, "picture", folder="pictures/programme")

    def delete_handouts(self) -> None:
        uploads.delete_orphans(ProgrammeFile, "file", folder="handouts/programme")
