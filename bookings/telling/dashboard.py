"""What the dashboard of staff says of visits."""

import datetime
import itertools
from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.changes import coming_of
from bookings.models import Booking, State, Visit, VisitSlot, ZoneClaim, is_doubtful
from bookings.rotation.timetable import too_long
from bookings.visits.joining import small_visits
from core.dates import ONE_DAY, start_of_day
from core.kinds import Action, Matter, OnDay, Planned
from programmes.models import Programme, Venue
from schools.models import Organisation, School, User
from submissions.wording import numbers_of

NEARLY_FULL_SHOWN = 6


def actions(user: User) -> list[Action]:
    found = [
        ("bookings.add_booking", "booking_add", _("Book on a school’s behalf")),
        ("bookings.view_booking", "booking_day", _("Day list")),
        ("bookings.view_visit", "visit_week", _("Planner")),
    ]
    return [
        Action(label, reverse(f"admin:bookings_{page}"), is_first=page == "booking_add")
        for permission, page, label in found
        if user.has_perm(permission)
    ]


def leads_from(row: Any) -> list[Action]:
    """From the page of a school or an organisation: its bookings."""
    if not isinstance(row, School | Organisation):
        return []
    query = {f"submission__{row._meta.model_name}__id__exact": row.pk, "when": "all"}
    return [Action(_("Bookings"), reverse("admin:bookings_booking_changelist", query=query))]


# --- Which visits --------------------------------------------------------------------------------


def on_days(first: datetime.date, before: datetime.date, user: User) -> list[OnDay]:
    """The visits that go ahead, each with its `classes`; two queries."""
    by_day = itertools.groupby(_visits(first, before, user), key=lambda visit: visit.slot.day)
    return [_on_day(day, list(visits)) for day, visits in by_day]


def _visits(first: datetime.date, before: datetime.date, user: User) -> QuerySet[Visit]:
    askers = "submission__school", "submission__organisation"
    classes = Booking.objects.holding().select_related(*askers).order_by("pk")
    claims = ZoneClaim.objects.select_related("zone").order_by("zone__position", "zone__name")
    return (
        Visit.objects.active()
        .of_hubs(user)
        .filter(
            slot__starts_at__gte=start_of_day(first),
            slot__starts_at__lt=start_of_day(before),
            groups_taken__gt=0,
        )
        .select_related("slot__venue", "programme")
        .prefetch_related(Prefetch("bookings", queryset=classes, to_attr="classes"))
        .prefetch_related(Prefetch("claims", queryset=claims))
        .order_by("slot__starts_at", "pk")
    )


def _on_day(day: datetime.date, visits: list[Any]) -> OnDay:
    bookings = [booking for visit in visits for booking in visit.classes]
    return OnDay(day, visits, numbers_of(bookings), "admin/bookings/_visits.html")


def next_day(day: datetime.date, user: User) -> datetime.date | None:
    slots = VisitSlot.objects.of_hubs(user).filter(
        starts_at__gte=start_of_day(day), visits__groups_taken__gt=0
    )
    first = slots.order_by("starts_at").first()
    return first.day if first else None


def nearly_full(user: User) -> QuerySet[Visit]:
    """Visits soon to come in which only the last classes fit, of more."""
    now, left = timezone.now(), settings.NEARLY_FULL_CLASSES_LEFT
    weeks = datetime.timedelta(weeks=settings.NEARLY_FULL_SHOWN_WEEKS)
    visits = (
        Visit.objects.active()
        .of_hubs(user)
        .filter(
            slot__starts_at__gt=now,
            slot__starts_at__lt=now + weeks,
            max_groups__gt=left,
            groups_taken__gte=F("max_groups") - left,
            groups_taken__lt=F("max_groups"),
        )
    )
    visits = visits.select_related("slot", "programme").order_by("slot__starts_at", "pk")
    return visits[:NEARLY_FULL_SHOWN]


# --- What needs attention ------------------------------------------------------------------------


def matters(user: User) -> list[Matter]:
    return [*_doubts(user), *_too_long(user), *_on_days_off(user), *_small(user)]


def _doubts(user: User) -> list[Matter]:
    standing = Booking.objects.of_hubs(user).still_standing().order_by()
    doubt, waits = is_doubtful(), Q(state=State.REQUESTED)
    count = standing.filter(doubt | waits).aggregate(
        requests=Count("pk", waits), doubts=Count("pk", doubt)
    )
    found = []
    if number := count["requests"]:
        text = ngettext(
            "%(number)d request waits for a decision",
            "%(number)d requests wait for a decision",
            number,
        )
        # Also what nobody decided in time.
        query = {"state__exact": State.REQUESTED, "when": "all"}
        found.append(Matter(text % {"number": number}, _list_of(query)))
    if number := count["doubts"]:
        text = ngettext(
            "%(number)d booking needs attention", "%(number)d bookings need attention", number
        )
        found.append(Matter(text % {"number": number}, _list_of({"attention": "doubt"})))
    if number := Booking.objects.of_hubs(user).silent().order_by().count():
        text = ngettext(
            "%(number)d class or group has not said yet whether it is still coming",
            "%(number)d classes or groups have not said yet whether they are still coming",
            number,
        )
        found.append(Matter(text % {"number": number}, _list_of({"coming": "silent"})))
    return found


