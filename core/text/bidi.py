"""Text that runs from right to left, among text and numbers that run from left to right.

A name in Arabic takes the numbers after it along: "…, 0570 123456" is shown as "123456 0570 ,…".
Between U+2068 and U+2069 it does not (Unicode annex 9, isolates). It is done where pages, letters
and mails leave, so that no template can forget it.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_START, _END = "\u2068", "\u2069"
_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
# From the first such letter to the last, with what stands between them: spaces and signs, but no
# letter or digit that runs from left to right. In HTML a sign can be an entity.
_BETWEEN = rf"(?:{_LETTER}|&(?:#\w+|\w+);|[^\w<>&\n{_START}{_END}])*"
_RUN = rf"{_LETTER}(?:{_BETWEEN}{_LETTER})?"
_DONE = f"{_START}[^{_END}]*{_END}"
_IN_TEXT = re.compile(rf"(?P<asis>{_DONE})|{_RUN}")
# Not in tags, and not in what is no text of the page or goes back to us as it is.
_IN_HTML = re.compile(
    rf"(?P<asis>{_DONE}|<(script|style|textarea|title|bdi)\b.*?</\2>|<[^>]*>)|{_RUN}", re.DOTALL
)
_ANY = re.compile(_LETTER)
# The bytes with which such letters begin in UTF-8: whether there are any is asked of every page.
_FIRST_BYTES = [bytes([one]) for one in (*range(0xD6, 0xE1), 0xEF, 0xF0)]


def isolated(text: str) -> str:
    """Plain text with what runs from right to left between isolates."""
    return _IN_TEXT.sub(_isolate, text) if _ANY.search(text) else text


def isolated_html(html: str) -> str:
    """The text of an HTML page, isolated in the same way."""
    return _IN_HTML.sub(_isolate, html) if _ANY.search(html) else html


def _isolate(found: re.Match[str]) -> str:
    return found[0] if found["asis"] else f"{_START}{found[0]}{_END}"


class IsolationMiddleware:
    """Every page that leaves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        kind = response.get("Content-Type", "")
        if response.streaming or not kind.startswith("text/html"):
            return response
        if any(one in response.content for one in _FIRST_BYTES):
            html = response.content.decode(response.charset)
            response.content = isolated_html(html).encode(response.charset)
        return response
