"""What a busy back office has besides bookings and loans, and the addresses of its pages."""

import datetime
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from django.contrib.admin import site
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bookings.models import Booking, Visit, VisitWait
from core.dates import ONE_DAY, ONE_WEEK, monday_of
from core.mail.models import Mail
from kits.models import ChargeLine, ContentItem, Loan
from programmes.models import Programme
from roster.models import Availability, Person, Shift, ShiftEvent, ShiftState
from schools import years
from schools.models import School, User
from submissions.models import Submission, WaitState
from tec_site.staff import roles
from tests import factories
from tests.ten_years import analyze, save

HELPERS = 4  # a programme


def fill_desk() -> User:
    """Mails, waiting lists, shifts of every visit and charges, in a database that `fill` filled.
    Returns a coordinator of the busy hub."""
    with transaction.atomic():
        save(_mails())
        save(_waits())
        people = _people()
        shifts = save(_shifts(people))
        save(_shift_event(shift) for shift in shifts)
        save(_charges())
        coordinator = factories.make_staff(is_superuser=False, email="coordinator@tec.example")
        coordinator.groups.set(Group.objects.filter(name=roles.MANAGEMENT))
    analyze()
    return coordinator


def _mails() -> Iterator[Mail]:
    """They are kept for ninety days: of ten years a fortieth, with four mails each. One of a
    hundred failed."""
    states = cycle([Mail.State.SENT] * 99 + [Mail.State.FAILED])
    made = timezone.now() - 80 * ONE_DAY
    for number, one in enumerate(Submission.objects.order_by("pk")[::10]):
        yield Mail(
            sender="bench@tec.example",
            to=one.email,
            subject=f"Bevestiging {one.reference}",
            text="Jullie komen." * 50,
            language="nl",
            message_id=f"<bench-{one.pk}@tec.example>",
            reference=one.reference,
            about=f"Basisschool {number}",
            template="booking_confirmed",
            hub=one.hub_id,
            state=next(states),
            created_at=made + datetime.timedelta(minutes=number),
            changed_at=made + datetime.timedelta(minutes=number),
        )


def _waits() -> Iterator[VisitWait]:
    """One for each tenth booking; one in twenty of these waits still."""
    now = timezone.now()
    states = cycle([WaitState.ENDED] * 19 + [WaitState.WAITING])
    for booking in Booking.objects.select_related("submission", "visit__slot")[::10]:
        state, day = next(states), booking.visit.slot.day
        if state == WaitState.WAITING:
            day = max(day, timezone.localdate() + ONE_WEEK)
        yield VisitWait(
            programme_id=booking.visit.programme_id,
            submission=booking.submission,
            class_group_id=booking.class_group_id,
            party_name=f"{booking.party_name} wacht",
            year_from=booking.year_from,
            year_to=booking.year_to,
            pupils=24,
            first_day=day,
            last_day=day,
            asked_at=now,
            state=state,
        )


def _people() -> dict[int, list[Person]]:
    """Programme (primary key) → who can run it."""
    found = {}
    for programme in Programme.objects.select_related("venue").order_by("pk"):
        Programme.objects.filter(pk=programme.pk).update(helpers_needed=1)
        found[programme.pk] = people = save(
            Person(
                hub_id=programme.venue.hub_id,
                name=f"Helper {programme.pk}.{number}",
                email=f"helper-{programme.pk}-{number}@tec.example",
            )
            for number in range(HELPERS)
        )
        programme.people.set(people)
        save(Availability(person=one, weekday=day) for one in people for day in range(5))
    return found


def _shifts(people: dict[int, list[Person]]) -> Iterator[Shift]:
    """Who is over was worked; of those to come one in three is still open."""
    now = timezone.now()
    for number, visit in enumerate(Visit.objects.active().select_related("slot").order_by("pk")):
        person = people[visit.programme_id][number % HELPERS]
        span = {"starts_at": visit.slot.starts_at, "ends_at": visit.slot.ends_at}
        if visit.slot.starts_at > now and number % 3 == 0:
            yield Shift(visit=visit, number=1, state=ShiftState.OPEN, offered_at=now, **span)
            continue
        state = ShiftState.TAKEN if visit.slot.starts_at > now else ShiftState.WORKED
        holder = person.holder
        yield Shift(visit=visit, number=1, person=person, holder=holder, state=state, **span)


