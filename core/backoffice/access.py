"""Pages of our own in the back office: for staff with their second factor, and the permission."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponseBase]


def desk_page(permission: str, *methods: str) -> Callable[[View], View]:
    """A page under the back office's sign-in that asks the permission; GET unless said."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        page: Any = admin.site.admin_view(require_http_methods(methods or ("GET", "HEAD"))(checked))
        # Read by LoginRequiredMiddleware: without it the anonymous go to the teachers' page.
        page.login_url = reverse_lazy("admin:login")
        return page

    return decorate
