"""Pages that say more than 'not found' in the place of what is not there."""

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.pages import drafts


class SaysWhy(Http404):
    """What the address leads to is not there, or not for this browser; a page of its own says why
    and what to do. Raised by whoever looks for it, shown by the site's 'not found'."""

    template_name: ClassVar[str]
    status: ClassVar[int] = 404

    def context(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def answer(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template_name, self.context(request), status=self.status)


class NotOffered(SaysWhy):
    """Staff took it off the site: what there is instead.

    Whoever follows an old link comes here, and who had a form open: what was typed is kept for the
    next form. Of what was never there it says the same, so that nobody learns what staff prepare.
    """

    def answer(self, request: HttpRequest) -> HttpResponse:
        sent = request.method == "POST"
        context = self.context(request) | {"kept": sent or drafts.kept(request) is not None}
        response = render(request, self.template_name, context, status=self.status)
        response["Cache-Control"] = "no-store"  # it may be back in a minute
        if sent:
            drafts.keep(request, response)
        return response
