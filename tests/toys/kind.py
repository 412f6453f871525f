"""A toy, as the rest of the site deals with it: this module is all that makes it a kind."""

import datetime
import itertools

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from icalendar import Event as CalendarEvent
from icalendar import vDate, vInt, vText

from core import calendars
from core.kinds import Block, Feed, Matter, OnDay, Planned
from core.mail import markers
from core.mail.queue import Message
from submissions.kinds import AskedKind, SubmissionLink, under
from tests.toys import lifecycle
from tests.toys.models import Toy, ToyEvent


class ToyLink(SubmissionLink):
    name, page, model = "toy", "toys:toy", Toy


class ToyKind(AskedKind):
    name, slug = "toy", "speelgoed"
    model, event, moves = Toy, ToyEvent, lifecycle.MOVES
    together = ("toy__submission",)
    read_along = ("toy__submission",)
    markers = (ToyLink(),)
    jobs = {
        "lapse": datetime.timedelta(seconds=5),
        "cancel_forgotten": datetime.timedelta(minutes=1),
    }

    def lapse(self) -> None:
        lifecycle.MOVES.lapse_all(Toy.objects.expired())

    def cancel_forgotten(self) -> None:
        for toy in Toy.objects.promised().filter(day__lt=timezone.localdate()):
            lifecycle.cancel(toy=toy, by=None)

    def mails(self, events: list[ToyEvent]) -> list[Message]:
        submission = events[0].toy.submission
        names = ", ".join(event.toy.party_name for event in events)
        link = markers.marker(ToyLink.name, submission.pk, to=submission.email)
        subject = f"Speelgoed {events[0].notice}: {names}"
        return [Message(to=submission.email, subject=subject, text=f"Zie {link}\n")]

    def sentence(self, event: ToyEvent) -> str:
        return "Het speelgoed is gereserveerd." if event.move == "verify" else ""

    def needed_since(self, moment: datetime.datetime):
        day = timezone.localdate(moment)
        return Toy.objects.holding().filter(day__gte=day).values("submission")

    # --- In 'Mijn TEC', in calendars, beside a visit ------------------------------------------

    coming_title, past_title, line = "Speelgoed", "Speelgoed van toen", "toys/_line.html"

    def coming(self, user):
        return self._mine(user).holding().order_by("day", "pk")

    def past(self, user):
        return self._mine(user).where(holds=False).order_by("-day", "-pk")

    def _mine(self, user):
        return Toy.objects.visible_to(user).select_related("submission")

    def followed(self, feed: Feed, key: int):
        return Toy.objects.filter(under(user=key)) if feed == Feed.MINE else None

    def since(self, rows, day: datetime.date):
        return rows.filter(day__gte=day)

    def calendar_events(self, feed: Feed, rows) -> list[CalendarEvent]:
        return [self._calendar_event(toy) for toy in rows.holding().order_by("day", "pk")]

    def _calendar_event(self, toy: Toy) -> CalendarEvent:
        event = CalendarEvent()
        event["UID"] = vText(f"{toy.uid}@{settings.CALENDAR_DOMAIN}")
        event["DTSTAMP"] = calendars.moment(toy.changed_at)
        event["SEQUENCE"] = vInt(toy.sequence)
        event["SUMMARY"] = vText(str(toy))
        event["DTSTART"] = vDate(toy.day)
        event["DTSTART"].params["VALUE"] = "DATE"
        return event

    def said_beside(self, rows) -> list[str]:
        toys = Toy.objects.holding().filter(submission__in={row.submission_id for row in rows})
        return [f"Er hoort {toy} bij." for toy in toys.order_by("pk")]

    def shown_beside(self, rows, token: str | None) -> Block | None:
        number = len(self.said_beside(rows))
        return Block("toys/_beside.html", {"number": number}) if number else None

    # --- For staff ----------------------------------------------------------------------------

    def matters(self, user) -> list[Matter]:
        if not self.may_change(user):
            return []
        found = Toy.objects.of_hubs(user).holding().exclude(attention="").order_by("pk")
        return [Matter(f"{toy} vraagt aandacht", _page_of(toy)) for toy in found]

    def on_days(self, first: datetime.date, before: datetime.date, user) -> list[OnDay]:
        toys = Toy.objects.of_hubs(user).holding().filter(day__gte=first, day__lt=before)
        by_day = itertools.groupby(toys.order_by("day", "pk"), key=lambda toy: toy.day)
        return [OnDay(day, list(rows), "speelgoed", "toys/_rows.html") for day, rows in by_day]

    def planned_on(self, venue, first: datetime.date, last: datetime.date) -> list[Planned]:
        toys = Toy.objects.holding().filter(venue=venue, day__range=(first, last))
        return [Planned(toy.day, str(toy), _page_of(toy)) for toy in toys.order_by("day", "pk")]


def _page_of(toy: Toy) -> str:
    return reverse("admin:toys_toy_change", args=[toy.pk])
