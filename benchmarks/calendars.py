"""Calendar files against their budgets: a booking's `.ics`, and a feed of 1,000 events."""

import statistics
import time
from datetime import timedelta
from urllib.parse import urlsplit

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Event

from benchmarks.measure import get, latency
from benchmarks.pages import describe, session_of
from benchmarks.report import Report
from benchmarks.server import Server
from bookings.models import Booking, State, Visit, VisitSlot
from programmes.models import Programme, Venue
from schools.models import School, User
from schools.years import YearGroup
from submissions.models import Submission
from tec_site.pages import feeds

EVENTS = 1_000


def measure_calendars(server: Server, report: Report) -> None:
    user = _teacher_with_bookings()
    feed = urlsplit(feeds.feed_address("mijn", user)).path
    first = server.client().get(feed)
    known = {"If-None-Match": first.headers["etag"]}
    unchanged = latency(server, lambda client: client.get(feed, known))
    report.fact(f"feed of {EVENTS} events, unchanged", describe(unchanged))
    report.budget("  latency", unchanged.times_the_floor, 3, "times the floor")
    built = latency(server, get(feed), times=20)
    report.fact(f"feed of {EVENTS} events, built", describe(built))
    report.budget("  latency", built.median / _library(first.body), 1.5, "times icalendar alone")

    submission = Submission.objects.filter(user=user)[0]
    file = get(reverse("bookings:calendar", args=[submission.public_id]))
    client = server.client()
    client.cookies["sessionid"] = session_of(user)
    one = latency(server, file, client=client)
    report.fact(".ics of a booking", describe(one))
    report.budget("  latency", one.times_the_floor, 4, "times the floor")
    connection.close()


def _teacher_with_bookings() -> User:
    """One visit on each of the next 1,000 days, at a venue of its own."""
    user = User.objects.create_user("agenda@school.example", school=School.objects.first())
    programme = Programme.objects.all()[0]
    venue = Venue.objects.create(
        hub=programme.venue.hub, name="Agenda", slug="agenda", street="Weg 1", city="Deventer"
    )
    now = timezone.now()
    starts = [now + timedelta(days=day) for day in range(1, EVENTS + 1)]
    slots = VisitSlot.objects.bulk_create(
        VisitSlot(venue=venue, starts_at=start, ends_at=start + timedelta(hours=3))
        for start in starts
    )
    visits = Visit.objects.bulk_create(
        Visit(slot=slot, programme=programme, max_groups=1, max_pupils=35, groups_taken=1)
        for slot in slots
    )
    submissions = Submission.objects.bulk_create(
        Submission(
            hub=venue.hub,
            submission_key=f"agenda-{number}",
            data_hash="bench",
            contact_name="Juf Agenda",
            email=user.email,
            school=user.school,
            user=user,
        )
        for number in range(EVENTS)
    )
    Booking.objects.bulk_create(
        Booking(
            submission=submission,
            visit=visit,
            party_name="Groep 7",
            year_from=YearGroup.GROUP_7,
            year_to=YearGroup.GROUP_7,
            pupils=24,
            supervisors=3,
            state=State.CONFIRMED,
        )
        for submission, visit in zip(submissions, visits, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return user


def _library(content: bytes) -> float:
    """Seconds in which the icalendar library alone makes the same calendar; the median."""
    events = [
        [(name, value.dt if hasattr(value, "dt") else value) for name, value in event.items()]
        for event in Calendar.from_ical(content).walk("VEVENT")
    ]
    seconds = []
    for _time in range(20):
        start = time.perf_counter()
        calendar = Calendar()
        for facts in events:
            event = Event()
            for name, value in facts:
                event.add(name, str(value) if isinstance(value, str) else value)
            calendar.add_component(event)
        calendar.to_ical()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
