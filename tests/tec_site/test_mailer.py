import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from tec_site import mailer
from tec_site.mailer import MemoryMailer, marker, reveal, reveal_html, revealed

TO = "juf@school.example"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A kind of marker of our own, with the values it knows."""
    values = {"1": "314159", "2": 'a&b"'}
    monkeypatch.setattr(mailer, "_kinds", dict(mailer._kinds))
    mailer.register("secret", values.get, otherwise=lambda: "(gone)")
    return values


def test_marker_holds_no_secret_and_becomes_it_for_its_recipient():
    text = f"Code {marker('secret', 1, to=TO)}."
    assert "314159" not in text
    assert reveal(text, to=TO) == "Code 314159."


def test_marker_ignores_case_of_address():
    assert reveal(marker("secret", 1, to="Juf@School.example"), to=TO) == "314159"


@pytest.mark.parametrize("to", ["iemand@anders.example", ""])
def test_marker_copied_into_a_mail_to_somebody_else_stays_shut(to):
    assert reveal(marker("secret", 1, to=TO), to=to) == "[…]"


@pytest.mark.parametrize(
    "typed",
    [
        f"[[secret:1:{'0' * 32}]]",
        marker("secret", 2, to=TO).replace(":2:", ":1:"),
        marker("secret", 1, to=TO).replace("secret", "other"),
    ],
)
def test_marker_typed_by_a_user_stays_shut(typed):
    assert reveal(typed, to=TO) == "[…]"


def test_marker_of_what_is_gone_becomes_its_neutral_text(secrets):
    text = marker("secret", 1, to=TO)
    secrets.clear()
    assert reveal(text, to=TO) == "(gone)"


def test_value_is_escaped_in_html_only():
    text = f'<a href="{marker("secret", 2, to=TO)}">'
    assert reveal_html(text, to=TO) == '<a href="a&amp;b&quot;">'
    assert reveal(marker("secret", 2, to=TO), to=TO) == 'a&b"'


def message(**fields) -> EmailMultiAlternatives:
    text = marker("secret", 1, to=TO)
    made = EmailMultiAlternatives(f"S {text}", f"T {text}", to=[TO], **fields)
    made.attach_alternative(f"<p>{text}</p>", "text/html")
    return made


def test_revealed_replaces_in_subject_text_and_html_and_leaves_the_message_itself():
    kept = message()
    sent = revealed(kept)
    assert (sent.subject, sent.body) == ("S 314159", "T 314159")
    assert sent.alternatives[0].content == "<p>314159</p>"
    assert "314159" not in kept.message().as_string()


def test_revealed_keeps_markers_shut_with_a_second_recipient():
    sent = revealed(message(bcc=["meelezer@elders.example"]))
    assert (sent.subject, sent.body) == ("S […]", "T […]")


def test_backend_sends_what_is_revealed():
    MemoryMailer(alias="default").send_messages([message()])
    assert [sent.body for sent in mail.outbox] == ["T 314159"]
