"""The staff back office: one AdminSite at `/beheer/`."""

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite

from core.addresses import wanted_page
from tec_site.staff import accounts, manual


def _without_nul(view: Callable[..., Any]) -> Callable[..., Any]:
    """PostgreSQL compares no text with a NUL: a search for one is refused, on every page."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "%00" in request.META["QUERY_STRING"]:
            raise BadRequest
        return view(request, *args, **kwargs)

    return guarded


class BackOffice(UnfoldAdminSite):
    """For active staff who showed their second factor in this session, and nobody else."""

    index_title = gettext_lazy("Overview")

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and accounts.has_second_factor(request)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        guarded = super().admin_view(_without_nul(view), cacheable)
        return csp_override(settings.BACK_OFFICE_CSP)(guarded)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Lazy, as every page is handed it and the side bar uses a list of its own."""
        return SimpleLazyObject(functools.partial(super().get_app_list, request, app_label))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Give views the `login_url` of staff: SignInMiddleware has the teachers'.

        Set here and not in `admin_view`, because a ModelAdmin wraps what that returns.
        """
        urls = [*manual.urls(self), *super().get_urls()]
        for view in _views_of(urls):
            if getattr(view, "login_required", True):
                view.login_url = reverse_lazy("admin:login", current_app=self.name)
        return urls

    @method_decorator(never_cache)
    @login_not_required
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """No form of its own: sends each to the step that is missing."""
        wanted = wanted_page(request) or reverse("admin:index")
        if self.has_permission(request):
            return HttpResponseRedirect(wanted)
        if not request.user.is_authenticated:
            step = "account_login"
        elif not request.user.is_staff:
            raise Http404
        else:
            step = accounts.next_step(request)
            messages.info(request, _("The desk opens with a second step: an app or a passkey."))
        return HttpResponseRedirect(reverse(step, query={"next": wanted}))


def _views_of(urls: Iterable[Any]) -> Iterator[Any]:
    for url in urls:
        if isinstance(url, URLResolver):
            yield from _views_of(url.url_patterns)
        else:
            yield url.callback


def environment(request: HttpRequest) -> list[str] | None:
    """What unfold shows in red at the top of every page."""
    if settings.STAFF_SECOND_FACTOR:
        return None
    return [_("Demo: signing in without a second factor"), "danger"]
