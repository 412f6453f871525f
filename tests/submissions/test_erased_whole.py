"""Somebody who did everything that one can do here is erased, and a full dump is searched."""

import logging
from uuid import uuid4

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client

import kits.lifecycle
from bookings import lifecycle, moving, preparing
from bookings.models import Booking, State
from bookings.waiting.visit_list import LIST
from core import worker
from core.models import Mail
from impact import lifecycle as looking_back
from impact.models import Evaluation, SchoolContact
from kits.models import LoanState
from kits.waiting.loan_list import LIST as BOXES
from schools.models import User
from submissions import codes
from submissions.links import link_to
from submissions.models import Submission
from submissions.privacy import erasure
from submissions.sharing import lifecycle as sharing
from submissions.sharing.lifecycle import Share
from submissions.telling import send_code
from submissions.writing.mailing import Mailing, MailingWords
from submissions.writing.recipients import Circle, people
from submissions.writing.work import send
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
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
    the_hub,
)
from tests.impact.asking import TEACHER
from tests.submissions.sharing import shared, signed_in
from tests.submissions.test_erasure import everything_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_letter")]

NAME, EMAIL, PHONE = "Roosmarijn Zonneveld", "roosmarijn@school.example", "06 98765432"
WORDS = (NAME, EMAIL, PHONE, "Roosmarijn", "0698765432")


@pytest.fixture(autouse=True)
def files_of_this_test_only(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def teacher(frozen):
    return make_teacher(email=EMAIL, name=NAME, phone=PHONE, school=make_school())


def traces() -> set[str]:
    written = everything_written()
    return {word for word in WORDS if word in written}


def hers(teacher) -> Submission:
    typed = {"facilities": f"Bel {NAME}", "purchase_order": f"INK {NAME}", "browser": "haar-mobiel"}
    return make_submission(user=teacher, phone=PHONE, school=teacher.school, **typed)


def book(teacher, *days: int) -> list[Booking]:
    submission, programme = hers(teacher), make_programme(preparation="Zoek techniek.")
    named = {"school": teacher.school, "name": f"Klas van {NAME}"}
    slots = [
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9)) for day in days
    ]
    group = make_class_group(**named)
    return [
        make_booking(
            submission=submission,
            class_group=group,
            party_name=group.name,
            visit=make_visit(slot=slot, programme=programme),
        )
        for slot in slots
    ]


