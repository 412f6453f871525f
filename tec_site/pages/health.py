"""`/gezond/`: whether the site works, for a monitor. Names no secret and needs no sign-in."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import worker
from core.mail import outbox, queue
from core.models import Heartbeat

# Migrations do not come undone while a process runs: once complete, never asked again.
_migrated = False


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, is migrated, and the worker was seen lately; else 503."""
    try:
        found = _look()
    except DatabaseError:
        found = {"database": False}
    healthy = all(found.get(part) for part in ("database", "migrations", "worker"))
    return JsonResponse({"healthy": healthy, **found}, status=200 if healthy else 503)


def _look() -> dict[str, Any]:
    found: dict[str, Any] = {"database": True, "migrations": _is_migrated()}
    if not found["migrations"]:
        return found
    seen = Heartbeat.objects.filter(name=worker.NAME).first()
    age = _seconds_since(seen.at if seen else None)
    # Nor was it seen lately by a clock that ran ahead.
    found["worker"] = age is not None and abs(age) <= settings.WORKER_SEEN_WITHIN.total_seconds()
    found["worker_seen_seconds_ago"] = age
    backlog = queue.backlog()
    oldest = backlog.oldest
    found["mail"] = {
        "waiting": backlog.waiting,
        "oldest_unsent_seconds": int(oldest.total_seconds()) if oldest else 0,
        "late": oldest is not None and oldest > settings.EMAIL_BACKLOG_ALARM,
        "failed_last_week": backlog.failed,
        "oldest_event_without_mail_seconds": _seconds_since(outbox.oldest_untold()) or 0,
    }
    return found


def _is_migrated() -> bool:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _seconds_since(moment: datetime | None) -> int | None:
    return None if moment is None else int((timezone.now() - moment).total_seconds())
