"""Names that run from right to left beside numbers: on pages, in mails, in letters."""

import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from bookings import lifecycle
from bookings.telling.documents import letter
from core import worker
from core.mail.models import Mail
from core.text.bidi import isolated, isolated_html
from submissions.links import token_of
from tests.factories import make_booking, make_loan, make_school, make_staff, make_submission

NAME, CLASS = "أمينة بنت خليل", "ילדי הגן"
ALONE = re.compile("\u2068[^\u2069]*\u2069|<[^>]*>", re.DOTALL)


def bare(html):
    """What is left of a page without its tags and what is isolated on it."""
    shown = re.sub(r"(?s)<(script|style|textarea|title)\b.*?</\1>", "", html)
    return ALONE.sub("", shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Anouk, 0570 123456", "Anouk, 0570 123456"),
        ("王小明 🐝 7", "王小明 🐝 7"),
        (f"{NAME}, 0570 123456", f"\u2068{NAME}\u2069, 0570 123456"),
        (f"{CLASS} (7), 24", f"\u2068{CLASS}\u2069 (7), 24"),
        (f"{NAME}\n{CLASS}", f"\u2068{NAME}\u2069\n\u2068{CLASS}\u2069"),
        ('צה"ל: 3', '\u2068צה"ל\u2069: 3'),
        (f"\u2068{NAME}\u2069 1", f"\u2068{NAME}\u2069 1"),
    ],
)
def test_what_runs_from_right_to_left_takes_nothing_along(text, shown):
    assert isolated(text) == shown
    assert isolated(shown) == shown


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        (f'<b title="{NAME}">{NAME}</b> 3', f'<b title="{NAME}">\u2068{NAME}\u2069</b> 3'),
        (f"<textarea>{NAME}</textarea>", f"<textarea>{NAME}</textarea>"),
        (f"<script>const a = '{NAME}'</script>", f"<script>const a = '{NAME}'</script>"),
        (f"<title>{NAME}</title><bdi>{NAME}</bdi>", f"<title>{NAME}</title><bdi>{NAME}</bdi>"),
        (f'<input value="{NAME}">', f'<input value="{NAME}">'),
        ("<p>צה&quot;ל 3</p>", "<p>\u2068צה&quot;ל\u2069 3</p>"),
    ],
)
def test_on_a_page_only_its_text_is_isolated(html, shown):
    assert isolated_html(html) == shown


@pytest.fixture
def submission(frozen, db):
    school = make_school(name="בית ספר 12")
    return make_submission(contact_name=NAME, phone="0570 123456", school=school)


def test_letter_shows_the_number_as_it_is(submission):
    make_booking(submission=submission, party_name=CLASS)
    text = PdfReader(io.BytesIO(letter(submission))).pages[0].extract_text()
    assert "0570 123456" in text
    assert "123456 0570" not in text


def test_pages_and_mails_isolate_names(submission, one_factor):
    booking = make_booking(submission=submission, party_name=CLASS)
    loan = make_loan(submission=submission, party_name=CLASS)
    lifecycle.change_numbers(booking=booking, pupils=20, supervisors=3, by=make_staff())
    worker.Worker().run_once()
    where = {"public_id": submission.public_id, "token": token_of(submission)}
    desk = Client()
    desk.force_login(make_staff())
    pages = [
        Client().get(reverse("bookings:booking", kwargs=where)),
        Client().get(reverse("loans:loan", kwargs=where)),
        desk.get(reverse("admin:index")),
        desk.get(reverse("admin:bookings_booking_changelist")),
        desk.get(reverse("admin:bookings_booking_change", args=[booking.pk])),
        desk.get(reverse("admin:kits_loan_change", args=[loan.pk])),
        desk.get(reverse("desk:box", args=[loan.copy.code])),
    ]
    for page in pages:
        assert page.status_code == 200
        assert int(page["Content-Length"]) == len(page.content)
        assert re.search("[\u0590-\u06ff]", bare(page.text)) is None, page.request["PATH_INFO"]
    assert f"\u2068{CLASS}\u2069" in pages[0].text
    mail = Mail.objects.latest("pk")
    assert f"\u2068{CLASS}\u2069" in mail.text
    assert f"\u2068{CLASS}\u2069" in mail.html
    assert re.search("[\u0590-\u06ff]", bare(mail.text) + bare(mail.html)) is None
