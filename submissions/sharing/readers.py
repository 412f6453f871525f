"""Who hears of a submission: the asker, and every colleague with whom it is shared.

Each gets a mail of her own, with her own link and her own calendar files, about what she has of it;
no mail names another reader's address.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from submissions.models import Asked, Companion, Submission


@dataclass(frozen=True)
class Reader:
    """Somebody who hears of a submission; `companions`: as whom, none for the asker."""

    submission: Submission
    email: str
    name: str
    language: str
    companions: Sequence[Companion] = ()

    def has(self, row: object) -> bool:
        return not self.companions or any(one.has(row) for one in self.companions)


def reader_who_asked(submission: Submission) -> Reader:
    return Reader(submission, submission.email, submission.contact_name, submission.language)


def colleague(companions: Sequence[Companion]) -> Reader:
    """All companions are of one submission and one address."""
    first = companions[0]
    language = first.user.language if first.user else first.submission.language
    return Reader(first.submission, first.email, first.name, language, companions)


def readers_of[T: Asked](rows: Iterable[T]) -> list[tuple[Reader, list[T]]]:
    """Whoever hears of these rows of one submission, with those that are hers; who asked first."""
    rows = list(rows)
    return readers_of_all(rows) if rows else []


def readers_of_all[T: Asked](rows: Iterable[T]) -> list[tuple[Reader, list[T]]]:
    """Readers of several submissions' rows, in their order; one query, or two when shared."""
    asked: dict[Submission, list[T]] = {}
    for row in rows:
        asked.setdefault(row.submission, []).append(row)
    shared = Companion.objects.accepted().filter(submission__in=asked).exclude(email="")
    companions: dict[int, list[Companion]] = {}
    for one in shared.prefetch_related("user").order_by("email", "pk"):  # mostly there is none
        companions.setdefault(one.submission_id, []).append(one)
    found = []
    for submission, some in asked.items():
        hers = companions.get(submission.pk, ())
        for one in hers:
            one.submission = submission
        by_email = groupby(hers, key=lambda one: one.email)
        readers = [
            reader_who_asked(submission),
            *(colleague(list(group)) for _email, group in by_email),
        ]
        found += [(reader, [row for row in some if reader.has(row)]) for reader in readers]
    return [(reader, hers) for reader, hers in found if hers]


def reader_at(submission: Submission, email: str) -> Reader | None:
    """As whom this address hears of the submission now; None if it no longer does."""
    if not email:
        return None
    if submission.email == email:
        return reader_who_asked(submission)
    shared = submission.companions.accepted().select_related("user").filter(email=email)
    companions = list(shared.order_by("pk"))
    return colleague(companions) if companions else None
