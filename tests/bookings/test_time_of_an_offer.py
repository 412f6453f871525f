"""How long an offer stands: counted from when its mail goes out."""

import datetime

import pytest

from bookings.models import Booking, State, VisitWait
from bookings.waiting.visit_list import LIST
from core.backoffice.history import staff_history
from core.kinds import kind_of
from core.mail.outbox import Teller
from core.mail.sending import Sender
from core.models import Mail
from schools.models import ClassGroup
from submissions.models import WaitState
from tests.factories import amsterdam, make_programme, make_slot, make_staff, make_wait
from tests.smtp_sink import smtp_sink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

# A Monday and a Tuesday, seven weeks before the visit: sixteen hours of two school days.
MONDAY = amsterdam(2026, 9, 14, 9)
FIRST_DEADLINE = amsterdam(2026, 9, 15, 16)


@pytest.fixture
def offered(frozen) -> VisitWait:
    frozen.move_to(MONDAY)
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    row = make_wait(slot=slot, programme=programme)
    LIST.offer_by_hand(row.submission, slot=slot, by=make_staff(), note="Afgesproken.")
    row.refresh_from_db()
    assert row.held_until == FIRST_DEADLINE
    return row


def deadlines(row: VisitWait) -> set[datetime.datetime | None]:
    """Of the entry and of what is held for it."""
    row.refresh_from_db()
    return {row.held_until, Booking.objects.get(wait=row).held_until}


def work() -> None:
    """What the worker does in one round, without sending."""
    kind = kind_of(VisitWait)
    kind.renew_untold_offers()
    kind.expire_offers()
    Teller().tell(seconds=10)


def test_offer_made_while_the_worker_was_away_gets_all_its_time(offered, frozen):
    frozen.move_to(FIRST_DEADLINE + datetime.timedelta(hours=17))  # Wednesday 9:00

    work()

    assert deadlines(offered) == {amsterdam(2026, 9, 17, 16)}
    assert offered.state == WaitState.OFFERED
    mail = Mail.objects.get(template="wait_offered")
    assert "donderdag 17 september" in mail.text
    assert mail.expires_at == amsterdam(2026, 9, 17, 16)


def test_mail_that_waits_for_the_mail_server_is_made_anew_with_the_later_deadline(offered, frozen):
    work()
    first = Mail.objects.get(template="wait_offered")
    frozen.move_to(amsterdam(2026, 9, 14, 12))

    work()

    assert deadlines(offered) == {amsterdam(2026, 9, 16, 10)}
    first.refresh_from_db()
    assert first.state == Mail.State.WITHDRAWN
    second = Mail.objects.waiting().get(template="wait_offered")
    assert "woensdag 16 september" in second.text
    assert [one.move for one in offered.events.order_by("pk")][-2:] == ["offer", "prolong"]
    assert staff_history(offered)[0].text == "Er is meer tijd om het aanbod te nemen."


def test_history_of_what_was_offered_is_in_sentences(offered, frozen):
    frozen.move_to(amsterdam(2026, 9, 14, 12))
    kind_of(VisitWait).renew_untold_offers()
    LIST.take(offered.submission, by=offered.submission.user)

    assert [line.text for line in reversed(staff_history(Booking.objects.get()))] == [
        "Er werd een plek aangeboden.",
        "Er is meer tijd om het aanbod te nemen.",
        "Het aanbod is genomen.",
    ]


def test_time_runs_once_the_mail_went_out(offered, frozen):
    work()
    Mail.objects.update(state=Mail.State.SENT)
    frozen.move_to(FIRST_DEADLINE - datetime.timedelta(minutes=1))
    work()
    assert deadlines(offered) == {FIRST_DEADLINE}

    frozen.move_to(FIRST_DEADLINE + datetime.timedelta(minutes=1))
    work()

    offered.refresh_from_db()
    assert offered.state == WaitState.ENDED


def test_some_minutes_are_not_worth_another_mail(offered, frozen):
    work()
    frozen.move_to(MONDAY + datetime.timedelta(minutes=14))
    work()
    assert deadlines(offered) == {FIRST_DEADLINE}
    assert Mail.objects.filter(template="wait_offered").count() == 1


def test_untold_offer_ends_when_its_place_can_no_longer_be_taken(offered, frozen):
    """A deadline never lies beyond that, whatever the mail does."""
    closing = amsterdam(2026, 10, 28)  # the 27th is five working days before 3 November
    frozen.move_to(closing - datetime.timedelta(hours=1))
    kind_of(VisitWait).renew_untold_offers()
    assert deadlines(offered) == {closing}

    frozen.move_to(closing + datetime.timedelta(minutes=1))
    work()

    offered.refresh_from_db()
    assert offered.state == WaitState.ENDED


