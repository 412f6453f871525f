"""The interface of a kind, and the one registry.

A *part* of the site has work for the worker. A *kind* is a part with a life, which is to say a
table of moves and a history: a visit, but a shift and an evaluation too. What a school can ask for
is an `AskedKind` (`submissions/kinds.py`). Each app registers its own in `AppConfig.ready()`, and
whoever deals with all of them goes over `parts()` or `kinds()`: nothing else lists them by name.
"""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.functional import Promise
from icalendar import Event as CalendarEvent

from core.lifecycle import Event, Lifecycle


class Marker:
    """What stands in a queued mail in the place of a link or a code (`core/mail/markers.py`)."""

    name = ""  # lower case, one of its own

    def reveal(self, object_id: str, to: str) -> str | None:
        """What `to` may see of the object. None when it is gone, no longer valid, or hers no
        more: a mail can wait, and be sent again, while an address is corrected."""
        raise NotImplementedError

    def otherwise(self) -> str:
        """The text in place of None."""
        raise NotImplementedError

    def for_staff(self, object_id: str) -> str:
        """What staff read in its place: nothing that lets anybody in."""
        return "••••••"


class Enclosure:
    """A PDF that is made while its mail goes out."""

    name = ""  # lower case, one of its own

    def make(self, object_id: str, to: str) -> bytes | None:
        """The file as `to` may have it; None as for a marker, and where none can be made. It may
        take long: no transaction is open."""
        raise NotImplementedError


class Feed(StrEnum):
    """Whose calendar can be followed, as the addresses say it."""

    MINE = "mijn"
    SCHOOL = "school"
    DESK = "balie"  # staff's: everything
    VENUE = "locatie"
    ZONE = "zone"


STAFF_FEEDS = frozenset({Feed.DESK, Feed.VENUE, Feed.ZONE})


@dataclass(frozen=True)
class Block:
    """A piece of a page of somebody else's: a template, and what it reads as `content`."""

    template: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Matter:
    """Something for staff: what, and where to deal with it."""

    text: str
    address: str = ""
    is_alarm: bool = False
    is_fine: bool = False  # how it stands, with nothing to do about it


@dataclass(frozen=True)
class OnDay:
    """A kind's rows on a day, drawn by a template."""

    day: datetime.date
    rows: Sequence[Any]
    summary: str  # in words, with its number
    template: str  # reads `rows`, and `most`: how many to show in full


@dataclass(frozen=True)
class Planned:
    """Something planned on a day, and where staff move or cancel it."""

    day: datetime.date
    text: str
    address: str


@dataclass(frozen=True)
class Outing:
    """A class, and days from `first` to `last`, both included; its year as in `YearGroup`."""

    first: datetime.date
    last: datetime.date
    pupils: int
    year_group: int


@dataclass(frozen=True)
class Along:
    """Something (a kit) that goes along with what moves, and its ways: most wanted first."""

    name: str  # of a form's field: a word of its kind and the number of its row, "leskist-12"
    text: str
    ways: Sequence[tuple[str, str]]  # value, and in words


@dataclass(frozen=True)
class NextStep:
    """Something with which a class can go on; `title` and `adds` know their language (`Words`)."""

    title: Any
    adds: Any  # what it adds, in a sentence
    address: str  # a path
    days: Sequence[datetime.date]  # the first on which it is free
    kind: str | Promise
    action: str


@dataclass(frozen=True)
class Action:
    """Something that staff start from the overview."""

    label: str
    address: str
    is_first: bool = False  # what they do most


class Part:
    """An app's share in what the whole site does: its jobs for the worker, what its mails hold,
    what it reports to staff. Each is empty unless a subclass says otherwise."""

    name = ""  # in logs; one of its own

    # The methods that the worker calls at its start, and then every so often. Each must be
    # harmless when two workers call it at once, and when it is stopped half way.
    jobs: Mapping[str, datetime.timedelta] = {}

    # What its mails hold.
    markers: Sequence[Marker] = ()
    enclosures: Sequence[Enclosure] = ()

    def matters(self, user: Any) -> Iterable[Matter]:
        """What needs somebody's attention now, in order of urgency, as far as this member of
        staff may deal with it."""
        return ()


