"""Changing one's mind: before the code was typed, and what was told after it."""

import datetime
import re

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from bookings import lifecycle
from bookings.models import Booking, BookingEvent, State, Visit
from core.models import Mail
from kits.models import Loan, LoanEvent, LoanState
from schools.models import User
from submissions.changing import NoLonger, change_details
from submissions.links import token_of
from submissions.models import CodeChallenge, PhotoAnswer, Submission
from tec_site.pages import feeds
from tests import booking_form, loan_form
from tests.booking_form import code_in_mail, held, key_in
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_class_group,
    make_group,
    make_kit,
    make_loan,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def code_page(submission: Submission, kind: str = "bookings") -> str:
    return reverse(f"{kind}:code", args=[submission.public_id])


# --- Back from the code page ---------------------------------------------------------------------


@pytest.fixture
def last_place():
    """A date with one place, so that one's own hold looks like somebody else's."""
    programme = make_programme(max_groups=1)
    return programme, make_slot(programmes=[programme], max_groups=1)


def test_back_from_the_code_page_leads_to_ones_own_hold(client, last_place):
    submission = held(client, *last_place)

    response = client.get(booking_form.address(*last_place))

    assert response["Location"] == code_page(submission)
    page = client.get(code_page(submission)).content.decode()
    assert f'href="{booking_form.address(*last_place)}?wijzig"' in page


def test_somebody_elses_hold_leads_to_other_dates(client, last_place):
    held(client, *last_place)

    response = Client().get(booking_form.address(*last_place))

    assert response.status_code == 200
    assert response.context["gone"]
    assert not response.context["own"]


def test_a_hold_whose_time_is_up_leads_nowhere(client, last_place):
    held(client, *last_place)

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        response = client.get(booking_form.address(*last_place))

    assert response.status_code == 200
    assert not response.context["gone"]


def test_what_is_held_is_filled_in_and_changed_without_losing_the_place(client, last_place):
    first = held(client, *last_place, classes=(("7b", [6, 7], 24, 3),), facilities="Een rolstoel")
    address = booking_form.address(*last_place)

    page = client.get(address, {"wijzig": ""})

    form = page.context["form"]
    assert form.classes.forms[0].initial == {
        "name": "7b",
        "year_groups": [6, 7],
        "level": "",
        "pupils": 24,
        "supervisors": 3,
    }
    assert form.contact.initial["facilities"] == "Een rolstoel"
    assert form.contact.initial["school"] == ("De Nieuwe School", "Deventer")
    assert not page.context["gone"]

    key = key_in(page.content.decode())
    second = held(client, *last_place, submission_key=key, classes=(("7b", [7], 25, 3),))
    assert first.bookings.get().state == State.LAPSED
    assert second.bookings.get().pupils == 25
    assert Visit.objects.get(pk=second.bookings.get().visit_id).groups_taken == 1


def test_what_was_typed_is_filled_in_again_when_its_hold_ran_out(client, last_place):
    submission = held(client, *last_place)
    address = booking_form.address(*last_place)
    lapsed = NOW + datetime.timedelta(minutes=31)

    with time_machine.travel(lapsed, tick=False):
        client.post(code_page(submission), {"code": "000000"})
        changed = client.get(address, {"wijzig": ""})
        anew = client.get(address)
    with time_machine.travel(NOW + datetime.timedelta(hours=3), tick=False):
        changed_later, next_person = client.get(address, {"wijzig": ""}), client.get(address)

    for page in (changed, anew, changed_later):
        assert page.context["form"].classes.forms[0].initial["name"] == "7b"
        assert page.context["form"].contact.initial["email"] == "umit@school.example"
    assert [page.context["restored"] for page in (changed, anew)] == [False, True]
    assert "email" not in next_person.context["form"].contact.initial
    assert "email" not in Client().get(address).context["form"].contact.initial