def live_through_all_of_it(teacher, frozen) -> None:
    staff, word = make_staff(), {"note": f"Groet, {NAME}, {PHONE}"}
    came, moved, asked = book(teacher, 3, 10, 12)
    other = make_slot(programmes=[moved.visit.programme], starts_at=amsterdam(2026, 11, 11, 13))
    moving.move(booking=moved, slot=other, by=teacher, **word)
    preparing.prepare(booking=came, by=teacher)
    # Waits for a visit and for a box, is offered one, withdraws.
    waits = make_wait(submission=hers(teacher), party_name=f"7b van {NAME}", programme=other_one())
    LIST.note(waits, by=staff, **word)
    place = make_slot(programmes=[waits.programme], starts_at=amsterdam(2026, 11, 19, 9))
    LIST.offer_by_hand(waits.submission, slot=place, by=staff, **word)
    LIST.withdraw(waits.submission, by=teacher, **word)
    box = make_loan_wait(submission=hers(teacher), party_name=f"7b van {NAME}")
    BOXES.withdraw(box.submission, by=teacher, **word)
    # Borrows, and reports with a photograph.
    loan = make_loan(submission=hers(teacher), party_name="7 van Roosmarijn", state=LoanState.OUT)
    photo = ContentFile(NAME.encode(), name="photo.jpg")
    kits.lifecycle.report(loan=loan, by=None, text=f"Bel {NAME}", photo=photo)
    kits.lifecycle.MOVES.apply(loan, "take_back", by=None)
    kits.lifecycle.MOVES.apply(loan, "check", by=None, **word)
    # Asks a colleague along, takes part herself elsewhere, hands nothing over in the end.
    shared(came.submission, row=came, with_mails=True, name="Bram", email="bram@school.example")
    elsewhere = make_booking(party_name="8 van Bram")
    companion = shared_with(elsewhere, teacher)
    sharing.leave(companions=[companion], by=teacher)
    shares = sharing.all_of(teacher)
    sharing.invite(shares=shares, email="tessa@school.example", by=teacher, takes_over=True)
    worker.Worker().run_once()
    frozen.move_to(amsterdam(2026, 10, 30, 12))
    moving.ask_to_move(booking=asked, slot=other, by=teacher, **word)
    lifecycle.ask_to_cancel(booking=moved, by=teacher, **word)
    worker.Worker().run_once()
    # The day after: looks back, under her own name.
    frozen.move_to(amsterdam(2026, 11, 4, 10))
    with transaction.atomic():
        looking_back.ask(came, day=came.visit.slot.day)
    quote = {"quote": f"Mooi! {NAME}", "may_quote": True, "quote_name": NAME}
    evaluation = Evaluation.objects.get()
    looking_back.answer(evaluation=evaluation, answers=TEACHER | quote, by=teacher)
    looking_back.show(evaluation=evaluation, by=staff)
    # What staff wrote down of her, and a mail to many in which she is one.
    day = came.visit.slot.day
    SchoolContact.objects.create(
        school=teacher.school, hub=the_hub(), day=day, note=f"Sprak {NAME}", by=staff
    )
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(teacher.pk),
        object_repr=str(teacher),
        action_flag=CHANGE,
        change_message=f"Nummer is nu {PHONE}",
    )
    many = Circle(the_hub(), other.day, other.day)
    mailing = Mailing(many, MailingWords("Andere ingang", f"Vraag naar {NAME}.", "", ""))
    shown = [(one.unit, one.name) for one in people(many)]
    assert len(shown) == 1
    send(mailing, shown, by=staff, token=uuid4())
    # What is still on its way: a code, her browser, a mail.
    send_code(codes.ask(purpose="sign_in", email=EMAIL, browser="browser"), "nl")
    worker.Worker().run_once()


def other_one():
    return make_programme(title="Film", slug="film")


def shared_with(booking, teacher):
    """She takes part in what another teacher booked."""
    invited = sharing.invite(
        shares=[Share(booking.submission, booking)], email=EMAIL, by=booking.submission.user
    )
    person = {"name": NAME, "phone": PHONE}
    [companion] = sharing.accept(
        invitation=invited[0].invitation, email=EMAIL, person=person, language="nl"
    )
    return companion


def test_who_did_everything_is_nowhere_once_erased(
    teacher, frozen, caplog, django_capture_on_commit_callbacks
):
    live_through_all_of_it(teacher, frozen)
    browser, links = signed_in(teacher), [link_to(Submission.objects.first(), "bookings:booking")]
    assert browser.get("/mijn/").status_code == 200
    assert traces() == set(WORDS)
    to_others = set(Mail.objects.exclude(to=EMAIL).values_list("pk", flat=True))
    frozen.move_to(amsterdam(2026, 11, 20, 12))
    caplog.set_level(logging.DEBUG)

    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase_person(email=EMAIL)

    assert erasure.found_in(WORDS) == []
    assert traces() == set()
    assert not any(word in caplog.text for word in WORDS)
    # What was told others is theirs; the worker makes her anew for nobody.
    worker.Worker().run_once()
    assert traces() == set()
    assert set(Mail.objects.values_list("pk", flat=True)) == to_others
    assert not User.objects.filter(email__in=["", EMAIL]).exists()
    assert browser.get("/mijn/").status_code == 302
    assert [Client().get(link.removeprefix("http://testserver")).status_code for link in links] == [
        410
    ]
    assert Booking.objects.filter(state=State.CONFIRMED, pupils=24).exists()
