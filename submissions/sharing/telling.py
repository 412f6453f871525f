"""The mails about colleagues: one function per notice of the table of moves, each as things stand
now."""

from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from core import kinds
from core.calendars import Method
from core.mail import markers, templates
from core.mail.queue import Attachment, Message
from submissions import links
from submissions.models import Companion, CompanionEvent, CompanionState
from submissions.sharing.lifecycle import rows_of
from submissions.sharing.readers import Reader, colleague


class InvitationLink(kinds.Marker):
    """The link to the page of an invitation."""

    name = "invitation"

    def reveal(self, companion_id: str, to: str) -> str | None:
        companion = Companion.objects.filter(pk=companion_id, email=to).first()
        return links.invitation_link(companion) if companion else None

    def otherwise(self) -> str:
        return settings.SITE_URL


def mails_of(events: list[CompanionEvent]) -> list[Message]:
    """The mails that tell of these events, of one invitation and with the same notice."""
    companions = _companions(events)
    if not companions or not companions[0].email:
        return []
    match events[0].notice:
        case "invited" | "offered":
            return _asked(events[0].notice, companions)
        case "joined":
            return _joined(companions)
        case "left":
            return [*_gone("left", companions), *_to_contact(companions)]
        case "withdrawn":
            return _gone("withdrawn", companions)
        case "handed_over":
            return _handed_over(companions)
    raise LookupError(events[0].notice)


def _asked(name: str, companions: list[Companion]) -> list[Message]:
    waiting = [one for one in companions if one.state == CompanionState.INVITED]
    rows = rows_of(waiting)
    if not rows:
        return []
    reader = colleague(waiting)
    link = markers.marker(InvitationLink.name, waiting[0].pk, to=reader.email)
    return [_mail(name, reader, waiting, rows, link=link)]


def _joined(companions: list[Companion]) -> list[Message]:
    joined = [one for one in companions if one.state == CompanionState.ACCEPTED]
    rows = rows_of(joined)
    if not rows:
        return []
    return [_mail("joined", colleague(joined), joined, rows, Method.REQUEST)]


def _gone(name: str, companions: list[Companion]) -> list[Message]:
    """Her calendar forgets what she has no more; not what she has by another invitation, or as the
    contact."""
    reader = colleague(companions)
    still = Companion.objects.accepted().filter(email=reader.email)
    kept = {row for _kind, rows in rows_of(still) for row in rows}
    rows = rows_of(companions)
    files = _files(rows, Method.CANCEL, reader, without=kept)
    return [_mail(name, reader, companions, rows, files=files)]


def _to_contact(companions: list[Companion]) -> list[Message]:
    """Tell the asker who no longer takes part."""
    submission = companions[0].submission
    rows = rows_of(companions)
    if not submission.email or not rows:
        return []
    reader = Reader(submission, submission.email, submission.contact_name, submission.language)
    who = companions[0].name or companions[0].email
    return [_mail("gone", reader, companions, rows, who=who)]


def _handed_over(companions: list[Companion]) -> list[Message]:
    """What changes of calendar: the same events go out of one and into the other."""
    rows = rows_of(companions)
    submission, before = companions[0].submission, companions[0].invited_by
    mails = []
    if before is not None and before.email != companions[0].email:
        reader = Reader(submission, before.email, before.get_full_name(), before.language)
        files = _files(rows, Method.CANCEL, reader)
        name = companions[0].name
        mails.append(_mail("handed_over", reader, companions, rows, files=files, who=name))
    hers = [one for one in companions if one.submission.email == one.email]
    if hers:
        mails.append(_mail("took_over", colleague(hers), hers, rows_of(hers), Method.REQUEST))
    return mails


# --- What they have in common --------------------------------------------------------------------


def _companions(events: list[CompanionEvent]) -> list[Companion]:
    found = {event.companion_id: event.companion for event in events}
    return [found[pk] for pk in sorted(found)]


def _own_page(reader: Reader, found: Sequence[tuple[Any, list[Any]]]) -> str:
    """The page of what was asked, without signing in; Mijn TEC where it is several or none."""
    submissions = {row.submission_id for _kind, rows in found for row in rows}
    links_to = [kind.markers[0].name for kind, _rows in found if kind.page]
    if len(submissions) == 1 and links_to:
        return markers.marker(links_to[0], *submissions, to=reader.email)
    return settings.SITE_URL + reverse("my_tec")


def _files(
    found: Sequence[tuple[Any, list[Any]]],
    method: Method,
    reader: Reader,
    without: Collection[Any] = (),
) -> list[Attachment]:
    return [
        file
        for kind, rows in found
        for file in kind.calendar_files([one for one in rows if one not in without], method, reader)
    ]


def _mail(
    name: str,
    reader: Reader,
    companions: Sequence[Companion],
    found: Sequence[tuple[Any, list[Any]]],
    method: Method | None = None,
    *,
    files: Sequence[Attachment] = (),
    link: str = "",
    who: str = "",
) -> Message:
    submission = companions[0].submission
    hub = submission.hub
    with translation.override(reader.language):
        context = {
            "reader": reader,
            "submission": submission,
            "who": who or submission.contact_name,
            "asker": submission.asker_name,
            "lines": [line for kind, rows in found for line in kind.lines(rows)],
            "link": link or _own_page(reader, found if method else []),
            "hub": hub,
            "phone": hub.phone,
            "email": hub.email,
        }
    return templates.render(
        f"colleague_{name}",
        to=reader.email,
        language=reader.language,
        context=context,
        attachments=files or (_files(found, method, reader) if method else ()),
        sender=hub.sender,
        reply_to=hub.email,
        hub=hub.pk,
        reference=submission.reference,
        about=submission.asker_name,
    )
