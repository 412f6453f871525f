"""The first page of the back office: today, what waits for somebody, and the days to come.

It knows every app, as only the site's own pages may. Each part is one query, and shown to
whoever may see its rows.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Booking, State, Visit
from schools.models import School
from tec_site import mail_queue, worker
from tec_site.days import start_of_day
from tec_site.models import Heartbeat

DAYS_AHEAD = 7


@dataclass(frozen=True)
class Matter:
    """Something that waits for somebody: what, and where to deal with it."""

    text: str
    address: str = ""
    is_alarm: bool = False


@dataclass(frozen=True)
class Day:
    date: datetime.date
    visits: list[Visit]


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """django-unfold's DASHBOARD_CALLBACK."""
    context["matters"] = matters(request)
    if request.user.has_perm("bookings.view_visit"):
        today, *coming = days_from(timezone.localdate(), 1 + DAYS_AHEAD)
        context |= {"today": today, "coming": [day for day in coming if day.visits]}
    return context


def days_from(first: datetime.date, number: int) -> list[Day]:
    """The visits that go ahead on `number` days, with their classes; two queries."""
    days = [first + datetime.timedelta(days=offset) for offset in range(number)]
    by_day: dict[datetime.date, list[Visit]] = {day: [] for day in days}
    for visit in visits_between(days[0], days[-1] + datetime.timedelta(days=1)):
        by_day[visit.slot.day].append(visit)
    return [Day(day, visits) for day, visits in by_day.items()]


def visits_between(first: datetime.date, before: datetime.date) -> QuerySet[Visit]:
    classes = Booking.objects.holding().select_related("submission__school").order_by("pk")
    return (
        Visit.objects.active()
        .filter(
            slot__starts_at__gte=start_of_day(first),
            slot__starts_at__lt=start_of_day(before),
            groups_taken__gt=0,
        )
        .select_related("slot__venue", "programme")
        .prefetch_related(Prefetch("bookings", queryset=classes, to_attr="classes"))
        .order_by("slot__starts_at", "pk")
    )


# --- What waits ----------------------------------------------------------------------------------


def matters(request: HttpRequest) -> list[Matter]:
    """In order of urgency; only what there is."""
    may = request.user.has_perm
    found: list[Matter] = []
    if may("bookings.change_booking"):
        found += [*_requests(), *_doubts()]
    if may("schools.change_school"):
        found += _unverified()
    if may("post_office.view_email"):
        found += [*_worker(), *_mails()]
    return found


def _requests() -> list[Matter]:
    number = Booking.objects.filter(state=State.REQUESTED).count()
    text = ngettext(
        "%(number)d request waits for a decision", "%(number)d requests wait for a decision", number
    )
    address = reverse("admin:bookings_booking_changelist", query={"state__exact": "requested"})
    return [Matter(text % {"number": number}, address)] if number else []


def _doubts() -> list[Matter]:
    number = Booking.objects.upcoming().holding().exclude(attention="").count()
    text = ngettext(
        "%(number)d booking needs attention", "%(number)d bookings need attention", number
    )
    address = reverse("admin:bookings_booking_changelist", query={"attention": "yes"})
    return [Matter(text % {"number": number}, address)] if number else []


def _unverified() -> list[Matter]:
    number = School.objects.open().filter(is_verified=False).count()
    text = ngettext(
        "%(number)d school was typed by a teacher: merge it with the listed one",
        "%(number)d schools were typed by teachers: merge them with the listed ones",
        number,
    )
    address = reverse("admin:schools_school_changelist", query={"is_verified__exact": "0"})
    return [Matter(text % {"number": number}, address)] if number else []


def _worker() -> list[Matter]:
    seen = Heartbeat.objects.filter(name=worker.NAME).first()
    if seen and timezone.now() - seen.at <= settings.WORKER_SEEN_WITHIN:
        return []
    return [Matter(_("The worker is not running: no mail goes out"), is_alarm=True)]


def _mails() -> list[Matter]:
    backlog = mail_queue.backlog()
    found = []
    if backlog.failed:
        text = ngettext(
            "%(number)d mail could not be delivered this week",
            "%(number)d mails could not be delivered this week",
            backlog.failed,
        )
        address = reverse("admin:post_office_email_changelist", query={"status__exact": "1"})
        found.append(Matter(text % {"number": backlog.failed}, address, is_alarm=True))
    if backlog.oldest and backlog.oldest > settings.EMAIL_BACKLOG_ALARM:
        minutes = int(backlog.oldest.total_seconds() // 60)
        text = _("The oldest mail has been waiting for %(minutes)d minutes")
        address = reverse("admin:post_office_email_changelist", query={"status__exact": "2"})
        found.append(Matter(text % {"minutes": minutes}, address, is_alarm=True))
    return found
