"""Who may answer: the teacher, the browser that asked, whoever has the link of the mail."""

from uuid import UUID

from django.http import Http404, HttpRequest

from impact import links
from submissions.access import Erased, may_see, shared_by
from submissions.models import Submission


def load_submission(request: HttpRequest, public_id: UUID, token: str | None) -> Submission:
    """The submission, or 404 for a stranger."""
    rows = Submission.objects.select_related("school", "organisation", "hub", "user")
    submission = rows.filter(public_id=public_id).first()
    if submission is None:
        raise Http404
    if token is None:
        allowed = may_see(request, submission, None)
    else:
        allowed = links.opens(submission, token) or shared_by(links.opens_as, submission, token)
        if not allowed and links.opened_once(submission, token):
            raise Erased
    if not allowed:
        raise Http404
    return submission
