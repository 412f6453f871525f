"""The first page of the back office: today, what waits for somebody, and the days to come.

It knows every app, as only the site's own pages may. Each part is one query, and shown to
whoever may see its rows.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Booking, State, Visit, VisitSlot
from bookings.models.booking import BookingQuerySet
from bookings.models.visit import VisitQuerySet
from bookings.telling.timetable import too_long
from core import worker
from core.backoffice.base import scoped
from core.dates import start_of_day
from core.mail import outbox, queue
from core.mail.queue import Backlog
from core.models import Heartbeat, Mail
from programmes.models import is_of_no_hub
from schools.models import School

DAYS_AHEAD = 7
NEARLY_FULL_SHOWN = 6
NEARLY_FULL_WITHIN = datetime.timedelta(weeks=6)


@dataclass(frozen=True)
class Matter:
    """Something that waits for somebody: what, and where to deal with it."""

    text: str
    address: str = ""
    is_alarm: bool = False


@dataclass(frozen=True)
class Day:
    date: datetime.date
    visits: list[Any]  # each with its `classes`

    @property
    def classes(self) -> int:
        return sum(len(visit.classes) for visit in self.visits)

    @property
    def pupils(self) -> int:
        return sum(booking.pupils for visit in self.visits for booking in visit.classes)


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """django-unfold's DASHBOARD_CALLBACK."""
    may = request.user.has_perm
    user = request.user
    backlog = queue.backlog() if may("core.view_mail") else None
    context |= {"matters": matters(request, backlog), "mail": _mail_in_words(backlog)}
    context["has_no_hub"] = is_of_no_hub(user)
    if may("bookings.view_visit"):
        today, *coming = days_from(timezone.localdate(), 1 + DAYS_AHEAD, user)
        busy = [day for day in coming if day.visits]
        context |= {
            "today": today,
            "coming": busy,
            "next": None if busy else first_visit_from(coming[-1].date, user),
            "nearly_full": list(nearly_full(user)[:NEARLY_FULL_SHOWN]),
        }
    return context


def days_from(first: datetime.date, number: int, user: Any) -> list[Day]:
    """The visits of staff's hubs that go ahead on `number` days, with their classes; two
    queries."""
    days = [first + datetime.timedelta(days=offset) for offset in range(number)]
    by_day: dict[datetime.date, list[Visit]] = {day: [] for day in days}
    for visit in visits_between(days[0], days[-1] + datetime.timedelta(days=1), user):
        by_day[visit.slot.day].append(visit)
    return [Day(day, visits) for day, visits in by_day.items()]


def visits_between(first: datetime.date, before: datetime.date, user: Any) -> QuerySet[Visit]:
    classes = Booking.objects.holding().select_related("submission__school").order_by("pk")
    return (
        Visit.objects.of_hubs(user)
        .active()
        .filter(
            slot__starts_at__gte=start_of_day(first),
            slot__starts_at__lt=start_of_day(before),
            groups_taken__gt=0,
        )
        .select_related("slot__venue", "programme")
        .prefetch_related(Prefetch("bookings", queryset=classes, to_attr="classes"))
        .order_by("slot__starts_at", "pk")
    )


def first_visit_from(day: datetime.date, user: Any) -> datetime.date | None:
    """The first day from `day` on with a visit that goes ahead."""
    slots = VisitSlot.objects.of_hubs(user).filter(
        starts_at__gte=start_of_day(day), visits__groups_taken__gt=0
    )
    first = slots.order_by("starts_at").first()
    return first.day if first else None


def nearly_full(user: Any) -> QuerySet[Visit]:
    """Visits soon to come in which one more class fits, of several."""
    now = timezone.now()
    return (
        Visit.objects.of_hubs(user)
        .active()
        .filter(
            slot__starts_at__gt=now,
            slot__starts_at__lt=now + NEARLY_FULL_WITHIN,
            max_groups__gt=1,
            groups_taken=F("max_groups") - 1,
        )
        .select_related("slot", "programme")
        .order_by("slot__starts_at", "pk")
    )


# --- What waits ----------------------------------------------------------------------------------


