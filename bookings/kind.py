"""The kind of class visits: what `core/kinds.py` asks of it."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from icalendar import Event as CalendarEvent

from bookings import changes, clock, places, visits
from bookings.lifecycle import MOVES
from bookings.models import FACTS, Booking, BookingEvent, State, Visit
from bookings.planning.free import free_on
from bookings.planning.progress import trajectories
from bookings.planning.proposals import came_last_year
from bookings.planning.trajectory import next_steps
from bookings.telling import dashboard, enclosures, ical, links, notices, sample
from bookings.telling.wording import for_staff
from core.calendars import Method
from core.dates import ONE_DAY, start_of_day
from core.kinds import STAFF_FEEDS, Action, Block, Feed, Matter, NextStep, OnDay, Outing, Planned
from core.mail.queue import Attachment, Message
from programmes.models import Programme, Venue
from schools.models import Organisation, School, User
from schools.models.class_group import free_name
from submissions.kinds import AskedKind
from submissions.models import Submission
from submissions.sharing.readers import Reader


class BookingKind(AskedKind):
    name = "booking"
    model, event = Booking, BookingEvent
    together = ("booking__submission",)
    read_along = tuple(f"booking__{fact}" for fact in FACTS)
    markers = (links.BookingLink(), links.StillComingLink(), links.ProposalLink())
    enclosures = (enclosures.Letter(),)
    jobs = {
        "lapse": timedelta(seconds=5),
        # Before the reminder, which then waits a day.
        "ask_again": timedelta(minutes=1),
        "remind": timedelta(minutes=1),
        "erase_facilities": timedelta(hours=1),
    }

    moves = MOVES

    def sentence(self, event: BookingEvent) -> str:
        return for_staff(event)

    def mails(self, events: list[BookingEvent]) -> list[Message]:
        return notices.mails_of(events)

    page = "bookings:booking"

    def lines(self, rows: Sequence[Booking]) -> list[str]:
        words = gettext("%(title)s on %(day)s, %(class_name)s")
        return [
            words
            % {
                "title": row.visit.programme.shown.title,
                "day": date_format(timezone.localtime(row.starts_at), "LONG_DAY_TIME_FORMAT"),
                "class_name": row.party_name,
            }
            for row in rows
        ]

    def coming_in(self, submissions: Iterable[Submission | int]) -> QuerySet[Booking]:
        coming: QuerySet[Booking] = super().coming_in(submissions).upcoming()
        return coming

    def calendar_files(
        self, rows: Sequence[Booking], method: Method, reader: Reader
    ) -> list[Attachment]:
        """Only of what is confirmed: calendars know nothing else."""
        known = [(row, method) for row in rows if row.state == State.CONFIRMED]
        return enclosures.calendar_files(known, reader)

    def called(self, submission: Submission) -> str:
        first = submission.bookings.with_facts().order_by("pk").first()
        if first is None:
            return ""
        day = date_format(timezone.localtime(first.starts_at), "LONG_DAY_FORMAT")
        title = first.visit.programme.shown.title
        return gettext("%(title)s on %(day)s") % {"title": title, "day": day}

    # --- In 'Mijn TEC' ----------------------------------------------------------------------

    slug = "bezoeken"
    coming_title, past_title = _("Coming up"), _("Earlier, or cancelled")
    line = "bookings/_line.html"

    def coming(self, user: User) -> QuerySet[Booking]:
        mine = Booking.objects.visible_to(user).with_facts()
        coming = mine.where(holds=True, is_offer=False).upcoming()  # offers are with who waits
        return coming.order_by("visit__slot__starts_at", "pk")

    def past(self, user: User) -> QuerySet[Booking]:
        coming = Q(state__in=State.where(holds=True), visit__slot__starts_at__gt=timezone.now())
        mine = Booking.objects.visible_to(user).with_facts()
        offered = Q(state=State.LAPSED, wait__isnull=False)
        return mine.exclude(coming | offered).order_by("-visit__slot__starts_at", "-pk")

    def block_for(self, user: User) -> Block | None:
        found = {"trajectories": trajectories(user), "came_last_year": came_last_year(user)}
        return Block("bookings/_trajectories.html", found) if any(found.values()) else None

    # --- For who has days -------------------------------------------------------------------

    def free_on(self, outing: Outing, user: User) -> Block | None:
        found = free_on(outing, user)
        return Block("bookings/_free_on.html", {"found": found}) if found else None

    def next_steps(self, rows: Sequence[Any]) -> list[NextStep]:
        return next_steps(rows)

    # --- In calendars that are followed -----------------------------------------------------

    def followed(self, feed: Feed, key: int) -> QuerySet[Booking]:
        return ical.followed(feed, key)

    def since(self, rows: QuerySet[Booking], day: datetime.date) -> QuerySet[Booking]:
        return rows.filter(visit__slot__starts_at__gte=start_of_day(day))

    def calendar_events(self, feed: Feed, rows: Any) -> list[CalendarEvent]:
        return ical.events(feed, rows)

    def calendar_words(
        self, feed: Feed, rows: QuerySet[Booking], first: datetime.date
    ) -> list[Any]:
        return ical.words(self.since(rows, first) if feed in STAFF_FEEDS else None)

    # --- For staff --------------------------------------------------------------------------

    def actions(self, user: User) -> list[Action]:
        return dashboard.actions(user)

    def leads_from(self, row: Any, user: User) -> list[Action]:
        return dashboard.leads_from(row) if self.may_view(user) else []

    def matters(self, user: User) -> list[Matter]:
        return dashboard.matters(user) if self.may_change(user) else []

    def on_days(self, first: datetime.date, before: datetime.date, user: User) -> list[OnDay]:
        return dashboard.on_days(first, before, user)

    def next_day(self, day: datetime.date, user: User) -> datetime.date | None:
        return dashboard.next_day(day, user)

    def dashboard_block(self, user: User) -> Block | None:
        if not self.may_view(user):
            return None
        content = {
            "visits": list(dashboard.nearly_full(user)),
            "weeks": settings.NEARLY_FULL_SHOWN_WEEKS,
        }
        return Block("admin/bookings/_nearly_full.html", content)

    def planned_on(self, venue: Venue, first: datetime.date, last: datetime.date) -> list[Planned]:
        return dashboard.planned_on(venue, first, last)

    # --- When staff write to many -----------------------------------------------------------

    def things(self, user: User) -> QuerySet[Programme]:
        return Programme.objects.of_hubs(user).order_by("title")

    def rows_standing(
        self, first: datetime.date, last: datetime.date | None, thing: int | None = None
    ) -> QuerySet[Booking]:
        rows = Booking.objects.where(is_listed=True).exclude(state=State.NO_SHOW)
        rows = rows.filter(visit__slot__starts_at__gte=start_of_day(first))
        if last:
            rows = rows.filter(visit__slot__starts_at__lt=start_of_day(last + ONE_DAY))
        if thing is not None:
            rows = rows.filter(visit__programme=thing)
        return rows.with_facts().order_by("visit__slot__starts_at", "pk")

    def sample_mails(self, thing: Any, language: str, *, by: User) -> list[Message]:
        return sample.mails_of(thing, language, by=by) if isinstance(thing, Programme) else []

    # --- When staff change a programme ------------------------------------------------------

    def stop_promising(self) -> None:
        places.stop_promising()

    def concerned(self, thing: Any, changed: Collection[str]) -> list[Planned]:
        return dashboard.concerned(thing, changed)

    def keep(self, thing: Any, before: Any, *, by: User, tell: bool = True) -> list[str]:
        if isinstance(thing, Venue):
            return changes.readdress(thing, before, by=by, tell=tell)
        if isinstance(thing, School | Organisation):
            changes.refresh_calendars(thing, before)
        if not isinstance(thing, Programme):
            return []
        if thing.audience != before.audience:
            changes.refuse_other_audience(thing)
        lines = visits.keep_limits(Visit.objects.filter(programme=thing))
        lines += changes.name_beyond(thing, before)
        changes.refresh_calendars(thing, before)
        return [*lines, *changes.keep_rooms(thing, before.duration, by, tell=tell)]

    def renamed(self, rows: Sequence[School]) -> None:
        changes.refresh_calendars_of(rows)

    # --- When a person is erased ------------------------------------------------------------

    def needed_since(self, moment: datetime.datetime) -> QuerySet[Any, Any]:
        coming = Booking.objects.holding().filter(visit__slot__starts_at__gte=moment)
        return coming.values("submission")

    def plain_name(self, row: Booking) -> str:
        """The year group of a class; the kind of a group, of which one visit may have several."""
        if not row.organisation_id:
            return row.year_groups
        others = Booking.objects.filter(visit=row.visit_id, organisation=row.organisation_id)
        taken = others.exclude(pk=row.pk).values_list("party_key", flat=True)
        return free_name(row.year_groups, set(taken))

    # --- What the worker does ---------------------------------------------------------------

    def lapse(self) -> None:
        clock.lapse_expired()

    def remind(self) -> None:
        clock.remind_due()

    def ask_again(self) -> None:
        clock.ask_again_due()

    def erase_facilities(self) -> None:
        clock.erase_facilities()
