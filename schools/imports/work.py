"""What staff upload: planned and shown, and then written by the worker, in pieces.

Planning writes nothing. Exactly the rows that were shown are handed to the worker; where the
directory or the answer to a brake has changed by then, so has the plan, and it is shown
again.
"""

import dataclasses
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import batched
from typing import Any
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.backoffice.changes import log_added, log_values
from core.kinds import Action
from core.lifecycle import Refused
from core.tasks import running
from core.tasks.models import Task, TaskUnit
from core.tasks.work import About, Work
from core.transactions import retried
from schools.imports.directory import plan_files
from schools.imports.planning import Wanted
from schools.imports.reading import Source
from schools.imports.report import Report
from schools.imports.writing import write
from schools.models import UploadPart
from schools.models.upload import compressed

# Of the directory there is one import at a time.
ABOUT = "directory"
KEPT_FOR = timedelta(days=1)
# Rows of one kind that are written together; of counts, which are small, more.
TOGETHER = {"boards": 500, "schools": 200, "closing": 200, "counts": 2000}


class ReadingIn(Work):
    name = "schools"
    permission = "schools.add_school"
    jobs = {"forget_uploads": timedelta(hours=1)}

    def title(self, task: Task) -> str:
        names = task.units.order_by("number").values_list("data__file", flat=True)
        return _("Read in schools: %(files)s") % {
            "files": ", ".join(dict.fromkeys(map(str, names)))
        }

    def do(self, unit: Any, task: Task) -> None:
        parts = UploadPart.objects.rows().filter(upload=task.token, number=unit["part"])
        part = parts.first()
        if part is None:
            raise Gone
        written = write(part.rows_of, part.rows)
        log_added(task.by, written.added, why=part.name)
        log_values(task.by, written.changed, why=part.name)
        parts.delete()

    def describe(self, units: Sequence[TaskUnit]) -> Mapping[int, About]:
        return {unit.number: About(_in_words(unit.data)) for unit in units}

    def what_next(self, task: Task) -> str:
        return _(
            "What was done is done. Upload the same files again: then only what is left is shown, "
            "and read in."
        )

    def back(self, task: Task) -> Action | None:
        if task.units.filter(state=TaskUnit.State.FAILED).exists():
            return Action(_("Upload again"), reverse("admin:schools_school_import"))
        return Action(_("To the schools"), reverse("admin:schools_school_changelist"))

    def forget_uploads(self) -> None:
        """Files that nobody read in, and rows of an import that is over."""
        running_now = Task.objects.running().filter(work=self.name).values("token")
        old = UploadPart.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
        old.exclude(upload__in=running_now).delete()


class Gone(Refused):
    message = gettext_lazy("These rows are not here any more: upload the file again.")


def _in_words(unit: Any) -> str:
    number = unit["rows"]
    words = {
        "boards": ngettext("%(number)d school board", "%(number)d school boards", number),
        "schools": ngettext("%(number)d school", "%(number)d schools", number),
        "closing": ngettext("%(number)d school closes", "%(number)d schools close", number),
        "counts": ngettext("%(number)d pupil count", "%(number)d pupil counts", number),
    }[unit["kind"]]
    return f"{unit['file']}: {words % {'number': number}}"


# --- What was uploaded ----------------------------------------------------------------------------


def keep(sources: Iterable[Source], *, by: Any) -> UUID:
    upload = uuid4()
    UploadPart.objects.bulk_create(
        UploadPart(upload=upload, number=number, name=one.name, content=compressed(one.data), by=by)
        for number, one in enumerate(sources, 1)
    )
    return upload


def kept(upload: UUID, *, by: Any) -> list[Source]:
    """Her own only; empty once it was read in, or after a day."""
    parts = UploadPart.objects.files().filter(upload=upload, by=by)
    return [Source(part.name, part.data) for part in parts.order_by("number")]


# --- The plan ----------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class ImportPlan:
    reports: list[Report]

    @property
    def fingerprint(self) -> str:
        """Another one where anything else would be written, or to other rows."""
        said = [vars(report) for report in self.reports]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    @property
    def is_empty(self) -> bool:
        return not any(rows for report in self.reports for rows in report.rows.values())


def plan(sources: Iterable[Source], *, allowed: Collection[str]) -> ImportPlan:
    """`allowed`: the brakes that staff released, 'closing' and 'changing'. Raises BrokenFile."""
    wanted = Wanted(timezone.localdate(), "closing" in allowed, "changing" in allowed)
    return ImportPlan(plan_files(sources, wanted))


@retried
def start(plan: ImportPlan, *, upload: UUID, by: Any) -> Task:
    """Leave it to the worker; the files themselves are not needed any more.

    Raises IntegrityError where an import was started just now.
    """
    pieces = [
        (report.source, kind, some)
        for report in plan.reports
        for kind, rows in report.rows.items()
        for some in batched(rows, TOGETHER[kind], strict=False)
    ]
    parts, units = [], []
    for number, (name, kind, rows) in enumerate(pieces, 1):
        content = compressed(json.dumps(rows).encode())
        parts.append(
            UploadPart(
                upload=upload, number=number, name=name, rows_of=kind, content=content, by=by
            )
        )
        units.append({"part": number, "file": name, "kind": kind, "rows": len(rows)})
    task = running.start(ReadingIn(), units, about=ABOUT, token=upload, hub=None, by=by)
    UploadPart.objects.files().filter(upload=upload).delete()
    UploadPart.objects.bulk_create(parts)
    return task
