"""Boxes that go out or come back on days that close: other days for them, or none."""

import datetime
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.models import Booking
from core.dates import ONE_DAY, start_of_day
from core.lifecycle import Refused
from core.tasks.work import About
from core.transactions import retried
from kits import boxes, lifecycle, moving
from kits.desk_days import Days, desk_calendar
from kits.models import Loan, LoanState
from programmes.closing_days.sweeper import (
    CANCEL,
    LEAVE,
    MOVE,
    Hit,
    StandsOtherwise,
    Sweeper,
    Way,
    numbers_in,
)
from programmes.models import Venue
from schools.models import User

ALONG, EXTEND = "along", "extend"
COMING = LoanState.where(is_coming=True)
# Another day on which boxes change hands is looked for so far from the days that close.
LOOK = datetime.timedelta(days=60)


class VisitStays(Refused):
    """Its box was to go along with a visit."""


class LoanSweeper(Sweeper):
    name = "sweep_loans"
    prefix = "leskist"
    permission = "kits.change_loan"

    def hits(self, venue: Venue, first: datetime.date, last: datetime.date) -> list[Hit]:
        days = (first, last)
        along = Booking.objects.holding().filter(
            visit__slot__venue=venue,
            visit__slot__starts_at__gte=max(start_of_day(first), timezone.now()),
            visit__slot__starts_at__lt=start_of_day(last + ONE_DAY),
        )
        # A box of another venue stays open on its own days; only its visit is of these.
        goes = Q(starts_on__range=days, copy__kit__venue=venue)
        goes |= Q(booking__in=along.order_by().values("pk"))
        loans = Loan.objects.filter(
            Q(goes, state__in=COMING) | Q(ends_on__range=days, copy__kit__venue=venue),
            copy__kit__venue__hub=venue.hub_id,
            state__in=(*COMING, LoanState.OUT),
            ends_on__gte=timezone.localdate(),
        )
        rows = loans.with_facts().order_by("starts_on", "pk")
        return [_hit(self.key(loan.pk), loan, venue, first, last) for loan in rows]

    @retried
    def sweep(self, key: str, way: Way, *, stands: str, by: User, note: str) -> str:
        loan = Loan.objects.with_facts().get(pk=numbers_in(key)[0])
        boxes.lock_loan(loan)
        if _stands(loan) != stands:
            raise StandsOtherwise
        if way.action == MOVE:
            starts_on, ends_on = way.days
            moving.move(loan=loan, starts_on=starts_on, ends_on=ends_on, by=by, note=note)
        elif way.action == EXTEND:
            lifecycle.extend(loan=loan, ends_on=way.days[0], by=by, note=note)
        elif way.action == ALONG:
            _follow(loan, way.days[0], by, note)
        elif way.action == CANCEL:
            lifecycle.cancel(loan=loan, by=by, note=note)
        elif way.action != LEAVE:  # of another version of the site
            raise StandsOtherwise
        return ""

    def about(self, keys: Iterable[str]) -> dict[str, About]:
        numbers = {numbers_in(key)[0]: key for key in keys}
        loans = Loan.objects.with_facts().filter(pk__in=numbers)
        return {
            numbers[loan.pk]: About(f"{loan.copy} ({loan.party_name})", _page_of(loan))
            for loan in loans
        }


def _follow(loan: Loan, left: datetime.date, by: User, note: str) -> None:
    visit = loan.booking
    if visit is None or not visit.is_holding or visit.visit.slot.day == left:
        raise VisitStays(_("Its visit did not move, so neither did the box."))
    moving.move_along(loan, left, by, note)


def _stands(loan: Loan) -> str:
    return f"{loan.state}:{loan.starts_on}:{loan.ends_on}"


def _page_of(loan: Loan) -> str:
    return reverse("admin:kits_loan_change", args=[loan.pk])


def _hit(key: str, loan: Loan, venue: Venue, first: datetime.date, last: datetime.date) -> Hit:
    along, without = _along(loan, venue, first, last), _without(loan)
    ways = [*along, *_other_days(loan, first, last), *without]
    is_here = loan.kit.venue_id == venue.pk
    if is_here and loan.state in COMING and first <= loan.starts_on <= last:
        day, words = loan.starts_on, _("%(box)s goes out (%(class_name)s)")
    elif is_here and first <= loan.ends_on <= last:
        day, words = loan.ends_on, _("%(box)s comes back (%(class_name)s)")
    else:
        assert loan.booking is not None
        day = loan.booking.visit.slot.day
        words = _("%(box)s goes with a visit of these days (%(class_name)s)")
        ways = [*along, *reversed(without)]  # its own days stay open
    text = words % {"box": loan.copy, "class_name": loan.party_name}
    return Hit(
        key=key,
        day=day,
        text=f"{date_format(day, 'TABLE_DAY_FORMAT')} {text}",
        whom=loan.submission.asker_name,
        address=_page_of(loan),
        ways=ways,
        stands=_stands(loan),
        submissions=frozenset([loan.submission_id]),
    )


def _without(loan: Loan) -> list[Way]:
    leave = Way(LEAVE, words=_("leave it as it is"))
    return [Way(CANCEL, words=_("cancel it")), leave] if loan.state in COMING else [leave]


def _along(loan: Loan, venue: Venue, first: datetime.date, last: datetime.date) -> list[Way]:
    """With its visit, where that is at this venue on one of these days."""
    visit: Booking | None = loan.booking
    if visit is None or loan.state not in COMING or not visit.is_holding:
        return []
    day = visit.visit.slot.day
    if not first <= day <= last or visit.visit.slot.venue_id != venue.pk:
        return []
    return [Way(ALONG, [str(day)], _("move it along with the visit"))]


def _other_days(loan: Loan, first: datetime.date, last: datetime.date) -> list[Way]:
    """The nearest days on which its box can change hands instead, the later ones first."""
    today = timezone.localdate()
    desk = desk_calendar(loan.kit.venue, today, last + LOOK + ONE_DAY, loan.delivery)
    later = desk.days(last + ONE_DAY, last + LOOK)[:2]
    earlier = desk.days(max(today, first - LOOK), first)[-1:]
    if loan.state == LoanState.OUT:
        back = _("back on %(day)s")
        return [Way(EXTEND, [str(day)], back % {"day": _day(day)}) for day in later]
    if not first <= loan.starts_on <= last:
        found = [Days(loan.starts_on, day) for day in [*later, *earlier] if day > loan.starts_on]
    else:
        length = loan.ends_on - loan.starts_on
        found = []
        for start in [*later, *earlier]:
            ends = desk.return_days(loan.kit, start)
            if ends:
                found.append(Days(start, _nearest(ends, loan.ends_on, start + length)))
    words = _("move to %(days)s")
    return [
        Way(MOVE, [str(one.starts_on), str(one.ends_on)], words % {"days": one}) for one in found
    ]


def _nearest(
    days: Sequence[datetime.date], wanted: datetime.date, otherwise: datetime.date
) -> datetime.date:
    """The old return day, if it is one of `days`; else the one nearest to the old length."""
    return wanted if wanted in days else min(days, key=lambda day: abs(day - otherwise))


def _day(day: datetime.date) -> str:
    return date_format(day, "TABLE_DAY_FORMAT")
