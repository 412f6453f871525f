"""Long work in the back office: how far it is, and what of it could not be done."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, ReadOnly
from core.backoffice.changes import log_done
from core.tasks.dashboard import title_of
from core.tasks.models import Task, TaskUnit
from core.tasks.work import About, work_of

# In seconds: how often the page of a task that runs is read again.
REFRESH = 2


@admin.register(Task)
class TaskAdmin(ReadOnly, ModelAdmin):
    list_display = ("what", "how_far", "not_done", "by", "started_at")
    list_display_links = ("what",)
    list_select_related = ("by",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        return super().get_queryset(request).with_counts()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """How far it is, without any script; a POST says that somebody saw to what failed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        task: Any = self.get_object(request, object_id)
        if task is None:
            return super().change_view(request, object_id, form_url, extra_context)
        if request.method == "POST":
            return self._settle(request, task)
        work = work_of(task)
        units = list(task.units.all())
        about = work.describe(units) if work else {}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title_of(task),
            "task": task,
            "gone_through": task.done + task.failed,
            "refresh": REFRESH if task.is_running else None,
            "groups": _grouped(units, about),
            "back": work.back(task) if work else None,
            "what_next": work.what_next(task) if work and task.failed else "",
        }
        return TemplateResponse(request, "admin/core/task.html", context)

    def _settle(self, request: HttpRequest, task: Task) -> HttpResponse:
        if not request.user.has_perm("core.change_task"):
            raise PermissionDenied
        if task.is_running:
            raise Http404
        Task.objects.filter(pk=task.pk, settled_at=None).update(settled_at=timezone.now())
        log_done(request.user, task, lambda: _("Settled."))
        messages.success(request, _("Settled."))
        return redirect("admin:index")

    @display(description=gettext_lazy("what"))
    def what(self, task: Task) -> str:
        return title_of(task)

    @display(description=gettext_lazy("done"))
    def how_far(self, task: Any) -> str:
        return _("%(done)d of %(total)d") % {"done": task.done, "total": task.total}

    @display(description=gettext_lazy("not done"))
    def not_done(self, task: Any) -> str:
        return str(task.failed or "–")


def _grouped(units: list[TaskUnit], about: Any) -> list[tuple[str, bool, list[Any]]]:
    """(label of a state, whether staff must look, each unit with its words), what failed first."""
    states = TaskUnit.State
    groups = []
    for state in (states.FAILED, states.WAITING, states.DONE):
        some = [
            (about.get(unit.number, About(str(unit.number))), unit.shown.why)
            for unit in units
            if unit.state == state
        ]
        if some:
            groups.append((str(state.label), state == states.FAILED, some))
    return groups
