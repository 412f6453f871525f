"""Submissions: what one teacher asked for at once, and how to reach her."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, NoDelete
from submissions.lifecycle import correct_email
from submissions.models import Submission


@admin.register(Submission)
class SubmissionAdmin(NoDelete, ModelAdmin):
    list_display = ("reference", "asker_shown", "contact_name", "email", "created_at", "verified")
    list_select_related = ("school", "organisation")
    list_filter = (("verified_at", admin.EmptyFieldListFilter), "language")
    search_fields = ("reference",)
    search_help_text = _("reference, school, contact or e-mail address")
    editable = ("contact_name", "email", "phone", "purchase_order", "facilities", "photos")
    fieldsets = (
        (None, {"fields": ("reference", "asker_shown", "user", ("created_at", "verified_at"))}),
        (_("Contact"), {"fields": ("contact_name", "email", "phone", "language")}),
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

    @display(description=_("confirmed"), boolean=True, ordering="verified_at")
    def verified(self, submission: Submission) -> bool:
        return submission.verified_at is not None

    def save_model(self, request: HttpRequest, obj: Submission, form: Any, change: bool) -> None:
        """Only what was changed here: the row may have been confirmed since it was read."""
        if form.changed_data:
            obj.save(update_fields=form.changed_data)
        if "email" in form.changed_data:
            correct_email(submission=obj, email=obj.email)
