"""What kinds with a submission have in common, of what `core/kinds.py` asks of each."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import F, Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from core import kinds
from core.calendars import Method
from core.mail.queue import Attachment
from core.text.searching import Among
from programmes.models import Venue
from schools.models import ClassGroup, User
from submissions import links
from submissions.models import Asked, Submission
from submissions.privacy.history import history_of
from submissions.sharing.readers import Reader, reader_at
from submissions.wording import rule_label


class SubmissionLink(kinds.Marker):
    """The link in a mail that opens the page of a submission, for whom the mail is to."""

    page = ""  # the name of its address
    model: type[Model]  # what stands under the submission on that page

    def reveal(self, submission_id: str, to: str) -> str | None:
        submission = Submission.objects.filter(pk=submission_id).first()
        reader = reader_at(submission, to) if submission else None
        return self.link_for(reader) if reader else None

    def link_for(self, reader: Reader) -> str:
        return self.page_for(reader, self.page)

    def page_for(self, reader: Reader, page: str, **more: int) -> str:
        """The address of a page of her submission, which lets her in."""
        if reader.companions:
            return links.shared_link_to(reader.companions[0], page, **more)
        return links.link_to(reader.submission, page, **more)

    def otherwise(self) -> str:
        return settings.SITE_URL

    def for_staff(self, submission_id: str) -> str:
        """The back office's page of the same thing; that of the submission where it is several."""
        rows = list(self.model._base_manager.filter(submission=submission_id)[:2])
        row = rows[0] if len(rows) == 1 else Submission(pk=submission_id)
        page = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        return settings.SITE_URL + reverse(page, args=[row.pk])


def under(**whose: int) -> Among:
    """A condition: rows of these submissions. PostgreSQL looks each up, not reading all to join."""
    return Among("submission", Submission.objects.filter(**whose).values("pk"))


# Tells of a short text, such as the name of a class, whether it names a person.
Names = Callable[[str], bool]


class Remembering(kinds.Part):
    """A part that keeps what was typed about a submission."""

    def erase_words(self, submissions: QuerySet[Submission], names: Names) -> int:
        """Erase what was typed about these submissions, when a person is erased
        (`submissions/privacy/erasure.py`). Returns how many rows held words."""
        raise NotImplementedError

    def known(
        self, submissions: Sequence[Submission], user: User
    ) -> dict[int, list[dict[str, Any]]]:
        """What this part keeps of each of her submissions (by primary key), as she may read and
        take it along: titles and texts, others by their roles (`submissions/privacy/own_data.py`).
        """
        return {}

    def told_by(self, user: User) -> dict[str, list[dict[str, Any]]]:
        """What she herself told this part, of whomever the submission is, under its title."""
        return {}

    def erase_address(self, email: str, user: User | None) -> int:
        """Erase what she told, or was kept under her address, of submissions of others. Returns how
        many rows."""
        return 0


