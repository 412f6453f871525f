"""Writing to many: the preview is what is sent, and the worker sends each her mail, once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.kinds import Action
from core.lifecycle import Refused
from core.mail.queue import enqueue
from core.tasks import running
from core.tasks.models import Task, TaskUnit
from core.tasks.preview import Otherwise
from core.tasks.work import About, Work
from core.transactions import retried
from programmes.models import Hub
from submissions.models import Companion, Submission
from submissions.writing.mailing import Mailing, MailingWords, mail_to
from submissions.writing.recipients import Recipient, people, person_of


class NothingStands(Refused):
    message = gettext_lazy("Nothing stands of it any more, so nothing was written.")


class CannotBeMailed(Refused):
    message = gettext_lazy("This e-mail address cannot be used: correct it at the submission.")


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
            enqueue(mail_to(person, MailingWords(**task.data["words"]), hub))
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

# Of each person her unit, and a line in which she is named.
Shown = Sequence[tuple[dict[str, Any], str]]


def in_short(some: Sequence[Recipient]) -> Shown:
    """What a preview shows of them."""
    return [(one.unit, in_a_line(one)) for one in some]


def in_a_line(person: Recipient) -> str:
    return ", ".join(filter(None, (person.name, person.asker)))


def differences(shown: Shown, now: Sequence[Recipient]) -> list[str]:
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
def send(mailing: Mailing, shown: Shown, *, by: Any, token: UUID) -> Task:
    """Leave it to the worker: to exactly those whom the preview named. Raises Otherwise where these
    are not the ones that there are."""
    if lines := differences(shown, people(mailing.circle)):
        raise Otherwise(lines)
    return running.start(
        Writing(),
        [unit for unit, _line in shown],
        about=mailing.about,
        token=token,
        hub=mailing.circle.hub.pk,
        by=by,
        words=mailing.words.values,
    )
