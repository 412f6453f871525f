"""What was typed in a form that was refused, kept for an hour in the browser itself.

Whoever follows a link of the refusal (to other dates, to the Proeverij, to signing in) finds it
back in the next form. A signed cookie rather than a session: we store nothing of somebody of whom
we know nothing yet. There is one: what was typed last takes the place of what was before.
Kept with `of`, an address, it is for the forms of that page: a note about one visit is none about
another.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict

COOKIE = "draft"
SALT = "core.drafts"
AGE = timedelta(hours=1)
# What a browser keeps for certain, with the name and what belongs to it.
MOST_CHARACTERS = 3800
# Of one page only. Its buttons need no place here: the next form takes its own fields alone.
NOT_TYPED = {"csrfmiddlewaretoken", "submission_key"}


def keep(request: HttpRequest, response: HttpResponse, *, of: str = "") -> None:
    """Keep what was sent, for the next form; of what is too much the longest text goes first."""
    typed = {name: texts for name, texts in request.POST.lists() if name not in NOT_TYPED}
    while len(text := signing.dumps(typed, salt=SALT + of, compress=True)) > MOST_CHARACTERS:
        del typed[max(typed, key=lambda name: len(str(typed[name])))]
    response.set_cookie(
        COOKIE,
        text,
        max_age=AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def kept(request: HttpRequest, *, of: str = "") -> QueryDict | None:
    """What was typed before, as it was sent; None where that is nothing, or too long ago."""
    try:
        typed: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT + of, max_age=AGE)
    except signing.BadSignature:
        return None
    found = QueryDict(mutable=True)
    for name, texts in typed.items():
        found.setlist(name, texts)
    return found


def forget_of(request: HttpRequest, response: HttpResponse) -> None:
    """Forget what was kept for the page of this request; what was for another stays."""
    if kept(request, of=request.path) is not None:
        forget(response)


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")