def test_staff_offer_a_date_that_is_too_soon_to_be_asked_for_until_it_begins(frozen):
    """Three days ahead, where five working days are asked: the school can still take it."""
    frozen.move_to(amsterdam(2026, 9, 15, 9))
    programme = make_programme()
    soon = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 18, 9))
    wish = {"first_day": datetime.date(2026, 9, 16), "last_day": datetime.date(2026, 12, 1)}
    row = make_wait(slot=None, programme=programme, **wish)

    LIST.offer_by_hand(row.submission, slot=soon, by=make_staff(), note="Er viel iemand uit.")
    work()

    assert deadlines(row) == {amsterdam(2026, 9, 15, 13)}
    assert row.state == WaitState.OFFERED
    assert Mail.objects.waiting().filter(template="wait_offered").exists()
    LIST.take(row.submission, by=row.submission.user)
    assert Booking.objects.get(wait=row).state == State.CONFIRMED


def test_wish_over_the_summer_brings_the_class_of_the_year_in_which_it_comes(frozen):
    programme = make_programme()
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2027, 10, 5, 9))
    wish = {"first_day": datetime.date(2027, 5, 1), "last_day": datetime.date(2027, 12, 1)}
    row = make_wait(slot=None, programme=programme, **wish)
    school = row.submission.school
    row.class_group = ClassGroup.objects.named_in(row, school, row.school_day)
    row.save()

    assert LIST.give_turns() == 1
    LIST.take(row.submission, by=row.submission.user)

    booking = Booking.objects.get(wait=row)
    assert (booking.visit.slot, booking.state) == (slot, State.CONFIRMED)
    assert (row.class_group.school_year, booking.class_group.school_year) == (2026, 2027)
    assert booking.class_group.name == row.party_name


def test_full_mailbox_keeps_the_place_from_nobody(offered, frozen):
    """The server answered, and puts this mail off again and again."""
    work()
    Mail.objects.update(state=Mail.State.PUT_OFF, tries=3)
    frozen.move_to(FIRST_DEADLINE - datetime.timedelta(hours=3))
    work()
    assert deadlines(offered) == {FIRST_DEADLINE}
    frozen.move_to(FIRST_DEADLINE + datetime.timedelta(minutes=1))
    work()
    offered.refresh_from_db()
    assert offered.state == WaitState.ENDED


def hang_up(settings, **answers: str) -> None:
    """The mail server answers, takes the letter and hangs up before it says so."""
    with smtp_sink(**answers or {"DONE": "DROP"}) as server:
        settings.MAILERS = server.mailers()
        assert Sender().send(seconds=5) == 0


@pytest.mark.parametrize("answer", [{"DONE": "DROP"}, {"MAIL": "421 too busy"}])
def test_server_that_hangs_up_told_nobody(offered, frozen, settings, answer):
    work()
    hang_up(settings, **answer)
    assert Mail.objects.waiting().get().tries == 1
    frozen.move_to(FIRST_DEADLINE + datetime.timedelta(hours=17))

    work()

    assert deadlines(offered) == {amsterdam(2026, 9, 17, 16)}
    mail = Mail.objects.waiting().get(template="wait_offered")
    assert "donderdag 17 september" in mail.text


def test_mail_at_which_the_server_always_hangs_up_ends_all_the_same(offered, frozen, settings):
    """Made anew with a later deadline it goes on counting its tries."""
    settings.MAIL_TRIES = 3
    for hours in range(4):
        frozen.move_to(MONDAY + datetime.timedelta(hours=hours))
        work()
        assert Mail.objects.waiting().get(template="wait_offered").tries == hours
        hang_up(settings)
    assert Mail.objects.exclude(state=Mail.State.WITHDRAWN).get().state == Mail.State.FAILED
    (deadline,) = deadlines(offered)
    frozen.move_to(deadline + datetime.timedelta(minutes=1))

    work()

    offered.refresh_from_db()
    assert offered.state == WaitState.ENDED


def test_who_has_the_mail_can_answer_though_a_colleague_waits_for_hers(offered, frozen):
    work()
    mail = Mail.objects.get(template="wait_offered")
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.SENT)
    mail.pk, mail.to = None, "collega@school.example"
    mail.save(force_insert=True)
    frozen.move_to(FIRST_DEADLINE - datetime.timedelta(hours=3))
    work()
    assert deadlines(offered) == {FIRST_DEADLINE}
