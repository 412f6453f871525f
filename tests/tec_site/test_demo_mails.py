import pytest
from django.urls import reverse

from core import kinds
from core.mail import markers
from core.mail.queue import Attachment, Message, enqueue
from core.models import Mail
from submissions import codes
from submissions.models import CodeChallenge
from submissions.telling import send_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO = True


def mail(**fields) -> Mail:
    return enqueue(
        Message(
            **{
                "to": "juf@school.example",
                "subject": "<b>Dag</b>",
                "text": "Kijk op https://tec.example/ <script>\n",
                "html": "<html><head></head><body><script>alert(1)</script>Dag</body></html>",
                "attachments": [Attachment("bezoek.ics", b"BEGIN:VCALENDAR", "text/calendar")],
            }
            | fields
        )
    )


def addresses(row: Mail) -> list[str]:
    return [
        reverse("demo_mails"),
        reverse("demo_mail_html", args=[row.pk]),
        reverse("demo_mail_attachment", args=[row.pk, 0]),
    ]


def test_outside_the_demo_no_mail_can_be_read(client):
    assert [client.get(address).status_code for address in addresses(mail())] == [404] * 3


def test_mails_are_listed_newest_first_as_text(demo, client):
    mail(subject="Eerste")
    mail(subject="Tweede")
    page = client.get(reverse("demo_mails")).content.decode()
    assert page.index("Tweede") < page.index("Eerste")
    assert '<a href="https://tec.example/"' in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_code_is_shown_in_place_of_its_marker(demo, client):
    challenge = codes.ask(
        purpose=CodeChallenge.Purpose.VERIFY, email="juf@school.example", browser="hers"
    )
    send_code(challenge, "nl")
    page = client.get(reverse("demo_mails")).content.decode()
    assert codes.code_of(challenge) in page
    assert "[[code" not in page


def test_html_is_served_in_a_sandbox_of_its_own(demo, client):
    response = client.get(addresses(mail())[1])
    policy = response.headers["Content-Security-Policy"]
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert response.content.decode().startswith('<html><head><base target="_top">')


def test_attachments_are_downloaded_what_is_enclosed_last(demo, client, monkeypatch):
    class Paper(kinds.Enclosure):
        name = "paper"

        def make(self, object_id, to):
            return {"7": b"%PDF-7"}.get(object_id)

    class Ours(kinds.Part):
        enclosures = (Paper(),)

    monkeypatch.setattr(kinds, "_registered", [Ours()])
    to = "juf@school.example"
    row = mail(enclosed=markers.enclosure("paper", 7, to=to, name="brief.pdf"))

    page = client.get(reverse("demo_mails")).content.decode()
    answers = [
        client.get(reverse("demo_mail_attachment", args=[row.pk, number])) for number in range(3)
    ]

    assert page.index(">bezoek.ics</a>") < page.index(">brief.pdf</a>")
    assert [answer.status_code for answer in answers] == [200, 200, 404]
    assert [
        (answer.headers["Content-Disposition"], b"".join(answer.streaming_content))
        for answer in answers[:2]
    ] == [
        ('attachment; filename="bezoek.ics"', b"BEGIN:VCALENDAR"),
        ('attachment; filename="brief.pdf"', b"%PDF-7"),
    ]
