"""A page at the place of what staff took off the site: what there is instead.

Whoever follows an old link comes here, and who had a form open: what was typed is kept for the
next form. Of what was never there it says the same, so that nobody learns what staff prepare.
"""

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.pages import drafts


class NotOffered(Http404):
    """What the address names is not on offer."""

    template_name: ClassVar[str]

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """What there is instead."""
        raise NotImplementedError

    def answer(self, request: HttpRequest) -> HttpResponse:
        sent = request.method == "POST"
        context = self.context(request) | {"kept": sent or drafts.kept(request) is not None}
        response = render(request, self.template_name, context, status=404)
        response["Cache-Control"] = "no-store"  # it may be back in a minute
        if sent:
            drafts.keep(request, response)
        return response
