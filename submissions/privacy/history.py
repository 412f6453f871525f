"""A history in words for whom it is about: others by their roles, and her own notes only."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.lifecycle import Event, Move, Role
from schools.models import User

Known = dict[str, Any]


def moment_in_words(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else ""


def history_of(events: Iterable[Event], labels: Mapping[str, Move], user: User) -> list[str]:
    """A line each: when, what, by whom, and what she wrote along."""
    roles = {Role.STAFF: _("the desk"), Role.TEACHER: _("a colleague")}
    lines = []
    for event in events:
        hers = event.by_id == user.pk
        label = labels[event.move].label if event.move in labels else event.move
        who = _("you") if hers else roles.get(Role(event.by_role), _("the website"))
        line = f"{moment_in_words(event.at)}: {label} ({who})"
        lines.append(f"{line}: {event.note}" if hers and event.note else line)
    return lines
