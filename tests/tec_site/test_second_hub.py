"""Two hubs on one site: whatever speaks for one speaks for the right one."""

import re
from typing import Any

import pytest
import time_machine as travel
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bookings.models import Booking
from bookings.telling import documents, ical
from bookings.telling import notices as visit_mails
from bookings.telling.wording import history_of
from core.mail.queue import Message
from kits.desk import labels_and_round
from kits.models import KitDocument, Loan
from kits.pages.lesson_documents import as_html
from kits.telling import documents as loan_papers
from kits.telling import ical as loan_calendar
from kits.telling import notices as loan_mails
from programmes.models import Hub, Venue
from roster import links
from submissions.models import CodeChallenge, Submission
from submissions.telling import send_code
from tec_site import demo
from tec_site.pages.statements import shipped
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_other_hub,
    make_programme,
    make_teacher,
    make_venue,
    make_visit,
    the_hub,
)
from tests.roster.rostering import make_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "email", "sender"),
    [
        ("", "", "Technicampus <balie@tec.example>"),
        ("TEC Deventer", "", "TEC Deventer <balie@tec.example>"),
        ("TEC, Deventer", "post@tec.example", '"TEC, Deventer" <post@tec.example>'),
    ],
)
def test_sender_of_a_hub(name: str, email: str, sender: str) -> None:
    hub = Hub(name="Technicampus", email="balie@tec.example", sender_name=name, sender_email=email)
    assert hub.sender == sender


def test_demo_has_a_second_hub_with_a_class_and_a_box(time_machine) -> None:
    time_machine.move_to(amsterdam(2026, 9, 15, 10), tick=False)
    parts = (
        demo.people,
        demo.offer,
        demo.season,
        demo.schools,
        demo.visits,
        demo.waiting,
        demo.kits,
        demo.loans,
        demo.second_hub,
    )
    for part in parts:
        part.load()
    assert list(Hub.objects.values_list("short_name", flat=True)) == ["TEC", "NewTechPark"]
    park = Hub.objects.get(short_name="NewTechPark")
    assert "(voorbeeld)" in park.name
    booking = Booking.objects.get(visit__slot__venue__hub=park)
    loan = Loan.objects.get(copy__kit__venue__hub=park)
    assert {booking.submission.hub, loan.submission.hub} == {park}
    assert {*Submission.objects.exclude(hub=park).values_list("hub__slug", flat=True)} == {"tec"}


# --- What a school reads -----------------------------------------------------------------------

TEC, PARK = "TEC Deventer <balie@tec.example>", "NewTechPark <bezoek@newtechpark.example>"


@pytest.fixture
def park() -> Hub:
    """The second hub; the first is there too."""
    the_hub()
    return make_other_hub(
        desk_hours="woensdag van 9 tot 16 uur",
        mail_note="Parkeer bij de slagboom.",
        mail_note_en="Park at the barrier.",
    )


def hall_of(hub: Hub) -> Venue:
    """Its one venue, which has no telephone or address of its own."""
    return hub.venues.first() or make_venue(hub=hub, name=f"Hal van {hub.short_name}")


def make_stay(hub: Hub) -> Booking:
    """A class that comes."""
    return make_booking(visit=make_visit(programme=make_programme(venue=hall_of(hub))))


def make_box(hub: Hub) -> Loan:
    return make_loan(copy=make_kit(venue=hall_of(hub)).copies.get())


def mail_about(row: Booking | Loan) -> Message:
    """What confirms it."""
    event = row.events.latest("pk")
    if isinstance(row, Booking):
        event.notice = "confirmed"
        return visit_mails.mails_of([event])[0]
    event.notice = "reserved"
    return loan_mails.mails_of([event])[0]


def drawn(monkeypatch: pytest.MonkeyPatch, module: Any, make: Any, *asked: Any) -> str:
    """The page that is laid out for paper, as text."""
    pages: list[str] = []

    def keep(template: str, context: dict[str, Any]) -> bytes:
        pages.append(render_to_string(template, context))
        return b""

    monkeypatch.setattr(module, "render_pdf", keep)
    make(*asked)
    return pages[-1]


@pytest.mark.parametrize("make", [make_stay, make_box])
@travel.travel(NOW, tick=False)
def test_files_are_called_after_the_hub(park: Hub, make: Any) -> None:
    """Those with a mail, and those of its page."""
    for hub in (the_hub(), park):
        row = make(hub)
        name, about = f"{hub.slug}-{row.submission.reference}", row._meta.model_name
        calendars = [one.name for one in mail_about(row).attachments if one.name.endswith(".ics")]
        assert [one.rpartition("-")[0] for one in calendars] == [name] * len(calendars) != []
        client = Client()
        client.force_login(row.submission.user)
        pages = {"booking": "bookings:", "loan": "loans:"}[about]
        for page, ending in (("letter", "pdf"), ("calendar", "ics")):
            address = reverse(f"{pages}{page}", args=[row.submission.public_id])
            assert f'"{name}.{ending}"' in client.get(address)["Content-Disposition"]


