"""How our own paragraphs read: the mails of a programme or kit as somebody would get them."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.backoffice.base import Button
from core.kinds import kinds
from core.lifecycle import Refused
from core.mail.reading import unlinked
from programmes.models import Hub, Programme


class WithSamples:
    """For the admin of a row with paragraphs in mails: a page with these mails, and a button to
    it."""

    def get_urls(self) -> list[Any]:
        admin: Any = self
        mixed_in: Any = super()
        page = path(
            "<id:row_id>/mails/",
            admin.admin_site.admin_view(require_safe(self.sample_page)),
            name=f"{admin.opts.app_label}_{admin.opts.model_name}_mails",
        )
        return [page, *mixed_in.get_urls()]

    def buttons(self, request: HttpRequest, row: Any) -> list[Button]:
        admin: Any = self
        mixed_in: Any = super()
        name = f"admin:{admin.opts.app_label}_{admin.opts.model_name}_mails"
        button = Button(_("The mails, as they are read"), reverse(name, args=[row.pk]))
        return [*mixed_in.buttons(request, row), button]

    def sample_page(self, request: HttpRequest, row_id: int) -> HttpResponse:
        admin: Any = self
        if not admin.has_change_permission(request):
            raise PermissionDenied
        row = admin.get_object(request, str(row_id))
        if row is None:
            raise Http404
        context = {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "title": _("The mails, as they are read"),
            "row": row,
            "samples": [
                (str(name), _mails(row, code, request)) for code, name in settings.LANGUAGES
            ],
            "back": reverse(
                f"admin:{admin.opts.app_label}_{admin.opts.model_name}_change", args=[row.pk]
            ),
        }
        return TemplateResponse(request, "admin/programmes/sample_mails.html", context)


def _mails(row: Any, language: str, request: HttpRequest) -> list[Any]:
    """The mails of a row; of a hub, those of its first programme."""
    if isinstance(row, Hub):
        row = Programme.objects.published().filter(venue__hub=row).order_by("pk").first()
    found = list[Any]()
    for kind in kinds() if row else ():
        try:
            found += kind.sample_mails(row, language, by=request.user)
        except Refused:
            continue  # a programme that nobody can book as it is: there is nothing to show
    return [(mail, unlinked(mail)) for mail in found]
