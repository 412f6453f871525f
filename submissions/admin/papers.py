"""The papers of what was asked for: its letter and calendar file, and every mail about it.

Staff read and send on what the school has; nothing here lets anybody in (`core/mail/markers.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import calendars
from core.documents import DocumentsUnavailable, pdf_response
from core.mail import outbox, sending
from core.mail.reading import badge_of, readable
from core.models import Mail
from submissions.models import Submission

MAY_READ, MAY_SEND = "core.view_mail", "core.change_mail"
# Newest first; a booking with more has its mails searched in the list.
MOST_MAILS = 20


@dataclass(frozen=True)
class Paper:
    """A file: 'calendar' or 'pdf'. `make` gets the row, and may raise DocumentsUnavailable."""

    label: str | Promise
    make: Callable[[Any], bytes]
    is_calendar: bool = False


class WithPapers:
    """For the admin of rows with a `submission`; `papers` by the end of their address."""

    papers: dict[str, Paper]
    # The template of the mail that confirms it.
    confirmation: str

    def get_urls(self) -> list[Any]:
        admin: Any = self
        name = f"{admin.opts.app_label}_{admin.opts.model_name}"
        wrap = admin.admin_site.admin_view
        mixed_in: Any = super()
        return [
            path(
                "<path:object_id>/papier/<slug:paper>/",
                wrap(require_safe(self.paper_page)),
                name=f"{name}_paper",
            ),
            path(
                "<path:object_id>/bevestiging/",
                wrap(require_POST(self.confirm_again)),
                name=f"{name}_confirm_again",
            ),
            *mixed_in.get_urls(),
        ]

    def paper_page(self, request: HttpRequest, object_id: str, paper: str) -> HttpResponse:
        row = self._seen(request, object_id)
        if paper not in self.papers:
            raise Http404
        one, name = self.papers[paper], row.submission.file_name
        try:
            with translation.override(row.submission.language):
                content = one.make(row)
        except DocumentsUnavailable:
            messages.error(request, _("The letter cannot be made at this moment."))
            return redirect(self._page_of(row))
        if one.is_calendar:
            return calendars.download_response(content, filename=f"{name}.ics")
        return pdf_response(content, filename=f"{name}.pdf")

    def confirm_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send today's confirmation to today's address."""
        row = self._seen(request, object_id)
        if not request.user.has_perm(MAY_SEND):
            raise PermissionDenied
        again = sending.send_again(self._confirmation(row.submission))
        if again:
            text = _("The confirmation goes to %(email)s again.") % {"email": again[0].to}
            messages.success(request, text)
        else:
            messages.warning(
                request, _("Not sent: the confirmation waits already, or is not true any more.")
            )
        return redirect(self._page_of(row))

    def paper_facts(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page shows of papers and mails."""
        context: dict[str, Any] = {"papers": self.papers, "papers_page": self._name("paper")}
        if not request.user.has_perm(MAY_READ):
            return context
        mails = list(mails_of(row.submission)[: MOST_MAILS + 1])
        context["mails"] = [
            {"row": mail, "text": readable(mail), "state": badge_of(mail)}
            for mail in mails[:MOST_MAILS]
        ]
        context["more_mails"] = len(mails) > MOST_MAILS
        # What does not go ahead any more is not confirmed.
        confirms = row.is_holding and any(mail.template == self.confirmation for mail in mails)
        if confirms and request.user.has_perm(MAY_SEND):
            context["confirm_again"] = reverse(self._name("confirm_again"), args=[row.pk])
        return context

    def _confirmation(self, submission: Submission) -> QuerySet[Mail]:
        """The newest mail that confirmed it to the asker."""
        confirmed = _hers(submission).filter(template=self.confirmation, state__in=Mail.DONE)
        return Mail.objects.filter(pk__in=confirmed.values("pk")[:1])

    def _seen(self, request: HttpRequest, object_id: str) -> Any:
        admin: Any = self
        if not admin.has_view_permission(request):
            raise PermissionDenied
        row = admin.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    def _name(self, page: str) -> str:
        admin: Any = self
        return f"admin:{admin.opts.app_label}_{admin.opts.model_name}_{page}"

    def _page_of(self, row: Any) -> str:
        return reverse(self._name("change"), args=[row.pk])


def mails_of(submission: Submission) -> QuerySet[Mail]:
    return Mail.objects.about([submission.reference]).order_by("-pk")


def went_elsewhere(submission: Submission) -> list[Mail]:
    """Mails missed at another address than the present."""
    return outbox.went_elsewhere(_hers(submission), now=submission.email)


def _hers(submission: Submission) -> QuerySet[Mail]:
    """The mails to whoever asked, at every address she had; not to colleagues, of whom she may have
    been one before she took it over."""
    colleagues = submission.companions.exclude(email=submission.email).values("email")
    return mails_of(submission).exclude(to__in=colleagues)
