import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import OperationalError

from core import kinds
from core.mail import markers
from core.mail.markers import (
    complete,
    enclosure,
    marker,
    masked,
    reveal,
    reveal_html,
    revealed,
)
from core.mail.models import ENCLOSED
from core.mail.queue import Message, enqueue
from core.mail.sending import Sender

TO = "juf@school.example"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A kind of marker of our own, with the values it knows."""
    values = {"1": "314159", "2": 'a&b"'}

    class Secret(kinds.Marker):
        name = "secret"

        def reveal(self, object_id, to):
            return values.get(object_id)

        def otherwise(self):
            return "(gone)"

    class Ours(kinds.Part):
        markers = (Secret(),)

    monkeypatch.setattr(kinds, "_registered", [Ours()])
    return values


def enclose(monkeypatch: pytest.MonkeyPatch, make) -> None:
    """Papers are made by `make` of their number and the recipient."""

    class Paper(kinds.Enclosure):
        name = "paper"

        def make(self, object_id, to):
            return make(object_id, to)

    class Ours(kinds.Part):
        enclosures = (Paper(),)

    monkeypatch.setattr(kinds, "_registered", [Ours()])


def test_marker_holds_no_secret_and_becomes_it_for_its_recipient():
    text = f"Code {marker('secret', 1, to=TO)}."
    assert "314159" not in text
    assert reveal(text, to=TO) == "Code 314159."


def test_marker_ignores_case_of_address():
    assert reveal(marker("secret", 1, to="Juf@School.example"), to=TO) == "314159"


def test_marker_of_a_mail_that_waited_while_the_key_changed_still_opens(settings):
    text = marker("secret", 1, to=TO)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    assert reveal(text, to=TO) == "314159"
    settings.SECRET_KEY_FALLBACKS = []
    assert reveal(text, to=TO) == "[…]"


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


def test_sender_sends_what_is_revealed(db):
    enqueue(Message(to=TO, subject="S", text=f"T {marker('secret', 1, to=TO)}"))
    Sender().send(seconds=5)
    assert [sent.body for sent in mail.outbox] == ["T 314159"]


# --- What staff read -----------------------------------------------------------------------------


def test_staff_read_dots_in_the_place_of_a_secret():
    assert masked(f"Code {marker('secret', 1, to=TO)}.", to=TO) == "Code ••••••."


@pytest.mark.parametrize("to", ["iemand@anders.example", ""])
def test_staff_read_of_a_copied_marker_what_its_reader_does(to):
    assert masked(marker("secret", 1, to=TO), to=to) == "[…]"


# --- What is made while sending ------------------------------------------------------------------


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A kind of enclosure of our own, with the files it can make."""
    files = {"7": b"%PDF-7"}
    enclose(monkeypatch, lambda key, to: files.get(key))
    return files


def enclosing(object_id: object = 7, *, to: str = TO, **fields) -> EmailMultiAlternatives:
    made = message(**fields)
    made.extra_headers = {ENCLOSED: enclosure("paper", object_id, to=to, name="brief 7.pdf")}
    return made


def files(sent) -> list[tuple[str, bytes, str]]:
    return [tuple(attachment) for attachment in sent.attachments]


def test_enclosure_is_made_when_the_mail_goes_out_and_its_header_stays_here(db, papers):
    enclosed = enclosure("paper", 7, to=TO, name="brief 7.pdf")
    kept = enqueue(Message(to=TO, subject="S", text="T", enclosed=enclosed)).email_message()
    Sender().send(seconds=5)
    assert files(mail.outbox[0]) == [("brief 7.pdf", b"%PDF-7", "application/pdf")]
    assert mail.outbox[0].message()[ENCLOSED] is None
    assert (kept.attachments, kept.extra_headers[ENCLOSED]) == ([], enclosed)


def test_enclosure_comes_after_the_attachments(papers):
    kept = enclosing()
    kept.attach("bezoek.ics", "BEGIN:VCALENDAR", "text/calendar")
    assert [name for name, *_rest in files(complete(kept))] == ["bezoek.ics", "brief 7.pdf"]


def test_reading_a_mail_makes_no_enclosure(papers):
    assert revealed(enclosing()).attachments == []


@pytest.mark.parametrize(
    "kept",
    [
        lambda: enclosing(8),  # gone, or nothing to make it with
        lambda: enclosing(to="iemand@anders.example"),
        lambda: enclosing(bcc=["meelezer@elders.example"]),
    ],
)
def test_mail_goes_without_what_is_gone_or_somebody_elses(papers, kept):
    sent = complete(kept())
    assert files(sent) == []
    assert sent.message()[ENCLOSED] is None


def test_mail_goes_without_an_enclosure_that_fails(papers, monkeypatch, caplog):
    def fails(object_id: str, to: str) -> bytes:
        raise ZeroDivisionError

    enclose(monkeypatch, fails)
    assert files(complete(enclosing())) == []
    assert "No enclosure could be made of paper 7" in caplog.text


def test_database_that_is_away_is_no_reason_to_go_without(papers, monkeypatch):
    def away(object_id: str, to: str) -> bytes:
        raise OperationalError

    enclose(monkeypatch, away)
    with pytest.raises(OperationalError):
        complete(enclosing())


def test_every_marker_of_the_site_is_found_in_the_text_of_a_mail():
    names = sorted(one.name for part in kinds.parts() for one in part.markers)
    texts = {name: markers.marker(name, 1, to="juf@school.example") for name in names}
    assert [name for name, text in texts.items() if not markers.MARKER.fullmatch(text)] == []
