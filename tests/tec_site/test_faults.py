"""What is killed or full: all or nothing, and trying again helps (RELIABILITY, 10 and 12)."""

import contextlib
import http.client
import threading
import time
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, BookingEvent, Visit, ZoneClaim
from core.models import Mail, RateCount
from submissions.models import CodeChallenge, Submission
from tests.booking_form import key_in, typed_by
from tests.factories import make_programme, make_slot
from tests.live_site import in_weeks, serving, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def typed(number: int, page: str) -> dict[str, Any]:
    """A long answer, in the form on that page."""
    facilities = "Een rolstoel kan naar binnen? " * 30
    return typed_by(number, facilities=facilities, submission_key=key_in(page))


def rows_of(number: int) -> tuple[int, ...]:
    """How much is there of what one booking writes."""
    mine = Submission.objects.filter(email=f"juf{number}@school.example")
    return (
        mine.count(),
        Booking.objects.filter(submission__in=mine).count(),
        BookingEvent.objects.filter(booking__submission__in=mine).count(),
        CodeChallenge.objects.filter(submission__in=mine).count(),
        Mail.objects.filter(to=f"juf{number}@school.example").count(),
    )


# --- Killed in a request -------------------------------------------------------------------------


def test_web_process_killed_in_a_request_wrote_all_or_nothing_and_trying_again_books(tmp_path):
    programme = make_programme(max_groups=30, max_pupils=900)
    slot = make_slot(programmes=[programme], starts_at=in_weeks(6), max_groups=30, max_pupils=900)
    address = reverse("bookings:book", args=[programme.slug, slot.pk])
    found = set()
    with serving(tmp_path) as site:

        def opened_form(number: int):
            browser = site.browser()
            _status, page = browser.get(address)
            return browser, typed(number, page)

        browser, data = opened_form(0)
        started = time.monotonic()
        assert browser.post(address, data)[0] == 302
        one_post = time.monotonic() - started

        for number in range(1, 11):
            browser, data = opened_form(number)

            def post(browser=browser, data=data) -> None:
                with contextlib.suppress(OSError, http.client.HTTPException):
                    browser.post(address, data)

            posting = threading.Thread(target=post)
            posting.start()
            time.sleep(one_post * number / 11)
            site.kill_workers()
            posting.join(60)

            rows = rows_of(number)
            assert rows in {(0,) * 5, (1,) * 5}, rows
            found.add(rows)
            wait_for(lambda b=browser, d=data: b.post(address, d)[0] == 302)
            assert rows_of(number) == (1,) * 5

    visit = Visit.objects.get()
    assert (visit.groups_taken, visit.pupils_taken) == (11, 11 * 24)
    assert ZoneClaim.objects.count() == 1
    assert (0,) * 5 in found, "no kill came in time to show anything"


# --- No room on the disk -------------------------------------------------------------------------


@pytest.fixture
def full_disk(settings):
    """Call with True or False: whether SQLite may take another page."""

    def set_full(full: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages if full else 1_000_000}")

    yield set_full
    set_full(False)


@pytest.mark.sqlite
def test_full_disk_is_a_friendly_503_and_reading_and_the_database_stay_well(full_disk):
    programme = make_programme()
    slot = make_slot(programmes=[programme], starts_at=in_weeks(6))
    address = reverse("bookings:book", args=[programme.slug, slot.pk])
    browser = Client(raise_request_exception=False)
    page = browser.get(address)
    data = typed(1, page.content.decode())
    fill_free_pages(full_disk)

    refused = browser.post(address, data)

    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert "<h1>We zijn er even niet</h1>" in refused.content.decode()
    assert rows_of(1) == (0,) * 5
    assert browser.get(address).status_code == 200
    assert browser.get("/programmas/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchall() == [("ok",)]

    full_disk(False)
    assert browser.post(address, data).status_code == 302
    assert rows_of(1) == (1,) * 5


def fill_free_pages(full_disk) -> None:
    """Pages freed by other tests would be room still."""
    full_disk(True)
    for size in (2_000, 500, 10):
        with pytest.raises(OperationalError, match="database or disk is full"):
            for number in range(10_000):
                RateCount.objects.create(
                    key=f"{size}-{number}", hits=list(range(size)), ends_at=timezone.now()
                )


@pytest.mark.sqlite
def test_question_that_is_wrong_stays_a_server_error(monkeypatch):
    """SQLite calls it an OperationalError too, but waiting would not help."""
    from bookings.pages import instead

    def ask_what_is_not_there(*_args):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr(instead, "first_offers", ask_what_is_not_there)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert "Er ging bij ons iets mis" in response.content.decode()
