"""Ten o'clock is ten o'clock around every change of clocks, and days are Amsterdam's days."""

import datetime
import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from bookings import clock, lifecycle, rules
from bookings.models import State, VisitSlot
from bookings.refusals import TooLate
from core import worker
from core.dates import YearMonth
from core.models import Mail
from programmes.models import Closure
from schools.months import parse_month
from submissions.links import token_of
from tests.addresses import PASSWORD
from tests.bookings.asking import offer_for
from tests.core.calendar_readers import READERS
from tests.factories import (
    AMSTERDAM,
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_venue,
    make_visit,
)

pytestmark = pytest.mark.django_db

# The days before, of and after each change, and how far they are ahead of UTC.
DAYS = [
    ((2026, 3, 28), 1),
    ((2026, 3, 29), 2),
    ((2026, 10, 24), 2),
    ((2026, 10, 25), 1),
    ((2027, 3, 27), 1),
    ((2027, 3, 28), 2),
]
NIGHTS = ["2026-03-29", "2026-10-25", "2027-03-28"]


# --- Wall clock ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "ahead"), DAYS)
def test_ten_o_clock_is_ten_o_clock_on_page_in_mail_letter_and_calendar(day, ahead, frozen):
    frozen.move_to(amsterdam(*day, 10) - datetime.timedelta(days=40))
    slot = make_slot(starts_at=amsterdam(*day, 10), ends_at=amsterdam(*day, 13))
    programme = make_programme(venue=slot.venue, duration=90)
    booking = make_booking(visit=make_visit(slot=slot, programme=programme), state=State.REQUESTED)
    lifecycle.confirm(booking=booking, by=make_staff())
    worker.Worker().run_once()
    where = {"public_id": booking.submission.public_id, "token": token_of(booking.submission)}

    page = Client().get(reverse("bookings:booking", kwargs=where)).content.decode()
    letter = Client().get(reverse("bookings:letter", kwargs=where)).content
    calendar = Client().get(reverse("bookings:calendar", kwargs=where)).content
    [mail] = Mail.objects.all()

    printed = " ".join(PdfReader(io.BytesIO(letter)).pages[0].extract_text().split())
    for text in (page, mail.text, mail.html, printed):
        assert "10.00" in text or "10:00" in text
        assert "11.30" in text or "11:30" in text
        for wrong in ("8:00", "9:00", "11:00", "8.00", "9.00", "11.00"):
            assert f" {wrong}" not in text
            assert f"0{wrong}" not in text
    for read in READERS.values():
        [event] = read(calendar)
        start = datetime.datetime(*day, 10 - ahead, tzinfo=datetime.UTC)
        assert (event.starts_at, event.ends_at) == (
            start,
            start + datetime.timedelta(minutes=90),
        )


def test_visit_through_the_change_lasts_its_real_time(frozen):
    """Three hours from 0:30 end at 4:30 in March and at 2:30, the second one, in October."""
    for day, end in [((2026, 10, 25), (2, 30)), ((2027, 3, 28), (4, 30))]:
        slot = make_slot(starts_at=amsterdam(*day, 0, 30), ends_at=amsterdam(*day, 7))
        programme = make_programme(venue=slot.venue, duration=180)
        booking = make_booking(visit=make_visit(slot=slot, programme=programme))
        real = booking.ends_at - booking.starts_at.astimezone(datetime.UTC)
        assert real == datetime.timedelta(hours=3)
        assert booking.ends_at.astimezone(AMSTERDAM).time() == datetime.time(*end)
        claim = booking.visit.claims.get()
        assert claim.ends_at - claim.starts_at == datetime.timedelta(hours=3, minutes=15)


def test_slot_is_as_long_as_it_really_takes(frozen):
    """From 1:00 to 4:00 is two hours in March: no programme of three fits."""
    slot = make_slot(starts_at=amsterdam(2027, 3, 28, 1), ends_at=amsterdam(2027, 3, 28, 4))
    assert slot.length == datetime.timedelta(hours=2)
    programme = make_programme(venue=slot.venue, duration=180)
    slot.programmes.add(programme)
    offer = offer_for(programme, VisitSlot.objects.get(pk=slot.pk))
    assert offer is None or not offer.can_be_booked


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("end", ["starts_at", "ends_at"])
def test_half_past_two_in_the_night_of_the_change_is_a_form_error(night, end, frozen, settings):
    settings.STAFF_SECOND_FACTOR = False
    client, staff, programme = Client(), make_staff(), make_programme()
    client.post(reverse("account_login"), {"login": staff.email, "password": PASSWORD})
    times = {"starts_at": "01:00", "ends_at": "05:00"} | {end: "02:30"}
    data = {
        "venue": programme.venue.pk,
        "programmes": [programme.pk],
        "max_groups": 1,
        "max_pupils": 35,
    }
    for name, value in times.items():
        data |= {f"{name}_0": night, f"{name}_1": value}

    page = client.post(reverse("admin:bookings_visitslot_add"), data)

    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == [end]
    assert VisitSlot.objects.count() == 0


