"""Every mail × contact, companion, teacher named for a class (PITFALLS S17, S18). A mail that is in
a table of moves and not here is a mail too many."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client

from bookings import lifecycle as visits
from bookings import moving
from bookings.lifecycle import MOVES as VISIT_MOVES
from bookings.models import Booking, State, VisitWait
from bookings.waiting.visit_list import LIST as VISIT_LIST
from core.kinds import kind_of
from impact.lifecycle import ask
from impact.models import Evaluation
from kits import lifecycle as loans
from kits import moving as loan_moving
from kits.lifecycle import MOVES as LOAN_MOVES
from kits.models import Loan, LoanState, LoanWait
from kits.waiting.loan_list import LIST as LOAN_LIST
from submissions.models import Ending, WaitState
from submissions.sharing.lifecycle import Share, invite
from submissions.waiting.lifecycle import MOVES as WAIT_MOVES
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_loan_wait,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
    make_wait,
)
from tests.submissions.sharing import calendar_in, link_in, shared, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_letter")]


@pytest.fixture
def visit():
    programme = make_programme(max_groups=5, max_pupils=200)
    slot = make_slot(programmes=[programme], max_groups=5, max_pupils=200)
    make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9), max_pupils=200)
    return make_visit(slot=slot, programme=programme)


def told_by(kind: Any) -> set[str]:
    return {name for name, move in kind_of(kind).moves.items() if move.notice}


def test_who_is_invited_hears_of_nothing_else_until_she_takes_part(visit):
    booking = make_booking(visit=visit)
    share = Share(booking.submission)
    invite(shares=[share], email="bram@school.example", by=booking.submission.user)
    assert [mail.to for mail in tell()] == ["bram@school.example"]
    visits.change_numbers(booking=booking, pupils=20, supervisors=3, by=make_staff())
    assert [mail.to for mail in tell()] == [booking.submission.email]


# --- Visits --------------------------------------------------------------------------------------


def at_once(name: str, **options: Any) -> Any:
    """The move itself, where its verb asks for more than matters here."""
    return lambda one, desk: VISIT_MOVES.apply(one, name, by=desk, **options)


def later(one: Booking) -> Any:
    return one.visit.programme.slots.get(starts_at=amsterdam(2026, 11, 10, 9))


def propose(one: Booking, desk: Any) -> None:
    to = later(one)
    days = {"from": one.starts_at.isoformat(), "to": to.starts_at.isoformat(), "slot": to.pk}
    VISIT_MOVES.apply(one, "propose", by=desk, about=one.visit.slot.day, data=days)


def remind(name: str) -> Any:
    return lambda one, _desk: VISIT_MOVES.remind(one, name, one.visit.slot.day)


UNHELD = {"changes": {"held_until": None}}
# Move → the state from which it is made, and how.
OF_VISITS: dict[str, tuple[str, Any]] = {
    "verify": (State.HELD, at_once("verify", **UNHELD)),
    "request": (State.HELD, at_once("request", **UNHELD)),
    "confirm": (State.REQUESTED, lambda one, desk: visits.confirm(booking=one, by=desk)),
    "decline": (State.REQUESTED, lambda one, desk: visits.decline(booking=one, by=desk)),
    "take": (State.OFFERED, at_once("take", **UNHELD)),
    "take_up": (State.OFFERED, at_once("take_up", **UNHELD)),
    "cancel": (State.CONFIRMED, lambda one, desk: visits.cancel(booking=one, by=desk)),
    "reinstate": (State.CANCELLED, lambda one, desk: visits.reinstate(booking=one, by=desk)),
    "keep_date": (State.CONFIRMED, lambda one, desk: moving.keep_date(booking=one, by=desk)),
    "reschedule": (
        State.CONFIRMED,
        lambda one, desk: visits.reschedule(booking=one, slot=later(one), by=desk),
    ),
    "retime": (State.CONFIRMED, at_once("retime", data={"from": 180, "to": 120})),
    "readdress": (State.CONFIRMED, at_once("readdress", data={"from": "Kade 1", "to": "Kade 2"})),
    "propose": (State.CONFIRMED, propose),
    "change_numbers": (
        State.CONFIRMED,
        lambda one, desk: visits.change_numbers(booking=one, pupils=20, supervisors=3, by=desk),
    ),
    "remind": (State.CONFIRMED, remind("remind")),
    "ask_again": (State.CONFIRMED, remind("ask_again")),
}


def test_every_move_of_a_visit_that_is_told_is_here():
    assert set(OF_VISITS) == told_by(Booking)


@pytest.mark.parametrize("name", OF_VISITS)
def test_every_mail_reaches_the_contact_companions_and_the_teacher_of_the_class(visit, name):
    neighbour = make_booking(visit=visit, class_group=None, party_name="Ander")
    first, go = OF_VISITS[name]
    submission = make_submission(user=make_teacher(school=make_school()))
    mine, other = (
        make_booking(
            submission=submission, visit=visit, state=first, party_name=party, class_group=None
        )
        for party in ("De Uilen", "De Vossen")
    )
    everything = shared(submission)
    of_mine = shared(submission, row=mine)
    of_other = shared(submission, row=other)

    go(mine, make_staff())
    mails = tell()

    readers = {submission.email, everything.email, of_mine.email}
    assert sorted(mail.to for mail in mails) == sorted(readers)
    strangers = readers | {of_other.email, neighbour.submission.email}
    for mail in mails:
        words = " ".join([mail.subject, mail.text, mail.html, *calendar_in(mail)])
        assert {one for one in strangers - {mail.to} if one in words} == set()
        attendees = set(re.findall(r"ATTENDEE[^:]*:mailto:(\S+)", words))
        assert attendees <= {mail.to}
        assert Client().get(link_in(mail), follow=True).status_code == 200
    assert {mail.to for mail in mails if "De Vossen" in mail.text} <= readers - {of_mine.email}


def test_date_that_is_proposed_to_two_classes_opens_for_the_teacher_of_each(visit):
    submission = make_submission(user=make_teacher(school=make_school()))
    rows = [
        make_booking(submission=submission, visit=visit, party_name=name, class_group=None)
        for name in ("De Uilen", "De Vossen")
    ]
    teachers = [shared(submission, row=row) for row in rows]
    for row in rows:
        propose(row, make_staff())

    pages = {mail.to: link_in(mail) for mail in tell()}

    for row, teacher in zip(rows, teachers, strict=True):
        assert f"/verzetten/{row.pk}/" in pages[teacher.email]
        assert Client().get(pages[teacher.email]).status_code == 200


# --- Kits ----------------------------------------------------------------------------------------


def move_loan(one: Loan, desk: Any) -> None:
    days = (one.starts_on + datetime.timedelta(days=1), one.ends_on + datetime.timedelta(days=1))
    loan_moving.move(loan=one, starts_on=days[0], ends_on=days[1], by=desk)


def loan_at_once(name: str, **options: Any) -> Any:
    return lambda one, desk: LOAN_MOVES.apply(one, name, by=desk, **options)


OF_LOANS: dict[str, tuple[str, Any]] = {
    "verify": (LoanState.HELD, loan_at_once("verify", **UNHELD)),
    "take": (LoanState.OFFERED, loan_at_once("take", **UNHELD)),
    "cancel": (LoanState.RESERVED, lambda one, desk: loans.cancel(loan=one, by=desk)),
    "change_dates": (LoanState.RESERVED, move_loan),
    "keep_date": (LoanState.RESERVED, lambda one, desk: loan_moving.keep_date(loan=one, by=desk)),
    "extend": (
        LoanState.RESERVED,
        lambda one, desk: loans.extend(loan=one, ends_on=one.ends_on.replace(day=24), by=desk),
    ),
    "readdress": (
        LoanState.RESERVED,
        loan_at_once("readdress", data={"from": "Kade 1", "to": "Kade 2"}),
    ),
    "remind_collect": (
        LoanState.RESERVED,
        lambda one, _desk: LOAN_MOVES.remind(one, "remind_collect", one.starts_on),
    ),
    "remind_return": (
        LoanState.OUT,
        lambda one, _desk: LOAN_MOVES.remind(one, "remind_return", one.ends_on),
    ),
    "remind_overdue": (
        LoanState.OUT,
        lambda one, _desk: LOAN_MOVES.remind(one, "remind_overdue", one.ends_on),
    ),
}


def test_every_move_of_a_loan_that_is_told_is_here():
    assert set(OF_LOANS) == told_by(Loan)


@pytest.mark.parametrize("name", OF_LOANS)
def test_every_mail_about_a_loan_reaches_the_contact_and_the_companions_that_have_it(name, frozen):
    state, go = OF_LOANS[name]
    loan = make_loan(state=state)
    other = make_loan(submission=loan.submission)
    everything, of_loan = shared(loan.submission), shared(loan.submission, row=loan)
    shared(loan.submission, row=other)
    if name == "remind_overdue":
        frozen.move_to(amsterdam(2026, 11, 25, 10))

    go(loan, make_staff())

    readers = [loan.submission.email, everything.email, of_loan.email]
    assert sorted(mail.to for mail in tell()) == sorted(readers)


# --- Waiting lists -------------------------------------------------------------------------------

OF_WAITING: dict[str, tuple[str, Any]] = {
    "verify": (
        WaitState.HELD,
        lambda one, _list: WAIT_MOVES.apply(
            one, "verify", by=None, changes={"held_until": None, "asked_at": NOW}
        ),
    ),
    "offer": (WaitState.WAITING, lambda _one, waiting: waiting.give_turns()),
    "wait_on": (
        WaitState.OFFERED,
        lambda one, _list: WAIT_MOVES.apply(one, "wait_on", by=None, **UNHELD),
    ),
    "expire": (
        WaitState.OFFERED,
        lambda one, _list: WAIT_MOVES.apply(one, "expire", by=None, **UNHELD),
    ),
    "end": (
        WaitState.WAITING,
        lambda one, waiting: waiting.end(one.submission, Ending.TOO_LATE, by=None),
    ),
}


def visit_wait(state: str) -> VisitWait:
    return make_wait(state=state)


def loan_wait(state: str) -> LoanWait:
    return make_loan_wait(state=state, kit=make_kit())


@pytest.mark.parametrize("kind", [VisitWait, LoanWait])
def test_every_move_of_a_waiting_list_that_is_told_is_here(kind):
    assert set(OF_WAITING) == told_by(kind)


@pytest.mark.parametrize("name", OF_WAITING)
@pytest.mark.parametrize(("made", "waiting"), [(visit_wait, VISIT_LIST), (loan_wait, LOAN_LIST)])
def test_every_mail_of_a_waiting_list_reaches_the_contact_and_the_companion(made, waiting, name):
    state, go = OF_WAITING[name]
    row = made(state)
    companion = shared(row.submission)

    go(row, waiting)

    mails = tell()
    assert sorted(mail.to for mail in mails) == sorted([row.submission.email, companion.email])
    for mail in mails:
        other = ({row.submission.email, companion.email} - {mail.to}).pop()
        assert other not in f"{mail.subject} {mail.text} {mail.html}"
        assert Client().get(link_in(mail), follow=True).status_code == 200


# --- Afterwards ----------------------------------------------------------------------------------


def test_how_it_was_is_the_only_thing_asked_afterwards(frozen):
    assert told_by(Evaluation) == {"ask"}
    booking = make_booking()
    companion = shared(booking.submission, row=booking)
    frozen.move_to(amsterdam(2026, 11, 4, 10))
    ask(booking, day=booking.visit.slot.day)

    assert sorted(mail.to for mail in tell()) == sorted([booking.submission.email, companion.email])
