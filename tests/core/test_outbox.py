import threading

import pytest
from django.db import connection, transaction

from bookings.lifecycle import MOVES
from bookings.models import BookingEvent, State
from core import kinds
from core.lifecycle import Move
from core.mail import outbox
from core.mail.outbox import Teller, tell_group
from core.mail.queue import Attachment, Message
from core.models import Mail
from tests.factories import make_booking, make_submission, make_visit

pytestmark = pytest.mark.django_db


def move(*args, **kwargs):
    with transaction.atomic():
        return MOVES.apply(*args, **kwargs)


CONFIRM = Move("confirm", frozenset(State), None, "told", name="note")


def tell_of(events: list[BookingEvent]) -> list[Message]:
    classes = ", ".join(event.booking.party_name for event in events)
    return [Message(to="juf@school.example", subject=f"Told: {classes}", text="Dag!\n")]


class Told(kinds.Kind):
    name = "told"
    event = BookingEvent
    together = ("booking__submission",)

    def mails(self, events):
        return self.broken(events) if events[0].notice == "broken" else self.told(events)

    def told(self, events):
        if events[0].notice != "told":
            raise LookupError
        return tell_of(events)

    def broken(self, events):
        raise ZeroDivisionError


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    """Only the notices of this module."""
    told = Told()
    monkeypatch.setattr(kinds, "_registered", [told])
    return told


def subjects() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("subject", flat=True))


def test_event_with_a_notice_becomes_one_mail_once():
    event = move(make_booking(party_name="7a"), CONFIRM, by=None)
    teller = Teller()
    assert [teller.tell(seconds=5), teller.tell(seconds=5), Teller().tell(seconds=5)] == [1, 0, 0]
    assert subjects() == ["Told: 7a"]
    event.refresh_from_db()
    assert event.noticed_at is not None


def test_event_without_a_notice_is_never_picked_up():
    booking = make_booking()
    assert Teller().tell(seconds=5) == 0
    assert booking.events.get().noticed_at is None
    assert outbox.oldest_untold() is None


def test_classes_of_one_submission_told_together_are_one_mail():
    submission, visit = make_submission(), make_visit(max_groups=2, max_pupils=70)
    for name in ("7a", "7b"):
        move(make_booking(submission=submission, visit=visit, party_name=name), CONFIRM, by=None)
    Teller().tell(seconds=5)
    assert subjects() == ["Told: 7a, 7b"]


def test_other_submission_and_other_note_are_mails_of_their_own():
    first = make_booking(party_name="7a")
    move(first, CONFIRM, by=None)
    move(make_booking(party_name="8a"), CONFIRM, by=None)
    move(first, CONFIRM, by=None, note="Neem laarzen mee")
    Teller().tell(seconds=5)
    assert subjects() == ["Told: 7a", "Told: 8a", "Told: 7a"]


def test_notice_that_fails_lets_the_others_pass_and_is_tried_again_later(monkeypatch):
    bad = move(make_booking(), CONFIRM, by=None, notice="broken")
    move(make_booking(party_name="8a"), CONFIRM, by=None)
    teller = Teller()
    teller.tell(seconds=5)
    assert subjects() == ["Told: 8a"]
    assert outbox.oldest_untold() == bad.at

    monkeypatch.setattr(outbox, "TRY_AGAIN_AFTER", 0.0)
    assert Teller().tell(seconds=5) == 0
    BookingEvent.objects.filter(pk=bad.pk).update(notice="told")
    assert Teller().tell(seconds=5) == 1


def test_notice_whose_query_fails_lets_the_others_pass(transactional_db, kind):
    """Not every error of the database means that it is away."""

    def asks_nonsense(events):
        with connection.cursor() as cursor:
            cursor.execute("SELECT there_is_no_such_column")

    kind.broken = asks_nonsense
    bad = move(make_booking(), CONFIRM, by=None, notice="broken")
    move(make_booking(party_name="8a"), CONFIRM, by=None)
    assert (Teller().tell(seconds=5), subjects()) == (1, ["Told: 8a"])
    assert outbox.oldest_untold() == bad.at


def test_mail_that_cannot_be_queued_leaves_the_event_untold(kind):
    def to_nobody(events):
        return [*tell_of(events), Message(to="geen adres", subject="", text="")]

    kind.told = to_nobody
    event = move(make_booking(), CONFIRM, by=None)
    assert Teller().tell(seconds=5) == 0
    event.refresh_from_db()
    assert (event.noticed_at, subjects()) == (None, [])


def test_notice_nobody_knows_stays_visible():
    event = move(make_booking(), CONFIRM, by=None, notice="unheard")
    assert Teller().tell(seconds=5) == 0
    event.refresh_from_db()
    assert event.noticed_at is None
    assert outbox.oldest_untold() == event.at


def test_rolled_back_move_leaves_no_mail():
    booking = make_booking()

    with transaction.atomic():
        move(booking, CONFIRM, by=None)
        transaction.set_rollback(True)
    assert (Teller().tell(seconds=5), subjects()) == (0, [])