def test_what_was_typed_goes_along_to_another_date_when_the_place_is_gone(client, last_place):
    programme, slot = last_place
    other = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9), max_groups=1)
    submission = held(client, programme, slot)

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        code = code_again(client, submission)
        held(Client(), programme, slot, **booking_form.typed_by(2))
        refused = client.post(code_page(submission), {"code": code})
        assert f'href="{booking_form.address(programme, other)}"' in refused.text
        page = client.get(booking_form.address(programme, other))
        kit = client.get(loan_form.address(make_kit()))

    assert page.context["form"].classes.forms[0].initial["pupils"] == 24
    assert page.context["form"].contact.initial["contact_name"] == "Ümit Çelik-van ’t Hof"
    assert kit.context["form"].class_form.initial["name"] == "7b"


def code_again(client: Client, submission: Submission) -> str:
    client.post(code_page(submission), {"again": "1"})
    return code_in_mail()


def test_what_is_confirmed_is_not_filled_in_again(client, last_place):
    programme, slot = last_place
    other = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9))
    lifecycle.verify(submission=held(client, programme, slot))

    page = client.get(booking_form.address(programme, other), {"wijzig": ""})

    assert "email" not in page.context["form"].contact.initial


def test_a_change_that_does_not_fit_leaves_what_was_held(client, last_place):
    first = held(client, *last_place)
    two = (("7b", [7], 24, 3), ("7c", [7], 24, 3))
    data = booking_form.typed(classes=two, submission_key="another-key-of-a-form")

    response = client.post(booking_form.address(*last_place), data)

    assert response.status_code == 409
    assert first.bookings.get().state == State.HELD


def test_letting_go_frees_the_place_and_tells_nobody(client, last_place):
    submission = held(client, *last_place)
    code, mails = code_in_mail(), Mail.objects.count()

    response = client.post(code_page(submission), {"let_go": "1"})

    assert response["Location"] == last_place[0].get_absolute_url()
    assert submission.bookings.get().state == State.CANCELLED
    assert not Client().get(booking_form.address(*last_place)).context["gone"]
    assert Mail.objects.count() == mails
    assert not BookingEvent.objects.filter(move="cancel").exclude(notice="").exists()
    client.post(code_page(submission), {"code": code})
    assert submission.bookings.get().state == State.CANCELLED


def test_only_her_own_browser_lets_go(client, last_place):
    submission = held(client, *last_place)

    assert Client().post(code_page(submission), {"let_go": "1"}).status_code == 404
    assert submission.bookings.get().state == State.HELD


def test_what_is_confirmed_is_not_let_go(client, last_place):
    submission = held(client, *last_place)
    lifecycle.verify(submission=submission)

    response = client.post(code_page(submission), {"let_go": "1"})

    assert response["Location"] == reverse("bookings:booking", args=[submission.public_id])
    assert submission.bookings.get().state == State.CONFIRMED


def test_a_box_is_held_changed_and_let_go_in_the_same_way(client):
    kit = make_kit(copies=1)
    address = loan_form.address(kit)
    client.post(address, loan_form.typed())
    loan = Loan.objects.get()

    back = client.get(address)
    assert back["Location"] == code_page(loan.submission, "loans")
    assert f"{address}&hoe=desk&wijzig".replace("&", "&amp;") in client.get(back["Location"]).text
    page = client.get(address + "&wijzig")
    assert not page.context["gone"]
    assert page.context["form"].class_form.initial["name"] == "7b"

    key = key_in(page.content.decode())
    client.post(address, loan_form.typed(submission_key=key, **{"klas-pupils": 20}))
    assert list(Loan.objects.order_by("pk").values_list("state", "pupils")) == [
        ("lapsed", 24),
        ("held", 20),
    ]
    response = client.post(code_page(Loan.objects.latest("pk").submission, "loans"), {"let_go": 1})
    assert response["Location"] == kit.get_absolute_url()
    assert Loan.objects.latest("pk").state == LoanState.CANCELLED


@pytest.mark.parametrize("kind", ["bookings", "loans"])
def test_what_was_let_go_is_shown_to_nobody_who_sits_at_this_browser_next(client, kind):
    if kind == "bookings":
        programme = make_programme()
        address = booking_form.address(programme, make_slot(programmes=[programme]))
        client.post(address, booking_form.typed())
    else:
        address = loan_form.address(make_kit())
        client.post(address, loan_form.typed())
    code = code_page(Submission.objects.get(), kind)

    client.post(code, {"let_go": "1"})

    contact = client.get(address).context["form"].contact
    assert [contact.initial.get(name) for name in ("contact_name", "email")] == [None, None]
    assert client.get(code).status_code == 404


