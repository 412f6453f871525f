"""Mails on their way: in the order of what happened, while it is true; and as staff read them."""

import datetime
import re

import icalendar
import pytest
from django.conf import settings
from django.core import mail as django_mail
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

import kits.lifecycle
from bookings import lifecycle
from bookings.models import Booking, State
from bookings.telling import documents, notices
from core import worker
from core.kinds import parts
from core.mail import outbox
from core.mail.markers import MARKER, marker
from core.mail.outbox import Teller
from core.mail.queue import Message, enqueue
from core.mail.sending import Sender, send_again
from core.models import Mail
from kits.models import LoanState
from submissions import codes, telling
from submissions.models import CodeChallenge
from submissions.sharing.lifecycle import correct_email
from submissions.telling import send_code
from tests.factories import (
    make_booking,
    make_loan,
    make_school,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_letter", "one_factor")]

TO = "anouk@school.example"
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def desk(client):
    worker.beat()
    client.force_login(make_staff())
    return client


def test_oldest_of_each_kind_that_was_not_told_is_found_with_one_question(
    frozen, django_assert_num_queries
):
    rows = [make_booking(), make_booking(), make_loan()]
    for row in rows:  # one every minute
        row.events.update(notice="confirmed", noticed_at=None, at=timezone.now())
        frozen.shift(MINUTE)
    first, second, of_loan = [row.events.latest("pk") for row in rows]

    with django_assert_num_queries(1):
        assert outbox.oldest_untold() == first.at
    with django_assert_num_queries(3):
        assert outbox.untold_since(of_loan.at) == [first, of_loan]
    assert outbox.untold_since(of_loan.at - MINUTE / 2) == [first]
    type(first).objects.filter(pk=first.pk).update(noticed_at=of_loan.at)
    assert outbox.untold_since(of_loan.at) == [second, of_loan]


def book(**fields) -> Booking:
    school = make_school(name="Basisschool Élan")
    submission = make_submission(user=make_teacher(email=TO, name="Juf Anouk", school=school))
    booking = make_booking(submission=submission, state=State.REQUESTED, **fields)
    lifecycle.confirm(booking=booking, by=make_staff())
    return booking


def go_on(frozen, *, minutes: int) -> None:
    """What the worker does meanwhile: every minute, until no mail waits."""
    until = timezone.now() + minutes * MINUTE
    teller, sender = Teller(), Sender()
    while timezone.now() < until:
        teller.tell(seconds=5)
        while sender.send(seconds=5):
            pass
        if not Mail.objects.waiting().exists():
            break
        frozen.shift(MINUTE)
    frozen.move_to(until)


def subjects(sink) -> list[str]:
    return [str(message["Subject"]).split(":")[0] for message in sink.messages]


def sequences(sink) -> list[int]:
    files = [
        part.get_payload(decode=True)
        for message in sink.messages
        for part in message.iter_attachments()
    ]
    return [icalendar.Calendar.from_ical(file).events[0]["SEQUENCE"] for file in files]


# --- A server that puts off ----------------------------------------------------------------------


@pytest.mark.parametrize("put_off_for", [1, 60])
def test_confirmation_never_arrives_after_the_cancellation(sink, frozen, put_off_for):
    booking = book()
    sink.answers["RCPT"] = "451 greylisted"
    go_on(frozen, minutes=put_off_for)
    assert sink.messages == []
    sink.answers.clear()
    lifecycle.cancel(booking=booking, by=make_staff())
    go_on(frozen, minutes=90)
    assert subjects(sink) == ["Geannuleerd"]
    states = Mail.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [Mail.State.WITHDRAWN, Mail.State.SENT]


@pytest.mark.parametrize("put_off_for", [1, 60])
def test_change_arrives_after_the_confirmation_that_was_put_off(sink, frozen, put_off_for):
    booking = book()
    sink.answers["RCPT"] = "451 greylisted"
    go_on(frozen, minutes=1)
    lifecycle.change_numbers(booking=booking, pupils=20, supervisors=2, by=make_staff())
    go_on(frozen, minutes=put_off_for)
    assert sink.messages == []
    sink.answers.clear()
    go_on(frozen, minutes=90)
    assert subjects(sink) == ["Bevestigd", "Gewijzigd"]
    assert sequences(sink) == sorted(sequences(sink))


def test_confirmation_of_two_classes_goes_out_while_one_of_them_comes(sink, frozen):
    first = book(visit=make_visit(max_groups=2, max_pupils=70), party_name="7a")
    second = make_booking(
        visit=first.visit, submission=first.submission, state=State.REQUESTED, party_name="7b"
    )
    lifecycle.confirm(booking=second, by=make_staff())
    sink.answers["RCPT"] = "451 greylisted"
    go_on(frozen, minutes=1)
    sink.answers.clear()
    lifecycle.cancel(booking=second, by=make_staff())
    go_on(frozen, minutes=5)
    assert subjects(sink) == ["Bevestigd", "Geannuleerd"]


@pytest.mark.parametrize("put_off_for", [1, 60])
def test_reservation_never_arrives_after_its_cancellation(sink, frozen, put_off_for):
    loan = make_loan(state=LoanState.HELD)
    loan.submission.verified_at = None
    loan.submission.save()
    kits.lifecycle.verify(submission=loan.submission)
    sink.answers["RCPT"] = "451 greylisted"
    go_on(frozen, minutes=put_off_for)
    sink.answers.clear()
    loan.refresh_from_db()
    kits.lifecycle.cancel(loan=loan, by=make_staff())
    go_on(frozen, minutes=90)
    assert subjects(sink) == ["Geannuleerd"]


def test_reminder_in_the_queue_of_what_was_cancelled_is_not_sent(sink, frozen):
    """It was made, and the server was away when the school cancelled."""
    booking = book()
    go_on(frozen, minutes=1)
    for days in (20, 6):
        frozen.move_to(booking.starts_at - datetime.timedelta(days=days))
        worker.Worker().run_once()
    assert subjects(sink)[::2] == ["Bevestigd", "Bijna zover"]

    Mail.objects.filter(subject__startswith="Bijna zover").update(state=Mail.State.QUEUED)
    lifecycle.cancel(booking=booking, by=make_staff())
    go_on(frozen, minutes=2)

    assert [subjects(sink)[number] for number in (0, 2, 3)] == [
        "Bevestigd",
        "Bijna zover",
        "Geannuleerd",
    ]
    reminder = Mail.objects.get(subject__startswith="Bijna zover")
    assert reminder.state == Mail.State.WITHDRAWN


def test_mail_that_cannot_be_made_anew_goes_as_it_was_made(sink, frozen, monkeypatch, caplog):
    def fails(_events):
        raise ZeroDivisionError

    book()
    Teller().tell(seconds=5)
    monkeypatch.setattr(notices, "confirmed", fails)
    go_on(frozen, minutes=1)
    assert subjects(sink) == ["Bevestigd"]
    assert "cannot be made anew" in caplog.text


# --- Sent again ----------------------------------------------------------------------------------


def test_mail_sent_again_is_of_now_and_to_the_address_of_now(sink, frozen):
    booking = book()
    go_on(frozen, minutes=1)
    Booking.objects.update(pupils=19)
    correct_email(submission=booking.submission, email="anouk@nieuw.example")
    [first] = Mail.objects.all()

    [again] = send_again(Mail.objects.all())

    go_on(frozen, minutes=1)
    assert sink.recipients == [[TO], ["anouk@nieuw.example"]]
    assert ("24 leerlingen" in first.text, "19 leerlingen" in again.text) == (True, True)
    first.refresh_from_db()
    assert (first.to, first.state, again.message_id != first.message_id) == (
        TO,
        Mail.State.SENT,
        True,
    )


def test_mail_pressed_twice_is_sent_again_once(frozen):
    book()
    go_on(frozen, minutes=1)
    mails = Mail.objects.filter(state=Mail.State.SENT)
    assert [len(send_again(mails)), len(send_again(mails))] == [1, 0]


def test_failed_mail_that_is_made_anew_needs_no_attention_any_more(sink, frozen):
    book()
    sink.answers["RCPT"] = "550 no such person"
    go_on(frozen, minutes=1)
    sink.answers.clear()
    [failed] = Mail.objects.all()
    assert failed.state == Mail.State.FAILED
    send_again(Mail.objects.all())
    failed.refresh_from_db()
    assert failed.state == Mail.State.WITHDRAWN
    go_on(frozen, minutes=1)
    assert subjects(sink) == ["Bevestigd"]


def test_mail_of_what_was_cancelled_is_not_sent_again(frozen):
    booking = book()
    go_on(frozen, minutes=1)
    lifecycle.cancel(booking=booking, by=make_staff())
    assert send_again(Mail.objects.filter(subject__startswith="Bevestigd")) == []


# --- As staff read them --------------------------------------------------------------------------


def page_of(desk, mail: Mail) -> str:
    return desk.get(reverse("admin:core_mail_change", args=[mail.pk])).content.decode()


def test_link_in_a_mail_leads_staff_to_their_own_page_of_the_booking(desk):
    booking = book()
    Teller().tell(seconds=5)
    text = page_of(desk, Mail.objects.get())
    address = reverse("admin:bookings_booking_change", args=[booking.pk])
    assert f'href="http://127.0.0.1:8000{address}"' in text
    assert "[[" not in text


def test_link_in_a_mail_about_two_classes_leads_to_what_was_submitted(desk):
    booking = book(visit=make_visit(max_groups=2, max_pupils=70))
    make_booking(submission=booking.submission, visit=booking.visit)
    Teller().tell(seconds=5)
    address = reverse("admin:submissions_submission_change", args=[booking.submission_id])
    assert f'href="http://127.0.0.1:8000{address}"' in page_of(desk, Mail.objects.get())


def test_code_in_a_mail_is_dots_for_staff(desk):
    make_teacher(email=TO)
    challenge = codes.ask(purpose=CodeChallenge.Purpose.SIGN_IN, email=TO, browser="hers")
    text = page_of(desk, send_code(challenge, "nl"))
    assert ("••••••" in text, codes.code_of(challenge) in text) == (True, False)


@pytest.mark.parametrize("typed", ["reference", "basisschool", "elan", "bevestigd", TO])
def test_mails_are_found_by_reference_school_subject_and_address(desk, typed):
    booking = book()
    other = make_booking(state=State.REQUESTED)
    lifecycle.cancel(booking=other, by=make_staff())
    Teller().tell(seconds=5)
    asked = booking.submission.reference.lower() if typed == "reference" else typed
    response = desk.get(reverse("admin:core_mail_changelist"), {"q": asked})
    assert [mail.to for mail in response.context["cl"].result_list] == [TO]


@pytest.mark.parametrize("typed", ["celik", "06 12345678", "o011cd"])
def test_mails_are_found_as_whoever_asked_is_found(desk, typed):
    """By a name in any letters, a telephone number, a reference as it was heard."""
    booking = book()
    submission = booking.submission
    submission.contact_name, submission.phone = "Ümit Çelik", "+31612345678"
    submission.reference = "0011CD34"
    submission.save()
    other = make_booking(state=State.REQUESTED)
    lifecycle.cancel(booking=other, by=make_staff())
    Teller().tell(seconds=5)
    response = desk.get(reverse("admin:core_mail_changelist"), {"q": typed})
    assert [mail.to for mail in response.context["cl"].result_list] == [TO]


@pytest.mark.parametrize(("tries", "shown"), [(0, ""), (3, "3")])
def test_list_says_how_often_a_mail_was_tried_in_vain(desk, tries, shown):
    book()
    Teller().tell(seconds=5)
    Mail.objects.update(tries=tries)
    page = desk.get(reverse("admin:core_mail_changelist")).text
    [cell] = re.findall(r'<td class="field-tries_shown.*?>(.*?)</td>', page, re.DOTALL)
    assert cell.strip() == shown


def test_code_of_a_submission_is_found_by_its_reference(desk):
    submission = make_submission(user=None, email=TO)
    challenge = codes.ask(
        purpose=CodeChallenge.Purpose.VERIFY, email=TO, browser="hers", submission=submission
    )
    mail = send_code(challenge, "nl")
    response = desk.get(reverse("admin:core_mail_changelist"), {"q": submission.reference})
    assert list(response.context["cl"].result_list) == [mail]


def test_page_of_a_booking_and_of_a_loan_leads_to_its_mails(desk):
    for row, name in ((book(), "bookings_booking"), (make_loan(), "kits_loan")):
        page = desk.get(reverse(f"admin:{name}_change", args=[row.pk])).content.decode()
        address = reverse("admin:core_mail_changelist")
        assert f'href="{address}?q={row.submission.reference}"' in page


def test_mail_that_went_without_its_letter_says_so(desk, monkeypatch):
    """The letter could not be made: the mail goes, and staff see what is missing."""

    def fails(_submission):
        raise OSError("no such font")

    monkeypatch.setattr(telling, "can_be_made", lambda: True)
    monkeypatch.setattr(documents, "letter", fails)
    booking = book()
    Teller().tell(seconds=5)
    assert Sender().send(seconds=5) == 1
    [sent] = django_mail.outbox
    assert [name for name, *_rest in sent.attachments] == [
        f"tec-{booking.submission.reference}-1.ics"
    ]
    mail = Mail.objects.get()
    name = documents.letter_filename(booking.submission)
    assert (mail.state, mail.went_without) == (Mail.State.SENT, name)
    assert f"{name} (kon niet worden gemaakt: zonder verstuurd)" in page_of(desk, mail)


def test_what_was_typed_is_text_for_staff(desk):
    mail = enqueue(Message(to=TO, subject="Dag", text="<script>alert(1)</script>"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page_of(desk, mail)


def test_overview_leads_to_what_failed_and_what_came_too_late(desk):
    failed, late, withdrawn, _waiting = [
        enqueue(Message(to=TO, subject=subject, text="Dag")) for subject in "abcd"
    ]
    for mail, state in (
        (failed, Mail.State.FAILED),
        (late, Mail.State.EXPIRED),
        (withdrawn, Mail.State.WITHDRAWN),
    ):
        Mail.objects.filter(pk=mail.pk).update(state=state)
    [matter] = desk.get("/beheer/").context["matters"]
    assert matter.text == "2 mails konden deze week niet bezorgd worden"
    response = desk.get(matter.address)
    assert set(response.context["cl"].result_list) == {failed, late}


def test_every_marker_of_the_site_is_known_as_one():
    """Or the mail shows it as it is written, and its link opens nothing."""
    names = [one.name for part in parts() for one in (*part.markers, *part.enclosures)]
    assert {"booking", "still_coming", "letter"} <= set(names)
    assert [name for name in names if not MARKER.fullmatch(marker(name, 1, to=TO))] == []


# --- As text and as HTML -------------------------------------------------------------------------


def sentences_of(template: str) -> set[str]:
    """What a template says, as the catalogues have it."""
    told = re.findall(r"{% blocktranslate[^%]*%}(.+?){% endblocktranslate %}", template, re.DOTALL)
    named = {re.sub(r"{{ (\w+) }}", r"%(\1)s", words) for words in told}
    return named | set(re.findall(r'{% translate "([^"]+)"', template))


def test_text_of_a_mail_speaks_of_no_button():
    """Only its HTML has one."""
    templates = settings.BASE_DIR / "templates" / "mail"
    said = {one for path in templates.glob("*.txt") for one in sentences_of(path.read_text())}
    assert len(said) > 150
    for language, button in (("nl", "knop"), ("en", "button")):
        with translation.override(language):
            assert [one for one in map(gettext, said) if button in one] == []