class AskedKind(kinds.Kind, Remembering):
    """A kind that a submission asks for."""

    model: type[Asked]
    page = ""  # the name of the address of a submission's page
    known_along: tuple[str, ...] = ("events",)  # what `known_row` reads of each row
    is_shared_by_row = True  # whether one class of it can have a teacher of its own

    def called(self, submission: Submission) -> str:
        """What is asked for, and when, as the mail with its code says it; '' of nothing."""
        return ""

    def lines(self, rows: Sequence[Any]) -> list[str]:
        """What is asked for, when and for which class: a line for each of the rows."""
        return [str(row) for row in rows]

    def seen_in(self, submission: Submission) -> list[Any]:
        """The rows of a submission that who sees it may see."""
        rows: Any = self.model._default_manager.all()
        return list(rows.seen_in(submission))

    def coming_in(self, submissions: Iterable[Submission | int]) -> Any:
        """The rows of these submissions that are still to come, of whoever they are."""
        rows: Any = self.model._default_manager.all()
        coming = rows.where(is_coming=True).filter(submission__in=submissions)
        return coming.with_facts().order_by("pk")

    def calendar_files(
        self, rows: Sequence[Any], method: Method, reader: Reader
    ) -> list[Attachment]:
        """What puts these rows in a reader's calendar, or takes them out of it."""
        return []

    def overruled(self, event: Any) -> list[str]:
        return [rule_label(name) for name in event.data.get("overruled", [])]

    def planned_in(
        self, region: str, first: datetime.date, last: datetime.date, user: Any
    ) -> list[kinds.Planned]:
        venues = Venue.objects.of_hubs(user).filter(holiday_region=region)
        return [one for venue in venues for one in self.planned_on(venue, first, last)]

    # --- When staff write to many (`submissions/writing/`) ------------------------------------

    def things(self, user: Any) -> Iterable[Any]:
        """What of this kind one can write about alone: programmes, or kits, of her hubs."""
        return ()

    def rows_standing(
        self, first: datetime.date, last: datetime.date | None, thing: int | None = None
    ) -> QuerySet[Any]:
        """What stands on days from `first` to `last`, both included (without `last`: and later),
        of this thing only where one is given (primary key)."""
        rows: Any = self.model._default_manager.none()
        return rows

    @property
    def link(self) -> SubmissionLink:
        """The marker of the link to its page."""
        return next(one for one in self.markers if isinstance(one, SubmissionLink))

    # --- When a person asks, or is erased (`submissions/privacy/`) ----------------------------

    def known(
        self, submissions: Sequence[Submission], user: User
    ) -> dict[int, list[dict[str, Any]]]:
        rows: Any = self.model._default_manager.filter(submission__in=submissions)
        rows = rows.with_facts().prefetch_related(*self.known_along).order_by("pk")
        found = defaultdict(list)
        for row in rows:
            found[row.submission_id].append(self.known_row(row, user))
        return found

    def known_row(self, row: Any, user: User) -> dict[str, Any]:
        [line] = self.lines([row])
        return {
            gettext("What"): line,
            gettext("State"): str(row.get_state_display()),
            gettext("How many"): row.headcount,
            gettext("History"): history_of(row.events.all(), self.moves, user),
        }

    def needed_since(self, moment: datetime.datetime) -> QuerySet[Any, Any]:
        """The keys of submissions with something that is on or comes at or after a moment: until
        then somebody must be able to reach her."""
        raise NotImplementedError

    def erase_words(self, submissions: QuerySet[Submission], names: Names) -> int:
        """Erase what was typed about these submissions: notes, and names of classes that are hers.

        Messages that still wait have nobody left to go to. Returns how many rows held notes.
        """
        meta: Any = self.model._meta  # of a kind's own model, which has events
        whose = {f"{meta.get_field('events').field.name}__submission__in": submissions}
        events = self.event._base_manager.filter(**whose)
        events.filter(noticed_at=None).update(notice="")
        self._erase_names(self.model._base_manager.filter(submission__in=submissions), names)
        return events.exclude(note="").update(note="")

    def erase_from_classes(self, groups: Sequence[ClassGroup], names: Names) -> None:
        """The names of classes that carry hers, also where she handed the rest over."""
        self._erase_names(self.model._base_manager.filter(class_group__in=groups), names)

    def _erase_names(self, rows: Iterable[Any], names: Names) -> None:
        for one in rows:
            if names(one.party_name):
                one.party_name = self.plain_name(one)
                one.sequence = F("sequence") + 1  # calendars fetch it anew
                one.changed_at = timezone.now()
                one.save(update_fields=["party_name", "sequence", "changed_at"])

    def plain_name(self, row: Any) -> str:
        """How a party is called that may not keep its own name."""
        return str(row.year_groups)


def remembering() -> list[Remembering]:
    return [part for part in kinds.parts() if isinstance(part, Remembering)]


def submitted() -> list[AskedKind]:
    """All kinds that a submission asks for."""
    return [kind for kind in kinds.kinds() if isinstance(kind, AskedKind)]


def by_day[T: Asked](rows: Iterable[T]) -> list[T]:
    """In the order in which one reads what is to come: the first on top."""
    return sorted(rows, key=lambda row: (row.school_day, row.pk))


def kind_of_asked(row: Asked) -> AskedKind:
    return next(kind for kind in submitted() if kind.model is type(row))
