"""Rows of the site itself: counts of what somebody did, the worker's sign of life, statements."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class RateCount(models.Model):
    """When one subject of one limit was counted: see rate_limits.py."""

    # HMAC of the limit's name and the subject: no address or network can be read from it.
    key = models.CharField(max_length=64, unique=True)
    # Seconds since 1970, oldest first; never more than the limit's number.
    hits = models.JSONField(default=list)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("rate count")
        verbose_name_plural = _("rate counts")

    def __str__(self) -> str:
        return f"{self.key[:8]}: {len(self.hits)}"


class Heartbeat(models.Model):
    """When a process that runs for ever was last seen alive: see worker.py."""

    name = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return f"{self.name}: {self.at:%d-%m-%Y %H:%M:%S}"


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
