"""A letter that was sent stays true: whose groups move through another class gets a new one."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from bookings import lifecycle, visits
from bookings.models import Booking, State, Visit
from bookings.telling import notices
from bookings.telling.documents import letter
from core.documents import can_be_made
from core.mail.outbox import Teller
from core.models import Mail
from tests.factories import (
    amsterdam,
    make_booking,
    make_component,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
)
from tests.submissions.sharing import shared

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("frozen"),
    pytest.mark.skipif(not can_be_made(), reason="Pango is not installed"),
]
STORY = "De groepjes gaan anders langs de onderdelen"


@pytest.fixture
def visit() -> Visit:
    """A tasting of six components for ten pupils each, made for two classes."""
    programme = make_programme(
        title="Proeverij", kind="taster", duration=150, welcome=15, max_groups=2, max_pupils=60
    )
    for position in range(6):
        make_component(programme=programme, minutes=20, max_pupils=10, position=position)
    slot = make_slot(venue=programme.venue, max_groups=4, max_pupils=90)
    return make_visit(slot=slot, programme=programme, max_groups=4, max_pupils=120)


def asked(visit: Visit, pupils: int = 27, **fields) -> Booking:
    return make_booking(visit=visit, pupils=pupils, state=State.REQUESTED, **fields)


def confirmed(visit: Visit, pupils: int = 27, **fields) -> Booking:
    booking = asked(visit, pupils, **fields)
    lifecycle.confirm(booking=booking, by=make_staff(), note="Alleen voor jou")
    return booking


def told() -> list[tuple[str, str]]:
    """To whom, and what kind of mail, since the last time."""
    before = set(Mail.objects.values_list("pk", flat=True))
    Teller().tell(seconds=30)
    mails = Mail.objects.exclude(pk__in=before).order_by("pk")
    return [(mail.to, mail.subject.split(":")[0]) for mail in mails]


def rotation_in_letter(booking: Booking) -> str:
    pages = PdfReader(io.BytesIO(letter(booking.submission))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    # Another class shows as dots; which round is whose stays.
    return text.partition("Langs de onderdelen")[2].partition(" Het nummer")[0].replace(" ·", "")


def test_letter_stays_as_it_was_when_a_class_joins(visit):
    first = confirmed(visit)
    before = rotation_in_letter(first)
    assert told() == [(first.submission.email, "Bevestigd")]

    second = confirmed(visit, 30)

    assert told() == [(second.submission.email, "Bevestigd")]
    assert rotation_in_letter(first) == before
    assert "1 Groep 7 9 " in before


def test_school_whose_own_class_moves_the_other_one_gets_one_letter_about_both(visit):
    first = confirmed(visit)
    second = confirmed(visit, submission=first.submission, party_name="Groep 8")
    told()
    before = rotation_in_letter(first)

    lifecycle.change_numbers(booking=second, pupils=32, supervisors=6, by=make_staff())

    assert told() == [(first.submission.email, "Gewijzigd")]
    assert rotation_in_letter(first) != before


@pytest.mark.parametrize("state", [State.HELD, State.REQUESTED])
def test_letter_does_not_count_on_who_may_still_lapse(visit, state):
    first = confirmed(visit)
    before = rotation_in_letter(first)
    for _class in range(2):
        make_booking(visit=visit, pupils=30, state=state)
    assert rotation_in_letter(first) == before


def test_class_that_needs_more_than_its_share_moves_the_others_who_are_told(visit):
    first = confirmed(visit)
    told()

    second = confirmed(visit, 32)

    assert told() == [
        (second.submission.email, "Bevestigd"),
        (first.submission.email, "Gewijzigd"),
    ]
    mail = Mail.objects.get(to=first.submission.email, subject__startswith="Gewijzigd")
    assert STORY in mail.text
    assert STORY in mail.html
    assert "Alleen voor jou" not in mail.text + mail.html
    assert mail.enclosed_name == f"brief-{first.submission.reference}.pdf"
    assert mail.files.count() == 0


def test_class_that_cancels_moves_who_came_after_it(visit):
    first, second = confirmed(visit), confirmed(visit)
    told()

    lifecycle.cancel(booking=first, by=make_staff())

    assert told() == [
        (first.submission.email, "Geannuleerd"),
        (second.submission.email, "Gewijzigd"),
    ]


def test_class_that_cancels_moves_nobody_before_it(visit):
    _first, second = confirmed(visit), confirmed(visit)
    told()
    lifecycle.cancel(booking=second, by=make_staff())
    assert told() == [(second.submission.email, "Geannuleerd")]


def test_second_class_of_the_same_teacher_gets_a_letter_when_the_first_is_cancelled(visit):
    first = confirmed(visit)
    confirmed(visit, submission=first.submission, party_name="7b")
    told()
    lifecycle.cancel(booking=first, by=make_staff())
    assert told() == [
        (first.submission.email, "Geannuleerd"),
        (first.submission.email, "Gewijzigd"),
    ]


@pytest.mark.parametrize(("pupils", "moved"), [(28, False), (31, True)])
def test_class_that_grows_moves_others_only_beyond_its_share(visit, pupils, moved):
    first, second = confirmed(visit), confirmed(visit)
    told()
    lifecycle.change_numbers(booking=first, pupils=pupils, supervisors=4, by=make_staff())
    expected = [(first.submission.email, "Gewijzigd"), (second.submission.email, "Gewijzigd")]
    assert told() == expected[: 2 if moved else 1]


def test_class_that_moves_to_another_date_is_missed_and_met(visit):
    first, second = confirmed(visit), confirmed(visit)
    slot = make_slot(
        programmes=[visit.programme],
        starts_at=amsterdam(2026, 11, 10, 9),
        max_groups=4,
        max_pupils=120,
    )
    there = make_visit(slot=slot, programme=visit.programme, max_groups=4, max_pupils=120)
    third = confirmed(there, 32)
    told()

    lifecycle.reschedule(booking=first, slot=slot, by=make_staff())

    assert told() == [
        (first.submission.email, "Gewijzigd"),
        (second.submission.email, "Gewijzigd"),
        (third.submission.email, "Gewijzigd"),
    ]


def test_neighbours_of_a_programme_without_components_hear_nothing(visit):
    visit.programme.components.all().delete()
    first, _second = confirmed(visit), confirmed(visit)
    told()
    lifecycle.cancel(booking=first, by=make_staff())
    assert told() == [(first.submission.email, "Geannuleerd")]


def test_class_alone_in_its_visit_asks_for_no_rotation(visit):
    confirmed(visit)
    with CaptureQueriesContext(connection) as queries:
        assert len(told()) == 1
    assert not [one for one in queries if '"programmes_component"' in one["sql"]]


def test_new_letter_speaks_the_language_of_its_reader(visit):
    confirmed(visit, submission=make_submission(language="en"))
    told()
    confirmed(visit, 32)
    told()
    mail = Mail.objects.get(subject__startswith="Changed")
    assert "The groups go along the components in another way" in mail.text


def test_colleague_reads_why_there_is_a_new_letter_in_her_own_language(visit):
    colleague = shared(confirmed(visit).submission, language="en").email
    told()
    confirmed(visit, 32)
    told()
    mail = Mail.objects.get(to=colleague, subject__startswith="Changed")
    assert "The groups go along the components in another way" in mail.text
    assert STORY not in mail.text


def test_where_no_letter_can_be_made_there_is_nothing_to_replace(visit, monkeypatch):
    monkeypatch.setattr(notices, "can_be_made", lambda: False)
    confirmed(visit)
    told()
    second = confirmed(visit, 32)
    assert told() == [(second.submission.email, "Bevestigd")]


def test_classes_that_move_together_get_no_second_letter(visit):
    first, second = confirmed(visit, 50), confirmed(visit, 25)
    told()
    to = make_slot(venue=visit.slot.venue, starts_at=amsterdam(2026, 11, 10, 9))

    visits.move_visit(visit=visit, slot=to, by=make_staff())

    assert sorted(to for to, _kind in told()) == sorted(
        [first.submission.email, second.submission.email]
    )
