"""Rows of the site itself: statements, sign-ins of staff, and what they took along."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.admin.models import LogEntry, LogEntryManager
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.backoffice.changes import EXPORTED


class Statement(models.Model):
    """What staff say on one of the pages at the foot of the site, in one language.

    Empty: the text that comes with the site (statements.py). Each page has a row per language.
    """

    class Page(models.TextChoices):
        PRIVACY = "privacy", _("Privacy")
        ACCESSIBILITY = "accessibility", _("Accessibility")
        TERMS = "terms", _("Terms")

    page = models.CharField(_("page"), max_length=20, choices=Page)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["page", "-language"]
        constraints = [
            models.UniqueConstraint(fields=["page", "language"], name="statement_once_per_language")
        ]

    def __str__(self) -> str:
        return f"{self.get_page_display()} ({self.get_language_display()})"

    def get_absolute_url(self) -> str:
        return reverse(self.page)


class SignIn(models.Model):
    """A member of staff came into the back office, or somebody tried with her address.

    Kept for a limited time (`tec_site/staff/sign_ins.py`).
    """

    class Way(models.TextChoices):
        REFUSED = "refused", _("refused: wrong password")
        PASSWORD = "password", _("password")
        TOTP = "totp", _("password and app")
        WEBAUTHN = "webauthn", _("passkey")
        RECOVERY_CODES = "recovery_codes", _("password and recovery code")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="sign_ins",
        verbose_name=_("who"),
    )
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    way = models.CharField(_("how"), max_length=20, choices=Way)
    network = models.CharField(_("from where"), max_length=50)
    device = models.CharField(_("with"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%d-%m-%Y %H:%M}"


class ExportManager(LogEntryManager):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(change_message__startswith=EXPORTED)


class Export(LogEntry):
    """A list that somebody took along, as the log knows it."""

    objects: ClassVar[ExportManager] = ExportManager()

    class Meta:
        proxy = True
        verbose_name = _("list taken along")
        verbose_name_plural = _("lists taken along")
        ordering = ["-action_time", "-pk"]