def test_letting_go_in_one_tab_leaves_what_another_one_waits_for(client, last_place):
    first = held(client, *last_place)
    address = loan_form.address(make_kit())
    client.post(address, loan_form.typed(submission_key="a-key-of-the-second-tab"))
    second = Submission.objects.latest("pk")

    client.post(code_page(first), {"let_go": "1"})

    client.post(code_page(second, "loans"), {"code": code_in_mail()})
    assert second.loans.get().state == LoanState.RESERVED


# --- What was told -------------------------------------------------------------------------------


@pytest.fixture
def teacher():
    return make_teacher(email="anouk@school.example", name="Anouk", school=make_school())


@pytest.fixture
def hers(client, teacher):
    client.force_login(teacher)
    submission = make_submission(
        user=teacher, school=teacher.school, email=teacher.email, facilities="Niets"
    )
    return make_booking(
        submission=submission, visit=make_visit(max_groups=3, max_pupils=90), party_name="7b"
    )


def details_page(row) -> str:
    name = "loans:details" if isinstance(row, Loan) else "bookings:details"
    return reverse(name, args=[row.submission.public_id])


def told(row, name="7b", **fields):
    return {
        f"naam-{row.pk}": name,
        "contact_name": "Anouk de Wit",
        "phone": "06 12345678",
        "facilities": "Een rolstoel",
        "photos": PhotoAnswer.NO,
        "purchase_order": "IK-12",
    } | fields


def test_all_but_school_address_and_date_is_changed(client, hers):
    make_class_group(school=hers.submission.school, name="De Uilen")
    form = client.get(details_page(hers)).context["form"]
    assert set(form.fields) == set(told(hers))
    assert form.initial[f"naam-{hers.pk}"] == "7b"

    response = client.post(details_page(hers), told(hers, name="De Uilen"))

    assert response["Location"] == reverse("bookings:booking", args=[hers.submission.public_id])
    submission = Submission.objects.get()
    assert (submission.contact_name, submission.phone) == ("Anouk de Wit", "06 12345678")
    assert (submission.facilities, submission.photos) == ("Een rolstoel", "no")
    assert submission.purchase_order == "IK-12"
    assert submission.email == "anouk@school.example"
    now = Booking.objects.get()
    assert (now.party_name, now.party_key) == ("De Uilen", "de uilen".replace(" ", ""))
    assert now.class_group.name == "De Uilen"
    assert now.sequence == hers.sequence + 1  # calendars fetch the new name
    page = client.get(response["Location"]).content.decode()
    assert "Gegevens gewijzigd" in page


def test_its_event_names_the_fields_and_keeps_nothing_of_them(client, hers, teacher):
    client.post(details_page(hers), told(hers, contact_name="Ümit Çelik-van ’t Hof"))

    event = BookingEvent.objects.get(move="describe")
    assert (event.by, event.notice, event.note) == (teacher, "", "")
    assert event.data == {
        "fields": ["contact_name", "phone", "purchase_order", "facilities", "photos"]
    }


def test_summary_of_what_is_wrong_leads_to_each_field(client, hers):
    page = client.post(details_page(hers), told(hers, contact_name="", photos="misschien")).text

    summary = page.partition('id="fouten"')[2].partition("</ul>")[0]
    leads_to = re.findall(r'href="#([^"]+)"', summary)
    assert leads_to == ["id_contact_name", "id_photos_0"]
    assert all(f' id="{name}"' in page for name in leads_to)
    assert "2 dingen vragen nog je aandacht" in summary


def test_summary_puts_no_colon_after_a_question(client, hers):
    page = client.post(details_page(hers), told(hers, contact_name="", photos="misschien")).text

    assert ">Je naam</a>: " in page
    assert ">Mogen we foto’s maken?</a> " in page


def test_nothing_changed_leaves_no_event(client, hers):
    form = client.get(details_page(hers)).context["form"]

    client.post(details_page(hers), {name: form.initial[name] for name in form.fields})

    assert not BookingEvent.objects.filter(move="describe").exists()


