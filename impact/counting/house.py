"""How the house is used, and by whom it runs: half days, zones, places, volunteers, boxes.

These are of a hub and not of any school. The building is open in slots that nobody closed, and in
those in which a visit went on all the same; slots of one venue that overlap are open once.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

from bookings.models import Visit, VisitSlot, ZoneClaim
from bookings.models.schedule import shut
from core.dates import NO_TIME, elapsed, time_between
from impact.counting.figure import Basis, Figure, Unit
from impact.counting.scope import Scope
from kits.models import RefusedDemand
from programmes.models import Zone
from roster import hours
from roster.models import Role, Shift

HOUR = datetime.timedelta(hours=1)


def slots_of(scope: Scope) -> Any:
    """Half days of the span on which the house is open, with `is_used`."""
    visits = Visit.objects.active().filter(slot=OuterRef("pk"))
    rows: Any = VisitSlot.objects.filter(venue__hub__in=scope.hubs)
    rows = rows.filter(scope.span.moments("starts_at")).alias(day=TruncDate("starts_at"))
    found = rows.annotate(is_closed_then=shut(), is_used=Exists(visits))
    return found.filter(Q(is_closed_then=False) | Q(is_used=True)).order_by()


def visits_of(scope: Scope) -> Any:
    """Visits of the span in which somebody has a place, each once however many classes."""
    rows = Visit.objects.active().filter(slot__venue__hub__in=scope.hubs)
    return rows.filter(scope.span.moments("slot__starts_at")).order_by()


def shifts_of(scope: Scope) -> Any:
    """Shifts worked in it by who was a volunteer then."""
    return (
        Shift.objects.worked()
        .by_role(Role.VOLUNTEER)
        .filter(scope.span.moments("starts_at"), visit__slot__venue__hub__in=scope.hubs)
        .order_by()
    )


def refused_of(scope: Scope) -> Any:
    """Spans for which a kit was asked and no box was free."""
    rows = RefusedDemand.objects.filter(kit__venue__hub__in=scope.hubs)
    return rows.filter(scope.span.days("starts_on")).order_by()


def slots_with_zones(scope: Scope) -> Any:
    """Slots with `zones`: the venue's count."""
    zones = Zone.objects.filter(venue=OuterRef("venue")).order_by().values("venue")
    return slots_of(scope).annotate(
        zones=Coalesce(Subquery(zones.annotate(number=Count("pk")).values("number")), 0)
    )


def visits_with_claims(scope: Scope) -> Any:
    """Visits with `taken`: how long they hold zones in all."""
    length = Sum(F("claims__ends_at") - F("claims__starts_at"))
    return visits_of(scope).annotate(taken=length)


def compute(scope: Scope) -> dict[str, int]:
    """All of them, by their codes, in seven queries."""
    slots = list(slots_of(scope).values_list("venue", "starts_at", "ends_at", "is_used"))
    zones = dict(
        Zone.objects.filter(venue__hub__in=scope.hubs)
        .order_by()
        .values_list("venue")
        .annotate(Count("pk"))
    )
    open_time = _open(slots, zones)
    claims = ZoneClaim.objects.filter(visit__in=visits_of(scope))
    in_use = claims.aggregate(time=Sum(F("ends_at") - F("starts_at")))["time"] or NO_TIME
    worked = hours.by_holder(shifts_of(scope))
    loans = scope.loans.values_list("starts_on", "ends_on")
    return {
        "half-days": len(slots),
        "half-days-used": sum(is_used for *_rest, is_used in slots),
        "places": visits_of(scope).aggregate(places=Sum("max_pupils"))["places"] or 0,
        "zone-hours-open": round(open_time / HOUR),
        "zone-hours": round(in_use / HOUR),
        "zone-use": round(100 * (in_use / open_time)) if open_time else 0,
        "box-days": sum((last - first).days + 1 for first, last in loans),
        "kits-refused": refused_of(scope).count(),
        "volunteers": len(worked),
        "volunteer-hours": round(hours.in_hours(hours.total(worked.values()))),
    }


def _open(slots: Iterable[Any], zones: dict[int, int]) -> datetime.timedelta:
    """How long all zones of all venues could be used."""
    spans = defaultdict(list)
    for venue, start, end, _is_used in slots:
        spans[venue].append((start, end))
    return sum((elapsed(found) * zones.get(venue, 0) for venue, found in spans.items()), NO_TIME)


def _figure(
    code: str, name: Any, definition: Any, unit: Unit, behind: Any, adds: Any = None
) -> Figure:
    nothing = (lambda _where: None, lambda _scope: Q())
    return Figure(code, name, definition, unit, Basis.HOUSE, *nothing, behind, adds)


def _hours(length: datetime.timedelta | None) -> float:
    return hours.in_hours(length or NO_TIME)


def _hours_open(slot: Any) -> float:
    return _hours((slot.ends_at - slot.starts_at) * slot.zones)


def _hours_taken(visit: Any) -> float:
    return _hours(visit.taken)


def _places_of(visit: Any) -> float:
    return float(visit.max_pupils)


def _hours_worked(shift: Any) -> float:
    return _hours(time_between(*shift.worked_span))


FIGURES = [
    _figure(
        "half-days",
        _("Half days on offer"),
        _("Slots that were open for visits, and those that were closed but had a visit."),
        Unit.HALF_DAYS,
        slots_of,
    ),
    _figure(
        "half-days-used",
        _("Half days with a visit"),
        _("Of these, those in which at least one class or group has a place, or had it."),
        Unit.HALF_DAYS,
        lambda scope: slots_of(scope).filter(is_used=True),
    ),
    _figure(
        "places",
        _("Places in visits"),
        _(
            "Pupils and participants for whom there was room in visits that at least one class or "
            "group booked: beside it how many were booked says how full they were."
        ),
        Unit.PLACES,
        visits_of,
        _places_of,
    ),
    _figure(
        "zone-hours-open",
        _("Hours that zones could be used"),
        _("Hours of those half days, for each zone of the building; overlapping slots once."),
        Unit.HOURS,
        slots_with_zones,
        _hours_open,
    ),
    _figure(
        "zone-hours",
        _("Hours that zones were in use"),
        _("Hours that visits take a zone, getting it ready for the next one included."),
        Unit.HOURS,
        visits_with_claims,
        _hours_taken,
    ),
    _figure(
        "zone-use",
        _("Rooms in use"),
        _("Hours that zones were in use, of the hours that they could be."),
        Unit.PERCENT,
        visits_with_claims,
        _hours_taken,
    ),
    _figure(
        "box-days",
        _("Days out of boxes"),
        _("Days of loans that start in the period, from collecting to returning, both included."),
        Unit.DAYS,
        lambda scope: scope.loans,
    ),
    _figure(
        "kits-refused",
        _("Asked for a kit that was not free"),
        _("Spans of days for which a school chose a kit and no box was free; each asking once."),
        Unit.LOANS,
        refused_of,
    ),
    _figure(
        "volunteers",
        _("Volunteers"),
        _("Volunteers who worked at least one shift; each once, at however many hubs."),
        Unit.PEOPLE,
        shifts_of,
    ),
    _figure(
        "volunteer-hours",
        _("Hours of volunteers"),
        _(
            "Shifts that were worked, as staff noted them or as planned; what overlaps in one "
            "person’s day counts once. Rounded to whole hours."
        ),
        Unit.HOURS,
        shifts_of,
        _hours_worked,
    ),
]