def _list_of(query: dict[str, str]) -> str:
    return reverse("admin:bookings_booking_changelist", query=query)


def _too_long(user: User) -> list[Matter]:
    """A line per visit whose letters promise a phone call."""
    text = _("The rotation does not fit, call the schools: %(programme)s on %(when)s")
    found = []
    for visit in too_long(Booking.objects.of_hubs(user)):
        said = {"programme": visit.programme, "when": _moment(visit)}
        found.append(Matter(text % said, _page_of(visit)))
    return found


def _small(user: User) -> list[Matter]:
    """Two weeks before: with which other small class it could come."""
    found = []
    for visit, others in small_visits(user):
        words = _("Only %(heads)s on %(when)s, %(programme)s: could come on %(other)s")
        if not others:
            words = _("Only %(heads)s on %(when)s, %(programme)s: no other small class fits")
        said = {
            "heads": visit.programme.whom.heads(visit.pupils_taken),
            "when": _moment(visit),
            "programme": visit.programme,
            "other": _moment(others[0]) if others else "",
        }
        found.append(Matter(words % said, reverse("admin:bookings_visit_samen", args=[visit.pk])))
    return found


def _moment(visit: Visit) -> str:
    return date_format(timezone.localtime(visit.slot.starts_at), "MONTH_DAY_TIME_FORMAT")


def _on_days_off(user: User) -> list[Matter]:
    """The first visits to come whose date cannot be, and a line about the others: a holiday that
    is imported may concern hundreds. Two queries where there are none."""
    maybe = _by_time(Booking.objects.of_hubs(user).maybe_on_days_off())
    of_each = maybe.values_list("pk", "visit", "is_closed", "holiday")
    # Here and not in the query, which would work out both twice.
    rows = [row for row in of_each if row[2] or row[3]]
    first = list(dict.fromkeys(visit for _pk, visit, *_why in rows))[: settings.MATTERS_SHOWN]
    holidays = {
        pk: "" if closed else holiday for pk, visit, closed, holiday in rows if visit in first
    }
    if not holidays:
        return []
    found = _with_visit(Booking.objects.filter(pk__in=holidays))
    at_closed_venue = _by_visit(one for one in found if not holidays[one.pk])
    away = (_away(one, holidays[one.pk]) for one in found if holidays[one.pk])
    lines = [*map(_shut, at_closed_venue), *away]
    if number := len(rows) - len(holidays):
        text = ngettext(
            "%(number)d more booking is on a day that was closed, or in a school holiday",
            "%(number)d more bookings are on days that were closed, or in a school holiday",
            number,
        )
        lines.append(Matter(text % {"number": number}, _list_of({"attention": "closed"})))
    return lines


def _shut(planned: Planned) -> Matter:
    text = _("The venue is closed on %(day)s: %(what)s")
    said = {"day": date_format(planned.day, "MONTH_DAY_FORMAT"), "what": planned.text}
    return Matter(text % said, planned.address)


def _away(booking: Booking, holiday: str) -> Matter:
    """A class, which staff move, or settle as it comes all the same."""
    text = _("%(day)s is in the school holiday ‘%(holiday)s’: %(what)s")
    said = {
        "day": date_format(booking.visit.slot.day, "MONTH_DAY_FORMAT"),
        "holiday": holiday,
        "what": _line(booking.visit, [booking]).text,
    }
    return Matter(text % said, reverse("admin:bookings_booking_change", args=[booking.pk]))


# --- What stands on days that close --------------------------------------------------------------


def planned_on(venue: Venue, first: datetime.date, last: datetime.date) -> list[Planned]:
    return _standing(
        Booking.objects.filter(
            visit__slot__venue=venue,
            visit__slot__starts_at__gte=start_of_day(first),
            visit__slot__starts_at__lt=start_of_day(last + ONE_DAY),
        )
    )


def concerned(thing: Any, changed: Collection[str]) -> list[Planned]:
    """The visits whose schools hear of a change of length or address."""
    retimed = isinstance(thing, Programme) and "duration" in changed
    moved = isinstance(thing, Venue) and thing.ADDRESS & set(changed)
    return _standing(coming_of(thing)) if retimed or moved else []


def _standing(bookings: Any) -> list[Planned]:
    return _by_visit(_with_visit(bookings.holding()))


def _with_visit(bookings: Any) -> Any:
    return _by_time(bookings.select_related("visit__slot", "visit__programme"))


def _by_time(bookings: Any) -> Any:
    """In which those of a visit stand together."""
    return bookings.order_by("visit__slot__starts_at", "visit", "pk")


def _by_visit(bookings: Iterable[Booking]) -> list[Planned]:
    """A line for each visit, where all its classes can be moved at once."""
    by_visit = itertools.groupby(bookings, key=lambda booking: booking.visit)
    return [_line(visit, classes) for visit, classes in by_visit]


def _line(visit: Visit, bookings: Iterable[Booking]) -> Planned:
    classes = ", ".join(booking.party_name for booking in bookings)
    start = timezone.localtime(visit.slot.starts_at)
    text = f"{visit.programme.title} {start:%H:%M} ({classes})"
    return Planned(visit.slot.day, text, _page_of(visit))


def _page_of(visit: Visit) -> str:
    return reverse("admin:bookings_visit_change", args=[visit.pk])
