"""Loans of the demo in every state, around today, made by the verbs that the site itself uses."""

import datetime
from collections.abc import Mapping

from django.utils import timezone

from core.dates import ONE_DAY, start_of_day
from kits import handling, lifecycle
from kits.desk_days import LOOK_AHEAD, Days, desk_calendar
from kits.handling import Count
from kits.models import Delivery, Finding, KitCopy, LessonKit, Loan, LoanEvent, RefusedDemand
from kits.rules import LoanItem, LoanRequest
from schools.models import School, User
from schools.years import YearGroup
from submissions.models import Submission
from submissions.rules import Party
from tec_site.demo.people import STAFF_EMAIL
from tec_site.demo.schools import SCHOOLS, TEACHERS

MAILED = 3


def load() -> None:
    """One story after another, unless somebody lent already."""
    if Loan.objects.exists():
        return
    staff = User.objects.get(email=STAFF_EMAIL)
    _history(staff)
    _overdue(staff)
    _out(staff)
    _waiting_to_be_checked(staff)
    _coming(staff)
    _not_any_more(staff)
    kit = LessonKit.objects.get(slug="3d-printer-in-de-klas")
    wanted = offered_days(kit, Delivery.DESK, 20, 41)
    RefusedDemand.objects.create(kit=kit, starts_on=wanted.starts_on, ends_on=wanted.ends_on)
    _leave_mail()


def offered_days(kit: LessonKit, delivery: str, first: int, last: int) -> Days:
    """Days on which its box can change hands, as near as can be to these numbers of days from
    today: what is over is over, what comes is no sooner, and what is away is away today.

    A loan is longer than schools may ask for only where a holiday is: as staff agree with one.
    """
    today = timezone.localdate()
    wish = Days(today + first * ONE_DAY, today + last * ONE_DAY)
    since, before = wish.starts_on - LOOK_AHEAD, wish.ends_on + LOOK_AHEAD
    open_days = desk_calendar(kit.venue, since, before, delivery).days(since, before)
    found = [
        Days(start, end)
        for start in open_days
        for end in open_days
        if (start < today if first < 0 else start >= wish.starts_on)
        and (end > today if last > 0 else end <= wish.ends_on)
        and start < end
    ]
    return min(found, key=lambda days: (_is_too_long(kit, days), _apart(days, wish)))


def _is_too_long(kit: LessonKit, days: Days) -> bool:
    return (days.ends_on - days.starts_on).days > kit.loan_days


def _apart(one: Days, other: Days) -> datetime.timedelta:
    return abs(one.starts_on - other.starts_on) + abs(one.ends_on - other.ends_on)


def _ask(
    slug: str, school: int, first: int, last: int, delivery: str = Delivery.DESK
) -> LoanRequest:
    """What a school asks; `first` and `last` in days from today."""
    teacher = TEACHERS[school]
    kit = LessonKit.objects.get(slug=slug)
    group = min(kit.year_to, YearGroup.GROUP_7)
    key = f"demo-{slug}-{school}-{first}"
    submission = Submission(
        submission_key=key,
        data_hash=key,
        contact_name=teacher.name,
        email=teacher.email,
        phone=f"0570 00 00 {school:02d}",
        school=School.objects.get(site_code=SCHOOLS[school][0]),
    )
    party = Party(f"Groep {group}A", group, group, 26)
    days = offered_days(kit, delivery, first, last)
    return LoanRequest(submission, LoanItem(kit, *days, delivery), party)


def _lend(
    staff: User, slug: str, school: int, first: int, last: int, delivery: str = Delivery.DESK
) -> Loan:
    submission = lifecycle.book(_ask(slug, school, first, last, delivery), by=staff)
    return submission.loans.with_facts().get()


def _count(loan: Loan, lost: Mapping[str, int] | None = None) -> dict[int, Count]:
    lost = lost or {}
    return {
        item.pk: Count(item.quantity - lost.get(item.name, 0)) for item in loan.kit.contents.all()
    }


