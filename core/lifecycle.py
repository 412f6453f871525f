"""One move in one table, one event: how anything with a state changes it.

Each kind has two tables. The table of states (`StateTable`, with the models) says what each state
means; the table of moves (`Lifecycle`, in the app's `lifecycle.py` or a folder of that name) says
what can be done in it. A model that takes part has a `state` field, an event model with a foreign
key to it, called back by `events`, and two hooks:

- `places()`: what this row holds in its present state, or None (any comparable value);
- `touched(changed)`: fields to write besides those changed (a calendar's SEQUENCE).

No move without an event, no event without a move: both are written in one transaction.
"""

import copy
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NEW = ""  # the source state of a move that creates its row


class Role(models.TextChoices):
    """As whom somebody makes a move: kept in its event, also when the person is erased. The labels
    are for staff."""

    TEACHER = "teacher", _("school")
    STAFF = "staff", _("staff")
    HELPER = "helper", _("herself, by her link")  # one of our people, who has no account
    SITE = "site", _("the site")  # the clock, and who asks until the code is typed


class Refused(ValidationError):
    """A verb says no, in words a person understands. One subclass per kind of refusal."""

    message: Any = _("This is not possible.")
    field: str | None = None  # of a form of staff's, where it is about one

    def __init__(self, message: Any = None, **params: object) -> None:
        super().__init__(message or self.message, params=params or None)

    def __str__(self) -> str:
        return " ".join(str(part) for part in self.messages)


class IllegalMove(Refused):
    message = _("'%(move)s' is not possible: this is already '%(state)s'.")


# --- The table of states -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a state means. Whoever asks about several states asks here; only whoever is about one
    state itself (its mail, its move, its line for staff) names it."""

    holds: bool = False  # keeps its places, or its box, from others
    is_coming: bool = False  # asked for by somebody we know, and still to happen
    is_promise: bool = False  # others may count on it
    is_listed: bool = False  # in feeds and on lists of the day: it takes place, or took place
    is_offer: bool = False  # kept for who waited for it, until its deadline
    is_off: bool = False  # does not happen, or did not
    calendar: str = "CONFIRMED"  # STATUS of its events (RFC 5545 section 3.8.1.11)
    colour: str = ""  # of its badge: info, success, warning, danger or none
    sentence: str | Promise = ""  # the state as the page says it
    explanation: str | Promise = ""  # and what that means for the reader


class StateTable(models.TextChoices):
    """A row a state: `HELD = "held", Standing(holds=True, …), _("held")`.

    A subclass is the choices of a `state` field. `State(row.state).standing` tells what a state
    means, `State.where(holds=True)` names the states of which something is so.
    """

    standing: Any

    def __new__(cls, value: str, standing: Standing | None = None) -> Self:
        state = str.__new__(cls, value)
        state._value_ = value
        state.standing = standing
        return state

    @classmethod
    def where(cls, **meaning: object) -> list[str]:
        """The states of which all this is so (`Standing`), in order of their names."""
        return sorted(
            state.value
            for state in cls
            if all(getattr(state.standing, name) == value for name, value in meaning.items())
        )


# --- The table of moves --------------------------------------------------------------------------


@dataclass(frozen=True)
class Move:
    """A row of a lifecycle's table. `target=None` keeps the state."""

    label: str | Promise
    sources: Collection[str]
    target: str | None
    notice: str = ""  # which message goes out; empty: none
    name: str = field(default="", compare=False)


class Lifecycle(dict[str, Move]):
    """The table of moves of one model by name, and the one way to make them."""

    def __init__(self, **moves: Move) -> None:
        super().__init__(
            (name, Move(move.label, frozenset(move.sources), move.target, move.notice, name))
            for name, move in moves.items()
        )

    def change_places(self, before: Any, after: Any) -> None:
        """Take and free, in the database, what a row held before and holds after a move.

        Raises a `Refused`. Where saving the row is the claim itself, there is nothing to do.
        """

    def refusal_of(self, error: IntegrityError) -> Exception:
        """The words for a constraint that a move ran into, or the error as it is."""
        return error

    def check(self, row: Any, move: str | Move) -> None:
        """Raise IllegalMove if `row`, as it is in memory, is in no state to make this move from.

        Verbs that look for room first ask this before, so that the first reason is the right one.
        """
        move = self[move] if isinstance(move, str) else move
        if row.state not in move.sources:
            raise IllegalMove(move=move.label, state=row.get_state_display())

    def apply(
        self,
        row: Any,
        move: str | Move,
        *,
        by: Any,
        role: Role | None = None,
        changes: Mapping[str, Any] | None = None,
        note: str = "",
        data: Mapping[str, Any] | None = None,
        about: Any = None,
        notice: str | None = None,
    ) -> Any:
        """Make one move with `row` and return its event.

        Locks the row, checks that this move starts in its state, has `change_places` free what
        the row held before and take what it holds after, saves exactly the fields that changed,
        and writes the event. All of that is part of the caller's transaction, which must be
        rolled back on a refusal. `row` is brought up to date, or left as it was on a refusal.
        `role` is that of an actor without account, where `by` is None and yet it is not the site.
        `changes` are fields that change along. `notice` overrides the move's own
        message ('' for none). A row that is not in the database yet is inserted: its move comes
        from the state NEW.
        """
        if isinstance(move, str):
            move = self[move]
        assert transaction.get_connection().in_atomic_block, "a move is part of a verb"
        is_new, fresh = row._state.adding, _locked(row)
        self.check(fresh, move)
        before_state, before_places = fresh.state, fresh.places()
        changed = _change(fresh, move, changes or {})
        after_places = fresh.places()
        if before_places != after_places:
            self.change_places(before_places, after_places)
        self._save(fresh, changed)
        event = _write_event(
            fresh,
            move=move.name,
            from_state=before_state,
            to_state=fresh.state,
            by=by,
            by_role=role or role_of(by),
            note=note,
            data=dict(data or {}),
            about=about,
            notice=move.notice if notice is None else notice,
        )
        if is_new:
            row.__dict__.update(fresh.__dict__)
        for name in changed:
            setattr(row, name, getattr(fresh, name))
        return event

    def _save(self, row: Any, changed: Collection[str]) -> None:
        try:
            if row._state.adding:
                row.save(force_insert=True)
            elif changed:
                row.save(update_fields=changed)
        except IntegrityError as error:
            raise self.refusal_of(error) from error


