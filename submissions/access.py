"""Who may see a submission: its teacher, the browser it came from, whoever has its link, and a
colleague with whom it is shared."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.urls import reverse

from core import rate_limits
from core.pages.not_found import SaysWhy
from schools.models import User
from submissions import browsers, links
from submissions.models import Companion, Submission


class Erased(SaysWhy):
    """The link was once of somebody about whom we know nothing any more."""

    template_name, status = "submissions/erased.html", 410


class NotSignedIn(Http404):
    """A page of somebody's own, and nobody is signed in: of what is there as of what is not."""


def may_see(request: HttpRequest, submission: Submission, token: str | None) -> bool:
    """A colleague sees it as what is shared with her: its `seen_as` says so from here on."""
    if token is not None:
        return links.opens(submission, token) or shared_by(links.opens_as, submission, token)
    user = request.user
    if user.is_authenticated and submission.user_id == user.pk:
        return True
    if submission.browser != "" and submission.browser == browsers.browser_of(request):
        return True
    if user.is_authenticated:
        shared = Companion.objects.accepted().select_related("user").order_by("pk")
        submission.seen_as = list(shared.filter(submission=submission, user=user.pk))
    return bool(submission.seen_as)


def shared_by(
    opens_as: Callable[[Companion, str], bool], submission: Submission, token: str
) -> bool:
    """Whether it is the link of a colleague; of her two classes the link to either opens both."""
    shared = Companion.objects.accepted().select_related("user").order_by("pk")
    companions = list(shared.filter(submission=submission))
    hers = {one.email for one in companions if opens_as(one, token)}
    submission.seen_as = [one for one in companions if one.email in hers]
    return bool(hers)


def load_submission(request: HttpRequest, public_id: UUID, token: str | None) -> Submission:
    """The submission, or 404 for a stranger: what exists is nobody else's business."""
    found = Submission.objects.select_related("school", "user", "hub")
    submission = found.filter(public_id=public_id).first()
    if submission is None or not may_see(request, submission, token):
        if submission is not None and token and links.opened_once(submission, token):
            raise Erased
        raise Http404 if token or request.user.is_authenticated else NotSignedIn
    return submission


def path_of(submission: Submission, page: str, token: str | None = None, **kwargs: Any) -> str:
    """The path of one of the submission's pages, by link where that is how one came."""
    link = {"token": token} if token else {}
    return reverse(page, kwargs={"public_id": submission.public_id} | link | kwargs)


# --- Whoever is signed in ----------------------------------------------------------------------


class SignedInRequest(HttpRequest):
    """Annotates a view that is not `login_not_required`: `user` is no anonymous visitor."""

    user: User


def network_mark(request: HttpRequest) -> str:
    """Where a visitor asks from, under a name that tells nobody; '' if signed in."""
    return "" if request.user.is_authenticated else rate_limits.network_key(request)


def teacher_with(request: HttpRequest, email: str) -> User | None:
    """The teacher who is signed in with this address: she has proved it already."""
    user = request.user
    if user.is_authenticated and not user.is_staff and user.email == email:
        return user
    return None


def mine(request: HttpRequest) -> Q:
    """What this teacher, or this browser, asked for."""
    whose = Q(submission__user=request.user) if request.user.is_authenticated else Q(pk=None)
    if browser := browsers.browser_of(request):
        whose |= Q(submission__browser=browser)
    return whose