def _shift_event(shift: Shift) -> ShiftEvent:
    return ShiftEvent(
        shift=shift, person=shift.person, move="made", to_state=shift.state, by_role="site"
    )


def _charges() -> Iterator[ChargeLine]:
    items = {item.kit_id: item for item in ContentItem.objects.order_by("-pk")}
    for loan in islice(Loan.objects.select_related("copy").order_by("pk"), 0, None, 10):
        yield ChargeLine(loan=loan, item=items[loan.copy.kit_id], quantity=1, amount=40)


# --- Pages ---------------------------------------------------------------------------------------


def pages() -> dict[str, str]:
    """What it is → where it is. Days are those of a week to come, of which both sizes have as
    much."""
    week = monday_of(timezone.localdate()) + ONE_WEEK
    visits = Visit.objects.active().filter(slot__starts_at__gte=timezone.now())
    visit = visits.filter(slot__venue__hub__slug="tec").order_by("slot__starts_at", "pk")[8]
    year = years.current_school_year()
    planner = reverse("admin:bookings_visit_week")
    return {
        "overview": reverse("admin:index"),
        "planner, day": f"{planner}?dag={week}",
        "planner, week": f"{planner}?week={week}",
        "planner, month": f"{planner}?maand={week}",
        "day list": f"{reverse('admin:bookings_booking_day')}?dag={week}",
        "roster, week": f"{reverse('admin:roster_shift_week')}?week={week}",
        "roster, hours": f"{reverse('admin:roster_person_hours')}?jaar={year}",
        "menu's search": f"{reverse('admin:search')}?s=regenboog",
        "autocomplete, schools": reverse("admin:autocomplete")
        + "?app_label=submissions&model_name=submission&field_name=school&term=regenboog",
        "season": reverse("admin:bookings_schedulepattern_season"),
        "close days": reverse("admin:programmes_closure_close"),
        "desk": reverse("desk:home"),
        "desk, out and in": reverse("desk:lists"),
        "desk, round": reverse("desk:round"),
        "desk, shopping": reverse("desk:shopping"),
        "desk, stock": reverse("desk:stock"),
        "desk, use": reverse("desk:use"),
        "figures": reverse("figures:board"),
        "all figures": reverse("figures:all"),
        "figures, schools": reverse("figures:schools"),
        "quiet schools": reverse("figures:quiet"),
        "funding": reverse("figures:funding"),
        **dict(_pages_of_visit(visit)),
        **dict(_lists()),
    }


def _pages_of_visit(visit: Visit) -> Iterator[tuple[str, str]]:
    for name in ("change", "history", "verplaats", "afzeggen", "samen", "ruimtes"):
        yield f"visit, {name}", reverse(f"admin:bookings_visit_{name}", args=[visit.pk])
    slots = reverse("admin:bookings_visitslot_choose", args=[visit.programme_id])
    yield "slots to choose from", slots


SEARCHED = {
    "bookings.booking": "regenboog deventer",
    "bookings.visit": "regenboog",
    "bookings.visitwait": "wacht",
    "kits.loan": "regenboog",
    "schools.school": "regenboog deventer",
    "schools.user": "coordinator",
    "submissions.submission": "regenboog",
    "core.mail": "bevestiging",
}


def _lists() -> Iterator[tuple[str, str]]:
    """Each list, its second page, what is searched in it, and of its first row the page and the
    history."""
    for model, admin in site._registry.items():
        label, name = model._meta.label_lower, f"admin:{model._meta.app_label}_{model.__name__}"
        address = reverse(f"{name.lower()}_changelist")
        yield label, address
        if model is School:
            yield f"{label}, second page", f"{address}?p=2"
        if words := SEARCHED.get(label):
            yield f"{label}, searched", f"{address}?q={words}"
        row: Any = model._default_manager.order_by("pk").first()
        if model in (Booking, Loan):
            row = model._default_manager.where(is_coming=True).order_by("pk").first()
        if row is not None and hasattr(admin, "history_view"):
            try:
                yield f"{label}, a row", reverse(f"{name.lower()}_change", args=[row.pk])
                yield f"{label}, history", reverse(f"{name.lower()}_history", args=[row.pk])
            except NoReverseMatch:
                continue
