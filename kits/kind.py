"""The kind of loans of lesson kits: what `core/kinds.py` asks of it."""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from icalendar import Event as CalendarEvent

from bookings.models import Booking
from core.calendars import Method
from core.kinds import Along, Block, Feed, Matter, NextStep, OnDay, Outing, Planned
from core.mail.queue import Attachment, Message
from core.transactions import stop_writing
from core.uploads import delete_orphans
from kits import changes, clock, erasure, moving
from kits.lifecycle import MOVES
from kits.models import Finding, LessonKit, Loan, LoanEvent, LoanState
from kits.pages import free, with_visit
from kits.telling import dashboard, ical, notices, sample
from kits.telling.wording import for_staff, in_a_line, said_along
from programmes.models import Programme, Venue
from schools.models import School, User
from submissions.kinds import AskedKind, Names
from submissions.models import Submission
from submissions.sharing.readers import Reader


class LoanKind(AskedKind):
    name, page = "loan", "loans:loan"
    model, event = Loan, LoanEvent
    together = ("loan__submission",)
    read_along = (
        "loan__submission__school",
        "loan__copy__kit__venue",
        "loan__booking__visit__programme",
        "loan__booking__visit__slot",
    )
    markers = (notices.LoanLink(),)
    enclosures = (notices.Letter(),)
    jobs = {
        "lapse": timedelta(seconds=5),
        "make_way_for_overdue": timedelta(minutes=10),
        "remind": timedelta(minutes=1),
        "delete_photos": timedelta(hours=1),
        "delete_pictures": timedelta(hours=1),
    }

    moves = MOVES

    def sentence(self, event: LoanEvent) -> str:
        return for_staff(event)

    def mails(self, events: list[LoanEvent]) -> list[Message]:
        return notices.mails_of(events)

    def lines(self, rows: Sequence[Loan]) -> list[str]:
        return list(map(in_a_line, rows))

    def coming_in(self, submissions: Iterable[Submission | int]) -> QuerySet[Loan]:
        """What is out counts too: it is still to come back."""
        rows = Loan.objects.filter(submission__in=submissions).holding()
        return rows.filter(held_until=None).with_facts().order_by("pk")

    def calendar_files(
        self, rows: Sequence[Loan], method: Method, reader: Reader
    ) -> list[Attachment]:
        return [file for row in rows for file in notices.calendar_files(row, method, reader)]

    def called(self, submission: Submission) -> str:
        loan = submission.loans.with_facts().order_by("pk").first()
        if loan is None:
            return ""
        day = date_format(loan.starts_on, "LONG_DAY_FORMAT")
        words = gettext("the reservation of %(kit)s from %(day)s")
        return words % {"kit": loan.kit.shown.title, "day": day}

    # --- In 'Mijn TEC' ----------------------------------------------------------------------

    slug = "leskisten"
    coming_title, past_title = _("Your lesson kits"), _("Lesson kits of before")
    line = "kits/_line.html"

    def coming(self, user: User) -> QuerySet[Loan]:
        hers = Loan.objects.visible_to(user).where(holds=True, is_offer=False)
        return hers.with_facts().with_return().order_by("starts_on", "pk")

    def past(self, user: User) -> QuerySet[Loan]:
        mine = Loan.objects.visible_to(user).with_facts().with_return()
        over = mine.where(holds=False).exclude(state=LoanState.LAPSED, wait__isnull=False)
        return over.order_by("-starts_on", "-pk")

    # --- For who has days -------------------------------------------------------------------

    def free_on(self, outing: Outing, user: User) -> Block | None:
        found = free.free_on(outing)
        return Block("kits/_free_on.html", {"found": found}) if found else None

    # --- In calendars that are followed -----------------------------------------------------

    def followed(self, feed: Feed, key: int) -> QuerySet[Loan] | None:
        return Loan.objects.visible_to(key) if feed == Feed.MINE else None

    def since(self, rows: QuerySet[Loan], day: datetime.date) -> QuerySet[Loan]:
        return rows.filter(ends_on__gte=day)

    def calendar_events(self, feed: Feed, rows: Any) -> list[CalendarEvent]:
        return ical.events(ical.for_feed(rows))

    def calendar_words(self, feed: Feed, rows: QuerySet[Loan], first: datetime.date) -> list[Any]:
        return ical.words(self.since(rows, first))

    # --- For staff --------------------------------------------------------------------------

    def matters(self, user: User) -> list[Matter]:
        return dashboard.matters(user) if self.may_change(user) else []

    def on_days(self, first: datetime.date, before: datetime.date, user: User) -> list[OnDay]:
        return dashboard.on_days(first, before, user)

    def next_day(self, day: datetime.date, user: User) -> datetime.date | None:
        return dashboard.next_day(day, user)

    def planned_on(self, venue: Venue, first: datetime.date, last: datetime.date) -> list[Planned]:
        return dashboard.planned_on(venue, first, last)

    def stop_promising(self) -> None:
        stop_writing(Loan, or_locking=True)

    def concerned(self, thing: Any, changed: Collection[str]) -> list[Planned]:
        return dashboard.concerned(thing, changed)

    def keep(self, thing: Any, before: Any, *, by: User, tell: bool = True) -> list[str]:
        if isinstance(thing, Venue):
            return changes.readdress(thing, before, by=by, tell=tell)
        if isinstance(thing, Programme):
            changes.retime(thing, before)
        if isinstance(thing, School) and thing.name != before.name:
            self.renamed([thing])
        return []

    def renamed(self, rows: Sequence[School]) -> None:
        changes.renamed(rows)

    # --- When staff write to many -----------------------------------------------------------

    def things(self, user: User) -> QuerySet[LessonKit]:
        return LessonKit.objects.of_hubs(user).order_by("title")

    def rows_standing(
        self, first: datetime.date, last: datetime.date | None, thing: int | None = None
    ) -> QuerySet[Loan]:
        """Whose box goes out or comes back then."""
        rows = Loan.objects.holding().filter(held_until=None)
        out, back = Q(starts_on__gte=first), Q(ends_on__gte=first)
        if last:
            out, back = out & Q(starts_on__lte=last), back & Q(ends_on__lte=last)
        rows = rows.filter(out | back)
        if thing is not None:
            rows = rows.filter(copy__kit=thing)
        return rows.with_facts().order_by("starts_on", "pk")

    def sample_mails(self, thing: Any, language: str, *, by: User) -> list[Message]:
        return sample.mails_of(thing, language, by=by) if isinstance(thing, LessonKit) else []

    # --- With a visit -----------------------------------------------------------------------

    def said_beside(self, rows: Sequence[Any]) -> list[str]:
        return said_along([row for row in rows if isinstance(row, Booking)])

    def shown_beside(self, rows: Sequence[Any], token: str | None) -> Block | None:
        bookings = [row for row in rows if isinstance(row, Booking)]
        return with_visit.block_beside(bookings, token) or free.block_after(bookings)

    def next_steps(self, rows: Sequence[Any]) -> list[NextStep]:
        return free.next_steps(rows)

    def along(self, row: Any, day: datetime.date | None, by_staff: bool) -> list[Along]:
        return moving.along(row, day, by_staff) if isinstance(row, Booking) else []

    def follow(self, row: Any, ways: Mapping[str, str], *, left: datetime.date, by: Any) -> None:
        if isinstance(row, Booking) and ways:
            moving.follow(row, ways, left=left, by=by)

    # --- When a person is erased ------------------------------------------------------------

    def needed_since(self, moment: datetime.datetime) -> QuerySet[Any, Any]:
        return erasure.needed_since(moment)

    known_along = ("events", "findings")

    def known_row(self, row: Loan, user: User) -> dict[str, Any]:
        findings = sorted(row.findings.all(), key=lambda finding: finding.pk)
        told = [one.text for one in findings if one.text and not one.by_staff]
        reports = {gettext("What you told us"): told}
        return super().known_row(row, user) | (reports if told else {})

    def erase_words(self, submissions: QuerySet[Submission], names: Names) -> int:
        return super().erase_words(submissions, names) + erasure.erase_reports(submissions)

    # --- What the worker does ---------------------------------------------------------------

    def lapse(self) -> None:
        clock.lapse_expired()

    def make_way_for_overdue(self) -> None:
        clock.make_way_for_overdue()

    def remind(self) -> None:
        clock.remind_due()

    def delete_photos(self) -> None:
        delete_orphans(Finding, "photo", folder="kits/photos")

    def delete_pictures(self) -> None:
        delete_orphans(LessonKit, "picture", folder="pictures/lessonkit")