@pytest.fixture
def old_page(client, hers):
    """What a page sends as it was opened, before a colleague changed the number and the names."""
    form = client.get(details_page(hers)).context["form"]
    meanwhile = {"phone": "06 99999999", "contact_name": "Sanne Bos"}
    change_details([hers], contact=meanwhile, names={hers.pk: "7c"}, by=None)
    return form.initial | form.as_shown


def test_old_page_changes_only_what_its_sender_changed(client, hers, old_page):
    assert client.get(details_page(hers)).text.count('name="shown-') == 6

    response = client.post(details_page(hers), old_page | {"facilities": "Een rolstoel"})

    assert response.status_code == 302
    submission = Submission.objects.get()
    assert (submission.phone, submission.contact_name) == ("06 99999999", "Sanne Bos")
    assert submission.facilities == "Een rolstoel"
    assert Booking.objects.get().party_name == "7c"
    assert BookingEvent.objects.latest("pk").data == {"fields": ["facilities"]}


def test_what_two_people_changed_is_said_and_sent_once_more(client, hers, old_page):
    typed = old_page | {"phone": "06 11111111"}

    response = client.post(details_page(hers), typed)

    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (422, ["phone"])
    assert "Iemand heeft dit intussen gewijzigd: 06 99999999." in form.errors["phone"][0]
    assert form["phone"].value() == "06 11111111"
    assert Submission.objects.get().phone == "06 99999999"

    assert client.post(details_page(hers), typed | form.as_shown).status_code == 302
    submission = Submission.objects.get()
    assert (submission.phone, submission.contact_name) == ("06 11111111", "Sanne Bos")


def test_of_two_classes_one_gets_another_name(client, hers):
    other = make_booking(submission=hers.submission, visit=hers.visit, party_name="7c")
    both = told(hers, name="7b") | {f"naam-{other.pk}": "7d"}

    client.post(details_page(hers), both)

    names = dict(Booking.objects.values_list("pk", "party_name"))
    assert names == {hers.pk: "7b", other.pk: "7d"}
    fields = {
        event.booking_id: event.data["fields"]
        for event in BookingEvent.objects.filter(move="describe")
    }
    assert "party_name" not in fields[hers.pk]
    assert "party_name" in fields[other.pk]


def test_one_name_twice_is_said_at_the_second(client, hers):
    other = make_booking(submission=hers.submission, visit=hers.visit, party_name="7c")

    response = client.post(details_page(hers), told(hers) | {f"naam-{other.pk}": "7-B"})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [f"naam-{other.pk}"]
    assert not BookingEvent.objects.filter(move="describe").exists()


def test_one_class_at_two_visits_keeps_its_name_at_both(client, hers):
    slot = make_slot(starts_at=amsterdam(2026, 11, 26, 9))
    again = make_booking(
        submission=hers.submission, visit=make_visit(slot=slot), party_name=hers.party_name
    )

    page = client.get(details_page(hers))
    response = client.post(details_page(hers), told(hers) | {f"naam-{again.pk}": "7b"})

    said = [field.help_text for field in page.context["names"]]
    assert said == ["dinsdag 3 november", "donderdag 26 november"]

    assert response.status_code == 302
    assert Submission.objects.get(pk=hers.submission_id).phone == "06 12345678"
    fields = [one.data["fields"] for one in BookingEvent.objects.filter(move="describe")]
    assert ["party_name" in one for one in fields] == [False, False]


def test_a_name_that_another_class_of_the_school_has_in_this_visit_is_refused(client, hers):
    colleague = make_submission(school=hers.submission.school)
    there = make_booking(submission=colleague, visit=hers.visit, party_name="8a")
    there.class_group = make_class_group(school=colleague.school, name="8a")
    there.save()

    response = client.post(details_page(hers), told(hers, name="8A"))

    assert response.status_code == 409
    assert "06 12345678" in response.content.decode()  # nothing typed is lost
    assert Booking.objects.get(pk=hers.pk).party_name == "7b"
    assert Submission.objects.get(pk=hers.submission_id).facilities == "Niets"  # nor half saved