def matters(request: HttpRequest, backlog: Backlog | None) -> list[Matter]:
    """In order of urgency; only what there is."""
    may = request.user.has_perm
    found: list[Matter] = []
    if may("bookings.change_booking"):
        bookings = Booking.objects.of_hubs(request.user)
        found += [*_requests(bookings), *_doubts(bookings)]
        found += _too_long(Visit.objects.of_hubs(request.user))
    if may("schools.change_school"):
        found += _unverified()
    if backlog is not None:
        found += [*_worker(), *_untold(request.user), *_mails(backlog)]
    return found


def _requests(bookings: BookingQuerySet) -> list[Matter]:
    number = bookings.filter(state=State.REQUESTED).count()
    text = ngettext(
        "%(number)d request waits for a decision", "%(number)d requests wait for a decision", number
    )
    query = {"state__exact": "requested", "when": "all"}  # also what nobody decided in time
    address = reverse("admin:bookings_booking_changelist", query=query)
    return [Matter(text % {"number": number}, address)] if number else []


def _doubts(bookings: BookingQuerySet) -> list[Matter]:
    number = bookings.upcoming().holding().exclude(attention="").count()
    text = ngettext(
        "%(number)d booking needs attention", "%(number)d bookings need attention", number
    )
    address = reverse("admin:bookings_booking_changelist", query={"attention": "yes"})
    return [Matter(text % {"number": number}, address)] if number else []


def _too_long(visits: VisitQuerySet) -> list[Matter]:
    """One each: the letters of these classes say that we call."""
    text = _("The rotation does not fit, call the schools: %(programme)s on %(when)s")
    found = []
    for visit in too_long(visits):
        when = date_format(timezone.localtime(visit.slot.starts_at), "j F H:i")
        address = reverse("admin:bookings_visit_change", args=[visit.pk])
        found.append(Matter(text % {"programme": visit.programme, "when": when}, address))
    return found


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
    if seen and abs(timezone.now() - seen.at) <= settings.WORKER_SEEN_WITHIN:
        return []
    return [Matter(_("The worker is not running: no mail goes out"), is_alarm=True)]


def _untold(user: Any) -> list[Matter]:
    """What happened and could not be put in a mail, with an address that is none for instance."""
    text = _("No mail could be made of what happened on %(when)s: see whether its address is right")
    found = []
    for event in outbox.untold_since(timezone.now() - settings.EMAIL_BACKLOG_ALARM):
        when = date_format(timezone.localtime(event.at), "j F H:i")
        meta = event._meta
        own = scoped(type(event)._default_manager.filter(pk=event.pk), user).exists()
        page = f"admin:{meta.app_label}_{meta.model_name}_change"
        address = reverse(page, args=[event.pk]) if own else ""  # another hub's: they see to it
        found.append(Matter(text % {"when": when}, address, is_alarm=True))
    return found


def _mails(backlog: Backlog) -> list[Matter]:
    found = []
    if backlog.failed:
        text = ngettext(
            "%(number)d mail could not be delivered this week",
            "%(number)d mails could not be delivered this week",
            backlog.failed,
        )
        found.append(
            Matter(text % {"number": backlog.failed}, _mails_with(*Mail.STOPPED), is_alarm=True)
        )
    if backlog.oldest and backlog.oldest > settings.EMAIL_BACKLOG_ALARM:
        text = _("The oldest mail has been waiting for %(time)s")
        since = {"time": _minutes(backlog.oldest)}
        found.append(Matter(text % since, _mails_with(*Mail.WAITING), is_alarm=True))
    return found


def _mails_with(*states: str) -> str:
    return reverse("admin:core_mail_changelist", query={"state__in": ",".join(states)})


def _mail_in_words(backlog: Backlog | None) -> str:
    """How it stands with the queue, also when all is well; empty for who may not see mails."""
    if backlog is None:
        return ""
    if not backlog.waiting:
        return _("All mail has been sent.")
    text = ngettext(
        "%(number)d mail waits to be sent, the oldest for %(time)s.",
        "%(number)d mails wait to be sent, the oldest for %(time)s.",
        backlog.waiting,
    )
    waiting = backlog.oldest or datetime.timedelta()
    return text % {"number": backlog.waiting, "time": _minutes(waiting)}


def _minutes(waiting: datetime.timedelta) -> str:
    minutes = int(waiting.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    return ngettext("%(number)d hour", "%(number)d hours", minutes // 60) % {
        "number": minutes // 60
    }