@pytest.mark.parametrize("make", [make_stay, make_box])
@travel.travel(NOW, tick=False)
def test_mail_is_from_the_hub_and_signed_by_it(park: Hub, make: Any) -> None:
    ours, theirs = mail_about(make(the_hub())), mail_about(make(park))

    assert (ours.sender, ours.reply_to, ours.hub) == (TEC, "balie@tec.example", the_hub().pk)
    assert (theirs.sender, theirs.reply_to, theirs.hub) == (
        PARK,
        "info@newtechpark.example",
        park.pk,
    )
    assert "Heb je een vraag? Bel of mail ons: 0570 00 00 00, balie@tec.example\n" in ours.text
    assert "\n--\nTEC Deventer\n" in ours.text
    call = "Bel of mail ons: 055 000 00 00, info@newtechpark.example (woensdag van 9 tot 16 uur)\n"
    assert f"Parkeer bij de slagboom.\n\nHeb je een vraag? {call}" in theirs.text
    assert "\n--\nNewTechPark\n" in theirs.text
    for text in (theirs.text, theirs.html, *(str(one.content) for one in theirs.attachments)):
        assert not re.search(r"TEC Deventer|balie@tec|0570", text)


@travel.travel(NOW, tick=False)
def test_english_mail_has_the_english_words_of_the_hub(park: Hub) -> None:
    booking = make_stay(park)
    Submission.objects.update(language="en")
    booking.refresh_from_db()

    mail = mail_about(booking)

    assert "Park at the barrier." in mail.text
    assert "<div><p>Park at the barrier.</p></div>" in mail.html
    # There are no hours in English: the Dutch ones, and said to be Dutch.
    assert '(<span lang="nl">woensdag van 9 tot 16 uur</span>)' in mail.html


@travel.travel(NOW, tick=False)
def test_phone_and_address_of_the_venue_come_before_those_of_the_hub(park: Hub) -> None:
    booking = make_stay(park)
    Venue.objects.update(phone="055 111 11 11", email="hal@newtechpark.example")
    booking.refresh_from_db()

    mail = mail_about(booking)

    assert (mail.sender, mail.reply_to) == (PARK, "hal@newtechpark.example")
    assert "mail ons: 055 111 11 11, hal@newtechpark.example" in mail.text


@travel.travel(NOW, tick=False)
def test_code_to_confirm_is_from_the_hub_and_one_to_sign_in_from_the_site(park: Hub) -> None:
    submission = make_stay(park).submission
    why = CodeChallenge.Purpose
    confirm = CodeChallenge(pk=1, purpose=why.VERIFY, submission=submission, email="a@b.nl")
    sign_in = CodeChallenge(pk=2, purpose=why.SIGN_IN, email=make_teacher().email)

    mails = [send_code(one, "nl").email_message() for one in (confirm, sign_in)]

    assert [mail.from_email for mail in mails] == [PARK, TEC]
    assert [str(mail.body).split("\n--\n")[1].split("\n")[0] for mail in mails] == [
        "NewTechPark",
        "TEC Deventer",
    ]


@travel.travel(NOW, tick=False)
def test_hub_organises_in_calendars(park: Hub) -> None:
    organizer = "ORGANIZER;CN=NewTechPark:mailto:bezoek@newtechpark.example"
    contact = "CONTACT:NewTechPark\\, 055 000 00 00\\, info@newtechpark.example"
    stay, box = make_stay(park), make_box(park)

    files = [ical.invitation(stay), ical.cancellation(stay), *loan_calendar.invitations(box)]

    assert len(files) == 4
    for file in files:
        lines = file.decode().replace("\r\n ", "").split("\r\n")
        assert {organizer, contact} <= set(lines)


