"""What teachers and classes of the demo thought, so that results, quotes and a page that is due are
to be seen. Asked and answered by the verbs that the site itself uses."""

from typing import Any

from django.utils import timezone

from bookings.models import Booking, State
from core.dates import start_of_day
from impact import clock, lifecycle
from impact.models import Evaluation, EvaluationEvent
from kits.models import Loan, LoanState
from schools.models import User
from tec_site.demo.people import STAFF_EMAIL

# overall, fit, guidance, prepared; pupils per face, of whom the rest chose the last; a sentence.
ANSWERS: list[tuple[tuple[int, int, int, int], tuple[int, int, int, int], str, str]] = [
    ((5, 4, 5, 3), (1, 1, 3, 7), "Ze wilden niet naar huis.", "Anouk, leerkracht groep 7"),
    (
        (4, 4, 5, 3),
        (0, 2, 4, 8),
        "Eindelijk techniek met je handen.",
        "een leerkracht",
    ),
    ((4, 3, 4, 2), (2, 3, 5, 6), "", ""),
    ((5, 5, 5, 3), (0, 1, 2, 6), "Ook de stille kinderen deden mee.", "Meester Sem"),
    ((3, 3, 4, 1), (3, 4, 6, 5), "", ""),
    ((5, 4, 4, 3), (1, 0, 4, 9), "", ""),
    ((4, 5, 5, 3), (0, 2, 5, 7), "We bouwden op school verder.", "Fatima, groep 8"),
]
PLANS = ("We bouwen een brug van karton.", "Nog niets, daar hoor ik graag ideeën voor.", "")
WORTH = ("Als de bus erbij zit.", "", "Met een les vooraf erbij.")
SHOWN = 3


def load() -> None:
    """Looking back on visits and kits that are over: most answered, the last ones still due."""
    if Evaluation.objects.exists():
        return
    staff = User.objects.get(email=STAFF_EMAIL)
    clock.ask_due()  # what was over in the last week gets its mail
    recent = set(Evaluation.objects.values_list("pk", flat=True))
    for one in _over():
        lifecycle.ask(one, day=_day_of(one))
    EvaluationEvent.objects.exclude(evaluation__in=recent).update(noticed_at=timezone.now())
    rows = Evaluation.objects.exclude(pk__in=recent).with_facts().order_by("day", "pk")
    for number, row in enumerate(rows):
        if number % 5 != 4:  # these never answered
            _answer(row, number)
    for row in Evaluation.objects.quotable().with_facts().order_by("-pk")[:SHOWN]:
        lifecycle.show(evaluation=row, by=staff)


def _over() -> list[Booking | Loan]:
    visits = Booking.objects.filter(
        state=State.ATTENDED,
        visit__slot__starts_at__lt=start_of_day(timezone.localdate()),
        evaluation=None,
    )
    loans = Loan.objects.filter(state=LoanState.DONE, evaluation=None)
    return [
        *visits.with_facts().order_by("visit__slot__starts_at", "pk"),
        *loans.with_facts().order_by("ends_on", "pk"),
    ]


def _day_of(one: Booking | Loan) -> Any:
    return one.visit.slot.day if isinstance(one, Booking) else one.ends_on


def _answer(row: Evaluation, number: int) -> None:
    faces, pupils, sentence, name = ANSWERS[number % len(ANSWERS)]
    last = row.asked.pupils - sum(pupils)
    answers: dict[str, Any] = dict(
        zip(("overall", "fit", "guidance", "prepared"), faces, strict=True)
    )
    answers |= {
        "plans": PLANS[number % len(PLANS)],
        "worth": WORTH[number % len(WORTH)],
        "quote": sentence,
        "may_quote": bool(name),
        "quote_name": name,
    }
    if number % 3 != 2:
        answers |= {f"faces_{face}": many for face, many in enumerate((*pupils, last), 1)}
        answers |= {"again_yes": last + pupils[3], "again_maybe": pupils[2], "again_no": pupils[0]}
        answers |= {"before_yes": pupils[3], "before_maybe": pupils[3], "before_no": pupils[2]}
        answers |= {"after_yes": last + pupils[2], "after_maybe": pupils[3], "after_no": pupils[1]}
    lifecycle.answer(evaluation=row, answers=answers, by=row.submission.teacher)
