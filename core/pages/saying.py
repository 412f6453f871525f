"""Messages on the page that comes next, also after the second of two clicks."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest


def say_once(request: HttpRequest, words: str) -> None:
    """A message for the next page, unless the first of two clicks left the same one there."""
    waiting: Any = messages.get_messages(request)
    if words not in {str(message) for message in waiting}:
        messages.success(request, words)
    waiting.used = False  # looked at, not shown


def say_if_silent(request: HttpRequest, words: str) -> None:
    """A message for the next page, unless the first of two clicks left one there."""
    if not messages.get_messages(request):
        messages.success(request, words)
