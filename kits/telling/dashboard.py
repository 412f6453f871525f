"""What the dashboard of staff says of loans."""

import datetime
import itertools
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, ExtractIsoWeekDay
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.kinds import Matter, OnDay, Planned
from core.lifecycle import Role
from kits import days
from kits.changes import to_hand_over
from kits.models import Delivery, DeskDay, Loan, LoanEvent, LoanState
from kits.models.loan import ASKS_TO_MOVE, IS_STUCK
from programmes.models import Closure, Venue
from schools.models import SchoolHoliday, User

_COMING = LoanState.where(is_coming=True)
_TO_GO = (LoanState.HELD, *_COMING)
_TO_RETURN = (*_TO_GO, LoanState.OUT)


def _handed_over(loan: Loan) -> datetime.date:
    """The day on which its box goes out, or comes back."""
    return loan.ends_on if loan.state == LoanState.OUT else loan.starts_on


def on_days(first: datetime.date, before: datetime.date, user: User) -> list[OnDay]:
    """The boxes that go out and come back; one query."""
    out = Q(state__in=_COMING, starts_on__gte=first, starts_on__lt=before)
    back = Q(state=LoanState.OUT, ends_on__gte=first, ends_on__lt=before)
    askers = "submission__school", "submission__organisation"
    loans = Loan.objects.of_hubs(user).filter(out | back).select_related("copy__kit", *askers)
    ordered = sorted(loans, key=lambda loan: (_handed_over(loan), loan.state, loan.copy.code))
    return [_on_day(day, list(rows)) for day, rows in itertools.groupby(ordered, key=_handed_over)]


def _on_day(day: datetime.date, loans: list[Loan]) -> OnDay:
    text = ngettext("%(number)d box", "%(number)d boxes", len(loans))
    return OnDay(day, loans, text % {"number": len(loans)}, "admin/kits/_boxes.html")


def next_day(day: datetime.date, user: User) -> datetime.date | None:
    found = (
        Loan.objects.of_hubs(user)
        .filter(state__in=_TO_RETURN)
        .aggregate(
            out=Min("starts_on", filter=Q(state__in=_COMING, starts_on__gte=day)),
            back=Min("ends_on", filter=Q(state=LoanState.OUT, ends_on__gte=day)),
        )
    )
    return min((one for one in found.values() if one), default=None)


# --- What needs attention ------------------------------------------------------------------------


def matters(user: User) -> list[Matter]:
    return [*_late_and_left(user), *_on_days_off(user)]


def _late_and_left(user: User) -> list[Matter]:
    loans = Loan.objects.of_hubs(user).holding().order_by()
    found = []
    if number := days.number_late(loans):
        text = ngettext("%(number)d box is overdue", "%(number)d boxes are overdue", number)
        found.append(Matter(text % {"number": number}, _list_of({"when": "overdue"})))
    count = loans.exclude(attention="").aggregate(
        stuck=Count("pk", IS_STUCK), asking=Count("pk", ASKS_TO_MOVE)
    )
    if number := count["stuck"]:
        text = ngettext(
            "%(number)d loan needs attention: its box cannot go out as promised",
            "%(number)d loans need attention: their boxes cannot go out as promised",
            number,
        )
        found.append(Matter(text % {"number": number}, _list_of({"attention": "box"})))
    if number := count["asking"]:
        text = ngettext(
            "%(number)d loan needs attention: its school asks for other days",
            "%(number)d loans need attention: their schools ask for other days",
            number,
        )
        found.append(Matter(text % {"number": number}, _list_of({"attention": "days"})))
    return found


def _list_of(query: dict[str, str]) -> str:
    return reverse("admin:kits_loan_changelist", query=query)


class OnDayOff(NamedTuple):
    """A loan, and why its box cannot go out or come back on its day (`_why`)."""

    loan: Loan
    out: str
    back: str


def on_days_off(loans: Any) -> list[OnDayOff]:
    """Boxes to hand over on a day on which that was possible, and is no longer; one query where
    there are none."""
    today = timezone.localdate()
    is_round = Case(When(delivery=Delivery.ROUND, then=True), default=False)
    shut = _shut("out", "starts_on") | _shut("back", "ends_on", "extend")
    found = Q()
    for way in ("out", "back"):
        found |= Q(**{f"closed_{way}": True}) | ~Q(**{f"holiday_{way}": ""}) | _off_desk(way)
    coming = loans.order_by().filter(state__in=_TO_RETURN, ends_on__gte=today)
    keys = list(coming.alias(is_round=is_round).alias(**shut).filter(found).values_list("pk"))
    if not keys:
        return []
    rows = Loan.objects.filter(pk__in=[key for (key,) in keys]).order_by("starts_on", "pk")
    rows = rows.with_facts().annotate(is_round=is_round).annotate(**shut)
    why = (OnDayOff(loan, _why_out(loan), _why(loan, "back")) for loan in rows)
    return [one for one in why if one.out or one.back]


def _on_days_off(user: User) -> list[Matter]:
    """The first, and a line about the others."""
    found, shown = on_days_off(Loan.objects.of_hubs(user)), settings.MATTERS_SHOWN
    matters = [matter for one in found[:shown] for matter in _matters_of(one)]
    if number := len(found[shown:]):
        text = ngettext(
            "%(number)d more box changes hands on a day on which that is not possible",
            "%(number)d more boxes change hands on days on which that is not possible",
            number,
        )
        matters.append(Matter(text % {"number": number}, _list_of({"attention": "closed"})))
    return matters


