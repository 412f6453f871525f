"""`/demo/mails/`: what the demo would have sent, codes and links included. In the demo only."""

import functools
import io
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.mail import EmailMessage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.csp import CSP
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from core.mail.markers import complete, revealed
from core.models import Mail

# A mail has styles of its own; nothing in it may run, and its links leave the frame.
MAIL_POLICY: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": [
        "allow-popups",
        "allow-popups-to-escape-sandbox",
        "allow-top-navigation-by-user-activation",
    ],
}


def demo_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that does not exist outside the demo, and needs no sign-in there."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return login_not_required(never_cache(require_safe(guarded)))


@demo_only
def mails(request: HttpRequest) -> HttpResponse:
    rows = Mail.objects.order_by("-pk").prefetch_related("files")
    page = Paginator(rows, 20).get_page(request.GET.get("pagina"))
    shown = [
        {"row": row, "message": revealed(row.email_message()), "files": row.file_names()}
        for row in page
    ]
    return render(request, "demo_mails.html", {"page": page, "mails": shown})


@demo_only
@xframe_options_sameorigin
@csp_override(MAIL_POLICY)
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    message = revealed(get_object_or_404(Mail, pk=pk).email_message())
    return HttpResponse(_html(message).replace("<head>", '<head><base target="_top">', 1))


@demo_only
def mail_attachment(request: HttpRequest, pk: int, number: int) -> FileResponse:
    attachments = complete(get_object_or_404(Mail, pk=pk).email_message()).attachments
    if number >= len(attachments):
        raise Http404
    name, content, mimetype = attachments[number]
    return FileResponse(
        io.BytesIO(content if isinstance(content, bytes) else content.encode()),
        as_attachment=True,
        filename=name,
        content_type=mimetype,
    )


def _html(message: EmailMessage) -> str:
    for part in getattr(message, "alternatives", ()):
        if part.mimetype == "text/html":
            return str(part.content)
    raise Http404
