"""What was typed in a form that was refused before its view saw it, to be sent once more: it had
been open beyond the end of a session, or its token against forgery is from before signing in.

The page of the refusal holds it all in hidden fields, because not every browser has it still after
Back. Nothing of it is kept here.
"""

from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def typed_in(request: HttpRequest) -> dict[str, Any]:
    """What the page of the refusal shows: nothing of what another site had this browser send, nor
    of a form with a password."""
    if request.method != "POST" or not _is_our_page(request):
        return {}
    typed = [(name, text) for name, texts in request.POST.lists() for text in texts]
    if any("password" in name for name, _text in typed):
        return {}
    return {
        "once_more": [one for one in typed if one[0] != "csrfmiddlewaretoken"],
        "address": request.get_full_path(),
        "had_files": bool(request.FILES),
    }


def _is_our_page(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def signed_out(
    request: HttpRequest, typed: dict[str, Any], sign_in: str, *, status: int
) -> HttpResponse:
    """`sign_in`: the path of the page where one does that."""
    context = typed | {"sign_in": sign_in}
    response = render(request, "403_signed_out.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Leads to signing in; a form that was sent waits until that is done."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        leads: Any = super().handle_no_permission(request, view_func)
        if not (typed := typed_in(request)):
            return leads
        return signed_out(request, typed, leads.url.partition("?")[0], status=403)
