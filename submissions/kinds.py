"""What kinds with a submission have in common, as the rest of the site deals with them."""

from django.conf import settings

from core import kinds
from submissions import links
from submissions.models import Submission


class SubmissionLink(kinds.Marker):
    """The link in a mail that opens the page of a submission, for whom the mail is to."""

    page = ""  # the name of its address

    def reveal(self, submission_id: str, to: str) -> str | None:
        submission = Submission.objects.filter(pk=submission_id, email__iexact=to).first()
        return links.link_to(submission, self.page) if submission else None

    def otherwise(self) -> str:
        return settings.SITE_URL