class Kind(Part):
    """A thing with a life: a visit, a loan, a shift, an evaluation."""

    model: type[models.Model]
    event: type[Event]  # the model of its history
    slug = ""  # in addresses: Dutch, in the plural

    # Which events become one mail: those with the same notice, note, date, and values of these
    # lookups (`together`). `read_along`: the joins for reading those events.
    together: Sequence[str] = ()
    read_along: Sequence[str] = ()

    def mails(self, events: list[Any]) -> Iterable[Any]:
        """The mails (`core.mail.queue.Message`) that tell of events that belong together, the
        oldest first. Raises what stands in the way; staff then see that these are not told."""
        raise NotImplementedError

    # --- Its history --------------------------------------------------------------------------

    moves: Lifecycle  # the table

    def sentence(self, event: Any) -> str:
        """An event in words for staff; empty where the label of its move says it all."""
        return ""

    def overruled(self, event: Any) -> list[str]:
        """The rules that staff overruled with it, in words."""
        return []

    # --- In 'Mijn TEC' ------------------------------------------------------------------------

    coming_title: str | Promise = ""
    past_title: str | Promise = ""
    line = ""  # the template of a line about a `row`, `is_past` or not

    def coming(self, user: Any) -> Iterable[Any]:
        """The rows of a teacher that are still to come, the first on top."""
        return ()

    def past(self, user: Any) -> Collection[Any] | QuerySet[Any]:
        """What is over, or will not be: the last on top."""
        return ()

    def block_for(self, user: Any) -> Block | None:
        """What else there is to show a teacher."""
        return None

    # --- For who has days, and asks what can be done on them ----------------------------------

    def free_on(self, outing: Outing, user: Any) -> Block | None:
        """What can be asked for on those days, of all hubs; None where there is nothing."""
        return None

    # --- In calendars that are followed -------------------------------------------------------

    def followed(self, feed: Feed, key: int) -> Any:
        """A queryset of all rows that a feed is about, in whatever state and however long ago;
        None where it has none of this kind. `key` is that of the user, school, venue or zone.
        The rows have `sequence` and `changed_at`, which every change that shows sets."""
        return None

    def since(self, rows: Any, day: datetime.date) -> Any:
        """The `rows` that are on this day or later."""
        return rows

    def calendar_events(self, feed: Feed, rows: Any) -> list[CalendarEvent]:
        """What the readers of a feed see of these rows, in order."""
        return []

    def calendar_words(self, feed: Feed, rows: Any, first: datetime.date) -> list[Any]:
        """Values outside the rows that the events since the day `first` show, such as a venue's
        address: where one changes, so does the ETag of the feed."""
        return []

    # --- Beside another kind ------------------------------------------------------------------

    def said_beside(self, rows: Sequence[Any]) -> Iterable[str]:
        """What every mail about these rows of another kind says of this one, a line each, in the
        language of the moment: what belongs together is read in one mail."""
        return ()

    def shown_beside(self, rows: Sequence[Any], token: str | None) -> Block | None:
        """What the page of these rows of another kind shows of this one; `token`: of her link."""
        return None

    def remarks(self, rows: Sequence[Any]) -> Mapping[int, str]:
        """A few words about rows of other kinds, or visits, by their keys."""
        return {}

    def next_steps(self, rows: Sequence[Any]) -> Iterable[NextStep]:
        """With what of this kind a class can go on that did these things, of whatever kind, in
        this order; first what fits best."""
        return ()

    def told_of(self, thing: Any) -> Block | None:
        """What the public page of a programme or kit tells of this kind."""
        return None

    def along(self, row: Any, day: datetime.date | None, by_staff: bool) -> Iterable[Along]:
        """What of this kind goes along with a row of another kind that is to move to `day`, or,
        without a day, to be cancelled; by staff, who may do more with it than a school."""
        return ()

    def follow(self, row: Any, ways: Mapping[str, str], *, left: datetime.date, by: Any) -> None:
        """Let it go along in the ways that were chosen, by name, with a row that has just left a
        day in this transaction, for another or for good; what is not named stays as it was.
        Raises Refused, and then nothing moves."""

    # --- For staff ----------------------------------------------------------------------------

    def actions(self, user: Any) -> Iterable[Action]:
        """What this member of staff can start from the overview."""
        return ()

    def may_view(self, user: Any) -> bool:
        return user.has_perm(f"{self.model._meta.app_label}.view_{self.model._meta.model_name}")

    def may_change(self, user: Any) -> bool:
        return user.has_perm(f"{self.model._meta.app_label}.change_{self.model._meta.model_name}")

    def leads_from(self, row: Any, user: Any) -> Iterable[Action]:
        """Where staff's page of a row of an earlier app (a school) leads: what there is of it."""
        return ()

    # These are for a user who may view, of her own hubs.

    def on_days(self, first: datetime.date, before: datetime.date, user: Any) -> Iterable[OnDay]:
        """What there is on days of `[first, before)`; nothing of a day without any."""
        return ()

    def next_day(self, day: datetime.date, user: Any) -> datetime.date | None:
        """The first day from `day` on with something on it."""
        return None

    def dashboard_block(self, user: Any) -> Block | None:
        """What else the overview shows her; None where she may not see it."""
        return None

    def planned_on(
        self, venue: Any, first: datetime.date, last: datetime.date
    ) -> Iterable[Planned]:
        """What is planned at a venue on these days, both included: for closing them."""
        return ()

    def planned_in(
        self, region: str, first: datetime.date, last: datetime.date, user: Any
    ) -> Iterable[Planned]:
        """What is planned at all venues of a holiday region: for noting a school holiday."""
        return ()

    def sample_mails(self, thing: Any, language: str, *, by: Any) -> Iterable[Any]:
        """The mails that somebody would get who asks for this thing. Raises Refused."""
        return ()

    def sent_of(self, row: Any) -> Iterable[str]:
        """What went out to others already and counts this row: who corrects it says why."""
        return ()

    # --- When there is room ------------------------------------------------------------------

    def give_turns(self) -> None:
        """Offer what is free of this kind to whoever waits for it; part of what staff changed."""

    def end_unmet(self) -> None:
        """End what nobody can be offered any more, of this kind, and tell who waited for it."""

    # --- When staff change what was promised --------------------------------------------------

    def stop_promising(self) -> None:
        """Nobody promises anything of this kind until the transaction ends, and whoever was
        doing so is done: before a programme gets other rooms or takes longer, or days close."""

    def concerned(self, thing: Any, changed: Collection[str]) -> Iterable[Planned]:
        """What of this kind was told otherwise before these fields of `thing` changed, and of which
        `keep` would tell: for a form about to save it."""
        return ()

    def keep(self, thing: Any, before: Any, *, by: Any, tell: bool = True) -> Iterable[str]:
        """Keep what was promised of a programme, say, that `by` has just changed in this
        transaction; `before` is the row as it was. Without `tell` nobody gets a mail. Raises
        Refused where it cannot be kept, and returns what staff must know if it can."""
        return ()

    def renamed(self, rows: Sequence[Any]) -> None:
        """Calendars fetch anew what says the names of these schools; in few statements."""