def matters_of(loan: Loan) -> list[Matter]:
    """Why its box cannot change hands on its days."""
    off = on_days_off(Loan.objects.filter(pk=loan.pk))
    return [matter for one in off for matter in _matters_of(one)]


def _matters_of(off: OnDayOff) -> Iterator[Matter]:
    for one in _lines(off.loan, bool(off.out), bool(off.back)):
        why = off.out if one.day == off.loan.starts_on else off.back
        facts = {"day": date_format(one.day, "MONTH_DAY_FORMAT"), "what": one.text}
        yield Matter(why % facts, one.address)


def _shut(way: str, day: str, *moves: str) -> dict[str, Any]:
    """What a loan must be annotated with to see whether its box can change hands on that day."""
    at = {"venue": OuterRef("copy__kit__venue")}
    on = {"starts_on__lte": OuterRef(day), "ends_on__gte": OuterRef(day)}
    closures = Closure.objects.filter(**at, **on)
    region = OuterRef("copy__kit__venue__holiday_region")
    holidays = SchoolHoliday.objects.filter(region=region, **on).order_by().values("name")[:1]
    desk_days = DeskDay.objects.annotate(on=F("weekday") + 1).filter(
        **at, on=OuterRef(f"weekday_{way}"), is_round=OuterRef("is_round")
    )
    dated = LoanEvent.objects.filter(
        loan=OuterRef("pk"), move__in=["hold", "change_dates", *moves]
    ).order_by("-pk")
    return {
        f"weekday_{way}": ExtractIsoWeekDay(day),
        f"closed_{way}": Exists(closures),
        f"holiday_{way}": Coalesce(Subquery(holidays), Value("")),
        f"on_desk_day_{way}": Exists(desk_days),
        f"dated_by_{way}": Coalesce(Subquery(dated.values("by_role")[:1]), Value("")),
    }


def _off_desk(way: str) -> Q:
    """Not on a desk day any more, unless staff agreed on that day with a school."""
    return Q(**{f"on_desk_day_{way}": False}) & ~Q(**{f"dated_by_{way}": Role.STAFF})


def _why_out(loan: Loan) -> str:
    has_to_go = loan.state in _TO_GO and loan.starts_on >= timezone.localdate()
    return _why(loan, "out") if has_to_go else ""


def _why(loan: Any, way: str) -> str:
    """Why its box cannot change hands, with '%(day)s' and '%(what)s'; '' where it can, as on the
    day of the class's own visit."""
    if getattr(loan, f"closed_{way}"):
        return _("The venue is closed on %(day)s: %(what)s")
    day = loan.starts_on if way == "out" else loan.ends_on
    if day == days.visit_day(loan.kit.venue_id, loan.delivery, loan.booking):
        return ""
    if holiday := getattr(loan, f"holiday_{way}"):
        words = _("%(day)s is in the school holiday ‘%(holiday)s’: %(what)s")
        return words.replace("%(holiday)s", holiday.replace("%", "%%"))
    if getattr(loan, f"on_desk_day_{way}") or getattr(loan, f"dated_by_{way}") == Role.STAFF:
        return ""
    if loan.delivery == Delivery.ROUND:
        return _("The transport round does not drive on %(day)s: %(what)s")
    return _("The desk is not open on %(day)s: %(what)s")


# --- What stands on days that close --------------------------------------------------------------


def planned_on(venue: Venue, first: datetime.date, last: datetime.date) -> list[Planned]:
    days = (first, last)
    loans = Loan.objects.at(venue).filter(state__in=_TO_RETURN)
    loans = loans.filter(Q(starts_on__range=days) | Q(ends_on__range=days)).with_facts()
    lines = [
        line
        for loan in loans.order_by("starts_on", "pk")
        for line in _lines(loan, first <= loan.starts_on <= last, first <= loan.ends_on <= last)
    ]
    return sorted(lines, key=lambda line: line.day)


def on_weekday(day: DeskDay) -> list[Planned]:
    """What changes hands from today on, on a weekday and in the way of a desk day."""
    first = timezone.localdate()
    delivery = Delivery.ROUND if day.is_round else Delivery.DESK
    loans = Loan.objects.at(day.venue).filter(state__in=_TO_RETURN, delivery=delivery)
    lines = [
        line
        for loan in loans.filter(ends_on__gte=first).with_facts().order_by("starts_on", "pk")
        for line in _lines(
            loan,
            loan.starts_on >= first and loan.starts_on.weekday() == day.weekday,
            loan.ends_on.weekday() == day.weekday,
        )
    ]
    return sorted(lines, key=lambda line: line.day)


def concerned(thing: Any, changed: Collection[str]) -> list[Planned]:
    """The loans that are handed over at an address that changes."""
    if not (isinstance(thing, Venue) and thing.ADDRESS & set(changed)):
        return []
    return [line for loan in to_hand_over(thing) for line in _lines(loan, out=True, back=True)[:1]]


def _lines(loan: Loan, out: bool, back: bool) -> list[Planned]:
    """The lines about a box that goes out on such a day, or comes back, or both."""
    address = reverse("admin:kits_loan_change", args=[loan.pk])
    said = {"box": loan.copy, "class_name": loan.party_name}
    found = []
    if out and loan.state in _TO_GO:
        text = _("%(box)s goes out (%(class_name)s)") % said
        found.append(Planned(loan.starts_on, text, address))
    if back:
        text = _("%(box)s comes back (%(class_name)s)") % said
        found.append(Planned(loan.ends_on, text, address))
    return found
