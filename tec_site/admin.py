"""In the back office: the mail queue, the statements, and second factors that were lost.

What staff read of a mail lets nobody in: codes are dots, and links lead to the back office's page
of the same thing (`core/mail/markers.py`).
"""

import datetime
from typing import Any, ClassVar

from allauth.account import admin as account_admin
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, NoDelete, ReadOnly
from core.backoffice.changes import log_done
from core.backoffice.filters import RangeDateTimeFilter
from core.mail import queue, sending
from core.mail.reading import badge_of, readable
from core.models import Mail, MailAttempt
from core.tasks import admin as tasks_admin
from submissions.models import Submission
from tec_site.models import Statement
from tec_site.pages.statements import shipped
from tec_site.staff import overseeing
from tec_site.staff.lost_factors import PERMISSION, colleagues_of, may_help

# Imported so that they register their pages; some are replaced, or not wanted.
_registered = (tasks_admin, overseeing)
_replaced = (account_admin, mfa_admin)
for _model in (EmailAddress, Authenticator):
    admin.site.unregister(_model)
# Called as in the menu, where these libraries call them otherwise.
_NAMES: dict[Any, Any] = {
    Authenticator: (_("second factor"), _("second factors")),
    Group: (_("role"), _("roles")),
}
for _model, (_one, _many) in _NAMES.items():
    _model._meta.verbose_name, _model._meta.verbose_name_plural = _one, _many


def _moment(moment: datetime.datetime) -> str:
    return date_format(timezone.localtime(moment), "TABLE_DATETIME_FORMAT")


class AttemptInline(ReadOnly, TabularInline):
    model = MailAttempt
    extra = 0
    fields = ("when", "what", "message")
    readonly_fields = fields
    show_title = False

    @display(description=_("when"))
    def when(self, attempt: MailAttempt) -> str:
        return _moment(attempt.at)

    @display(description=_("kind of error"))
    def what(self, attempt: MailAttempt) -> str:
        return str(_("it came back") if attempt.error == queue.CAME_BACK else attempt.error)


@admin.register(Mail)
class MailAdmin(ReadOnly, ModelAdmin):
    list_display = ("made", "to", "subject", "state_shown", "tries_shown")
    list_display_links = ("made", "to", "subject")
    list_filter = (
        ("state", ChoicesDropdownFilter),
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
        """Also as submissions are found: by a school without its accents, by who asked."""
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
        return _moment(mail.created_at)

    @display(description=_("last tried"))
    def tried(self, mail: Mail) -> str:
        return _moment(mail.changed_at)

    @display(description=_("not sent any more after"))
    def expires(self, mail: Mail) -> str:
        return _moment(mail.expires_at) if mail.expires_at else "–"

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
        again = sending.send_again(queryset)
        for mail in again:
            log_done(request.user, mail, lambda: _("Send again"))
        text = ngettext(
            "%(number)d mail is in the queue again.",
            "%(number)d mails are in the queue again.",
            len(again),
        )
        messages.success(request, text % {"number": len(again)})
        left = queryset.count() - len(again)
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


class StatementForm(forms.ModelForm):
    """Begins with the text of the site; as long as nobody changes that, it stays the site's."""

    class Meta:
        model = Statement
        fields = ("text",)
        help_texts: ClassVar = {
            "text": _(
                "A line that starts with # is a heading, with - a list item, with 1. a step; the "
                "first paragraph stands in large letters. Empty it to use the text of the site."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shipped = shipped(self.instance.page, self.instance.language)
        self.initial["text"] = self.instance.text or self.shipped
        if "text" in self.fields:  # not for who may only look
            self.fields["text"].widget.attrs["rows"] = 30

    def clean_text(self) -> str:
        text = "\n".join(self.cleaned_data["text"].splitlines())
        return "" if text.strip() == self.shipped else text


@admin.register(Statement)
class StatementAdmin(NoDelete, ModelAdmin):
    logs_values = True
    form = StatementForm
    list_display = ("page", "language", "is_own", "changed_at")
    list_display_links = ("page", "language")
    fields = (("page", "language", "changed_at"), "text")
    readonly_fields = fields[0]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a row for each page and language comes with the site

    @display(description=_("a text of our own"), boolean=True)
    def is_own(self, statement: Statement) -> bool:
        return bool(statement.text)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnly, ModelAdmin):
    """Lost telephone: a colleague deletes the factor (`tec_site/staff/lost_factors.py`)."""

    list_display = fields = ("whose", "way", "made", "used")
    list_select_related = ("user",)
    search_fields = ("user__email",)

    # The library's own columns have no names in Dutch.

    @display(description=_("who"), ordering="user__email")
    def whose(self, factor: Authenticator) -> str:
        return str(factor.user)

    @display(description=_("how"), ordering="type")
    def way(self, factor: Authenticator) -> str:
        return str(factor)

    @display(description=_("since"), ordering="created_at")
    def made(self, factor: Authenticator) -> str:
        return _moment(factor.created_at)

    @display(description=_("last used"), ordering="last_used_at")
    def used(self, factor: Authenticator) -> str:
        return _moment(factor.last_used_at) if factor.last_used_at else ""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Says whose they are, too: all apps with codes are called the same."""
        _names, *rest = super().get_deleted_objects(objs, request)
        return [f"{self.whose(one)}: {one}" for one in objs], *rest

    def get_queryset(self, request: HttpRequest) -> QuerySet[Authenticator]:
        return super().get_queryset(request).filter(user__in=colleagues_of(request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return request.user.has_perm(PERMISSION)
        return may_help(request.user, obj.user)