_registered: list[Part] = []


def register(part: Part) -> None:
    """Called by apps when they are ready."""
    if missing := [job for job in part.jobs if not hasattr(part, job)]:
        raise TypeError(f"{part.name} has no {missing[0]}")
    _registered.append(part)


def parts() -> list[Part]:
    """All, in the order in which the apps are installed."""
    return list(_registered)


def kinds() -> list[Kind]:
    return [part for part in _registered if isinstance(part, Kind)]


def blocks_told_of(thing: Any) -> list[Block]:
    return [block for kind in kinds() if (block := kind.told_of(thing))]


def blocks_beside(rows: Sequence[Any], token: str | None) -> list[Block]:
    """What the page of these rows shows of all other kinds."""
    return [block for kind in kinds() if (block := kind.shown_beside(rows, token))]


def next_steps(rows: Sequence[Any]) -> list[NextStep]:
    """With what, of all kinds, the class can go on that did these things."""
    return [one for kind in kinds() for one in kind.next_steps(rows)]


def remarks_on(rows: Sequence[Any]) -> dict[int, list[str]]:
    """What other kinds say of these rows of one kind, by their keys."""
    found: dict[int, list[str]] = {}
    for kind in kinds():
        for key, words in kind.remarks(rows).items():
            found.setdefault(key, []).append(words)
    return found


def leads_of(row: Any, user: Any) -> list[Action]:
    """Where staff's page of a row leads."""
    return [one for kind in kinds() for one in kind.leads_from(row, user)]


def kind_of(model: type[models.Model]) -> Kind:
    """The kind with this model, or with this model of events."""
    return next(kind for kind in kinds() if model in (kind.model, kind.event))
