"""What the dashboard of staff says of long work, and when it is forgotten."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.backoffice.base import scoped
from core.kinds import Matter, Part
from core.tasks.models import Task
from core.tasks.work import work_of

MAY_SEE = "core.view_task"


class Tasks(Part):
    name = "tasks"
    jobs = {"purge": timedelta(hours=1)}

    def matters(self, user: Any) -> list[Matter]:
        if not user.has_perm(MAY_SEE):
            return []
        tasks = scoped(Task.objects.all(), user)
        shown = tasks.running() | tasks.unsettled()
        if not shown.exists():  # as mostly: units are not counted
            return []
        rows = shown.with_counts().order_by("finished_at", "pk")
        return [_running(task) if task.is_running else _failed(task) for task in rows]

    def purge(self) -> None:
        """What came of it stands in the histories of what was changed."""
        Task.objects.filter(finished_at__lt=timezone.now() - settings.TASK_KEPT_FOR).delete()


def _failed(task: Any) -> Matter:
    words = ngettext(
        "%(number)d of it was not done: %(title)s",
        "%(number)d of it were not done: %(title)s",
        task.failed,
    )
    said = words % {"number": task.failed, "title": title_of(task)}
    return Matter(said, page_of(task), is_alarm=True)


def _running(task: Any) -> Matter:
    words = _("At work, %(done)d of %(total)d: %(title)s")
    said = {"done": task.done + task.failed, "total": task.total, "title": title_of(task)}
    return Matter(words % said, page_of(task), is_fine=True)


def title_of(task: Task) -> str:
    work = work_of(task)
    return work.title(task) if work else str(task)


def page_of(task: Task) -> str:
    return reverse("admin:core_task_change", args=[task.pk])
