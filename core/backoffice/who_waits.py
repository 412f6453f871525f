"""A save that makes room, or takes something off the site: whoever waits for it hears of that at
once, so staff see these mails first.

What would go out is found by doing it in a transaction that is undone (docs/decisions/0041). The
form comes back once with the mails, and again where they are others when it is saved.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import ngettext

from core.kinds import kinds
from core.lifecycle import Refused
from core.mail import outbox
from core.mail.queue import Message
from core.mail.reading import readable

# Of the hidden field with the print of what was shown (`admin/_who_waits.html`).
SEEN = "mails_seen"


class WaitingHear(Refused):
    """Nobody looked at these mails yet."""

    def __init__(self, found: list[Message]) -> None:
        words = ngettext(
            "Whoever is on a waiting list hears of this at once: %(number)d mail goes out, which "
            "is on this page. Press the button once more to do it.",
            "Whoever is on a waiting list hears of this at once: %(number)d mails go out, which "
            "are on this page. Press the button once more to do it.",
            len(found),
        )
        super().__init__(words % {"number": len(found)})
        self.mails = [(mail, readable(mail)) for mail in found]
        self.print = _print(found)


def mails_of(deed: Callable[[], object]) -> list[Message]:
    """What would go out of a deed of staff, which is undone. Raises what the deed raises."""
    with outbox.rehearsal() as heard:
        deed()
        return outbox.told_of(heard)


def refuse_unseen(request: Any, found: list[Message]) -> None:
    """Raises WaitingHear, and leaves it with the request for the page."""
    if found and request.POST.get(SEEN) != _print(found):
        request.refusal = WaitingHear(found)
        raise request.refusal


def _print(found: list[Message]) -> str:
    """Another one where another mail goes out, or to others; not where it is a second later."""
    return hashlib.sha256(repr(sorted((one.to, one.subject) for one in found)).encode()).hexdigest()


class ShowsWhoWaits:
    """For an admin that is a `RefusableAdmin`, and stands before one that keeps what was promised:
    all is saved by then."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        mixed_in: Any = super()
        mixed_in.save_related(request, form, formsets, change)

        def give_turns() -> None:
            for kind in kinds():
                kind.give_turns()
                if "is_published" in form.changed_data:
                    kind.end_unmet()

        refuse_unseen(request, mails_of(give_turns))
