"""The rows of long work: what staff started, and its units, each of which is done once."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text.bilingual import Bilingual


class TaskQuerySet(models.QuerySet["Task"]):
    def of_hubs(self, user: Any) -> Self:
        """Tasks of the hubs whose staff `user` is, as rows with a venue; those of no hub, such as
        an import of schools, are of all who belong to one."""
        if user.is_superuser:
            return self
        of_all = Q(hub=None) & Q(models.Exists(user.hubs.all()))
        return self.filter(Q(hub__in=user.hubs.values("pk")) | of_all)

    def running(self) -> Self:
        return self.filter(finished_at=None)

    def unsettled(self) -> Self:
        """Finished, with units that failed, at which nobody has looked yet."""
        failed = TaskUnit.objects.filter(task=models.OuterRef("pk"), state=TaskUnit.State.FAILED)
        return self.filter(models.Exists(failed), settled_at=None).exclude(finished_at=None)

    def with_counts(self) -> Self:
        """With how many units there are (`total`), are `done`, and `failed`."""
        states = TaskUnit.State
        return self.annotate(
            total=Count("units"),
            done=Count("units", filter=Q(units__state=states.DONE)),
            failed=Count("units", filter=Q(units__state=states.FAILED)),
        )


class Task(models.Model):
    """Work that takes long, of which the worker does one unit a transaction."""

    work = models.CharField(max_length=40)  # the name of a `Work`
    # What it is done to: of one thing there is one task at a time.
    about = models.CharField(max_length=60)
    # Of the form on which it was started, so that a second click finds the first.
    token = models.UUIDField(unique=True)
    # What all units share; emptied with the last of them.
    data = models.JSONField(default=dict)
    # A number and no key: this app knows no hubs. Empty: it is about what all hubs share.
    hub = models.PositiveIntegerField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    language = models.CharField(max_length=10, default=settings.LANGUAGE_CODE)  # hers
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)  # when staff saw to what failed

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["work", "about"],
                condition=Q(finished_at=None),
                name="task_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.work} {self.about}"

    @property
    def is_running(self) -> bool:
        return self.finished_at is None


class TaskUnit(Bilingual):
    class State(models.TextChoices):
        WAITING = "waiting", _("to do")
        DONE = "done", _("done")
        FAILED = "failed", _("not done")

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="units")
    number = models.PositiveIntegerField()
    data = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # Why it was not done, in both languages: a colleague may read it in the other one.
    why = models.TextField(blank=True)
    why_en = models.TextField(blank=True)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["task", "number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="unit_numbered_once"),
            # A reason belongs to what failed.
            models.CheckConstraint(
                condition=Q(why="") | Q(state="failed"), name="unit_failed_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.number}"


def next_units() -> models.QuerySet[TaskUnit]:
    """The first waiting unit of each running task, with its task."""
    waiting = TaskUnit.objects.filter(state=TaskUnit.State.WAITING, task__finished_at=None)
    first = waiting.order_by().values("task").annotate(first=models.Min("pk")).values("first")
    return TaskUnit.objects.filter(pk__in=first).select_related("task__by").order_by("pk")