def role_of(person: Any) -> Role:
    if person is None:
        return Role.SITE
    return Role.STAFF if person.is_staff else Role.TEACHER


def lock_row(row: models.Model, facts: models.QuerySet[Any]) -> None:
    """Bring a row and the `facts` that are read with it up to date, and keep it so: what a page
    showed may be old, and nobody else changes it in this transaction.

    Where it changed while PostgreSQL waited for it, it is joined with what it pointed to before,
    and so is not found, or stands without its facts; it is ours by then, and is read again.
    """
    rows = facts.select_for_update(of=("self",))
    try:
        row.refresh_from_db(from_queryset=rows)
    except ObjectDoesNotExist:
        row.refresh_from_db(from_queryset=rows)
    if any(_is_missing(row, field) for field in row._meta.concrete_fields):
        row.refresh_from_db(from_queryset=rows)


def _is_missing(row: models.Model, field: Any) -> bool:
    """Whether the row points to something that was not found beside it."""
    if not (field.is_relation and field.is_cached(row)):
        return False
    return field.get_cached_value(row) is None and getattr(row, field.attname) is not None


def _locked(row: Any) -> Any:
    """As it is in the database by now; a copy, so that a refusal leaves `row` as it was."""
    if row._state.adding:
        return copy.copy(row)
    return type(row)._base_manager.select_for_update(of=("self",)).get(pk=row.pk)


def _change(row: Any, move: Move, changes: Mapping[str, Any]) -> list[str]:
    """Set on `row` what the move changes; returns the names of the fields."""
    updates = dict(changes)
    if move.target is not None and move.target != row.state:
        updates["state"] = move.target
    updates |= row.touched(updates)
    for name, value in updates.items():
        setattr(row, name, value)
    return list(updates)


# --- Events --------------------------------------------------------------------------------------


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
    # A `Role`: stays when the person is erased.
    by_role = models.CharField(_("by"), max_length=10, default=Role.SITE)
    note = models.TextField(_("note"), blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    # The date this is about, where a move may happen once per date (a reminder).
    about = models.DateField(_("about"), null=True, blank=True)
    # The message to send, and when it was put in the mail queue. See core/mail/outbox.py.
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
        return "" if self.by_role == Role.TEACHER else self.note.strip()


def once_about_date(of: str) -> models.UniqueConstraint:
    """A reminder goes out once for the date it is about, however often the job runs.

    `of`: the name of the event's foreign key.
    """
    return models.UniqueConstraint(
        fields=[of, "move", "about"],
        condition=models.Q(about__isnull=False),
        name=f"{of}_event_once_about_date",
    )


def unnoticed(of: str) -> models.Index:
    """The outbox: what the worker asks for every second stays small and indexed."""
    waits = models.Q(noticed_at=None) & ~models.Q(notice="")
    return models.Index(fields=["id"], condition=waits, name=f"{of}_event_unnoticed")


# What is written while somebody listens; None while nobody does.
_heard: ContextVar[list[Event] | None] = ContextVar("heard", default=None)


@contextmanager
def collecting_events() -> Iterator[list[Event]]:
    """Collect the events that are written within this `with`, not those of others."""
    heard: list[Event] = []
    before = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(before)


def _write_event(row: Any, **fields: Any) -> Event:
    relation = row._meta.get_field("events")
    events = relation.related_model._base_manager
    event: Event = events.create(**{relation.field.name: row}, **fields)
    heard = _heard.get()
    if heard is not None:
        heard.append(event)
    return event
