"""Calendar files against their budgets: a booking's `.ics`, and a feed of 1,000 events."""

import datetime
import statistics
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Component, Event

from benchmarks.measure import get, latency, timed
from benchmarks.report import Report
from benchmarks.server import Server
from bookings.models import Booking
from core.kinds import Feed
from schools.models import School, User
from submissions.models import Submission
from tec_site.pages import feeds

EVENTS = 1_000


def measure_calendars(server: Server, report: Report) -> None:
    user = _teacher_with_bookings()
    feed = urlsplit(feeds.feed_address(Feed.MINE, user)).path
    first = server.client().get(feed)
    known = {"If-None-Match": first.headers["etag"]}
    unchanged = latency(server, lambda client: client.get(feed, known))
    report.fact("feed, unchanged", str(unchanged))
    report.budget("  latency", unchanged.times_the_floor, 4, "times the floor")
    built = latency(server, get(feed), times=20)
    events = Calendar.from_ical(first.body).walk("VEVENT")
    report.fact(f"feed of {len(events)} events, built", str(built))
    if len(events) == EVENTS:  # of fewer rows there are fewer, and other things weigh more
        report.budget("  latency", built.median / _library(events), 2, "times icalendar alone")

    submission = Submission.objects.filter(user=user).earliest("pk")
    client = server.client(user)
    file = get(reverse("bookings:calendar", args=[submission.public_id]))
    one = latency(server, file, client=client)
    report.fact(".ics of a booking", str(one))
    report.budget("  latency", one.times_the_floor, 4, "times the floor")


def _teacher_with_bookings() -> User:
    """The last 1,000 bookings that a feed shows become hers, those of a year back and ahead."""
    user = User.objects.create_user("agenda@school.example", school=School.objects.first())
    since = timezone.now() - datetime.timedelta(days=365)
    shown = Booking.objects.holding().filter(visit__slot__starts_at__gte=since).order_by("-pk")
    submissions = list(shown.values_list("submission", flat=True)[:EVENTS])
    Submission.objects.filter(pk__in=submissions).update(user=user)
    return user


def _library(events: list[Component]) -> float:
    """Seconds in which the icalendar library alone makes the same events; the median."""
    facts = [
        [(name, getattr(value, "dt", None) or str(value)) for name, value in event.items()]
        for event in events
    ]

    def make() -> None:
        calendar = Calendar()
        for one in facts:
            event = Event()
            for name, value in one:
                event.add(name, value)
            calendar.add_component(event)
        calendar.to_ical()

    return statistics.median(timed(make) for _time in range(20))
