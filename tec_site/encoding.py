"""What is sent to us is UTF-8; whatever names another encoding is a bad request.

Browsers send forms in the encoding of the page and do not name it. Django decodes with any codec
that a Content-Type names: 'utf-7' is an error deep in a form, and 'rot13' one before there is a
request at all. So the WSGI application looks first, and a middleware for whatever else calls
Django. Without a body the name means nothing and is ignored.
"""

import codecs
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def is_utf8(parameters: Mapping[str, str] | None) -> bool:
    """Whether the parameters of a Content-Type name UTF-8, or no encoding."""
    named = (parameters or {}).get("charset") or "utf-8"
    try:
        return codecs.lookup(named).name in {"utf-8", "ascii"}
    except (LookupError, ValueError):
        return False


class EncodingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "charset" in (request.content_params or {}):
            request.encoding = "utf-8"  # also for the page that says no
        if request.method not in SAFE_METHODS and not is_utf8(request.content_params):
            raise BadRequest("Only UTF-8 is understood.")
        return self.get_response(request)


class EncodingGate:
    """In front of a WSGI application."""

    def __init__(self, site: Application) -> None:
        self.site = site

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in SAFE_METHODS:
            environ.pop("CONTENT_TYPE", None)
        elif not _is_readable(environ.get("CONTENT_TYPE", "")):
            start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"Bad request"]
        return self.site(environ, start_response)


def _is_readable(content_type: str) -> bool:
    try:
        return is_utf8(parse_header_parameters(content_type)[1])
    except ValueError:
        return False
