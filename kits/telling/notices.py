"""The mails about loans: one function per notice of the table of moves.

Each tells how things stand *now*, as `bookings/telling/notices.py` does: a worker that comes late
does not confirm what was cancelled meanwhile, nor remind of what is over.
"""

import datetime
from collections.abc import Collection
from typing import Any

from django.utils import timezone, translation

from core.calendars import Method, content_type
from core.dates import ONE_DAY, start_of_day
from core.lifecycle import Role
from core.mail.queue import Attachment, Message
from kits import desk_days
from kits.models import Delivery, Loan, LoanEvent, LoanState
from kits.telling import documents, ical, wording
from submissions.kinds import SubmissionLink
from submissions.sharing.readers import Reader, reader_at, readers_of
from submissions.telling import LetterEnclosure, mail_about


class LoanLink(SubmissionLink):
    name = "loan"
    page = "loans:loan"
    model = Loan


class Letter(LetterEnclosure):
    name = "loanletter"

    def letter(self, loan_id: str, to: str) -> bytes | None:
        loan = Loan.objects.with_facts().filter(pk=loan_id).first()
        reader = reader_at(loan.submission, to) if loan else None
        return documents.letter(loan) if loan and reader and reader.has(loan) else None


# --- One function per notice -----------------------------------------------------------------


def mails_of(events: list[LoanEvent]) -> list[Message]:
    """The mails that tell of these events, which have the same notice."""
    match events[0].notice:
        case "reserved":
            return reserved(events)
        case "cancelled":
            return cancelled(events)
        case "changed":
            return changed(events)
        case "days_kept":
            return days_kept(events)
        case "collect":
            return collect(events)
        case "return":
            return bring_back(events)
        case "overdue":
            return overdue(events)
    raise LookupError(events[0].notice)


def reserved(events: list[LoanEvent]) -> list[Message]:
    """Names the visit too, where the box goes back to class after one."""
    return _mail(
        "reserved", events, LoanState.where(is_coming=True), files=Method.REQUEST, with_letter=True
    )


def cancelled(events: list[LoanEvent]) -> list[Message]:
    return _mail("cancelled", events, {LoanState.CANCELLED}, files=Method.CANCEL)


def changed(events: list[LoanEvent]) -> list[Message]:
    states = [*LoanState.where(is_coming=True), LoanState.OUT]
    return _mail("changed", events, states, files=Method.REQUEST, with_letter=True)


def days_kept(events: list[LoanEvent]) -> list[Message]:
    """The answer to a question for other days; none if it is out or cancelled since."""
    return _mail("days_kept", events, LoanState.where(is_coming=True))


def collect(events: list[LoanEvent]) -> list[Message]:
    return _reminder("collect", events, LoanState.where(is_coming=True), events[0].loan.starts_on)


def bring_back(events: list[LoanEvent]) -> list[Message]:
    return _reminder("return", events, {LoanState.OUT}, events[0].loan.ends_on)


def overdue(events: list[LoanEvent]) -> list[Message]:
    if not events[0].loan.is_overdue:
        return []  # back, or extended, since
    return _mail("overdue", events, {LoanState.OUT})


# --- What they have in common ----------------------------------------------------------------


def _reminder(
    name: str, events: list[LoanEvent], states: Collection[str], day: datetime.date
) -> list[Message]:
    """Nothing when the day was changed since, or is over."""
    if events[0].about != day or day < timezone.localdate():
        return []
    return _mail(name, events, states, expires_at=start_of_day(day + ONE_DAY))


def _mail(
    name: str,
    events: list[LoanEvent],
    states: Collection[str],
    *,
    files: Method | None = None,
    with_letter: bool = False,
    expires_at: datetime.datetime | None = None,
) -> list[Message]:
    loan = events[0].loan
    if loan.state not in states:
        return []
    mails = []
    for reader, _loans in readers_of([loan]):
        with translation.override(reader.language):
            context = _context(name, events)
        mail = mail_about(
            loan.submission,
            f"loan_{name}",
            context,
            venue=loan.kit.venue,
            link=LoanLink,
            files=calendar_files(loan, files, reader) if files else (),
            letter=_letter(loan, reader) if with_letter else "",
            expires_at=expires_at,
            reader=reader,
        )
        mails.append(mail)
    return mails


def _context(name: str, events: list[LoanEvent]) -> dict[str, Any]:
    """In the active language."""
    loan = events[0].loan
    return {
        "loan": loan,
        "kit": loan.kit,
        "visit": loan.booking if loan.booking and loan.booking.is_holding else None,
        "is_round": loan.delivery == Delivery.ROUND,
        "goes_ahead": loan.standing.is_coming,
        "venue": loan.kit.venue,
        "note": events[0].word_from_us,
        "by_school": events[0].by_role == Role.TEACHER,
        "changes": _changes(events) if name in {"changed", "days_kept"} else [],
        "terms": wording.terms_of(loan.kit, loan),
        "open_on": _open_instead(loan, name),
        **documents.hours_of(loan),
    }


def _open_instead(loan: Loan, name: str) -> datetime.date | None:
    """The next open day, where the day that a reminder is about was closed afterwards."""
    about = {"collect": loan.starts_on, "return": loan.ends_on}.get(name)
    if about is None:
        return None
    day = desk_days.open_day_for(loan, about)
    return None if day == about else day


def _changes(events: list[LoanEvent]) -> list[str]:
    return [line for line in map(wording.sentence, events) if line]


def calendar_files(loan: Loan, method: Method, reader: Reader) -> list[Attachment]:
    """Collecting and returning, a file each."""
    write = ical.cancellations if method == Method.CANCEL else ical.invitations
    with translation.override(reader.language):
        return [
            Attachment(f"{loan.submission.file_name}-{number}.ics", file, content_type(method))
            for number, file in enumerate(write(loan, reader), start=1)
        ]


def _letter(loan: Loan, reader: Reader) -> str:
    name = documents.letter_filename(loan.submission)
    return Letter().marker(loan.pk, reader, name)
