"""The pictures of programmes and kits: shown to everybody, and thrown away when no row has them."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core import kinds, uploads
from programmes.models import Programme


@login_not_required
@require_safe
def picture(request: HttpRequest, folder: str, token: str) -> HttpResponse:
    try:
        return uploads.picture(folder, token)
    except FileNotFoundError:
        raise Http404 from None


class Pictures(kinds.Part):
    """Those of programmes; kits throw away their own (`kits/kind.py`)."""

    name = "pictures"
    jobs = {"delete_pictures": timedelta(hours=1)}

    def delete_pictures(self) -> None:
        uploads.delete_orphans(Programme, "picture", folder="pictures/programme")
