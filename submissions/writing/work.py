"""Writing to many: the preview is what is sent, and the worker sends each her mail, once."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.kinds import Action
from core.lifecycle import Refused
from core.mail.queue import enqueue
from core.tasks import running
from core.tasks.models import Task, TaskUnit
from core.tasks.work import About, Work
from core.transactions import retried
from programmes.models import Hub
from submissions.models import Companion, Submission
from submissions.writing.circle import Circle, Person, people, person_of
from submissions.writing.letter import Words, letter_to


class NothingStands(Refused):
    message = gettext_lazy("Nothing stands of it any more, so nothing was written.")


class CannotBeMailed(Refused):
    message = gettext_lazy("This e-mail address cannot be used: correct it at the submission.")


class Otherwise(Refused):
    """Somebody is not in it, or in it otherwise, than the preview said: nothing was sent."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        super().__init__(_("Something is not as it was shown. Nothing was sent yet."))


class Writing(Work):
    name = "writing"
    permission = "core.change_mail"

    def title(self, task: Task) -> str:
        subject = task.data.get("words", {}).get("subject") or task.about.partition(" ")[2]
        return _("Writing to many: %(subject)s") % {"subject": subject}

    def do(self, unit: Any, task: Task) -> None:
        hub = Hub.objects.get(pk=task.hub or 0)
        person = person_of(unit, hub)
        if person is None:
            raise NothingStands
        try:
            enqueue(letter_to(person, Words(**task.data["words"]), hub))
        except ValidationError as error:
            raise CannotBeMailed from error

    def describe(self, units: Sequence[TaskUnit]) -> dict[int, About]:
        whom = {unit.number: unit.data["who"][0] for unit in units}
        submissions = Submission.objects.select_related("school", "organisation")
        asked = submissions.in_bulk([int(key[1:]) for key in whom.values() if key[0] == "s"])
        shared = Companion.objects.select_related("submission__school", "submission__organisation")
        colleagues = shared.in_bulk([int(key[1:]) for key in whom.values() if key[0] == "c"])
        found = {}
        for number, key in whom.items():
            one: Any = (asked if key[0] == "s" else colleagues).get(int(key[1:]))
            if one is not None:
                found[number] = _about(one)
        return found

    def back(self, task: Task) -> Action:
        return Action(_("The mails"), reverse("admin:core_mail_changelist"))


def _about(one: Submission | Companion) -> About:
    submission = one if isinstance(one, Submission) else one.submission
    name = one.contact_name if isinstance(one, Submission) else one.name
    text = ", ".join(filter(None, (name, submission.asker_name)))
    return About(
        text or submission.reference,
        reverse("admin:submissions_submission_change", args=[submission.pk]),
    )


# --- What was shown, and what is sent ------------------------------------------------------------


@dataclass(frozen=True)
class Letter:
    """What to write, and to whom."""

    circle: Circle
    words: Words

    @property
    def about(self) -> str:
        """Of one thing there is one task at a time: a print, and the subject."""
        values = json.dumps([self.circle.values, self.words.values], sort_keys=True)
        print_ = hashlib.sha256(values.encode()).hexdigest()[:16]
        return f"{print_} {self.words.subject}"[:60]


def sealed(letter: Letter, shown: Sequence[Person], token: UUID) -> str:
    """What a preview showed, for the form with this token to bring back."""
    units = [[one.unit, in_a_line(one)] for one in shown]
    return signing.dumps([letter.about, units, str(token)], compress=True, salt=__name__)


def opened(seal: str, letter: Letter, token: UUID) -> list[tuple[dict[str, Any], str]] | None:
    """None where it is not ours, or not of this letter."""
    try:
        about, units, sealed_with = signing.loads(seal, salt=__name__)
    except (signing.BadSignature, ValueError):
        return None
    is_same = (about, sealed_with) == (letter.about, str(token))
    return [(unit, line) for unit, line in units] if is_same else None


def in_a_line(person: Person) -> str:
    return ", ".join(filter(None, (person.name, person.asker)))


def differences(shown: Sequence[tuple[dict[str, Any], str]], now: Sequence[Person]) -> list[str]:
    """What is otherwise than the preview said, a line each."""
    before = {key: (unit, line) for unit, line in shown for key in unit["who"]}
    there = {key for one in now for key in one.keys}
    found = []
    for one in now:
        known = next((before[key] for key in one.keys if key in before), None)
        if known is None:
            found.append(_("New since you looked: %(what)s") % {"what": in_a_line(one)})
        elif known[0] != one.unit:
            found.append(_("Changed since you looked: %(what)s") % {"what": in_a_line(one)})
    for unit, line in shown:
        if not there & set(unit["who"]):
            found.append(_("Not there any more: %(what)s") % {"what": line})
    return found


@retried
def send(
    letter: Letter, shown: Sequence[tuple[dict[str, Any], str]], *, by: Any, token: UUID
) -> Task:
    """Leave it to the worker: to exactly those whom the preview named. Raises Otherwise where these
    are not the ones that there are."""
    if lines := differences(shown, people(letter.circle)):
        raise Otherwise(lines)
    return running.start(
        Writing(),
        [unit for unit, _line in shown],
        about=letter.about,
        token=token,
        hub=letter.circle.hub.pk,
        by=by,
        words=letter.words.values,
    )
