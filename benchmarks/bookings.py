"""A whole booking through the pages, fifty who want the same place, and the letter."""

import re
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import count
from threading import Lock

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from weasyprint import HTML

from benchmarks.client import Answer, Client
from benchmarks.measure import at_once, get, latency, throughput
from benchmarks.pages import describe, inserts_per_second, session_of
from benchmarks.report import Report
from benchmarks.server import Server
from bookings.models import State, VisitSlot
from programmes.models import Programme, Zone
from schools.models import School
from submissions.codes import code_of
from submissions.models import CodeChallenge, Submission
from submissions.rules import first_bookable_moment

STATEMENTS = 45
ASKERS = 50
KEY = re.compile(r'name="submission_key" value="([^"]+)"')
ROWS = "<tr><th>Wat<td>Een regel tekst</tr>" * 20
TABLE = f"<html lang=nl><title>Bezoek</title><h1>Bezoek</h1><table>{ROWS}</table>"

_numbers = count(1)


def measure_bookings(server: Server, report: Report) -> None:
    places, lock = _places(), Lock()

    def book(client: Client) -> Answer:
        """As a new visitor each time. The answer is the last one, with all statements."""
        client.cookies.clear()
        with lock:
            place = next(places)
        return _book(client, place)

    whole = latency(server, book, times=20)
    report.fact("whole booking", describe(whole))
    report.budget("  statements", whole.statements, STATEMENTS, "")
    share = throughput(server, book) / inserts_per_second(server)
    report.budget("  throughput", share, 1 / 60, "of the floor's inserts", least=True)
    _race(server, report)
    _letter(server, report)
    connection.close()


def _places() -> Iterator[str]:
    """Forms of coming slots in which there is room."""
    programmes = Programme.objects.filter(slug__startswith="programma-")
    for slot in VisitSlot.objects.filter(starts_at__gte=first_bookable_moment(None)):
        for programme in programmes:
            yield reverse("bookings:book", args=[programme.slug, slot.pk])


def _book(client: Client, place: str) -> Answer:
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
    return Answer(last.status, last.body, last.headers | {"x-bench-statements": str(statements)})


def _next(answer: Answer) -> str:
    if answer.status != 302:
        raise SystemExit(f"A booking was answered {answer.status}: {answer.body[:2000]!r}")
    return answer.headers["location"]


def _typed(form: Answer) -> dict[str, str]:
    key, number = KEY.search(form.body.decode()), next(_numbers)
    if key is None:
        raise SystemExit(f"No form: {form.body[:2000]!r}")
    return {
        "klas-TOTAL_FORMS": "1",
        "klas-INITIAL_FORMS": "0",
        "klas-0-name": f"Groep 7 {number}",
        "klas-0-year_groups": "7",
        "klas-0-pupils": "24",
        "klas-0-supervisors": "3",
        "school": str(School.objects.values_list("pk", flat=True)[number % 700]),
        "contact_name": "Juf Bench",
        "email": f"bench{number}@school.example",
        "phone": "0570 00 00 00",
        "photos": "ask",
        "submission_key": key[1],
        "send": "1",
    }


# --- The race ------------------------------------------------------------------------------------


def _race(server: Server, report: Report) -> None:
    place = reverse("bookings:book", args=_one_place())
    clients = [server.client() for _asker in range(ASKERS)]
    forms = [_typed(client.get(place)) for client in clients]
    connection.close()
    answers: list[int] = []

    def ask(client: Client, form: dict[str, str]) -> None:
        answers.append(client.post(place, form).status)

    asking = [partial(ask, *one) for one in zip(clients, forms, strict=True)]
    seconds = at_once(asking)
    if sorted(answers) != [302] + [409] * (ASKERS - 1):
        raise SystemExit(f"The race was answered {sorted(answers)}")
    report.budget(f"{ASKERS} at once on one place: last answer", seconds, 2, "s")


def _one_place() -> tuple[str, int]:
    venue = Programme.objects.get(slug="programma-1").venue
    number = next(_numbers)
    programme = Programme.objects.create(
        title="Race", slug=f"race-{number}", venue=venue, kind="workshop", duration=120
    )
    programme.zones.add(Zone.objects.create(venue=venue, name="Race", slug=f"race-{number}"))
    start = timezone.now() + timedelta(days=60)
    slots = [
        VisitSlot.objects.create(
            venue=venue, starts_at=start + day, ends_at=start + day + timedelta(hours=3)
        )
        for day in (timedelta(), timedelta(days=1))  # the second to offer to who was late
    ]
    for slot in slots:
        slot.programmes.add(programme)
    return programme.slug, slots[0].pk


# --- The letter ----------------------------------------------------------------------------------


def _letter(server: Server, report: Report) -> None:
    submission = Submission.objects.filter(
        bookings__state=State.CONFIRMED, submission_key__startswith="bench-"
    )[0]
    client = server.client()
    assert submission.user is not None
    client.cookies["sessionid"] = session_of(submission.user)
    letter = get(reverse("bookings:letter", args=[submission.public_id]))
    warm = latency(server, letter, times=10, client=client)
    report.fact("letter, warm", describe(warm))
    report.budget("  latency", warm.median / _library(), 2, "times WeasyPrint alone")


def _library() -> float:
    """Seconds in which WeasyPrint alone makes one page with a table; the median."""
    seconds = []
    for _time in range(6):
        start = time.perf_counter()
        HTML(string=TABLE).write_pdf(pdf_variant="pdf/ua-1")
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])
