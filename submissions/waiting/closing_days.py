"""Days that close, and who waits for something on them, of whatever kind: she would wait in vain,
and what is offered to her cannot be."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.tasks.work import About
from core.transactions import retried
from programmes.closing_days.sweeper import (
    CANCEL,
    LEAVE,
    StandsOtherwise,
    Sweeper,
    Way,
    numbers_in,
)
from schools.models import User
from submissions.lifecycle import locked
from submissions.models import Ending
from submissions.waiting.lifecycle import WaitingList


class WaitSweeper(Sweeper):
    """The key of a hit is that of a row."""

    waiting_list: WaitingList

    def thing_of(self, row: Any) -> Any:
        """What it waits for: a programme, or a kit."""
        raise NotImplementedError

    def stands(self, row: Any) -> str:
        """What staff were shown of it."""
        raise NotImplementedError

    def ways(self, end: str = "") -> list[Way]:
        """`end`: in words, what ending it does."""
        end = end or _("tell them that it cannot be")
        return [Way(CANCEL, words=end), Way(LEAVE, words=_("leave it as it is"))]

    @retried
    def sweep(self, key: str, way: Way, *, stands: str, by: User, note: str) -> str:
        rows = self._rows
        row = rows.get(pk=numbers_in(key)[0])
        locked(row.submission)  # as every verb of the list does first
        row.refresh_from_db(from_queryset=rows)
        if self.stands(row) != stands:
            raise StandsOtherwise
        if way.action == CANCEL:
            self.waiting_list.end(row.submission, Ending.CALLED_OFF, by=by, note=note)
        elif way.action != LEAVE:  # of another version of the site
            raise StandsOtherwise
        return ""

    def about(self, keys: Iterable[str]) -> dict[str, About]:
        numbers = {numbers_in(key)[0]: key for key in keys}
        return {
            numbers[row.pk]: About(
                f"{self.thing_of(row).title} ({row.party_name})", self.page_of(row)
            )
            for row in self._rows.filter(pk__in=numbers)
        }

    def page_of(self, row: Any) -> str:
        """Staff's page of it."""
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])

    @property
    def _rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.waiting_list.model._default_manager.with_facts()
        return rows