def test_after_the_deadline_one_has_to_call(client, hers):
    last = hers.change_until
    with time_machine.travel(amsterdam(last.year, last.month, last.day, 23), tick=False):
        assert client.get(details_page(hers)).context["names"]
    with time_machine.travel(
        amsterdam(last.year, last.month, last.day, 23) + datetime.timedelta(hours=2), tick=False
    ):
        assert not client.get(details_page(hers)).context["names"]
        assert client.post(details_page(hers), told(hers)).status_code == 409
        assert (
            "gegevens/"
            not in client.get(
                reverse("bookings:booking", args=[hers.submission.public_id])
            ).content.decode()
        )
    assert Submission.objects.get().facilities == "Niets"


def test_a_page_that_stood_open_past_the_deadline_changes_nothing(hers):
    last, contact = hers.change_until, {"facilities": "Een rolstoel"}
    after = amsterdam(last.year, last.month, last.day, 23) + datetime.timedelta(hours=2)
    slot = make_slot(starts_at=amsterdam(2026, 12, 15, 9))
    later = make_booking(submission=hers.submission, visit=make_visit(slot=slot))
    with time_machine.travel(after, tick=False), pytest.raises(NoLonger):
        change_details([later, hers], contact=contact, names={}, by=hers.submission.user)
    assert Submission.objects.get().facilities == "Niets"


@pytest.mark.parametrize("state", [State.CANCELLED, State.HELD, State.ATTENDED])
def test_what_does_not_come_is_not_described(client, teacher, state):
    client.force_login(teacher)
    verified = {} if state != State.HELD else {"verified_at": None}
    row = make_booking(submission=make_submission(user=teacher, **verified), state=state)

    assert not client.get(details_page(row)).context["names"]


def test_a_group_changes_its_own_words_and_has_no_photographs(client, teacher):
    group = make_group(visit=make_visit())
    Submission.objects.filter(pk=group.submission_id).update(user=teacher)
    client.force_login(teacher)

    form = client.get(details_page(group)).context["form"]

    assert "photos" not in form.fields
    assert "facilities" in form.fields


def test_a_loan_is_described_in_the_same_way_until_the_box_is_out(client, teacher):
    client.force_login(teacher)
    loan = make_loan(submission=make_submission(user=teacher, school=teacher.school))
    data = told(loan, name="De Uilen")

    form = client.get(details_page(loan)).context["form"]
    assert set(form.fields) == {f"naam-{loan.pk}", "contact_name", "phone", "purchase_order"}
    client.post(details_page(loan), data)

    assert Loan.objects.get().party_name == "De Uilen"
    assert LoanEvent.objects.get(move="describe").data["fields"][-1] == "party_name"
    out = make_loan(submission=make_submission(user=teacher), state=LoanState.OUT)
    assert not client.get(details_page(out)).context["names"]


# --- What we know of a teacher -------------------------------------------------------------------


def confirm(client, programme, slot, **fields) -> User:
    submission = held(client, programme, slot, **fields)
    client.post(code_page(submission), {"code": code_in_mail()})
    return User.objects.get(email="umit@school.example")


def test_the_newest_confirmed_details_are_the_profile(client, programme, slot):
    old = confirm(client, programme, slot)
    old_calendar = feeds.feed_address("school", old, old.school)
    assert client.get(old_calendar).status_code == 200
    later = make_slot(programmes=[programme], starts_at=amsterdam(2026, 12, 15, 9))
    client = Client()

    now = confirm(
        client,
        programme,
        later,
        submission_key="the-key-of-a-later-form",
        school_typed_name="De Andere School",
        contact_name="Ümit Çelik",
        phone="06 87654321",
    )

    assert (now.name, now.phone, now.school.name) == (
        "Ümit Çelik",
        "06 87654321",
        "De Andere School",
    )
    assert client.get(old_calendar).status_code == 404
    assert client.get(feeds.feed_address("school", now, now.school)).status_code == 200


