"""Our own paragraphs, in the mails as a real booking would get them."""

from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from bookings.models import Booking, VisitSlot, ZoneClaim
from core.models import Mail
from kits.models import KitCopy, Loan
from schools.audience import Audience
from schools.models import User
from submissions.models import Submission
from tests.factories import (
    amsterdam,
    make_booking,
    make_hub,
    make_kit,
    make_programme,
    make_staff,
    the_hub,
)

pytestmark = pytest.mark.usefixtures("frozen")
KEPT = (Booking, Loan, Submission, VisitSlot, ZoneClaim, User, Mail, KitCopy)


def samples(desk, row):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_mails"
    found = desk.get(reverse(name, args=[row.pk])).context["samples"]
    return [[(mail.template, mail) for mail, _text in mails] for _language, mails in found]


def test_programme_hub_and_both_languages(desk):
    hub = the_hub()
    hub.mail_note, hub.mail_note_en = "Parkeer achter.", "Park behind."
    hub.save()
    programme = make_programme(
        mail_note="Neem een trui mee.", mail_note_en="Bring a sweater.", preparation="Lees dit."
    )
    before = [model.objects.count() for model in KEPT]
    dutch, english = samples(desk, programme)
    names = ["booking_confirmed", "booking_still_coming", "booking_reminder"]
    assert [[name for name, _mail in one] for one in (dutch, english)] == [names, names]
    for word in ("Neem een trui mee.", "Parkeer achter."):
        assert word in dutch[0][1].text
        assert word in dutch[0][1].html
    assert "Bring a sweater." in english[0][1].text
    assert "Park behind." in english[2][1].html
    assert [model.objects.count() for model in KEPT] == before
    assert [name for name, _mail in samples(desk, hub)[0]] == names


def test_no_mail_says_the_same_twice(desk):
    """But for the lines of a table, whose names differ."""
    offers = (
        make_programme(
            title="Film", bring="Een appel", arrange="Vervoer", price_note="Met factuur."
        ),
        make_kit(title="Robots", charge_note="Een arm kost € 5."),
    )
    told = [mail for offer in offers for mails in samples(desk, offer) for _name, mail in mails]
    assert len(told) == 10
    for mail in told:
        lines = [line.strip() for line in mail.text.splitlines() if len(line.split()) > 1]
        assert [line for line in lines if lines.count(line) > 1] == [], mail.subject


def in_two_languages(row):
    """Each text that staff can write twice says in which language it is."""
    for name in {field.name for field in row._meta.get_fields()}:
        if hasattr(row, f"{name}_en"):
            setattr(row, name, f"{name} op z'n Hollands")
            setattr(row, f"{name}_en", f"{name} in plain words")
    row.save()
    return row


@pytest.mark.parametrize(
    ("make", "texts"),
    [
        (make_programme, {"title", "bring", "preparation", "mail_note", "price_note"}),
        (make_kit, {"title", "mail_note", "charge_note"}),
    ],
)
def test_a_mail_says_in_its_language_what_staff_wrote_twice(desk, make, texts):
    dutch, english = samples(desk, in_two_languages(make()))
    for mails, words, other in (
        (dutch, "op z'n Hollands", "in plain words"),
        (english, "in plain words", "op z'n Hollands"),
    ):
        said = "".join(f"{mail.subject} {mail.text}" for _name, mail in mails)
        assert {name for name in texts if f"{name} {words}" in said} == texts
        assert [line for line in said.splitlines() if other in line] == []
        assert not any(other in unescape(mail.html) for _name, mail in mails)


def test_nothing_in_it_leads_to_what_is_not_there_and_it_is_on_a_school_day(desk, frozen):
    """Six weeks on from a Saturday is one too."""
    frozen.move_to(amsterdam(2026, 9, 19, 10))
    for row in (make_programme(), make_kit()):
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_mails"
        samples = desk.get(reverse(name, args=[row.pk])).context["samples"]
        texts = [text for _language, mails in samples for _mail, text in mails]
        assert not [text for text in texts if "<a " in text or "zaterdag" in text]
        assert "maandag 2 november" in texts[0]


def test_what_staff_decide_about_answers_the_request_first(desk):
    dutch, _english = samples(desk, make_programme(needs_approval=True))
    assert [name for name, _mail in dutch[:2]] == ["booking_requested", "booking_confirmed"]


def test_what_is_for_groups_is_shown_to_a_group(desk):
    dutch, _english = samples(desk, make_programme(audience=Audience.GROUPS))
    assert "groep" in dutch[0][1].text


def test_a_kit_that_is_out_of_boxes_shows_its_mails_too(desk):
    kit = make_kit(copies=0, mail_note="Zet de accu's aan de lader.")
    dutch, english = samples(desk, kit)
    assert [name for name, _mail in dutch] == ["loan_reserved", "loan_collect"]
    assert "Zet de accu's aan de lader." in dutch[0][1].text
    assert "Hello" in english[0][1].text


def test_nobody_else_is_mailed_and_another_hub_has_no_such_page(client, desk):
    programme = make_programme()
    make_booking()
    dutch, _english = samples(desk, programme)
    assert {mail.to for _name, mail in dutch} == {"juf@school.example"}
    stranger = make_staff(is_superuser=False, hubs=[make_hub(name="Ver", slug="ver")])
    may = Permission.objects.filter(codename="change_programme")
    stranger.user_permissions.set(may)
    client.force_login(stranger)
    address = reverse("admin:programmes_programme_mails", args=[programme.pk])
    assert client.get(address).status_code == 404
