"""What is typed with bad intentions stays text, and leads nowhere else.

What every answer says browsers may do with it is in `tests/tec_site/test_every_address.py`.
"""

import io
import re
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import icalendar
import pytest
from django import forms
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pypdf import PdfReader

from bookings import lifecycle
from bookings.models import Booking
from bookings.pages.forms import BookingForm
from core import worker
from core.mail.markers import revealed
from core.models import Mail
from core.text import normal
from schools.forms import SchoolField
from submissions.codes import code_of
from submissions.links import token_of
from submissions.models import CodeChallenge, Submission
from tests.addresses import ADMIN, PASSWORD, Site, every_route
from tests.booking_form import address, typed
from tests.factories import make_programme, make_slot, make_staff, make_teacher

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

HOSTILE = {
    "header": "Jan\r\nBcc: boef@evil.example\r\nX-Injected: ja",
    "calendar": "Jan\nATTENDEE:mailto:b@evil.nl\nEND:VEVENT\nX-INJECTED:ja",
    "nul": "Jan\0Jansen",
    "emoji": "Juf 👩🏽‍🚀 Óšœ",
    "rtl": "Jan \u202egnp.exe\u202c",
    "template": "{% now 'Y' %}{{ settings.SECRET_KEY }}",
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "formula": '=HYPERLINK("http://evil.example")',
    "control": "Jan\x01\x08\x1b[31m\x7f\x9f\ufffe\U000e0001",
    "long": "x" * 10_000,
    "swelling": "ß" * 60,  # 'ss' to who folds case
}
ELSEWHERE = ["https://evil.example/", "//evil.example/", "/\\evil.example/", "https:evil.example"]


@pytest.fixture
def programme():
    return make_programme(max_groups=9, max_pupils=300)


@pytest.fixture
def slot(programme):
    return make_slot(programmes=[programme], max_groups=9, max_pupils=300)


def text_fields(programme, slot) -> list[str]:
    """The names of all inputs of the booking form in which text can be sent, from the form."""
    form = BookingForm(programme=programme, slot=slot)
    names = []
    for part in [form.contact, *form.classes.forms]:
        for name, field in part.fields.items():
            if isinstance(field, SchoolField):
                names += [f"{name}{end}" for end in ("", "_q", "_typed_name", "_typed_city")]
            elif isinstance(field, forms.CharField | forms.ChoiceField | forms.IntegerField):
                names.append(part.add_prefix(name))
    return names


# --- Text in forms -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_in_any_field_is_booked_as_text_or_refused_at_the_field(kind, programme, slot):
    names = text_fields(programme, slot)
    assert len(names) >= 13
    for number, name in enumerate(names):
        whose = {"email": f"anouk{number}@school.example", "submission_key": f"key-{number:020d}"}
        data = typed() | whose | {name: HOSTILE[kind]}
        answer = Client().post(address(programme, slot), data)
        # 200: the search for a school shows the form again.
        assert answer.status_code in {302, 422, 200}, name
        assert HOSTILE["script"] not in answer.content.decode(), name
        lifecycle.MOVES.lapse_all(Booking.objects.filter(state="held"))
    for row in Submission.objects.all():
        lines = [row.contact_name, row.email, row.purchase_order, row.typed_school_name]
        assert re.search(r"[\r\n\0]", "".join(lines)) is None


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_in_the_small_forms_is_a_message(kind, programme, slot):
    client = Client()
    client.post(address(programme, slot), typed())
    submission = Submission.objects.get()
    ask = {"public_id": submission.public_id}
    small = [
        (reverse("submissions:sign_in"), "email"),
        (reverse("bookings:code", kwargs=ask), "code"),
        (reverse("bookings:correct_address", kwargs=ask), "email"),
        (reverse("account_login"), "login"),
        (reverse("account_reset_password"), "email"),
    ]
    for path, name in small:
        answer = client.post(path, {name: HOSTILE[kind], "password": HOSTILE[kind]})
        assert answer.status_code in {200, 422}, path
        assert HOSTILE["script"] not in answer.content.decode(), path
    found = client.get(reverse("schools:search"), {"q": HOSTILE[kind]})
    assert found.status_code == 200
    assert HOSTILE["script"] not in found.content.decode()


@pytest.mark.parametrize("kind", ["header", "calendar", "emoji", "rtl", "template", "script"])
def test_hostile_booking_stays_text_on_pages_in_mail_calendar_and_letter(
    kind, programme, slot, settings
):
    settings.STAFF_SECOND_FACTOR = False
    value = HOSTILE[kind]
    shown = normal.line(value)
    fields = ["klas-0-name", "contact_name", "school_typed_name", "facilities", "purchase_order"]
    client = Client()
    answer = client.post(address(programme, slot), typed() | dict.fromkeys(fields, value))
    assert answer.status_code == 302
    assert client.get(answer.url).status_code == 200
    submission = Submission.objects.get()
    code = code_of(CodeChallenge.objects.get())
    client.post(answer.url, {"code": code})
    note = {"note": value}
    booking = submission.bookings.get()
    worker.Worker().run_once()

    where = {"public_id": submission.public_id, "token": token_of(submission)}
    page = client.get(reverse("bookings:booking", kwargs=where)).content.decode()
    assert escape(shown) in page
    assert (HOSTILE["script"] in page) is False
    calendar = Client().get(reverse("bookings:calendar", kwargs=where)).content
    assert_one_event(calendar)
    letter = Client().get(reverse("bookings:letter", kwargs=where)).content
    assert len(PdfReader(io.BytesIO(letter)).pages) == 1
    cancel = reverse("bookings:cancel", kwargs=where | {"booking_id": booking.pk})
    assert client.post(cancel, note).status_code == 302
    worker.Worker().run_once()
    assert_mails_are_whole(count=3)

    desk = Client()
    staff = make_staff()
    desk.post(reverse("account_login"), {"login": staff.email, "password": PASSWORD})
    for name, row in [("bookings_booking", booking), ("submissions_submission", submission)]:
        for path in [
            reverse(f"admin:{name}_changelist"),
            reverse(f"admin:{name}_change", args=[row.pk]),
        ]:
            opened = desk.get(path)
            assert opened.status_code == 200, path
            assert HOSTILE["script"] not in opened.content.decode(), path


