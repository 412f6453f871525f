"""Small things that pages of every kind share: what they say when it is done, their addresses."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from core.pages.saying import say_once
from submissions.models import Submission


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