def test_language_in_which_she_asked_last_is_hers(client, programme, slot):
    """Her calendar too; staff who book for her do so in their own."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    before = confirm(client, programme, slot)
    calendar = feeds.feed_address("mijn", before)
    assert "X-WR-CALNAME:My visits and lesson kits" in client.get(calendar).text
    later = make_slot(programmes=[programme], starts_at=amsterdam(2026, 12, 15, 9))

    now = confirm(Client(), programme, later, submission_key="the-key-of-a-later-form")

    assert (before.language, now.language) == ("en", "nl")
    assert "X-WR-CALNAME:Mijn bezoeken en leskisten" in client.get(calendar).text
    User.objects.update(language="en")
    asked = make_submission(user=now, email=now.email, verified_at=None)
    by_phone = make_slot(programmes=[programme], starts_at=amsterdam(2026, 12, 16, 9))
    visit = make_visit(slot=by_phone, programme=programme)
    make_booking(visit=visit, submission=asked, state=State.HELD)
    lifecycle.verify(submission=asked, by=make_staff())
    now.refresh_from_db()
    assert now.language == "en"


def test_an_unconfirmed_form_tells_nothing_about_her(client, programme, slot):
    confirm(client, programme, slot)
    later = make_slot(programmes=[programme], starts_at=amsterdam(2026, 12, 15, 9))

    held(Client(), programme, later, submission_key="another-key-of-a-form", contact_name="Iemand")

    assert User.objects.get(email="umit@school.example").name == "Ümit Çelik-van ’t Hof"
    assert CodeChallenge.objects.count() == 2


def test_changed_details_are_the_profile_unless_later_ones_are_known(client, hers, teacher):
    client.post(details_page(hers), told(hers))
    teacher.refresh_from_db()
    assert teacher.name == "Anouk de Wit"

    later = datetime.timedelta(days=1)
    make_submission(user=teacher, verified_at=hers.submission.verified_at + later)
    client.post(details_page(hers), told(hers, contact_name="A. de Wit"))
    teacher.refresh_from_db()
    assert teacher.name == "Anouk de Wit"


def test_what_somebody_else_changes_for_her_is_no_profile_of_hers(hers, teacher):
    change_details([hers], contact={"contact_name": "Ada Smit"}, names={}, by=make_staff())
    hers.submission.refresh_from_db()
    teacher.refresh_from_db()
    assert (hers.submission.contact_name, teacher.name) == ("Ada Smit", "Anouk")


def test_staff_who_book_keep_their_own_name(programme, slot):
    desk = make_staff(name="Balie")
    visit = make_visit(slot=slot, programme=programme)
    asked = make_submission(user=None, email=desk.email, typed_school_name="De Vlinder")
    make_booking(visit=visit, submission=asked, state=State.HELD)

    lifecycle.verify(submission=asked)

    desk.refresh_from_db()
    assert desk.name == "Balie"


# --- Whose address it is -------------------------------------------------------------------------


@pytest.fixture
def of_staff():
    """A visit whose contact has the address of a member of staff."""
    desk = make_staff(name="Balie")
    asked = make_submission(user=desk, school=make_school(), verified_at=NOW)
    return make_booking(submission=asked, party_name="7b")


def test_an_address_of_staff_gives_a_teachers_rights_on_a_teachers_page(client, of_staff):
    last, link = of_staff.change_until, token_of(of_staff.submission)
    page = reverse("bookings:numbers", args=[of_staff.submission.public_id, link, of_staff.pk])

    with time_machine.travel(amsterdam(last.year, last.month, last.day + 1, 10), tick=False):
        late = client.post(page, {"pupils": 12, "supervisors": 3})
    in_time = client.post(page, {"pupils": 20, "supervisors": 3})

    assert (late.status_code, in_time.status_code) == (200, 302)
    event = of_staff.events.get(move="change_numbers")
    assert (event.data["to"], event.by_role) == ([20, 3], "teacher")
    assert User.objects.get(pk=of_staff.submission.user_id).is_staff


def test_a_code_to_an_address_of_staff_confirms_as_a_teacher(client, programme, slot):
    make_staff(email="balie@tec.example")
    submission = held(client, programme, slot, email="balie@tec.example")

    client.post(code_page(submission), {"code": code_in_mail()})

    assert submission.bookings.get().events.get(move="verify").by_role == "teacher"