def assert_one_event(calendar: bytes) -> None:
    events = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    assert len(events) == 1
    assert "X-INJECTED" not in events[0]
    assert b"\r\nATTENDEE:mailto:b@" not in calendar


def assert_mails_are_whole(*, count: int) -> None:
    mails = Mail.objects.order_by("pk")
    assert len(mails) == count
    for queued in mails:
        sent = revealed(queued.email_message()).message()
        mail = message_from_bytes(sent.as_bytes(), policy=policy.default)
        assert mail["To"] == "umit@school.example"
        assert (mail["Bcc"], mail["X-Injected"]) == (None, None)
        html = mail.get_body(["html"]).get_content()
        assert HOSTILE["script"] not in html
        for part in mail.walk():
            if part.get_content_type() == "text/calendar":
                assert_one_event(part.get_payload(decode=True))


# --- Cookies -------------------------------------------------------------------------------------


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client):
    client.get(reverse("submissions:sign_in"))
    client.post(reverse("submissions:sign_in"), {"email": make_teacher().email})
    client.post(reverse("submissions:sign_in_code"), {"code": code_of(CodeChallenge.objects.get())})
    for name in ("csrftoken", "browser", "sessionid"):
        cookie = client.cookies[name]
        assert cookie["httponly"] is True, name
        assert cookie["samesite"] == "Lax", name


# --- Other hosts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "testserver.evil.example"])
def test_forged_host_is_refused(client, host):
    assert client.get("/", headers={"host": host}).status_code == 400
    assert client.get("/", headers={"host": host, "x-forwarded-host": "x"}).status_code == 400


def test_mails_link_to_the_configured_address_whatever_host_was_asked(programme, slot, settings):
    settings.SITE_URL = "https://tec.example"
    client = Client(headers={"host": "localhost", "x-forwarded-host": "evil.example"})
    answer = client.post(address(programme, slot), typed())
    client.post(urlsplit(answer.url).path, {"code": code_of(CodeChallenge.objects.get())})
    worker.Worker().run_once()
    for queued in Mail.objects.all():
        sent = revealed(queued.email_message())
        text = sent.body + sent.alternatives[0].content
        assert {urlsplit(link).netloc for link in re.findall(r"https?://[^\s\"'<>)]+", text)} <= {
            "tec.example",
            "www.openstreetmap.org",
        }


def test_next_to_another_host_is_ignored_everywhere():
    site = Site()
    for route in every_route():
        if "object_id" in route or route.endswith(".pdf"):
            continue
        people = ("staff",) if route.startswith(ADMIN) else ("anonymous", "staff")
        for person in people:
            client = Client(raise_request_exception=False)
            client.cookies.update(site.people[person].cookies)
            response = client.get(site.address(route), {"next": ELSEWHERE[0]})
            assert leads_here(response), f"{route} as {person}"
    for path in ("/inloggen/", "/personeel/inloggen/", "/taal/", "/uitloggen/"):
        for wanted in ELSEWHERE:
            client = Client()
            user = make_staff()
            data = {"login": user.email, "password": PASSWORD, "email": "a@b.nl", "language": "nl"}
            response = client.post(path, data | {"next": wanted})
            assert leads_here(response), f"POST {path} to {wanted}"


def leads_here(response) -> bool:
    if response.streaming:
        response.close()
        return True
    to = urlsplit(response.headers.get("Location", "/").replace("\\", "/"))
    page = response.content.decode(errors="replace")
    linked = re.search(r"""(?:href|action)=["'](?:https?:)?[/\\]*evil\.example""", page)
    return to.netloc in {"", "testserver"} and to.scheme in {"", "http"} and linked is None


# --- Sessions ------------------------------------------------------------------------------------


def test_signing_in_with_a_code_changes_the_session_s_key(client):
    teacher = make_teacher()
    client.post(reverse("submissions:sign_in"), {"email": teacher.email})
    before = client.session.session_key
    client.post(reverse("submissions:sign_in_code"), {"code": code_of(CodeChallenge.objects.get())})
    assert client.session["_auth_user_id"] == str(teacher.pk)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_signing_in_with_a_password_changes_the_session_s_key(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    staff = make_staff()
    client.post(reverse("submissions:sign_in"), {"email": "iemand@school.example"})
    before = client.session.session_key
    client.post(reverse("account_login"), {"login": staff.email, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(staff.pk)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
