"""Erased means: not in any table, session, queued mail, log or upload (RELIABILITY, 28)."""

import datetime
import io
import logging
from pathlib import Path

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from post_office.models import Email

from bookings import lifecycle
from bookings.models import Booking, BookingEvent, State
from schools import codes, erasure, links
from schools.models import CodeChallenge, Submission, User
from schools.notices import send_code
from tec_site import worker
from tec_site.mail_queue import Message, queue
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_school,
    make_staff,
    make_submission,
    make_teacher,
)

pytestmark = pytest.mark.django_db

NAME, EMAIL, PHONE = "Roosmarijn Zonneveld", "roosmarijn@school.example", "06 98765432"
AFTER = amsterdam(2026, 11, 20, 12)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def teacher(clock):
    return make_teacher(email=EMAIL, name=NAME, phone=PHONE, school=make_school())


@pytest.fixture
def booking(teacher):
    """A visit with everything that can tell of her, mailed and past."""
    submission = make_submission(user=teacher, phone=PHONE, facilities=f"Bel {NAME}")
    booking = make_booking(submission=submission, state=State.REQUESTED)
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
    booking, teacher, clock, caplog, django_capture_on_commit_callbacks
):
    browser = Client()
    browser.force_login(teacher)
    worker.Worker().run_once()
    assert traces() == {NAME, EMAIL, PHONE}
    assert Email.objects.filter(to=[EMAIL]).count() == 2
    clock.move_to(AFTER)
    caplog.set_level(logging.DEBUG)

    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase_person(email=EMAIL.upper())

    assert traces() == set()
    assert not any(word in caplog.text for word in (NAME, EMAIL, PHONE))
    assert browser.get(reverse("my_tec")).status_code == 302
    assert User.objects.filter(email=EMAIL).count() == 0


def test_counts_and_history_stay(booking, teacher, clock):
    school, group = booking.submission.school, booking.class_group
    clock.move_to(AFTER)

    erasure.erase_person(email=EMAIL)

    left = Booking.objects.select_related("submission").get()
    assert (left.pupils, left.supervisors, left.class_group) == (24, 3, group)
    assert (left.submission.school, left.submission.user) == (school, None)
    assert left.submission.reference == booking.submission.reference
    moves = BookingEvent.objects.order_by("pk").values_list("move", "by_role", "note")
    assert list(moves) == [("made", "site", ""), ("confirm", "staff", "")]


def test_message_that_still_waits_goes_to_nobody(booking, clock):
    clock.move_to(AFTER)
    Email.objects.all().delete()
    erasure.erase_person(email=EMAIL)
    worker.Worker().run_once()
    assert Email.objects.count() == 0


def test_link_from_her_mails_opens_nothing_any_more(booking, clock):
    address = links.link_to(booking.submission, "bookings:booking")
    address = address.removeprefix(settings.SITE_URL)
    assert Client().get(address).status_code == 200
    clock.move_to(AFTER)
    erasure.erase_person(email=EMAIL)
    assert Client().get(address).status_code == 404


def test_nobody_else_is_touched(booking, clock):
    other = make_booking()
    before = Submission.objects.filter(pk=other.submission.pk).values().get()
    client = Client()
    client.force_login(other.submission.user)
    queue(Message(to=f"jan.{EMAIL}", subject="Hallo", text=f"Dag jan.{EMAIL}"))
    queue(Message(to=f"{EMAIL}.nl", subject="Hallo", text=f"Dag {EMAIL}.nl."))
    clock.move_to(AFTER)

    erasure.erase_person(email=EMAIL)

    assert Submission.objects.filter(pk=other.submission.pk).values().get() == before
    assert User.objects.filter(pk=other.submission.user.pk).exists()
    assert client.get(reverse("my_tec")).status_code == 200
    assert list(Email.objects.order_by("pk").values_list("to", flat=True)) == [
        [f"jan.{EMAIL}"],
        [f"{EMAIL}.nl"],
    ]


def test_somebody_with_a_visit_to_come_is_not_erased(booking):
    with pytest.raises(erasure.StillComing):
        erasure.erase_person(email=EMAIL)
    assert traces() == {NAME, EMAIL, PHONE}


def test_unverified_submission_is_erased_by_its_address(clock):
    submission = make_submission(user=None, email=EMAIL, contact_name=NAME, phone=PHONE)
    codes.ask(purpose="verify", email=EMAIL, browser="browser", submission=submission)
    erasure.erase_person(email=EMAIL)
    assert traces() == set()
    assert CodeChallenge.objects.count() == 0


# --- The command ---------------------------------------------------------------------------------


def test_dry_run_tells_and_changes_nothing(booking, clock):
    clock.move_to(AFTER)
    before = everything_written()
    out = io.StringIO()
    call_command("erase", EMAIL, "--dry-run", stdout=out)
    assert out.getvalue().splitlines() == [
        "Dit zou worden gewist:",
        "  addresses: 1",
        "  booking notes: 1",
        "  codes: 1",
        "  log entries: 1",
        "  mails: 1",
        "  submissions: 1",
        "  users: 1",
    ]
    assert everything_written() == before


def test_command_names_what_it_leaves_to_a_person(booking, clock):
    clock.move_to(AFTER)
    Booking.objects.update(class_name=f"Klas van {NAME}")
    with pytest.raises(CommandError, match=f"bookings.Booking.class_name: {booking.pk}"):
        call_command("erase", EMAIL, stdout=io.StringIO())
    assert traces() == {NAME}


def test_command_refuses_while_a_visit_is_to_come(booking):
    with pytest.raises(CommandError, match="Annuleer dat eerst"):
        call_command("erase", EMAIL, stdout=io.StringIO())


# --- By the clock --------------------------------------------------------------------------------


def test_worker_erases_after_the_end_of_the_next_school_year(booking, clock):
    """The visit was in 2026-2027: kept until 31 July 2028."""
    clock.move_to(amsterdam(2028, 7, 31, 23, 59))
    assert erasure.erase_overdue() == 0
    clock.move_to(amsterdam(2028, 8, 1, 0, 1))
    assert erasure.erase_overdue() == 1
    assert erasure.erase_overdue() == 0
    assert traces() == set()


def test_worker_keeps_who_came_back_but_not_her_old_visit(booking, teacher, clock):
    clock.move_to(amsterdam(2028, 5, 1, 9))
    again = make_submission(user=teacher, phone=PHONE)
    clock.move_to(amsterdam(2028, 8, 1, 0, 1))

    assert erasure.erase_overdue() == 1

    assert Submission.objects.get(pk=booking.submission.pk).email == ""
    assert Submission.objects.get(pk=again.pk).email == EMAIL
    assert User.objects.filter(email=EMAIL).exists()


def test_worker_erases_a_teacher_who_never_booked_and_no_staff(clock):
    make_teacher(email=EMAIL, name=NAME, joined_at=NOW)
    desk = make_staff(joined_at=NOW)
    clock.move_to(NOW + datetime.timedelta(days=2 * 365))
    assert erasure.erase_overdue() == 1
    assert list(User.objects.all()) == [desk]
