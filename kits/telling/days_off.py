"""Boxes to hand over on a day on which that was possible, and is no longer."""

import datetime
import functools
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import ONE_DAY
from core.lifecycle import Role
from kits import desk_days
from kits.models import Delivery, Loan, LoanEvent, LoanState
from kits.models.loan import LoanQuerySet
from programmes.models import Venue

TO_GO = (LoanState.HELD, *LoanState.where(is_coming=True))
TO_RETURN = (*TO_GO, LoanState.OUT)


class Handed(NamedTuple):
    """The few columns of a loan that say when its box changes hands, and what is wrong with it."""

    pk: int
    venue: int
    region: str
    way: str
    state: str
    starts_on: datetime.date
    ends_on: datetime.date
    attention: str

    @property
    def place(self) -> Venue:
        return Venue(pk=self.venue, holiday_region=self.region)


def handed_over(loans: LoanQuerySet) -> list[Handed]:
    """Of loans that hold a box; one query."""
    place = "copy__kit__venue", "copy__kit__venue__holiday_region"
    columns = "pk", *place, "delivery", "state", "starts_on", "ends_on", "attention"
    return [Handed(*row) for row in loans.holding().order_by().values_list(*columns)]


class OnDayOff(NamedTuple):
    """A loan, and why its box cannot go out or come back on its day, as `_why` says it."""

    loan: Loan
    out: str
    back: str


def on_days_off(handed: Collection[Handed]) -> list[OnDayOff]:
    """Those that are to change hands on a day on which that was possible, and is no longer; a query
    for the desks, and one more where such a day may be among theirs. Of nothing to come, none."""
    today = timezone.localdate()
    coming = [one for one in handed if one.state in TO_RETURN and one.ends_on >= today]
    if not coming:
        return []
    # A venue is made once, and not for each of hundreds of boxes.
    places = {one.venue: one for one in coming}
    last = max(one.ends_on for one in coming)
    venues = [one.place for one in places.values()]
    desks = desk_days.desk_calendars(venues, today, last + ONE_DAY)

    @functools.cache
    def is_off(venue: int, way: str, day: datetime.date) -> bool:
        desk = desks[venue, way]
        return day >= today and (day.weekday() not in desk.weekdays or any(desk.closed_on(day)))

    doubtful = [
        one.pk
        for one in coming
        if is_off(one.venue, one.way, one.starts_on) or is_off(one.venue, one.way, one.ends_on)
    ]
    if not doubtful:
        return []
    rows: Any = Loan.objects.filter(pk__in=doubtful).with_facts().annotate(**_dated_by())
    found = []
    for loan in rows.order_by("starts_on", "pk"):
        desk = desks[loan.kit.venue_id, loan.delivery]
        has_to_go = loan.state in TO_GO and loan.starts_on >= today
        out = _why(loan, desk, loan.starts_on, loan.dated_by_out) if has_to_go else ""
        found.append(OnDayOff(loan, out, _why(loan, desk, loan.ends_on, loan.dated_by_back)))
    return [one for one in found if one.out or one.back]


def _dated_by() -> dict[str, Any]:
    """Who agreed on the day on which its box goes out, and on that on which it comes back."""
    dated = LoanEvent.objects.filter(loan=OuterRef("pk")).order_by("-pk")

    def role(*moves: str) -> Coalesce:
        return Coalesce(Subquery(dated.filter(move__in=moves).values("by_role")[:1]), Value(""))

    whole = "hold", "change_dates"
    return {"dated_by_out": role(*whole), "dated_by_back": role(*whole, "extend")}


def _why(loan: Any, desk: desk_days.DeskCalendar, day: datetime.date, dated_by: str) -> str:
    """Why its box cannot change hands on that day, with '%(day)s' and '%(what)s'; '' where it can,
    as on the day of the class's own visit, or where staff agreed on it with a school."""
    closed = list(desk.closed_on(day))
    if not all(one.is_holiday for one in closed):
        return _("The venue is closed on %(day)s: %(what)s")
    if day == desk_days.visit_day(loan.kit.venue_id, loan.delivery, loan.booking):
        return ""
    if closed:
        words = _("%(day)s is in the school holiday ‘%(holiday)s’: %(what)s")
        return words.replace("%(holiday)s", closed[0].reason.replace("%", "%%"))
    if day.weekday() in desk.weekdays or dated_by == Role.STAFF:
        return ""
    if loan.delivery == Delivery.ROUND:
        return _("The transport round does not drive on %(day)s: %(what)s")
    return _("The desk is not open on %(day)s: %(what)s")
