"""The kind of colleagues with whom something is shared: what `core/kinds.py` asks of it."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.kinds import Action, Kind
from core.mail.queue import Message
from schools.models import User
from submissions.kinds import Names, Remembering
from submissions.models import Companion, CompanionEvent, Submission
from submissions.sharing import telling
from submissions.sharing.lifecycle import MOVES, let_go_of


class CompanionKind(Kind, Remembering):
    name = "companion"
    model, event = Companion, CompanionEvent
    # Of a mail one hub is the sender, and only its staff read it.
    together = ("companion__invitation", "companion__submission__hub")
    read_along = (
        "companion__submission__hub",
        "companion__submission__school",
        "companion__submission__organisation",
        "companion__user",
        "companion__invited_by",
    )
    markers = (telling.InvitationLink(),)

    moves = MOVES

    def mails(self, events: list[CompanionEvent]) -> list[Message]:
        return telling.mails_of(events)

    # --- In 'Mijn TEC' ----------------------------------------------------------------------

    slug = "collegas"
    coming_title = _("Colleagues ask you")
    line = "submissions/_invitation_line.html"

    def coming(self, user: User) -> list[Companion]:
        """One for each invitation that waits for her."""
        waiting = Companion.objects.alive().filter(email=user.email, accepted_at=None)
        found = waiting.select_related("submission").order_by("-pk")
        return list({one.invitation: one for one in found}.values())

    # --- For staff --------------------------------------------------------------------------

    def leads_from(self, row: Any, user: User) -> list[Action]:
        if not isinstance(row, User) or row.is_staff:
            return []
        if not user.has_perm("submissions.change_submission"):
            return []
        address = reverse("admin:submissions_submission_hand_over", args=[row.pk])
        return [Action(gettext("Hand over to a colleague"), address)]

    # --- When a person is erased ------------------------------------------------------------

    def erase_words(self, submissions: QuerySet[Submission], names: Names) -> int:
        """With whom an erased submission was shared is of nobody's use."""
        return _forget(Companion.objects.filter(submission__in=submissions))

    def erase_address(self, email: str, user: User | None) -> int:
        hers = Q(email=email) | (Q(user=user) if user else Q())
        return _forget(Companion.objects.filter(hers))


def _forget(companions: QuerySet[Companion]) -> int:
    events = CompanionEvent.objects.filter(companion__in=companions)
    events.filter(noticed_at=None).update(notice="")
    nobody: dict[str, Any] = {"email": "", "name": "", "phone": "", "user": None}
    found = list(companions.exclude(**nobody).order_by("pk"))
    for one in found:
        if one.standing.is_coming:
            let_go_of(one, link_version=one.link_version + 1)
    keys = [one.pk for one in found]
    return Companion.objects.filter(pk__in=keys).update(**nobody, invited_by=None)
