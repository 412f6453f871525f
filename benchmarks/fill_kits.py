"""Years of lending: boxes that go out again and again, one loan in ten still to come."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, cycle

from django.utils import timezone

from kits.models import ContentItem, DeskDay, KitCopy, LessonKit, Loan, LoanEvent, LoanState
from programmes.models import Venue
from schools.years import YearGroup
from submissions.models import Submission

BATCH = 2_000
# As many at any size, as programmes: pages that list kits are compared between the sizes.
KITS = 10
# Three weeks out, and three days to check and refill.
LENT, BLOCKED = datetime.timedelta(days=21), datetime.timedelta(days=24)
COMING_SHARE = 10


def fill_kits(
    venue: Venue, submissions: Iterable[Submission], *, copies: int, loans: int, years: int
) -> None:
    """`copies` boxes and `loans` loans, over `years` years behind and what is ahead.

    Rows go in by thousands; the constraints are on, and what is written obeys them.
    """
    kits = LessonKit.objects.bulk_create(
        LessonKit(
            title=f"Leskist {number}",
            slug=f"leskist-{number}",
            summary="Een kist om te meten.",
            story="Leerlingen doen van alles.",
            venue=venue,
            position=number,
        )
        for number in range(1, KITS + 1)
    )
    ContentItem.objects.bulk_create(
        ContentItem(kit=kit, name=f"Onderdeel {number}", quantity=number + 1, unit_cost=5)
        for kit in kits
        for number in range(8)
    )
    boxes = KitCopy.objects.bulk_create(
        KitCopy(kit=kits[number % KITS], code=f"KIST-{number:04d}") for number in range(copies)
    )
    for weekday in range(5):
        DeskDay.objects.create(
            venue=venue,
            weekday=weekday,
            opens_at=datetime.time(8, 30),
            closes_at=datetime.time(16, 30),
        )
    made = Loan.objects.bulk_create(_loans(boxes, submissions, loans, years), batch_size=BATCH)
    LoanEvent.objects.bulk_create(
        (
            LoanEvent(loan=loan, move="made", to_state=loan.state, noticed_at=timezone.now())
            for loan in made
        ),
        batch_size=BATCH,
    )


def _loans(
    boxes: Sequence[KitCopy], submissions: Iterable[Submission], number: int, years: int
) -> Iterator[Loan]:
    """Past loans spread evenly over the years; coming ones follow each other from next week."""
    coming = number // COMING_SHARE
    today, submission = timezone.localdate(), cycle(submissions)
    rounds = -(-(number - coming) // len(boxes))
    step = max(datetime.timedelta(days=years * 365) // rounds, BLOCKED)
    for index in range(number - coming):
        start = today - step * (index // len(boxes) + 1)
        yield _loan(boxes[index % len(boxes)], next(submission), start, LoanState.DONE)
    for index in range(coming):
        start = today + datetime.timedelta(days=7) + BLOCKED * (index // len(boxes))
        yield _loan(boxes[index % len(boxes)], next(submission), start, LoanState.RESERVED)


_names = count(1)


def _loan(copy: KitCopy, submission: Submission, start: datetime.date, state: str) -> Loan:
    return Loan(
        copy=copy,
        submission=submission,
        party_name=f"Groep 7-{next(_names)}",
        year_from=YearGroup.GROUP_7,
        year_to=YearGroup.GROUP_7,
        pupils=24,
        starts_on=start,
        ends_on=start + LENT,
        free_again_on=start + BLOCKED,
        state=state,
    )
