"""Long work that staff see before they start it: a page shows it, and pressing again does that.

The form of such a page brings back a token of its own, so that of two clicks the second finds what
the first started, and a seal: what was shown, which is exactly what will be done.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.lifecycle import Refused
from core.tasks import running
from core.tasks.models import Task
from core.tasks.work import Work

FORM_CHANGED = gettext_lazy("You changed the form after the preview. This is the new one.")


class Otherwise(Refused):
    """Something is not as the preview said: nothing was done."""

    def __init__(self, lines: Iterable[Any] = ()) -> None:
        self.lines = list(lines)
        super().__init__(_("Something is not as it was shown. Nothing was done yet."))

    @property
    def news(self) -> list[Any]:
        return [str(self), *self.lines]


def sealed(shown: Any, token: UUID, *, salt: str) -> str:
    """What a preview showed (JSON), for the form with this token to bring back."""
    return signing.dumps([shown, str(token)], compress=True, salt=salt)


def opened(posted: Mapping[str, str], *, salt: str) -> tuple[Any, UUID]:
    """What the preview of this form showed, and its token. Raises Otherwise where the seal is not
    ours, or of another form."""
    token = _token(posted)
    try:
        shown, sealed_with = signing.loads(posted.get("seal", ""), salt=salt)
    except (signing.BadSignature, ValueError) as error:  # ValueError: of another version
        raise Otherwise from error
    if token is None or sealed_with != str(token):
        raise Otherwise
    return shown, token


def started(work: Work, *, about: str, posted: Mapping[str, str]) -> Task | None:
    """What the first of two clicks started, or a colleague who does the same."""
    token = _token(posted)
    return running.find(work, about=about, token=token) if token else None


def _token(posted: Mapping[str, str]) -> UUID | None:
    try:
        return UUID(posted.get("token", ""))
    except ValueError:
        return None
