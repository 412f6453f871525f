"""Parts of addresses that several apps have.

In the path `<token:token>`, as `tokens.make` writes it, `<id:pk>`, a row's number, and
`<text:code>`, any other; in the query the filters of a list, and rows by their number.
"""

from django.http import HttpRequest, QueryDict
from django.urls import register_converter
from django.urls.converters import IntConverter, StringConverter
from django.utils.http import url_has_allowed_host_and_scheme

from core.tokens import TOKEN_LENGTH


class TokenConverter:
    regex = f"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class RowConverter(IntConverter):
    """As `<int:…>`, but no longer than a database can look up: more is an error in SQLite."""

    regex = "[0-9]{1,18}"


class TextConverter(StringConverter):
    """As `<str:…>`, without a NUL: PostgreSQL compares no text with one."""

    regex = r"[^/\x00]+"


def register() -> None:
    """Called when the app is ready, before any address is read."""
    register_converter(TokenConverter, "token")
    register_converter(RowConverter, "id")
    register_converter(TextConverter, "text")


def is_for_part(request: HttpRequest) -> bool:
    """Whether htmx asks, for a part of the page. Its answer varies by this header."""
    return request.headers.get("HX-Request") == "true"


def row_number(typed: str | None) -> int:
    """A primary key from a query or a form; 0, which no row has, when it is none.

    No longer than a database can look up, as in the path.
    """
    typed = typed or ""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 18 else 0


def asked(request: HttpRequest) -> QueryDict:
    """The query without what was left empty, so that shared addresses stay short."""
    query = request.GET.copy()
    for name in [name for name in query if not query[name]]:
        del query[name]
    return query


def address(request: HttpRequest, query: QueryDict, without: str = "") -> str:
    """This page with that query, perhaps `without` one filter: then from its first page on."""
    query = query.copy()
    if without:
        query.pop(without, None)
        query.pop("pagina", None)
    return f"{request.path}?{query.urlencode()}".rstrip("?")


# --- Where to go on ----------------------------------------------------------------------------


def wanted_page(request: HttpRequest) -> str:
    """The address in `next`, or '' when there is none or it leads to another host."""
    page = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return page if safe else ""
