"""A kit taken back to class after a visit: which kits fit, and which visit a loan goes with."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone

from bookings.models import Booking, by_date
from core.addresses import row_number
from core.kinds import Block
from kits.desk_days import desk_calendar, free_again_on
from kits.free_boxes import KitCalendar, calendars
from kits.lendable_days import Period
from kits.models import Delivery, LessonKit, Loan
from submissions.access import may_see
from submissions.models import Submission

# Under these names the visit goes along from page to page: what was asked for, which booking of it,
# and the key to it of who came by the link of a mail (logs show no query strings).
PARAMETER, BOOKING, KEY = "bezoek", "boeking", "sleutel"
SHOWN = 3


def visit_of(request: HttpRequest) -> Booking | None:
    """The visit of a class that the query names, if it goes ahead and whoever asks may see it; the
    first to come where the query names no booking.

    Not one that waits for its code: the hold of a kit in the same browser ends it.
    """
    key = request.GET.get(KEY)
    try:
        public_id = UUID(request.GET.get(PARAMETER, ""))
    except ValueError:
        return None
    submission = Submission.objects.select_related("user").filter(public_id=public_id).first()
    if submission is None or not may_see(request, submission, key):
        return None
    seen = Booking.objects.seen_in(submission)
    bookings = seen.where(is_coming=True).of_classes().with_facts()
    if BOOKING in request.GET:
        bookings = bookings.filter(pk=row_number(request.GET[BOOKING]))
    return _first_to_come(bookings)


def query_of_visit(booking: Booking | None, key: str | None) -> dict[str, Any]:
    """The query parameters that name the visit; `key`: the token of a mail's link, where somebody
    came by one."""
    if booking is None:
        return {}
    named = {PARAMETER: booking.submission.public_id, BOOKING: booking.pk}
    return named | ({KEY: key} if key else {})


def _first_to_come(bookings: Iterable[Booking]) -> Booking | None:
    coming = (one for one in bookings if one.standing.is_coming and not one.has_begun)
    return min(coming, key=by_date, default=None)


def loans_with(bookings: Iterable[Booking]) -> QuerySet[Loan]:
    """Kits that were taken with these visits and that nobody cancelled."""
    return Loan.objects.holding().filter(booking__in=list(bookings)).with_facts().order_by("pk")


def block_beside(bookings: Sequence[Booking], token: str | None) -> Block | None:
    """'Take a kit back to class': what fits the first class that comes, or what goes with them; of
    a class that does not come too, since its box may still be on its way to it."""
    now = timezone.now()
    classes = [one for one in bookings if one.year_from is not None and one.ends_at > now]
    first = _first_to_come(classes)
    found = _found_of(classes, first)
    loans = list(loans_with(classes)) if "loan" in found else []
    fitting = list(fitting_kits(first)) if first and not loans and "kit" in found else []
    kits = _that_can_go_along(fitting, first)[:SHOWN] if first and fitting else []
    if not loans and not kits:
        return None
    content: dict[str, Any] = {
        "kits": kits,
        "loans": loans,
        "by_link": bool(token),
    }
    if first:
        query = query_of_visit(first, token) | {"van": day_of(first).isoformat()}
        content |= {"day": day_of(first), "query": query}
    return Block("kits/_with_visit.html", content)


def _found_of(classes: Sequence[Booking], first: Booking | None) -> set[str]:
    """What there is: a 'loan' of these classes, a 'kit' that fits the first. One query, since every
    booking pays for it and most have neither."""
    if not classes:
        return set()
    found = loans_with(classes).order_by().values_list(Value("loan"))
    if first is not None:
        found = found.union(fitting_kits(first).order_by().values_list(Value("kit")))
    return {what for (what,) in found.order_by()}


def fitting_kits(booking: Booking) -> QuerySet[LessonKit]:
    """Kits that continue the programme, then others of its worlds, for the class's year group, at
    the same venue. Groups that are no class borrow none.
    """
    if booking.year_from is None:
        return LessonKit.objects.none()
    programme = booking.visit.programme_id
    continuing = LessonKit.continues.through.objects.filter(programme=programme)
    is_next = Exists(continuing.filter(lessonkit=OuterRef("pk")))
    kits = LessonKit.objects.published().filter(
        Q(worlds__programmes=programme) | is_next,
        venue=booking.visit.slot.venue_id,
        year_from__lte=booking.year_from,
        year_to__gte=booking.year_to,
        max_pupils__gte=booking.pupils,
        copies__is_withdrawn=False,
    )
    in_order = kits.annotate(is_next=is_next).order_by("-is_next", "position", "title")
    return in_order.distinct().select_related("venue")


def _that_can_go_along(kits: list[LessonKit], booking: Booking) -> list[LessonKit]:
    """Kits with which a loan can start at the visit, and end on some day; two queries."""
    day = day_of(booking)
    before = max(free_again_on(kit, day + datetime.timedelta(days=kit.loan_days)) for kit in kits)
    desk = desk_calendar(kits[0].venue, day, before, Delivery.DESK, booking)
    copies = calendars(day, before, kits)
    periods = [Period(kit, desk, copies.get(kit.pk, KitCalendar())) for kit in kits]
    return [period.kit for period in periods if period.can_be_lent_from(day)]


def day_of(booking: Booking) -> datetime.date:
    """The day on which the class is here and can take the box along."""
    return booking.visit.slot.day
