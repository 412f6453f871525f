"""Erased means: not in any table, session, queued mail, log or upload (RELIABILITY, 28)."""

import datetime
import io
import logging
import os
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

import kits.lifecycle
from bookings import lifecycle
from bookings.models import Booking, BookingEvent, State, VisitSlot
from core import worker
from core.mail.queue import Message, enqueue
from core.models import Mail
from core.text.normal import key
from kits.models import Loan, LoanState
from schools.models import User
from submissions import codes, links
from submissions.models import CodeChallenge, Submission
from submissions.privacy import erasure, erasure_notice
from submissions.telling import send_code
from tec_site.pages.feeds import feed_address
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_class_group,
    make_loan,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
)

pytestmark = pytest.mark.django_db

NAME, EMAIL, PHONE = "Roosmarijn Zonneveld", "roosmarijn@school.example", "06 98765432"
AFTER = amsterdam(2026, 11, 20, 12)


@pytest.fixture(autouse=True)
def files_of_this_test_only(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def teacher(frozen):
    return make_teacher(email=EMAIL, name=NAME, phone=PHONE, school=make_school())


@pytest.fixture
def booking(teacher):
    """A visit with everything that can tell of her, mailed and past."""
    typed = {"facilities": f"Bel {NAME}", "purchase_order": f"INK {NAME}"}
    submission = make_submission(user=teacher, phone=PHONE, **typed)
    booking = make_booking(
        submission=submission,
        state=State.REQUESTED,
        party_name=f"Klas van {NAME}",
        class_group=make_class_group(school=teacher.school, name=f"Klas van {NAME}"),
    )
    desk = make_staff()
    lifecycle.confirm(booking=booking, by=desk, note=f"Gebeld met {NAME} op {PHONE}")
    challenge = codes.ask(purpose="sign_in", email=EMAIL, browser="browser")
    send_code(challenge, "nl")
    EmailAddress.objects.create(user=teacher, email=EMAIL)
    LogEntry.objects.create(
        user=desk,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(teacher.pk),
        object_repr=str(teacher),
        action_flag=CHANGE,
        change_message=f"Nummer is nu {PHONE}",
    )
    return booking


@pytest.fixture
def loan(booking):
    """A box that she borrowed for her class, reported about with a photo, and brought back."""
    loan = make_loan(
        submission=make_submission(user=booking.submission.user, phone=PHONE),
        party_name="7a van juf Roosmarijn",
        class_group=booking.class_group,
        booking=booking,
        state=LoanState.OUT,
    )
    photo = ContentFile(NAME.encode(), name="photo.jpg")
    kits.lifecycle.report(loan=loan, by=None, text=f"Bel {NAME}, {PHONE}", photo=photo)
    kits.lifecycle.add_note(loan=loan, by=make_staff(), note=f"{EMAIL} gemaild")
    kits.lifecycle.MOVES.apply(loan, "take_back", by=None)
    kits.lifecycle.MOVES.apply(loan, "check", by=None)
    return loan


def everything_written() -> str:
    """Every column of every table, sessions decoded, and every file, in one text."""
    rows = [repr(row) for model in apps.get_models() for row in model._base_manager.values_list()]
    sessions = [repr(session.get_decoded()) for session in Session.objects.all()]
    files = [
        path.read_bytes().decode("latin-1")
        for path in Path(settings.MEDIA_ROOT).rglob("*")
        if path.is_file()
    ]
    return "\n".join([*rows, *sessions, *files])


def traces() -> set[str]:
    written = everything_written()
    return {word for word in (NAME, EMAIL, PHONE) if word in written}


def test_erased_person_is_in_no_table_session_mail_file_or_log(
    booking, teacher, frozen, caplog, django_capture_on_commit_callbacks
):
    browser = Client()
    browser.force_login(teacher)
    worker.Worker().run_once()
    assert traces() == {NAME, EMAIL, PHONE}
    assert Mail.objects.filter(to=EMAIL).count() == 2
    frozen.move_to(AFTER)
    caplog.set_level(logging.DEBUG)

    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase_person(email=EMAIL.upper())

    assert traces() == set()
    assert not any(word in caplog.text for word in (NAME, EMAIL, PHONE))
    assert browser.get(reverse("my_tec")).status_code == 302
    assert User.objects.filter(email=EMAIL).count() == 0


def test_erased_borrower_is_in_no_report_photo_note_or_name_of_a_class(
    loan, booking, frozen, django_capture_on_commit_callbacks
):
    worker.Worker().run_once()
    (photo,) = (finding.photo for finding in loan.findings.all())
    assert photo.storage.exists(photo.name)
    frozen.move_to(AFTER)

    with django_capture_on_commit_callbacks(execute=True):
        done = erasure.erase_person(email=EMAIL)

    assert traces() == set()
    assert "Roosmarijn" not in everything_written()
    assert not photo.storage.exists(photo.name)
    assert (done["loan notes"], done["classes"]) == (2, 1)
    left = Loan.objects.get()
    assert (left.party_name, left.pupils, left.state) == ("groep 7", 24, LoanState.DONE)
    assert left.findings.values_list("text", "photo", "loan").get() == ("", "", loan.pk)
    assert [event.move for event in left.events.all()] == [
        *["made", "report", "note", "take_back", "check"]
    ]


def test_photo_that_no_report_names_goes_after_a_day(loan):
    """Of a report that was undone, or of a process killed before it deleted the file."""
    kept = Path(loan.findings.get().photo.path)
    young, orphan = kept.with_name("young"), kept.with_name("orphan")
    for path, hours in ((kept, 25), (young, 23), (orphan, 25)):
        path.touch()
        os.utime(path, (0, NOW.timestamp() - hours * 3600))
    worker.Worker().run_once()
    assert set(kept.parent.iterdir()) == {kept, young}


def test_log_and_school_calendar_no_longer_call_a_class_after_her(booking, loan, frozen):
    for about in (booking, loan.class_group):
        LogEntry.objects.create(
            user=make_staff(),
            content_type=ContentType.objects.get_for_model(about),
            object_id=str(about.pk),
            object_repr=f"{about}".replace(NAME, "juf ROOSMARIJN"),
            action_flag=CHANGE,
        )
    colleague = make_teacher(school=booking.submission.school)
    feed, client = feed_address("school", colleague), Client()
    first = client.get(feed)
    frozen.move_to(AFTER)

    erasure.erase_person(email=EMAIL)

    assert not LogEntry.objects.filter(object_repr__icontains="roosmarijn").exists()
    again = client.get(feed, headers={"If-None-Match": first["ETag"]})
    assert (b"Roosmarijn" in first.content, again.status_code) == (True, 200)
    assert b"Roosmarijn" not in again.content


def test_class_called_by_one_word_takes_that_word_from_no_mail_about_others(booking, frozen):
    """'Roosmarijn' is also the street of another school."""
    booking.party_name = "Roosmarijn"
    booking.save(update_fields=["party_name", "party_key"])
    text = "Jullie komen met Roosmarijn."
    for reference in (booking.submission.reference, "ANDERE77"):
        enqueue(Message(to="collega@x.example", subject="Bezoek", text=text, reference=reference))
    frozen.move_to(AFTER)

    erasure.erase_person(email=EMAIL)

    mails = Mail.objects.filter(to="collega@x.example").order_by("pk")
    assert [mail.text for mail in mails] == ["Jullie komen met ….", text]


def test_worker_erases_a_borrower_after_the_end_of_the_next_school_year(loan, frozen):
    """Also the visit before it, and who brings a box back a year late is known a year longer."""
    frozen.move_to(amsterdam(2028, 8, 1, 0, 1))
    Loan.objects.update(changed_at=amsterdam(2027, 8, 1, 0, 1))
    assert erasure.erase_overdue() == 1  # the visit only
    assert traces() == {NAME, EMAIL, PHONE}
    Loan.objects.update(changed_at=amsterdam(2027, 7, 31, 23, 59))
    month_of_notice(frozen)
    assert erasure.erase_overdue() == 1
    assert traces() - {NAME, PHONE} == set()  # the photo's file goes when that is committed
    assert not User.objects.filter(email=EMAIL).exists()


def test_borrower_is_not_erased_before_the_box_is_back_and_checked(loan, frozen):
    Loan.objects.update(state=LoanState.RETURNED)
    frozen.move_to(AFTER)
    with pytest.raises(erasure.StillComing):
        erasure.erase_person(email=EMAIL)


def test_class_is_called_after_its_year_group_when_it_carries_her_name(booking, frozen):
    """'groep 7' and 'groep 7 (2)' are there already; a class of another name is left alone."""
    school, group = booking.submission.school, booking.class_group
    taken = [make_class_group(school=school, name=name) for name in ("Groep 7", "Groep 7 (2)")]
    other = make_class_group(school=school, name="7 Roosjes")
    frozen.move_to(AFTER)

    erasure.erase_person(email=EMAIL)

    for one in (group, *taken, other):
        one.refresh_from_db()
    assert (group.name, group.name_key) == ("groep 7 (3)", "groep7(3)")
    assert [one.name for one in taken] == ["Groep 7", "Groep 7 (2)"]
    assert other.name == "7 Roosjes"


@pytest.mark.parametrize(
    ("contact", "party_name", "erased"),
    [
        ("Juf Anouk de Vries", "6/7 van juf ANOUK", True),
        ("Ümit Çelik-van ’t Hof", "klas umit", True),
        ("Eva Bos", "Klas van Eva", True),
        ("Juf Anouk de Vries", "Groep 7 van juf Ans", False),
        ("Team groep 7", "Groep 7", False),
        ("Jan van der Ven", "7 van der A", False),
    ],
)
def test_part_of_her_name_names_her_and_a_common_word_does_not(frozen, contact, party_name, erased):
    submission = make_submission(user=None, email=EMAIL, contact_name=contact)
    booking = make_booking(submission=submission, state=State.CANCELLED, party_name=party_name)
    erasure.erase_person(email=EMAIL)
    booking.refresh_from_db()
    assert booking.party_name == ("groep 7" if erased else party_name)
    assert booking.party_key == key(booking.party_name)


def test_counts_and_history_stay(booking, teacher, frozen):
    school, group = booking.submission.school, booking.class_group
    frozen.move_to(AFTER)

    erasure.erase_person(email=EMAIL)

    left = Booking.objects.select_related("submission").get()
    assert (left.pupils, left.supervisors, left.class_group) == (24, 3, group)
    assert (left.submission.school, left.submission.user) == (school, None)
    assert left.submission.reference == booking.submission.reference
    moves = BookingEvent.objects.order_by("pk").values_list("move", "by_role", "note")
    assert list(moves) == [("made", "site", ""), ("confirm", "staff", "")]


def test_message_that_still_waits_goes_to_nobody(booking, frozen):
    frozen.move_to(AFTER)
    Mail.objects.all().delete()
    erasure.erase_person(email=EMAIL)
    worker.Worker().run_once()
    assert Mail.objects.count() == 0


def test_link_from_her_mails_opens_nothing_any_more(booking, frozen):
    address = links.link_to(booking.submission, "bookings:booking")
    address = address.removeprefix(settings.SITE_URL)
    assert Client().get(address).status_code == 200
    frozen.move_to(AFTER)
    erasure.erase_person(email=EMAIL)
    assert Client().get(address).status_code == 410


def test_nobody_else_is_touched(booking, frozen):
    other = make_booking()
    before = Submission.objects.filter(pk=other.submission.pk).values().get()
    client = Client()
    client.force_login(other.submission.user)
    enqueue(Message(to=f"jan.{EMAIL}", subject="Hallo", text=f"Dag jan.{EMAIL}"))
    enqueue(Message(to=f"{EMAIL}.nl", subject="Hallo", text=f"Dag {EMAIL}.nl."))
    frozen.move_to(AFTER)

    erasure.erase_person(email=EMAIL)

    assert Submission.objects.filter(pk=other.submission.pk).values().get() == before
    assert User.objects.filter(pk=other.submission.user.pk).exists()
    assert client.get(reverse("my_tec")).status_code == 200
    assert list(Mail.objects.order_by("pk").values_list("to", flat=True)) == [
        f"jan.{EMAIL}",
        f"{EMAIL}.nl",
    ]


def test_log_of_erased_staff_stays_without_her_name(frozen):
    """What she did to others is their history; of two who go nobody can tell who did what."""
    school, desk = make_school(), [make_staff(name=NAME, phone=PHONE) for _one in range(2)]
    for person in desk:
        LogEntry.objects.create(
            user=person,
            content_type=ContentType.objects.get_for_model(school),
            object_id=str(school.pk),
            object_repr=str(school),
            action_flag=CHANGE,
            change_message="Adres",
        )
        erasure.erase_person(email=person.email)

    left = LogEntry.objects.order_by("pk")
    assert [(entry.object_repr, entry.change_message) for entry in left] == [
        (str(school), "Adres"),
        (str(school), "Adres"),
    ]
    nobody = User.objects.get()
    assert {entry.user for entry in left} == {nobody}
    assert (nobody.name, nobody.is_active, nobody.has_usable_password()) == ("…", False, False)
    assert traces() == set()
    assert not any(person.email in everything_written() for person in desk)
    erasure.erase_person(email=nobody.email)
    assert left.count() == 2


def test_somebody_with_a_visit_to_come_is_not_erased(booking):
    with pytest.raises(erasure.StillComing):
        erasure.erase_person(email=EMAIL)
    assert traces() == {NAME, EMAIL, PHONE}


def test_mails_to_the_address_she_had_before_are_erased_too(
    booking, teacher, frozen, django_capture_on_commit_callbacks
):
    worker.Worker().run_once()
    frozen.move_to(AFTER)
    teacher.email = "r.zonneveld@school.example"
    teacher.save(update_fields=["email"])
    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase_person(email="r.zonneveld@school.example")
    assert (traces(), Mail.objects.count()) == (set(), 0)


def test_unverified_submission_is_erased_by_its_address(frozen):
    submission = make_submission(user=None, email=EMAIL, contact_name=NAME, phone=PHONE)
    codes.ask(purpose="verify", email=EMAIL, browser="browser", submission=submission)
    erasure.erase_person(email=EMAIL)
    assert traces() == set()
    assert CodeChallenge.objects.count() == 0


# --- The command ---------------------------------------------------------------------------------


def test_dry_run_tells_and_changes_nothing(booking, frozen):
    frozen.move_to(AFTER)
    before = everything_written()
    out = io.StringIO()
    call_command("erase", EMAIL, "--dry-run", stdout=out)
    assert out.getvalue().splitlines() == [
        "Dit zou worden gewist:",
        "  addresses: 1",
        "  booking notes: 1",
        "  classes: 1",
        "  codes: 1",
        "  log entries: 1",
        "  mails: 1",
        "  submissions: 1",
        "  users: 1",
    ]
    assert everything_written() == before


def test_command_names_what_it_leaves_to_a_person(booking, frozen):
    frozen.move_to(AFTER)
    slot = booking.visit.slot
    VisitSlot.objects.update(note=f"{NAME} brengt taart")
    with pytest.raises(CommandError, match=f"bookings.VisitSlot.note: {slot.pk}"):
        call_command("erase", EMAIL, stdout=io.StringIO())
    assert traces() == {NAME}


def test_command_refuses_while_a_visit_is_to_come(booking):
    with pytest.raises(CommandError, match="Annuleer dat eerst"):
        call_command("erase", EMAIL, stdout=io.StringIO())


@pytest.mark.parametrize("typed", ["", " ", "school.example", "roosmarijn", f"{EMAIL}, x@y.nl"])
def test_command_takes_a_whole_address_only(booking, frozen, typed):
    """Nothing, or a part of an address, is found in the mails of everybody."""
    frozen.move_to(AFTER)
    before = everything_written()
    with pytest.raises(CommandError):
        call_command("erase", typed, stdout=io.StringIO())
    assert everything_written() == before


def month_of_notice(frozen):
    """Whoever has an account is told, her mail goes out, and the month passes."""
    erasure.erase_overdue()
    Mail.objects.filter(template=erasure_notice.TEMPLATE).update(state=Mail.State.SENT)
    frozen.shift(settings.ERASURE_TOLD_BEFORE + settings.ERASURE_MAIL_MAY_WAIT)


# --- By the clock --------------------------------------------------------------------------------


def test_worker_erases_after_the_end_of_the_next_school_year(booking, frozen):
    """The visit was in 2026-2027: kept until 31 July 2028."""
    frozen.move_to(amsterdam(2028, 6, 28, 12))
    month_of_notice(frozen)
    frozen.move_to(amsterdam(2028, 7, 31, 23, 59))
    assert erasure.erase_overdue() == 0
    frozen.move_to(amsterdam(2028, 8, 1, 0, 1))
    assert erasure.erase_overdue() == 1
    assert erasure.erase_overdue() == 0
    assert traces() == set()


def test_who_presses_keep_me_while_others_are_erased_stays(booking, teacher, frozen, monkeypatch):
    frozen.move_to(amsterdam(2028, 6, 28, 12))
    make_teacher(email="aaltje@school.example", joined_at=NOW)  # comes first
    month_of_notice(frozen)
    frozen.move_to(amsterdam(2028, 8, 1, 0, 1))
    erase_person = erasure.erase_person

    def she_presses_meanwhile(*, email):
        erasure_notice.keep(teacher)
        return erase_person(email=email)

    monkeypatch.setattr(erasure, "erase_person", she_presses_meanwhile)
    erasure.erase_overdue()  # her old visit, too
    assert User.objects.filter(pk=teacher.pk).exists()
    assert not User.objects.filter(email="aaltje@school.example").exists()


def test_worker_keeps_who_came_back_but_not_her_old_visit(booking, teacher, frozen):
    frozen.move_to(amsterdam(2028, 5, 1, 9))
    again = make_submission(user=teacher, phone=PHONE)
    frozen.move_to(amsterdam(2028, 8, 1, 0, 1))

    assert erasure.erase_overdue() == 1

    assert Submission.objects.get(pk=booking.submission.pk).email == ""
    assert Submission.objects.get(pk=again.pk).email == EMAIL
    assert User.objects.filter(email=EMAIL).exists()


def test_worker_keeps_what_was_asked_as_long_ago_and_is_still_to_come(booking, teacher, frozen):
    october = make_visit(slot=make_slot(starts_at=amsterdam(2028, 10, 5, 9)))
    coming = make_booking(submission=make_submission(user=teacher, phone=PHONE), visit=october)
    frozen.move_to(amsterdam(2028, 8, 1, 0, 1))

    assert erasure.erase_overdue() == 1

    assert Submission.objects.get(pk=booking.submission.pk).email == ""
    assert Submission.objects.get(pk=coming.submission.pk).email == EMAIL


def test_worker_erases_a_teacher_who_never_booked_and_no_staff(frozen):
    make_teacher(email=EMAIL, name=NAME, joined_at=NOW)
    desk = make_staff(joined_at=NOW)
    frozen.move_to(NOW + datetime.timedelta(days=2 * 365))
    month_of_notice(frozen)
    assert erasure.erase_overdue() == 1
    assert list(User.objects.all()) == [desk]


def test_worker_erases_a_few_at_a_time(frozen, monkeypatch):
    """Mail waits while it does; on the first of August there are hundreds."""
    monkeypatch.setattr(erasure, "AT_ONCE", 2)
    for _number in range(3):
        make_submission(user=None, email=f"juf{_number}@school.example")
        make_teacher(joined_at=NOW)
    frozen.move_to(NOW + datetime.timedelta(days=2 * 365))
    assert [erasure.erase_overdue() for _run in range(3)] == [2, 1, 0]
    month_of_notice(frozen)
    assert [erasure.erase_overdue() for _run in range(3)] == [2, 1, 0]