def test_second_worker_that_rendered_at_the_same_time_queues_nothing(kind):
    event = move(make_booking(), CONFIRM, by=None)

    class Overtaken(Told):
        def told(self, events):
            Teller().tell(seconds=5)  # the other worker, between our reading and our writing
            return tell_of(events)

    assert tell_group(Overtaken(), [event]) == 0
    assert len(subjects()) == 1


def test_events_of_which_another_worker_told_some_are_told_by_nobody_twice():
    """Two classes are told in one mail or not at all; the other waits for the next round."""
    submission, visit = make_submission(), make_visit(max_groups=2, max_pupils=70)
    first, second = (
        move(make_booking(submission=submission, visit=visit, party_name=name), CONFIRM, by=None)
        for name in ("7a", "7b")
    )

    class Overtaken(Told):
        def told(self, events):
            BookingEvent.objects.filter(pk=first.pk).update(noticed_at=first.at)
            return tell_of(events)

    assert (tell_group(Overtaken(), [first, second]), subjects()) == (0, [])
    second.refresh_from_db()
    assert second.noticed_at is None

    assert (Teller().tell(seconds=5), subjects()) == (1, ["Told: 7b"])


def test_every_event_of_a_mail_is_marked_as_told():
    submission, visit = make_submission(), make_visit(max_groups=3, max_pupils=99)
    for name in ("7a", "7b", "8"):
        move(make_booking(submission=submission, visit=visit, party_name=name), CONFIRM, by=None)

    assert (Teller().tell(seconds=5), subjects()) == (1, ["Told: 7a, 7b, 8"])

    assert not BookingEvent.objects.filter(notice="told", noticed_at=None).exists()
    assert Teller().tell(seconds=5) == 0


def test_mail_carries_its_attachments_and_headers(kind):
    def with_file(events):
        return [
            Message(
                to="juf@school.example",
                subject="Met\r\nBcc: x@y.example",
                text="Dag!",
                language="en",
                reply_to="balie@tec.example",
                attachments=[
                    Attachment("a.ics", b"BEGIN:VCALENDAR\r\n", "text/calendar; method=REQUEST")
                ],
            )
        ]

    kind.told = with_file
    move(make_booking(), CONFIRM, by=None)
    Teller().tell(seconds=5)
    message = Mail.objects.get().email_message().message()
    assert message["Subject"] == "Met Bcc: x@y.example"
    assert (message["Content-Language"], message["Reply-To"]) == ("en", "balie@tec.example")
    assert message["Message-ID"].endswith("@127.0.0.1>")
    (part,) = message.iter_attachments()
    assert (part.get_content_type(), part.get_param("method")) == ("text/calendar", "REQUEST")
    assert part.get_filename() == "a.ics"


def test_workers_at_once_make_one_mail_of_each_event(transactional_db):
    bookings = [make_booking(party_name=f"{number}") for number in range(12)]
    for booking in bookings:
        move(booking, CONFIRM, by=None)
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            Teller().tell(seconds=60)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(subjects()) == sorted(f"Told: {booking.party_name}" for booking in bookings)


# --- Made anew -----------------------------------------------------------------------------------


def test_in_the_place_of_a_mail_to_who_hears_no_more_nobody_is_told_twice(kind, monkeypatch):
    readers = ["anouk@school.example", "bram@school.example"]
    monkeypatch.setattr(
        kind, "mails", lambda _events: [Message(to=one, subject="Told", text="") for one in readers]
    )
    move(make_booking(), CONFIRM, by=None)
    Teller().tell(seconds=5)
    mail = Mail.objects.get(to="bram@school.example")
    assert outbox.made_anew(mail).to == mail.to
    readers.remove(mail.to)
    assert outbox.made_anew(mail) is outbox.InItsPlace.NOTHING
    readers.append("cas@school.example")  # who has it of her
    assert outbox.made_anew(mail).to == "cas@school.example"


# --- Rehearsed -----------------------------------------------------------------------------------


def test_rehearsal_tells_of_its_own_events_only_each_once_and_leaves_none():
    mine, hers = make_booking(party_name="7a"), make_booking(party_name="6")
    with outbox.rehearsal() as heard:
        move(mine, CONFIRM, by=None)
        hers.events.create(move="confirm", to_state=hers.state, notice="told")  # another request's
        assert [mail.subject for mail in outbox.told_of(heard)] == ["Told: 7a"]
        move(mine, CONFIRM, by=None, note="again")
        assert len(outbox.told_of(heard)) == 1
        assert outbox.told_of(heard) == []
    assert mine.events.filter(notice="told").count() == 0
    event = move(mine, CONFIRM, by=None)
    assert [heard, mine.events.latest("pk")] == [[], event]


def test_what_was_refused_in_a_rehearsal_is_not_told():
    booking = make_booking(party_name="7a")
    with outbox.rehearsal() as heard:
        with transaction.atomic():
            move(booking, CONFIRM, by=None)
            transaction.set_rollback(True)
        assert outbox.told_of(heard) == []
