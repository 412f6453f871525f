"""What the dashboard of staff says of loans."""

import datetime
import itertools
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.kinds import Matter, OnDay, Planned
from kits import desk_days
from kits.changes import to_hand_over
from kits.models import Attention, Delivery, DeskDay, Loan, LoanState
from kits.telling.days_off import TO_GO, TO_RETURN, Handed, OnDayOff, handed_over, on_days_off
from programmes.models import Venue
from schools.models import User

_COMING = LoanState.where(is_coming=True)


def _day_handed(loan: Loan) -> datetime.date:
    """The day on which its box goes out, or comes back."""
    return loan.ends_on if loan.state == LoanState.OUT else loan.starts_on


def on_days(first: datetime.date, before: datetime.date, user: User) -> list[OnDay]:
    """The boxes that go out and come back; one query."""
    out = Q(state__in=_COMING, starts_on__gte=first, starts_on__lt=before)
    back = Q(state=LoanState.OUT, ends_on__gte=first, ends_on__lt=before)
    askers = "submission__school", "submission__organisation"
    loans = Loan.objects.of_hubs(user).filter(out | back).select_related("copy__kit", *askers)
    ordered = sorted(loans, key=lambda loan: (_day_handed(loan), loan.state, loan.copy.code))
    return [_on_day(day, list(rows)) for day, rows in itertools.groupby(ordered, key=_day_handed)]


def _on_day(day: datetime.date, loans: list[Loan]) -> OnDay:
    text = ngettext("%(number)d box", "%(number)d boxes", len(loans))
    return OnDay(day, loans, text % {"number": len(loans)}, "admin/kits/_boxes.html")


def next_day(day: datetime.date, user: User) -> datetime.date | None:
    found = (
        Loan.objects.of_hubs(user)
        .filter(state__in=TO_RETURN)
        .aggregate(
            out=Min("starts_on", filter=Q(state__in=_COMING, starts_on__gte=day)),
            back=Min("ends_on", filter=Q(state=LoanState.OUT, ends_on__gte=day)),
        )
    )
    return min((one for one in found.values() if one), default=None)


# --- What needs attention ------------------------------------------------------------------------


def matters(user: User) -> list[Matter]:
    """At most four queries, however many boxes are lent."""
    handed = handed_over(Loan.objects.of_hubs(user))
    return [*_late_and_left(handed), *_on_days_off(handed)]


def _late_and_left(handed: list[Handed]) -> list[Matter]:
    today, found = timezone.localdate(), []
    away = (one for one in handed if one.state == LoanState.OUT and one.ends_on < today)
    due = [desk_days.Due(one.place, one.way, one.ends_on) for one in away]
    if number := desk_days.number_late(due):
        text = ngettext("%(number)d box is overdue", "%(number)d boxes are overdue", number)
        found.append(Matter(text % {"number": number}, _list_of({"when": "overdue"})))
    count = Counter(one.attention == Attention.MOVE_ASKED for one in handed if one.attention)
    if number := count[False]:
        text = ngettext(
            "%(number)d loan needs attention: its box cannot go out as promised",
            "%(number)d loans need attention: their boxes cannot go out as promised",
            number,
        )
        found.append(Matter(text % {"number": number}, _list_of({"attention": "box"})))
    if number := count[True]:
        text = ngettext(
            "%(number)d loan needs attention: its school asks for other days",
            "%(number)d loans need attention: their schools ask for other days",
            number,
        )
        found.append(Matter(text % {"number": number}, _list_of({"attention": "days"})))
    return found


def _list_of(query: dict[str, str]) -> str:
    return reverse("admin:kits_loan_changelist", query=query)


def _on_days_off(handed: list[Handed]) -> list[Matter]:
    """The first, and a line about the others."""
    found, shown = on_days_off(handed), settings.MATTERS_SHOWN
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
    off = on_days_off(handed_over(Loan.objects.filter(pk=loan.pk)))
    return [matter for one in off for matter in _matters_of(one)]


def _matters_of(off: OnDayOff) -> Iterator[Matter]:
    for one in _lines(off.loan, bool(off.out), bool(off.back)):
        why = off.out if one.day == off.loan.starts_on else off.back
        facts = {"day": date_format(one.day, "MONTH_DAY_FORMAT"), "what": one.text}
        yield Matter(why % facts, one.address)


# --- What stands on days that close --------------------------------------------------------------


def planned_on(venue: Venue, first: datetime.date, last: datetime.date) -> list[Planned]:
    span = (first, last)
    loans = Loan.objects.at(venue).filter(state__in=TO_RETURN)
    loans = loans.filter(Q(starts_on__range=span) | Q(ends_on__range=span)).with_facts()
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
    loans = Loan.objects.at(day.venue).filter(state__in=TO_RETURN, delivery=delivery)
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
    if out and loan.state in TO_GO:
        text = _("%(box)s goes out (%(class_name)s)") % said
        found.append(Planned(loan.starts_on, text, address))
    if back:
        text = _("%(box)s comes back (%(class_name)s)") % said
        found.append(Planned(loan.ends_on, text, address))
    return found
