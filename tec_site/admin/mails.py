"""The list of all mails, sent and to be sent.

What staff read of a mail lets nobody in: codes are dots, and links lead to the back office's page
of the same thing (`core/mail/markers.py`).
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, ReadOnly
from core.backoffice.changes import log_done
from core.backoffice.filters import RangeDateTimeFilter
from core.dates import moment_in_table
from core.mail import queue, sending
from core.mail.reading import badge_of, readable
from core.models import Mail, MailAttempt
from submissions.models import Submission


class AttemptInline(ReadOnly, TabularInline):
    model = MailAttempt
    extra = 0
    fields = ("when", "what", "message")
    readonly_fields = fields
    show_title = False

    @display(description=_("when"))
    def when(self, attempt: MailAttempt) -> str:
        return moment_in_table(attempt.at)

    @display(description=_("kind of error"))
    def what(self, attempt: MailAttempt) -> str:
        return str(_("it came back") if attempt.error == queue.CAME_BACK else attempt.error)


class StoppedFilter(admin.SimpleListFilter):
    """What could not be delivered, as the overview counts it."""

    title = _("not delivered")
    parameter_name = "stopped"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("week", _("in the last seven days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Mail]) -> QuerySet[Mail]:
        return queryset.filter(queue.stopped_this_week()) if self.value() == "week" else queryset


@admin.register(Mail)
class MailAdmin(ReadOnly, ModelAdmin):
    list_display = ("made", "to", "subject", "state_shown", "tries_shown")
    list_display_links = ("made", "to", "subject")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        StoppedFilter,
        ("went_without", admin.EmptyFieldListFilter),
        ("created_at", RangeDateTimeFilter),
    )
    search_fields = ("to", "subject", "reference", "about")
    search_help_text = _("e-mail address, subject, reference or school")
    ordering = ("-pk",)
    fields = (
        ("to", "subject"),
        ("reference", "about"),
        ("made", "state", "tried"),
        ("expires", "tries"),
        "text_shown",
        "attachment_names",
    )
    inlines = (AttemptInline,)
    actions = ("send_again", "came_back")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Mail], search_term: str
    ) -> tuple[QuerySet[Mail], bool]:
        """Search as for submissions too: by a school without its accents, by asker."""
        found, may_double = super().get_search_results(request, queryset, search_term)
        if search_term.strip():
            asked = Submission.objects.matching(search_term).values("reference")
            found |= queryset.filter(pk__in=Mail.objects.about(asked).values("pk"))
        return found, may_double

    def get_inlines(self, request: HttpRequest, obj: Mail | None) -> Any:
        return self.inlines if obj is not None and obj.attempts.exists() else ()

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.change_mail")

    @display(description=_("made"), ordering="created_at")
    def made(self, mail: Mail) -> str:
        return moment_in_table(mail.created_at)

    @display(description=_("last tried"))
    def tried(self, mail: Mail) -> str:
        return moment_in_table(mail.changed_at)

    @display(description=_("not sent any more after"))
    def expires(self, mail: Mail) -> str:
        return moment_in_table(mail.expires_at) if mail.expires_at else "–"

    @display(description=_("text"))
    def text_shown(self, mail: Mail) -> SafeString:
        """As sent, but that links lead to the back office, and codes are dots."""
        return readable(mail)

    @display(description=_("status"), ordering="state")
    def state_shown(self, mail: Mail) -> str:
        return badge_of(mail)

    @display(description=_("tries"), ordering="tries")
    def tries_shown(self, mail: Mail) -> str:
        """How often in vain, and not 0: a phone shows no heads, by which one knows what it is."""
        return str(mail.tries or "")

    @display(description=_("attachments"))
    def attachment_names(self, mail: Mail) -> str:
        names = [
            _("%(name)s (could not be made: sent without it)") % {"name": name}
            if name == mail.went_without
            else name
            for name in mail.file_names()
        ]
        return ", ".join(map(str, names)) or "–"

    @admin.action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        chosen = queryset.count()  # before: the list may be of those that failed
        again = sending.send_again(queryset)
        for mail in again:
            log_done(request.user, mail, lambda: _("Send again"))
        text = ngettext(
            "%(number)d mail is in the queue again.",
            "%(number)d mails are in the queue again.",
            len(again),
        )
        messages.success(request, text % {"number": len(again)})
        left = chosen - len(again)
        if left:
            text = ngettext(
                "%(number)d mail was left alone: it still waits, or is out of date.",
                "%(number)d mails were left alone: they still wait, or are out of date.",
                left,
            )
            messages.warning(request, text % {"number": left})

    @admin.action(
        description=_("They came back: the address does not work"), permissions=["resend"]
    )
    def came_back(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        """A bounce arrives in the hub's own mailbox, which this site does not read."""
        known = queue.came_back(queryset)
        for mail in known:
            log_done(request.user, mail, lambda: _("They came back: the address does not work"))
        text = ngettext(
            "%(number)d mail is noted as not delivered. Correct the address at its submission.",
            "%(number)d mails are noted as not delivered. Correct the addresses at their "
            "submissions.",
            len(known),
        )
        messages.success(request, text % {"number": len(known)})
