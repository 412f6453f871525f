"""Rows of the site itself: counts of what somebody did, the worker's sign of life, statements."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


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
