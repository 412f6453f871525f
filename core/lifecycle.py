"""One move in one table, one event: how anything with a state changes it.

Each app writes its table of moves in its own `lifecycle.py` and calls `apply()`. A model that
takes part has a `state` field, a foreign key to it on its event model, and three hooks:

- `places()`: what this row holds in its present state, or None (any comparable value);
- `change_places(before, after)`: take and free accordingly, in the database, or raise a
  `Refused`;
- `touched(changed)`: fields to write besides those changed (a calendar's SEQUENCE), optional.

No move without an event, no event without a move: both are written in one transaction.
"""

import copy
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.transactions import joined

NEW = ""  # the source state of a move that creates its row


class Refused(ValidationError):
    """A verb says no, in words a person understands. One subclass per kind of refusal."""

    message: Any = _("This is not possible.")

    def __init__(self, message: Any = None, **params: object) -> None:
        super().__init__(message or self.message, params=params or None)

    def __str__(self) -> str:
        return " ".join(str(part) for part in self.messages)


class IllegalMove(Refused):
    message = _("'%(move)s' is not possible: this is already '%(state)s'.")


@dataclass(frozen=True)
class Move:
    """A row of a lifecycle's table. `target=None` keeps the state."""

    label: str | Promise
    sources: Collection[str]
    target: str | None
    notice: str = ""  # which message goes out; empty: none
    name: str = field(default="", compare=False)


def table(**moves: Move) -> dict[str, Move]:
    """The table of moves by name; each move learns its own name."""
    return {
        name: Move(move.label, frozenset(move.sources), move.target, move.notice, name)
        for name, move in moves.items()
    }


class Event(models.Model):
    """History, audit trail and outbox: what happened, and whether it was told."""

    move = models.CharField(_("what"), max_length=20)
    from_state = models.CharField(_("from"), max_length=12, blank=True)
    to_state = models.CharField(_("to"), max_length=12)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    # 'teacher', 'staff', 'site': stays when the person is erased.
    by_role = models.CharField(_("by"), max_length=10, default="site")
    note = models.TextField(_("note"), blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    # The date this is about, where a move may happen once per date (a reminder).
    about = models.DateField(_("about"), null=True, blank=True)
    # The message to send, and when it was put in the mail queue. See notices.py.
    notice = models.CharField(max_length=30, blank=True)
    noticed_at = models.DateTimeField(_("told at"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.move}: {self.from_state} → {self.to_state}"

    @property
    def word_from_us(self) -> str:
        """What goes into the mail: the note of staff. What a school writes along is for us."""
        return "" if self.by_role == "teacher" else self.note.strip()


def role_of(person: Any) -> str:
    if person is None:
        return "site"
    return "staff" if person.is_staff else "teacher"


def apply(
    row: Any,
    move: Move,
    *,
    by: Any,
    changes: Mapping[str, Any] | None = None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    about: Any = None,
    notice: str | None = None,
    is_locked: bool = False,
) -> Any:
    """Make one move with `row` and return its event.

    Locks the row, checks the source state, changes places by holding(before) → holding(after),
    writes the event and saves exactly the fields that changed, in one transaction. `row` is
    brought up to date; on a refusal nothing is written. `changes` are fields that change along.
    `notice` overrides the move's own message ('' for none). A row that is not in the database
    yet is inserted: its move comes from the state NEW. `is_locked`: the caller has just read it
    with `select_for_update`, in this transaction.
    """
    with joined():
        adding = row._state.adding
        if adding or is_locked:
            fresh = copy.copy(row)  # so that a refusal leaves `row` as it was
        else:
            fresh = type(row)._base_manager.select_for_update(of=("self",)).get(pk=row.pk)
        if fresh.state not in move.sources:
            raise IllegalMove(move=move.label, state=fresh.get_state_display())
        before_state, before_places = fresh.state, fresh.places()
        changed = _change(fresh, move, changes or {})
        after_places = fresh.places()
        if before_places != after_places:
            fresh.change_places(before_places, after_places)
        if adding:
            fresh.save(force_insert=True)
        elif changed:
            fresh.save(update_fields=changed)
        event = _write_event(
            fresh,
            move=move.name,
            from_state=before_state,
            to_state=fresh.state,
            by=by,
            by_role=role_of(by),
            note=note,
            data=dict(data or {}),
            about=about,
            notice=move.notice if notice is None else notice,
        )
    if adding:
        row.__dict__.update(fresh.__dict__)
    for name in changed:
        setattr(row, name, getattr(fresh, name))
    return event


def _change(row: Any, move: Move, changes: Mapping[str, Any]) -> list[str]:
    """Set on `row` what the move changes; returns the names of the fields."""
    updates = dict(changes)
    if move.target is not None and move.target != row.state:
        updates["state"] = move.target
    updates |= row.touched(updates)
    for name, value in updates.items():
        setattr(row, name, value)
    return list(updates)


def _write_event(row: Any, **fields: Any) -> Event:
    relation = row._meta.get_field("events")
    return relation.related_model._base_manager.create(**{relation.field.name: row}, **fields)


def chain_is_sound(events: Iterable[Event]) -> bool:
    """Whether each event starts in the state in which the one before it ended."""
    previous = None
    for event in events:
        if previous is not None and event.from_state != previous.to_state:
            return False
        previous = event
    return True
