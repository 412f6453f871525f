"""Rows of the ground floor: mails, long work, counts of what somebody did, and the worker's sign of
life.
"""

import datetime

from django.db import models
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.mail.models import Mail, MailAttempt, MailFile, MailReference
from core.tasks.models import Task, TaskUnit

__all__ = [
    "Change",
    "Heartbeat",
    "Mail",
    "MailAttempt",
    "MailFile",
    "MailReference",
    "RateCount",
    "Task",
    "TaskUnit",
]


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


# Nothing takes so long to compute. Older ones can go, once nothing that was kept counts as right.
AN_HOUR = datetime.timedelta(hours=1)


class ChangeManager(models.Manager["Change"]):
    def seen(self) -> str:
        """Which changes there are now: remember it before computing."""
        found = self.aggregate(number=Count("pk"), total=Sum("pk"))
        return f"{found['number']}-{found['total'] or 0}"

    def are_coming(self, within: datetime.timedelta) -> bool:
        """Whether the last one is as recent as this."""
        now = timezone.now()  # and the database has a clock of its own
        return self.filter(at__range=(now - within, now + within)).exists()

    def forget(self) -> int:
        """Delete changes of over an hour ago. The caller makes sure, in the same transaction, that
        all that was kept is computed anew: `seen` may give an old answer again."""
        number, _models = self.filter(at__lt=timezone.now() - AN_HOUR).delete()
        return number


class Change(models.Model):
    """A note that rows changed from which something that is kept was computed.

    The database itself writes a row in the transaction of every change that matters
    (`core.constraints.NotesChanges`), whoever makes it: a form, a job, an import, a shell. What is
    kept remembers which rows there were (how many, and the sum of their numbers) *before* it was
    computed. As long as there are the same, nothing of it changed: a change that is under way is
    in neither, and comes with its row. The last number alone would not do, as a lower one can
    come later.
    """

    at = models.DateTimeField(db_index=True)

    objects = ChangeManager()

    def __str__(self) -> str:
        return f"{self.at:%d-%m-%Y %H:%M:%S}"
