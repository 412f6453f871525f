"""Where to go afterwards, as a link or form asked with `next=`: on this site only."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def asked(request: HttpRequest) -> str:
    """The address in `next`, or '' when there is none or it leads to another host."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""
