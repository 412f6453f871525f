"""What the waiting list for visits says: mails, the page, the history."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone, translation
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from bookings.models import Booking, State, VisitWait, VisitWaitEvent, VisitWaitQuerySet
from bookings.telling.other_dates import (
    links_to,
    moment_in_words,
    other_dates,
    where_to_choose,
)
from bookings.telling.stays import stays_of
from bookings.waiting.positions import positions
from core.mail.queue import Message
from submissions.kinds import SubmissionLink
from submissions.models import WaitState
from submissions.waiting import wording
from submissions.waiting.lifecycle import LIVE
from submissions.waiting.telling import readers_of_entry, wait_mail
from submissions.waiting.wording import position_in_words
from submissions.wording import HistoryLine


class WaitLink(SubmissionLink):
    name = "visitwait"
    page = "bookings:wait"
    model = VisitWait


# --- In words ------------------------------------------------------------------------------------


def when_of(row: VisitWait) -> str:
    """'dinsdag 3 november 09:00', or 'dinsdag of donderdag, 's ochtends, 1 t/m 31 maart'."""
    if row.slot is not None:
        return moment_in_words(row.slot.starts_at)
    days = [str(WEEKDAYS[int(digit)]) for digit in sorted(row.weekdays)]
    parts = [_(" or ").join(days) if days else _("any day")]
    if row.part:
        parts.append(str(row.get_part_display()))
    span = date_format(row.last_day, "DATE_FORMAT")
    if row.first_day != row.last_day:
        first = date_format(row.first_day, "MONTH_DAY_FORMAT")
        span = _("from %(first)s to %(last)s") % {"first": first, "last": span}
    return ", ".join([*parts, span])


def with_positions(rows: list[VisitWait]) -> list[VisitWait]:
    """The rows, each with its `place` in words, and a wish with its `days`."""
    found = positions(rows)
    for row in rows:
        row.place = position_in_words(found.get(row.pk))
        row.days = "" if row.slot_id else when_of(row)
    return rows


def sentence(event: VisitWaitEvent) -> str:
    """One event in words; empty where the label of its move says it all."""
    moments = {name: moment_in_words(_read(event, name)) for name in MOMENTS & event.data.keys()}
    return wording.sentence(event, event.wait.audience, **moments)


MOMENTS = {"starts_at", "until"}


def _read(event: VisitWaitEvent, name: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(event.data[name])


def history_of(rows: Sequence[VisitWait]) -> list[HistoryLine]:
    """What happened to an entry, newest first."""
    by_id = {row.pk: row for row in rows}
    events = VisitWaitEvent.objects.filter(wait__in=by_id).order_by("-pk")
    lines = []
    for event in events:
        event.wait = by_id[event.wait_id]
        if text := sentence(event):
            name = event.wait.party_name if len(rows) > 1 else ""
            lines.append(HistoryLine(event.at, name, text, event.note if event.notice else ""))
    return lines


def is_free_no_longer(bookings: Iterable[Booking]) -> bool:
    """Whether who takes these today cannot cancel them free of charge any more."""
    return not all(booking.is_free_to_cancel for booking in bookings)


# --- Beside a visit ------------------------------------------------------------------------------


def waiting_beside(bookings: Sequence[Booking]) -> list[VisitWait]:
    """What of the same submissions is on the list, with where it stands."""
    waiting = _beside(bookings).filter(state__in=LIVE)
    return with_positions(list(waiting.with_facts()))


def said_beside(bookings: Sequence[Booking]) -> list[str]:
    """A line per waiting class of the same submission, in mails about the others."""
    words = _("%(class_name)s is on the waiting list for %(title)s, %(when)s: this is no booking.")
    waiting = _beside(bookings).filter(state=WaitState.WAITING)
    return [
        words
        % {"class_name": row.party_name, "title": row.programme.shown.title, "when": when_of(row)}
        for row in waiting.prefetch_related("programme", "slot")  # mostly there is none
    ]


def _beside(bookings: Sequence[Booking]) -> VisitWaitQuerySet:
    submissions = {booking.submission_id for booking in bookings}
    return VisitWait.objects.filter(submission__in=submissions).order_by("pk")


# --- Mails ---------------------------------------------------------------------------------------


def mails_of(events: list[VisitWaitEvent]) -> list[Message]:
    """Each tells how things stand now: what was offered, withdrawn or taken meanwhile is not told
    as it was."""
    match events[0].notice:
        case "joined":
            return _mail("joined", events, {WaitState.WAITING})
        case "offered":
            return _offered(events)
        case "waits_on":
            return _mail("waits_on", events, {WaitState.WAITING})
        case "expired":
            return _mail("expired", events, {WaitState.ENDED})
        case "ended":
            return _mail("ended", events, {WaitState.ENDED})
    raise LookupError(events[0].notice)


def _offered(events: list[VisitWaitEvent]) -> list[Message]:
    submission = events[0].wait.submission
    offered = submission.bookings.filter(state=State.OFFERED).with_facts()
    bookings = list(offered.order_by("visit__slot__starts_at", "pk"))
    if not bookings:
        return []
    until = max(booking.held_until for booking in bookings if booking.held_until)
    return _mail(
        "offered",
        events,
        {WaitState.OFFERED},
        stays=stays_of(bookings),
        until=timezone.localtime(until),
        offered_day=bookings[0].starts_at,
        not_free=is_free_no_longer(bookings),
        expires_at=until,
    )


def _mail(
    name: str,
    events: list[VisitWaitEvent],
    states: set[Any],
    *,
    expires_at: datetime.datetime | None = None,
    **facts: Any,
) -> list[Message]:
    rows = list({event.wait_id: event.wait for event in events}.values())
    rows = [row for row in rows if row.state in states]
    if not rows:
        return []
    first, programme = rows[0], rows[0].programme
    place = positions(rows).get(first.pk)
    is_without = name in {"ended", "expired", "waits_on"}
    others = other_dates(programme, rows) if is_without else []
    mails = []
    for reader in readers_of_entry(rows):
        with translation.override(reader.language):
            words = {
                "position": position_in_words(place),
                "hope": _(
                    "When there is a place for all of you we mail you at once, and keep it for you "
                    "for a while."
                ),
                "when": capfirst(when_of(first)),
                "others": links_to(programme, others),
            }
        mails.append(
            wait_mail(
                name,
                events,
                rows,
                reader,
                thing=programme,
                link=WaitLink,
                dates_path=where_to_choose(programme),
                expires_at=expires_at,
                **facts,
                **words,
            )
        )
    return mails
