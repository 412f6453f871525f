"""Small things that pages of every kind share: what they say once, and their addresses."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from submissions.models import Submission


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


def say_done(request: HttpRequest, submission: Submission) -> None:
    """On the page that comes next: it worked, and what happens now.

    Also after the second of two clicks, since the answer to the first may never have come; not
    when an old form is sent again.
    """
    now = timezone.now()
    if submission.verified_at is None or submission.verified_at < now - settings.SAME_CLICK_WITHIN:
        return
    say_once(
        request, _("Done! A mail about it is going to %(email)s.") % {"email": submission.email}
    )


def also_by_link(pages: list[URLPattern]) -> list[URLPattern]:
    """Pages under a submission's address, each of these also by the link in a mail."""
    return [
        path(f"<uuid:public_id>/{link}{page.pattern}", page.callback, name=page.name)
        for link in ("", "<token:token>/")
        for page in pages
    ]
