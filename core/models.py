"""Rows of the ground floor: mails, long work, counts of what somebody did, and the worker's sign of
life.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.mail.models import Mail, MailAttempt, MailFile
from core.tasks.models import Task, TaskUnit

__all__ = ["Heartbeat", "Mail", "MailAttempt", "MailFile", "RateCount", "Task", "TaskUnit"]


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
