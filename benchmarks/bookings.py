"""A whole booking through the pages, fifty who want the same place, and the letter."""

import statistics
import time
from datetime import timedelta
from functools import partial
from itertools import count

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from weasyprint import HTML

from benchmarks.client import STATEMENTS, Answer, Client
from benchmarks.measure import get, insert, latency, select, share, timed
from benchmarks.report import Report
from benchmarks.server import Server
from bookings.models import State, VisitSlot
from schools.models import School
from submissions.codes import code_of
from submissions.models import CodeChallenge, Submission
from submissions.rules import first_bookable_moment
from tests.booking_form import key_in, typed_by
from tests.factories import make_programme, make_slot
from tests.racing import race

ASKERS = 50
TABLE = "<html lang=nl><title>Bezoek</title><h1>Bezoek</h1><table>" + "<tr><th>Wat<td>Tekst" * 20

_numbers = count(1)


def measure_bookings(server: Server, report: Report) -> None:
    places = iter(_places())  # of a list: several clients take from it

    def book(client: Client) -> Answer:
        """As a new visitor each time."""
        client.cookies.clear()
        return _book(client, next(places))

    whole = latency(server, book, times=20)
    report.fact("whole booking", str(whole))
    report.budget("  statements", whole.statements, 60, "")
    part = share(server, book, insert)
    report.budget("  throughput", part, 1 / 80, "of the floor's inserts", least=True)
    times = _race(server) / latency(server, select).median
    report.budget(f"{ASKERS} at once: the last answer", times, 800, "times the floor")
    _letter(server, report)


def _places() -> list[str]:
    """Forms of coming slots in which there is room."""
    coming = VisitSlot.objects.filter(starts_at__gte=first_bookable_moment(None)).order_by("pk")
    pairs = coming.values_list("programmes__slug", "pk")
    return [reverse("bookings:book", args=pair) for pair in pairs]


def _book(client: Client, place: str) -> Answer:
    """The last answer, with the statements of all."""
    answers = [form := client.get(place)]
    answers.append(submitted := client.post(place, _typed(form)))
    code_page = _next(submitted)
    answers.append(client.get(code_page))
    public_id = code_page.split("/")[-3]
    challenge = CodeChallenge.objects.get(submission__public_id=public_id)
    connection.close()
    answers.append(confirmed := client.post(code_page, {"code": code_of(challenge)}))
    answers.append(last := client.get(_next(confirmed)))
    statements = sum(answer.statements for answer in answers)
    return Answer(last.status, last.body, last.headers | {STATEMENTS.lower(): str(statements)})


def _next(answer: Answer) -> str:
    if answer.status != 302:
        raise SystemExit(f"A booking was answered {answer.status}: {answer.body[:2000]!r}")
    return answer.headers["location"]


def _typed(form: Answer) -> dict[str, object]:
    """By somebody new each time, of a school that is in the list."""
    number = next(_numbers)
    return typed_by(
        number,
        school=School.objects.values_list("pk", flat=True)[number % 700],
        school_typed_name="",
        school_typed_city="",
        submission_key=key_in(form.body.decode()),
    )


def _race(server: Server) -> float:
    """Seconds until the last of fifty, who ask for one place at once, is answered."""
    place = reverse("bookings:book", args=_one_place())
    clients = [server.client() for _asker in range(ASKERS)]
    forms = [_typed(client.get(place)) for client in clients]
    connection.close()
    asking = [partial(one.post, place, form) for one, form in zip(clients, forms, strict=True)]
    start = time.perf_counter()
    answers = sorted(answer.status for answer in race(asking))
    seconds = time.perf_counter() - start
    if answers != [302] + [409] * (ASKERS - 1):
        raise SystemExit(f"The race was answered {answers}")
    return seconds


def _one_place() -> tuple[str, int]:
    programme = make_programme()
    start = timezone.now() + timedelta(days=60)
    slot, _another_to_offer = (
        make_slot(programmes=[programme], starts_at=start + timedelta(days=n)) for n in range(2)
    )
    return programme.slug, slot.pk


def _letter(server: Server, report: Report) -> None:
    submission = Submission.objects.filter(
        bookings__state=State.CONFIRMED, submission_key__startswith="bench-"
    )[0]
    client = server.client(submission.user)
    letter = get(reverse("bookings:letter", args=[submission.public_id]))
    warm = latency(server, letter, times=10, client=client)
    report.fact("letter, warm", str(warm))
    # One page with a table, by WeasyPrint alone; the first time it is cold.
    alone = [timed(lambda: HTML(string=TABLE).write_pdf(pdf_variant="pdf/ua-1")) for _ in range(6)]
    times = warm.median / statistics.median(alone[1:])
    report.budget("  latency", times, 2, "times WeasyPrint alone")