@travel.travel(NOW, tick=False)
def test_papers_are_of_the_hub(park: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    stay, box, ours = make_stay(park), make_box(park), make_box(the_hub())
    slot, sheet = stay.visit.slot, labels_and_round.LABEL_SHEETS["3x8"]
    pages = [
        drawn(monkeypatch, documents, documents.letter, stay.submission),
        drawn(monkeypatch, documents, documents.day_sheet, slot.venue, slot.day),
        drawn(monkeypatch, loan_papers, loan_papers.letter, box),
        drawn(monkeypatch, labels_and_round, labels_and_round.labels, [box.copy], sheet),
    ]

    for page in pages:
        assert '<meta name="author" content="NewTechPark">' in page
        assert not re.search(r"TEC Deventer|balie@tec|0570 00", page)
    for letter in (pages[0], pages[2]):
        assert "055 000 00 00 · " in letter
        assert ">info@newtechpark.example</a> (woensdag van 9 tot 16 uur)</p>" in letter
    assert "<small>NewTechPark</small>" in pages[3]
    both = drawn(
        monkeypatch, labels_and_round, labels_and_round.labels, [ours.copy, box.copy], sheet
    )
    assert re.findall("<small>(.*?)</small>", both) == ["TEC Deventer", "NewTechPark"]
    assert '<meta name="author" content="TEC Deventer, NewTechPark">' in both


def test_lesson_document_runs_under_the_name_of_the_hub(park: Hub) -> None:
    kit = make_kit(venue=make_venue(hub=park))
    document = KitDocument.objects.create(kit=kit, kind="guide", title="Les", text="Doe mee.")
    assert 'data-running="NewTechPark"' in as_html(document)


@travel.travel(NOW, tick=False)
def test_history_names_the_hub_that_decided(park: Hub) -> None:
    booking = make_stay(park)
    booking.events.create(move="confirm", from_state="requested", to_state="confirmed")
    with translation.override("nl"):
        assert history_of([booking])[0].text == "Bevestigd door NewTechPark."


def foot_of(client: Client, address: str) -> str:
    html = client.get(address).content.decode()
    return html[html.index('<footer class="site-footer">') :]


def head_of(client: Client, address: str) -> tuple[str, ...]:
    """The name behind the page's title, and both lines of the name at its top."""
    html = client.get(address).content.decode()
    found = re.search(r"· ([^<]*)</title>.*<b>([^<]*)</b> <small>([^<]*)</small>", html, re.DOTALL)
    assert found is not None
    return found.groups()


@travel.travel(NOW, tick=False)
def test_foot_lists_all_hubs_or_is_of_the_pages_own(client: Client, park: Hub) -> None:
    stay, box = make_stay(park), make_box(park)
    pages = [
        stay.visit.programme.get_absolute_url(),
        reverse("bookings:book", args=[stay.visit.programme.slug, stay.visit.slot_id]),
        box.kit.get_absolute_url(),
    ]
    for address in pages:
        foot = foot_of(client, address)
        assert "info@newtechpark.example" in foot
        assert "woensdag van 9 tot 16 uur" in foot
        assert "balie@tec.example" not in foot
    client.force_login(stay.submission.user)
    own = reverse("bookings:booking", args=[stay.submission.public_id])
    assert "balie@tec.example" not in foot_of(client, own)
    client.force_login(box.submission.user)
    own = reverse("loans:loan", args=[box.submission.public_id])
    assert "balie@tec.example" not in foot_of(client, own)
    for address in (reverse("home"), reverse("my_tec"), reverse("privacy")):
        foot = foot_of(client, address)
        assert re.findall("<b>([^<]*)</b><br>\\s*(?:Voorbeeldkade|Proefweg)", foot) == [
            "NewTechPark Apeldoorn",
            "Technicampus Experience Center",
        ]


@travel.travel(NOW, tick=False)
def test_page_of_one_hub_carries_its_name_and_others_that_of_the_site(
    client: Client, park: Hub
) -> None:
    helper = make_person(runs=[], hub=park)
    for address in (
        make_stay(park).visit.programme.get_absolute_url(),
        make_box(park).kit.get_absolute_url(),
        links.page_of(helper),
        reverse("roster:days", args=[helper.pk, links.token_of(helper)]),
    ):
        assert head_of(client, address) == ("NewTechPark", "NewTechPark", "NewTechPark Apeldoorn")
        assert "balie@tec.example" not in foot_of(client, address)
    for address in (reverse("home"), make_stay(the_hub()).visit.programme.get_absolute_url()):
        assert head_of(client, address) == ("TEC", "TEC", "Technicampus Experience Center")


def test_site_says_whom_to_call_of_every_hub(park: Hub) -> None:
    assert "055 000 00 00 (NewTechPark) of 0570 00 00 00 (TEC)" in shipped("accessibility", "nl")


def test_site_with_one_hub_names_no_hub() -> None:
    the_hub()
    assert "of bel 0570 00 00 00. We boeken" in shipped("accessibility", "nl")


def test_new_site_has_no_hub_and_says_nothing_of_one(client: Client) -> None:
    assert not Hub.objects.exists()
    assert "<address>" not in foot_of(client, reverse("home"))
    assert "bel" not in shipped("accessibility", "nl").splitlines()[-1]
