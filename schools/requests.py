"""A request as views behind LoginRequiredMiddleware get it."""

from django.http import HttpRequest

from .models import User


class SignedInRequest(HttpRequest):
    """For annotations: somebody is signed in, since the middleware let the request through."""

    user: User
