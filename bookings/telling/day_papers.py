"""What hangs on the wall or lies at the door: the day, a sheet for each zone, the list at the door,
how the classes of a visit go round, the week.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bookings.models import Booking, Visit
from bookings.rotation.timetable import Timetable, timetable
from bookings.telling.documents import DayVisit, day_sheet, day_sheet_filename, visits_on
from core.dates import ONE_DAY, ONE_WEEK, monday_of
from core.documents import render_pdf
from core.kinds import remarks_on
from programmes.models import Component, Zone

# In the addresses of the back office.
DAY, ZONES, DOOR, ROUNDS, WEEK = PAPERS = (
    *("daglijst", "zonebladen", "deurlijst"),
    *("rondgang", "weekoverzicht"),
)


@dataclass(frozen=True)
class Paper:
    content: bytes
    filename: str


def paper_of(visit: Visit, name: str, *, among: QuerySet[Visit]) -> Paper:
    """One of `PAPERS`, of the day, week or visit, in the language that is active; of the week only
    those `among` which its reader may see.

    Raises DocumentsUnavailable.
    """
    day = visit.slot.day
    match name:
        case "zonebladen":
            return _zone_sheets(visit, day)
        case "deurlijst":
            return _door_list(visit, day)
        case "rondgang":
            return _rounds(visit, day)
        case "weekoverzicht":
            return _week(visit, monday_of(day), among)
        case _:
            return Paper(day_sheet(visit.slot.venue, day), day_sheet_filename(day))


def going_round(visits: Iterable[DayVisit]) -> list[DayVisit]:
    """The visits with a rotation."""
    there = list(visits)
    programmes = {one.visit.programme_id for one in there}
    components = Component.objects.filter(programme__in=programmes).order_by()
    rotating = set(components.values_list("programme", flat=True))
    return [one for one in there if one.visit.programme_id in rotating]


def _there(visit: Visit, day: datetime.date) -> list[DayVisit]:
    return visits_on(day, Booking.objects.filter(visit__slot__venue=visit.slot.venue_id))


def _zone_sheets(visit: Visit, day: datetime.date) -> Paper:
    there = _there(visit, day)
    ours = remarks_on([one.visit for one in there])
    zones: dict[Zone, list[tuple[DayVisit, list[str]]]] = {}
    for one in there:
        for claim in one.visit.claims.all():
            zones.setdefault(claim.zone, []).append((one, ours.get(one.visit.pk, [])))
    in_order = sorted(zones.items(), key=lambda item: (item[0].position, item[0].name))
    filename = _("zone-sheets-%(day)s.pdf") % {"day": day.isoformat()}
    return _render("zone_sheets", filename, visit, day=day, zones=in_order)


def _door_list(visit: Visit, day: datetime.date) -> Paper:
    filename = _("door-list-%(day)s.pdf") % {"day": day.isoformat()}
    return _render("door_list", filename, visit, day=day, visits=_there(visit, day))


def _rounds(visit: Visit, day: datetime.date) -> Paper:
    """With all classes that come: none is a dot here, as it is in a school's own letter."""
    coming = list(visit.bookings.promised().with_facts().order_by("pk"))
    components = list(visit.programme.components.select_related("zone"))
    rounds: Timetable | None = None
    if coming:
        own = {one.pk for one in coming}
        rounds = timetable(visit, components, coming, own=own, with_askers=True)
    filename = _("rotation-%(day)s.pdf") % {"day": day.isoformat()}
    audience = visit.programme.whom
    return _render(
        "visit_rounds",
        filename,
        visit,
        day=day,
        timetable=rounds,
        audience=audience,
        classes=coming,
    )


def _week(visit: Visit, monday: datetime.date, among: QuerySet[Visit]) -> Paper:
    """The week of a visit, at all venues of its hub."""
    seen = among.filter(slot__venue__hub=visit.slot.venue.hub_id).order_by()
    here = Booking.objects.filter(visit__in=seen.values("pk"))
    days = [monday + number * ONE_DAY for number in range(ONE_WEEK.days)]
    with_visits = [(day, there) for day in days if (there := visits_on(day, here))]
    venues = {one.visit.slot.venue_id for _day, there in with_visits for one in there}
    filename = _("week-%(day)s.pdf") % {"day": monday.isoformat()}
    return _render(
        "week", filename, visit, monday=monday, days=with_visits, many_venues=len(venues) > 1
    )


def _render(template: str, filename: str, visit: Visit, **context: Any) -> Paper:
    venue = visit.slot.venue
    context |= {"visit": visit, "venue": venue, "organizer": venue.hub.organizer_name}
    return Paper(render_pdf(f"pdf/{template}.html", context), filename)
