"""Submissions: what one teacher asked for at once, and how to reach her."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from unfold.decorators import display

from core.backoffice.asking import ask_page
from core.backoffice.base import NoDelete
from core.backoffice.exports import ExportingAdmin
from core.mail import sending
from core.models import Mail
from submissions.admin.exports import CONTACTS
from submissions.admin.handing_over import hand_over_page
from submissions.admin.papers import MAY_SEND, went_elsewhere
from submissions.kinds import submitted
from submissions.models import Submission
from submissions.sharing.lifecycle import correct_email
from submissions.writing.pages import writing_page


class ReaddressForm(forms.Form):
    """Which mails that went to another address are told to the present one."""

    mails = forms.MultipleChoiceField(
        label=_("Mails"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick the mails that must be sent, or go back.")},
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, mails: list[Mail]) -> None:
        super().__init__(data)
        field: Any = self.fields["mails"]
        field.choices = [(mail.pk, f"{mail.subject} ({mail.to})") for mail in mails]
        field.initial = [mail.pk for mail in mails]


@admin.register(Submission)
class SubmissionAdmin(NoDelete, ExportingAdmin):
    resource_classes = (CONTACTS,)
    list_display = ("reference", "asker_shown", "contact_name", "email", "created_at", "verified")
    list_select_related = ("school", "organisation")
    list_filter = (("verified_at", admin.EmptyFieldListFilter), "language")
    search_fields = ("reference",)
    search_help_text = _("reference, school, contact or e-mail address")
    editable = ("email", *Submission.DETAILS)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("reference", "asker_shown", "asked_for", "user"),
                    ("created_at", "verified_at"),
                )
            },
        ),
        (_("Contact"), {"fields": ("contact_name", "email", "phone", "language", "shared_with")}),
        (_("Good to know"), {"fields": ("facilities", "photos", "purchase_order")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = [name for _title, part in self.fieldsets for name in part["fields"]]
        flat = [name for one in shown for name in ([one] if isinstance(one, str) else one)]
        return [name for name in flat if name not in self.editable]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Submission], search_term: str
    ) -> tuple[QuerySet[Submission], bool]:
        found: Any = queryset
        return found.matching(search_term), False

    @display(description=_("school"), ordering=Coalesce("school__name", "organisation__name"))
    def asker_shown(self, submission: Submission) -> str:
        return submission.asker_name

    @display(description=_("What for"))
    def asked_for(self, submission: Submission) -> SafeString | str:
        """Each thing under it, leading to its page: where it is moved, cancelled and looked up."""
        found = []
        for kind in submitted():
            rows: Any = kind.model._default_manager.filter(submission=submission)
            for row in rows.with_facts().order_by("pk"):
                page = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
                line = f"{kind.lines([row])[0]} ({row.get_state_display()})"
                found.append((reverse(page, args=[row.pk]), line))
        return format_html_join("", '<a class="desk-link" href="{}">{}</a><br>', found) or "-"

    @display(description=_("confirmed"), boolean=True, ordering="verified_at")
    def verified(self, submission: Submission) -> bool:
        return submission.verified_at is not None

    @display(description=_("shared with"))
    def shared_with(self, submission: Submission) -> str:
        colleagues = submission.companions.alive()
        return ", ".join(f"{one.email} ({one.get_state_display()})" for one in colleagues) or "-"

    def save_model(self, request: HttpRequest, obj: Submission, form: Any, change: bool) -> None:
        """Only what was changed here: the row may have been confirmed since it was read."""
        if form.changed_data:
            obj.save(update_fields=form.changed_data)
        if "email" in form.changed_data:
            correct_email(submission=obj, email=obj.email)
            vars(obj)["is_corrected"] = True  # for `response_change`

    # --- What went to the old address ---------------------------------------------------------

    def get_urls(self) -> list[Any]:
        page = path(
            "<path:object_id>/naar-nieuw-adres/",
            self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.readdress_page)),
            name="submissions_submission_readdress",
        )
        over = path(
            "overdragen/<id:user_id>/",
            self.admin_site.admin_view(hand_over_page),
            name="submissions_submission_hand_over",
        )
        write = path(
            "schrijven/",
            self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.write)),
            name="submissions_submission_write",
        )
        return [page, over, write, *super().get_urls()]

    def write(self, request: HttpRequest) -> HttpResponse:
        return writing_page(request, site=self.admin_site, opts=self.opts)

    def response_change(self, request: HttpRequest, obj: Submission) -> HttpResponse:
        is_corrected = vars(obj).get("is_corrected") and went_elsewhere(obj)
        if is_corrected and request.user.has_perm(MAY_SEND):
            return redirect("admin:submissions_submission_readdress", obj.pk)
        return super().response_change(request, obj)

    def readdress_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Offer to send what went to the old address to the new."""
        submission = self.get_object(request, unquote(object_id))
        if submission is None:
            raise Http404
        if not (
            self.has_change_permission(request, submission) and request.user.has_perm(MAY_SEND)
        ):
            raise PermissionDenied
        form = ReaddressForm(request.POST or None, mails=went_elsewhere(submission))
        if form.is_valid():
            chosen = Mail.objects.filter(pk__in=form.cleaned_data["mails"])
            sent = sending.send_to_address_of_now(chosen)
            text = ngettext(
                "%(number)d mail goes to %(email)s.", "%(number)d mails go to %(email)s.", len(sent)
            )
            messages.success(request, text % {"number": len(sent), "email": submission.email})
            return redirect("admin:submissions_submission_change", submission.pk)
        about = _("The address is now %(email)s. These mails went elsewhere.")
        return ask_page(
            request,
            submission,
            form,
            title=_("Send what went to the old address"),
            about=about % {"email": submission.email},
            submit=_("Send"),
        )