# --- Amsterdam days ------------------------------------------------------------------------------

# Around midnight in Amsterdam it is still the day before in UTC.
LATE, EARLY = (23, 45), (0, 15)


@pytest.fixture
def booking(frozen):
    """On 3 November: numbers until 27 October, free cancellation until 20 October."""
    return make_booking()


def test_last_day_to_cancel_ends_at_midnight_in_amsterdam(booking, frozen):
    teacher = booking.submission.user
    frozen.move_to(amsterdam(2026, 10, 21, *EARLY))
    with pytest.raises(TooLate):
        lifecycle.cancel(booking=booking, by=teacher)
    frozen.move_to(amsterdam(2026, 10, 20, *LATE))
    lifecycle.cancel(booking=booking, by=teacher)
    assert booking.state == State.CANCELLED


def test_last_day_to_change_numbers_ends_at_midnight_in_amsterdam(booking, frozen):
    change = {"booking": booking, "pupils": 20, "supervisors": 2, "by": booking.submission.user}
    frozen.move_to(amsterdam(2026, 10, 28, *EARLY))
    with pytest.raises(TooLate):
        lifecycle.change_numbers(**change)
    frozen.move_to(amsterdam(2026, 10, 27, *LATE))
    lifecycle.change_numbers(**change)
    assert booking.pupils == 20


@pytest.mark.parametrize(
    ("moment", "late"), [((2026, 10, 20, *LATE), False), ((2026, 10, 21, *EARLY), True)]
)
def test_page_to_cancel_says_the_same_as_the_verb(booking, frozen, moment, late):
    frozen.move_to(amsterdam(*moment))
    where = {"public_id": booking.submission.public_id, "token": token_of(booking.submission)}
    page = Client().get(reverse("bookings:cancel", kwargs=where | {"booking_id": booking.pk}))
    assert page.context["late"] is late


def test_lead_time_counts_from_the_day_in_amsterdam(frozen):
    """Five working days from Tuesday 15 September, and from Wednesday a quarter later."""
    frozen.move_to(amsterdam(2026, 9, 15, *LATE))
    assert rules.first_bookable_moment(None) == amsterdam(2026, 9, 22)
    frozen.move_to(amsterdam(2026, 9, 16, *EARLY))
    assert rules.first_bookable_moment(None) == amsterdam(2026, 9, 23)


def test_reminder_goes_from_the_seventh_day_before_in_amsterdam(booking, frozen):
    frozen.move_to(amsterdam(2026, 10, 26, *LATE))
    assert clock.remind_due() == 0
    frozen.move_to(amsterdam(2026, 10, 27, *EARLY))
    assert clock.remind_due() == 1


def test_no_reminder_on_the_day_itself(booking, frozen):
    frozen.move_to(amsterdam(2026, 11, 3, *EARLY))
    assert clock.remind_due() == 0
    frozen.move_to(amsterdam(2026, 11, 2, *LATE))
    assert clock.remind_due() == 1


def test_calendar_opens_at_the_month_in_amsterdam(frozen):
    frozen.move_to(amsterdam(2026, 9, 30, *LATE))
    assert parse_month("") == YearMonth(2026, 9)
    frozen.move_to(amsterdam(2026, 10, 1, *EARLY))
    assert parse_month("") == YearMonth(2026, 10)


def test_slot_around_midnight_belongs_to_its_day_in_amsterdam(frozen):
    slot = make_slot(starts_at=amsterdam(2026, 11, 4, *EARLY))
    assert slot.day == datetime.date(2026, 11, 4)
    assert str(slot).lower().startswith("wo 4 nov 2026 00:15")


def test_closure_of_a_day_closes_its_first_and_last_quarter(frozen):
    venue = make_venue()
    moments = [(3, *LATE), (4, *EARLY), (4, *LATE), (5, *EARLY)]
    slots = [make_slot(starts_at=amsterdam(2026, 11, *moment), venue=venue) for moment in moments]
    day = datetime.date(2026, 11, 4)
    Closure.objects.create(venue=venue, starts_on=day, ends_on=day, reason="Studiedag")
    assert list(VisitSlot.objects.open().order_by("pk")) == [slots[0], slots[3]]


def test_my_page_parts_coming_and_past_at_the_start_itself(frozen):
    slot = make_slot(starts_at=amsterdam(2026, 11, 4, *EARLY))
    programme = make_programme(venue=slot.venue)
    booking = make_booking(visit=make_visit(slot=slot, programme=programme))
    client = Client()
    client.force_login(booking.submission.user)
    for moment, coming in [((2026, 11, 3, *LATE), [booking]), ((2026, 11, 4, 0, 16), [])]:
        frozen.move_to(amsterdam(*moment))
        page = client.get(reverse("my_tec"))
        found = {
            name: [row for part in page.context[name] for row in part.rows]
            for name in ("coming", "past")
        }
        assert found == {"coming": coming, "past": [one for one in [booking] if not coming]}
