"""Which browser asks: a number in a signed cookie of its own.

The number comes along with the first form a visitor is shown, so two clicks are one browser, and
nobody needs a session before signing in. Rows keep an HMAC of it (`Submission.browser`,
`CodeChallenge.browser`): a copy of the database acts for no browser.
"""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE = "browser"
SALT = "submissions.browsers"
# In `request.META`, as Django keeps its CSRF token: the number that the answer sets.
NUMBER = "BROWSER_NUMBER"


def browser_of(request: HttpRequest) -> str:
    """The name under which this browser asks and types; '' for one without a number."""
    number = request.META.get(NUMBER) or _sent(request)
    return salted_hmac(SALT, number, algorithm="sha256").hexdigest() if number else ""


def give_number(request: HttpRequest) -> str:
    """Give the browser a number if it has none, and return the name that belongs to it.

    For views with a form. The cookie is set anew each time, so it lasts from the last form on.
    """
    if not request.META.get(NUMBER):
        request.META[NUMBER] = _sent(request) or secrets.token_urlsafe(32)
    return browser_of(request)


def forget(request: HttpRequest) -> None:
    """The answer takes the number away: who signs out leaves nothing to the next person here."""
    request.META[NUMBER] = ""


def _sent(request: HttpRequest) -> str:
    age = settings.BROWSER_COOKIE_AGE
    return request.get_signed_cookie(COOKIE, "", salt=SALT, max_age=age) or ""


class BrowserMiddleware:
    """Sets or deletes the cookie where the view asked for that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        number = request.META.get(NUMBER)
        if number:
            response.set_signed_cookie(
                COOKIE,
                number,
                salt=SALT,
                max_age=settings.BROWSER_COOKIE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        elif number is not None:
            response.delete_cookie(COOKIE, samesite="Lax")
        return response