def _hand_out(staff: User, loan: Loan) -> Loan:
    handling.pack(loan=loan, by=staff)
    handling.hand_out(loan=loan, counts=_count(loan), by=staff)
    _happened(loan, loan.starts_on, "pack", "hand_out")
    return loan


def _take_back(staff: User, loan: Loan) -> None:
    handling.take_back(loan=loan, by=staff)
    _happened(loan, loan.ends_on, "take_back")


def _happened(loan: Loan, day: datetime.date, *moves: str) -> None:
    """These moves were made that morning, not while the demo was filled."""
    morning = start_of_day(day) + datetime.timedelta(hours=9)
    loan.events.filter(move__in=moves).update(at=min(morning, timezone.now()))


def _history(staff: User) -> None:
    """Done: one box came back whole, one lacks something."""
    whole = _hand_out(staff, _lend(staff, "bouwen-met-buizen", 0, -70, -49))
    _take_back(staff, whole)
    handling.check(loan=whole, counts=_count(whole), by=staff)
    lossy = _hand_out(staff, _lend(staff, "stroomkringen", 1, -42, -21))
    _take_back(staff, lossy)
    handling.check(
        loan=lossy,
        counts=_count(lossy, {"Zoemer": 2, "Lampje": 8}),
        by=staff,
        note="Twee zoemers kwijt; de school zoekt nog.",
    )


def _overdue(staff: User) -> None:
    _hand_out(staff, _lend(staff, "robots-leren-rijden", 2, -26, -5))


def _out(staff: User) -> None:
    loan = _hand_out(staff, _lend(staff, "brug-in-een-kist", 3, -10, 7))
    Finding.objects.create(loan=loan, text="Een emmer heeft een scheur. Hij is nog te gebruiken.")
    _hand_out(staff, _lend(staff, "robots-leren-rijden", 4, -7, 14))


def _waiting_to_be_checked(staff: User) -> None:
    loan = _hand_out(staff, _lend(staff, "bouwen-met-buizen", 5, -21, 0))
    _take_back(staff, loan)


def _coming(staff: User) -> None:
    """Packed for today, reserved for later, one of them for the transport round, one held."""
    handling.pack(loan=_lend(staff, "stroomkringen", 6, 0, 14), by=staff)
    _lend(staff, "robots-leren-rijden", 7, 14, 35)
    _lend(staff, "bouwen-met-buizen", 8, 8, 29, delivery=Delivery.ROUND)
    _lend(staff, "3d-printer-in-de-klas", 9, 15, 36)
    lifecycle.hold(_ask("brug-in-een-kist", 1, 20, 34), by=staff)


def _not_any_more(staff: User) -> None:
    """Cancelled, lapsed, and a box that never came back."""
    lifecycle.cancel(
        loan=_lend(staff, "stroomkringen", 3, 28, 42), by=staff, note="Op verzoek van de school."
    )
    held = lifecycle.hold(_ask("bouwen-met-buizen", 4, 21, 42), by=staff)
    lifecycle.MOVES.lapse_all(held.loans.all())
    lost = _hand_out(staff, _lend(staff, "3d-printer-in-de-klas", 5, -60, -40))
    handling.write_off(loan=lost, by=staff, note="Voorbeeld: gestolen uit de auto.")
    _happened(lost, lost.ends_on, "write_off")
    KitCopy.objects.filter(pk=lost.copy_id).update(note="Voorbeeld: aangifte gedaan.")


def _leave_mail() -> None:
    """Their mails are made; the demo's mail page would otherwise start with all of the past."""
    waiting = LoanEvent.objects.filter(noticed_at=None).exclude(notice="").order_by("-pk")
    newest = list(waiting.values_list("pk", flat=True)[:MAILED])
    waiting.exclude(pk__in=newest).update(noticed_at=timezone.now())
