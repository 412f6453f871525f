"""Experiences lead nowhere in vain: what comes first is said first, and nothing typed is lost."""

import re
from typing import Any

import pytest
from django.urls import reverse

from bookings.models import Booking
from bookings.telling.other_dates import other_dates
from core.pages.drafts import COOKIE, MOST_CHARACTERS
from programmes.models import ProgrammeKind
from submissions.models import WaitState
from tests.booking_form import address, errors_of, held, typed
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_programme,
    make_school,
    make_slot,
    make_submission,
    make_teacher,
    make_visit,
    make_wait,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def taster():
    return make_programme(kind=ProgrammeKind.TASTER, title="Proeverij", slug="proeverij")


@pytest.fixture
def experience():
    return make_programme(
        kind=ProgrammeKind.EXPERIENCE, title="Robots", slug="robots", requires_taster=True
    )


@pytest.fixture
def teacher():
    return make_teacher(school=make_school(), name="Juf Anouk", phone="0570 123456")


def planned(taster, teacher, day: int) -> Booking:
    """A Proeverij of her 7b in December."""
    slot = make_slot(programmes=[taster], starts_at=amsterdam(2026, 12, day, 9))
    return make_booking(
        visit=make_visit(programme=taster, slot=slot),
        submission=make_submission(user=teacher, school=teacher.school),
        class_group=make_class_group(school=teacher.school, name="7b"),
        party_name="7b",
    )


# --- Said beforehand -----------------------------------------------------------------------------


def test_proeverij_comes_first_on_home_and_in_the_catalogue(client, taster, experience):
    make_slot(programmes=[experience], starts_at=amsterdam(2026, 11, 2, 9))
    make_slot(programmes=[taster], starts_at=amsterdam(2026, 11, 20, 9))
    type(taster).objects.filter(pk=taster.pk).update(position=9)
    home = client.get(reverse("home")).context["next_free"]
    assert [(row[0].title, row[2]) for row in home] == [
        ("Proeverij", ""),
        ("Robots", "eerst een Proeverij"),
    ]
    cards = client.get(reverse("programmes:catalogue")).context["cards"]
    assert [(row[0].title, row[2]) for row in cards] == [
        ("Proeverij", ""),
        ("Robots", "eerst een Proeverij"),
    ]


def test_card_says_from_when_it_is_possible_for_her(client, taster, experience, teacher):
    client.force_login(teacher)
    planned(taster, teacher, 15)
    page = client.get(reverse("programmes:catalogue")).text
    assert "<b>na jullie Proeverij op 15 december</b>" in page


def test_card_says_nothing_once_the_school_had_its_proeverij(
    client, taster, experience, teacher, frozen
):
    planned(taster, teacher, 15)
    frozen.move_to(amsterdam(2026, 12, 16, 9))
    client.force_login(teacher)
    assert "Proeverij op 15 december" not in client.get(reverse("programmes:catalogue")).text
    assert "lleen na een Proeverij" not in client.get(experience.get_absolute_url()).text


def test_requirement_stands_before_the_dates_and_before_the_form(client, taster, experience):
    slot = make_slot(programmes=[experience])
    said, link = "Alleen na een Proeverij van je klas", 'href="/programmas/proeverij/#data"'
    page = client.get(experience.get_absolute_url()).text
    assert page.index("</header>\n<p") < page.index(said) < page.index('id="soonest-title"')
    form = client.get(address(experience, slot)).text
    assert form.index(said) < form.index(link) < form.index("klas-0-name")
    assert said not in client.get(taster.get_absolute_url()).text


# --- A date before the Proeverij that is booked --------------------------------------------------


@pytest.fixture
def early(experience):
    for day in (16, 17):
        make_slot(programmes=[experience], starts_at=amsterdam(2026, 12, day, 9))
    return make_slot(programmes=[experience], starts_at=amsterdam(2026, 11, 24, 9))


def hers(teacher, **fields: Any) -> dict[str, Any]:
    who = {"school": teacher.school_id, "school_typed_name": "", "school_typed_city": ""}
    return typed() | who | {"email": teacher.email} | fields


def test_date_before_the_proeverij_leads_to_dates_after_it(
    client, taster, experience, teacher, early
):
    planned(taster, teacher, 15)
    client.force_login(teacher)
    response = client.post(address(experience, early), hers(teacher))
    assert response.status_code == 422
    assert errors_of(response) == {
        "klas-0-name": "Jullie Proeverij is op 15 december; kies een datum daarna."
    }
    later = re.findall(r'formaction="(/boekingen/nieuw/[^"]+)"', response.text)
    assert [str(offer.day) for offer in response.context["others"]] == ["2026-12-16", "2026-12-17"]
    # What was typed goes along with the button: it is booked at once.
    assert client.post(later[0], hers(teacher)).status_code == 302
    assert Booking.objects.latest("pk").starts_at == amsterdam(2026, 12, 16, 9)


@pytest.mark.parametrize("name", ["7b", "8a"])
def test_of_two_proeverijen_to_come_the_first_is_named(
    client, taster, experience, teacher, early, name
):
    """Whichever was booked first; of her class, or for another one of the school."""
    later = planned(taster, teacher, 15)
    slot = make_slot(programmes=[taster], starts_at=amsterdam(2026, 12, 8, 9))
    visit = make_visit(programme=taster, slot=slot)
    make_booking(visit=visit, submission=later.submission, class_group=later.class_group)
    client.force_login(teacher)
    response = client.post(address(experience, early), hers(teacher, **{"klas-0-name": name}))
    assert "Jullie Proeverij is op 8 december" in response.text


def test_proeverij_of_another_class_of_the_school_counts_as_hers(
    client, taster, experience, teacher, early
):
    planned(taster, teacher, 15)
    client.force_login(teacher)
    data = hers(teacher, **{"klas-0-name": "8a", "klas-0-year_groups": [8]})
    response = client.post(address(experience, early), data)
    assert "Jullie Proeverij is op 15 december" in response.text


def test_without_any_proeverij_what_was_typed_is_in_the_next_form(client, taster, experience):
    first = make_slot(programmes=[experience])
    slot = make_slot(programmes=[taster], starts_at=amsterdam(2026, 11, 10, 9))
    data = typed(facilities="Een rolstoel.") | {"photos": "no", "send": "1"}
    response = client.post(address(experience, first), data)
    assert 'href="/programmas/proeverij/#data"' in response.text
    assert "Wat je invulde gaat mee" in response.text
    form = client.get(address(taster, slot)).text
    for shown in (
        'value="7b"',
        'value="De Nieuwe School"',
        'value="Ümit Çelik-van ’t Hof"',
        'value="umit@school.example"',
        "Een rolstoel.",
        "Wat je eerder invulde, staat er nog.",
    ):
        assert shown in form
    assert re.search(r'year_groups" value="7"[^>]* checked', form)
    assert re.search(r'photos" value="no"[^>]* checked', form)
    # It is a form of its own, of which no button is pressed.
    assert len(re.findall(r'name="klas-\d+-name"', form)) == 1
    key = re.search(r'name="submission_key" value="([^"]+)"', form)
    assert key
    assert key[1] != data["submission_key"]


def test_proeverij_that_does_not_take_the_class_is_no_way_out(client, taster, experience):
    """Its form would refuse her in turn."""
    for_older = make_programme(kind=ProgrammeKind.TASTER, title="Voor 8", year_from=8, year_to=8)
    for years in ([7], [7, 8]):
        data = typed(classes=(("7b", years, 24, 3),))
        text = client.post(address(experience, make_slot(programmes=[experience])), data).text
        assert 'href="/programmas/proeverij/#data">Boek eerst' in text
        assert for_older.get_absolute_url() not in text
    type(taster).objects.filter(pk=taster.pk).delete()
    slot = make_slot(programmes=[experience])
    assert "Wat je invulde gaat mee" not in client.post(address(experience, slot), data).text


def test_proeverij_for_one_of_several_classes_is_a_way_out_for_that_one(client, experience):
    for_older = make_programme(kind=ProgrammeKind.TASTER, title="Voor 8", year_from=8, year_to=8)
    data = typed(classes=(("7b", [7], 24, 3), ("8a", [8], 24, 3)))
    text = client.post(address(experience, make_slot(programmes=[experience])), data).text
    assert f'href="{for_older.get_absolute_url()}#data">Boek eerst' in text


def test_dates_after_the_proeverij_have_room_for_all_classes_once_it_is_over(
    client, taster, experience, teacher, early
):
    planned(taster, teacher, 15)
    type(experience).objects.filter(pk=experience.pk).update(max_groups=2)
    roomy = {"programmes": [experience], "max_groups": 2, "max_pupils": 60}
    make_slot(starts_at=amsterdam(2026, 12, 15, 10), **roomy)  # they are at the Proeverij still
    for day, short in ((18, {"max_groups": 1}), (21, {"max_pupils": 47}), (22, {})):
        make_slot(starts_at=amsterdam(2026, 12, day, 9), **roomy | short)
    client.force_login(teacher)
    data = typed(classes=(("7b", [7], 24, 3), ("8a", [8], 24, 3)))
    who = {name: text for name, text in hers(teacher).items() if not name.startswith("klas-")}

    response = client.post(address(experience, early), data | who)

    assert [str(offer.day) for offer in response.context["others"]] == ["2026-12-22"]


def test_other_dates_are_after_the_proeverij_wherever_they_are_proposed(
    client, taster, experience, teacher, early
):
    """On the form that is refused, before anything is typed, and to who waited or is called off."""
    booking = planned(taster, teacher, 15)
    gone = make_slot(programmes=[experience], starts_at=amsterdam(2027, 1, 21, 9))
    make_booking(visit=make_visit(programme=experience, slot=gone))
    client.force_login(teacher)
    later = ["2026-12-16", "2026-12-17"]

    refused = client.post(address(experience, gone), hers(teacher))
    opened = client.get(address(experience, gone))

    assert [response.status_code for response in (refused, opened)] == [409, 200]
    for response in (refused, opened):
        assert [str(offer.day) for offer in response.context["others"]] == later
    row = make_wait(
        programme=experience, slot=gone, submission=booking.submission, state=WaitState.ENDED
    )
    assert [str(offer.day) for offer in other_dates(experience, [row])] == later
    stranger = make_wait(programme=experience, slot=gone, state=WaitState.ENDED)
    assert str(other_dates(experience, [stranger])[0].day) == "2026-11-24"


# --- A wish for an Experience --------------------------------------------------------------------


def wished(teacher, **fields: Any) -> dict[str, Any]:
    days = {"weekdays": ["1"], "first_day": "2026-11-02", "last_day": "2026-11-30"}
    return hers(teacher) | days | {"wait": "1"} | fields


def test_wish_without_any_proeverij_leads_to_one(client, taster, experience, teacher):
    client.force_login(teacher)
    response = client.post(reverse("bookings:wish", args=["robots"]), wished(teacher))
    assert response.status_code == 422
    assert 'href="/programmas/proeverij/#data">Boek eerst de Proeverij' in response.text
    assert "Geen" not in errors_of(response)["klas-0-name"]


def test_wish_before_the_proeverij_does_not_say_that_nothing_is_free(
    client, taster, experience, teacher
):
    planned(taster, teacher, 15)
    client.force_login(teacher)
    page = reverse("bookings:wish", args=["robots"])
    refused = client.post(page, wished(teacher))
    assert errors_of(refused) == {
        "klas-0-name": "Jullie Proeverij is op 15 december; kies een datum daarna."
    }
    assert "geen andere datum vrij" not in refused.text

    later = make_slot(programmes=[experience], starts_at=amsterdam(2026, 12, 16, 9))
    refused = client.post(page, wished(teacher))
    (form,) = re.findall(r'formaction="(/boekingen/nieuw/[^"]+)"', refused.text)
    assert form == address(experience, later)
    sent = wished(teacher)
    del sent["wait"]
    assert client.post(form, sent).status_code == 302


def test_draft_ends_with_the_booking_with_signing_out_and_after_an_hour(
    client, taster, experience, frozen
):
    first = make_slot(programmes=[experience])
    slot = make_slot(programmes=[taster], starts_at=amsterdam(2026, 11, 10, 9))
    client.post(address(experience, first), typed())
    assert 'value="7b"' in client.get(address(taster, slot)).text
    client.post(reverse("submissions:sign_out"))
    assert 'value="7b"' not in client.get(address(taster, slot)).text

    client.post(address(experience, first), typed())
    frozen.shift(3601)
    assert 'value="7b"' not in client.get(address(taster, slot)).text

    client.post(address(experience, first), typed())
    held(client, taster, slot)
    assert 'value="7b"' not in client.get(address(taster, slot)).text


def test_draft_that_was_tampered_with_counts_as_none(client, taster):
    slot = make_slot(programmes=[taster])
    client.cookies[COOKIE] = "nonsense:of:somebody"
    assert client.get(address(taster, slot)).status_code == 200


def test_draft_fits_a_cookie_and_drops_the_longest_first(client, experience):
    long = "".join(chr(0x4E00 + (n * 7919) % 20000) for n in range(990))
    client.post(address(experience, make_slot(programmes=[experience])), typed(facilities=long * 2))
    assert 0 < len(client.cookies[COOKIE].value) <= MOST_CHARACTERS


# --- The class travels along ---------------------------------------------------------------------


def test_choosing_an_experience_for_a_class_leads_to_a_form_filled_with_it(
    client, taster, experience, teacher
):
    booking = planned(taster, teacher, 15)
    slot = make_slot(programmes=[experience], starts_at=amsterdam(2026, 12, 16, 9))
    client.force_login(teacher)
    number = booking.class_group_id
    mine = client.get(reverse("my_tec")).text
    assert f"?soort=experience&amp;klas={number}" in mine
    catalogue = client.get(f"/programmas/?soort=experience&klas={number}").text
    assert f'href="/programmas/robots/?klas={number}"' in catalogue
    page = client.get(f"/programmas/robots/?klas={number}").text
    links = re.findall(rf'href="(/boekingen/nieuw/robots/{slot.pk}/[^"]*)"', page)
    assert links == [f"/boekingen/nieuw/robots/{slot.pk}/?klas={number}"] * len(links) != []
    form = client.get(links[0]).text
    assert 'name="klas-0-name" value="7b"' in form
    assert 'name="klas-0-pupils" value="24"' in form
    assert 'name="klas-0-supervisors" value="3"' in form
    assert re.search(r'klas-0-year_groups" value="7"[^>]* checked', form)


def test_class_goes_along_from_a_date_that_is_gone(client, taster, experience, teacher):
    booking = planned(taster, teacher, 15)
    gone = make_slot(programmes=[experience], starts_at=amsterdam(2026, 12, 16, 9))
    make_booking(visit=make_visit(programme=experience, slot=gone))
    slot = make_slot(programmes=[experience], starts_at=amsterdam(2026, 12, 17, 9))
    client.force_login(teacher)
    number = booking.class_group_id

    text = client.get(f"{address(experience, gone)}?klas={number}").text

    assert sorted(re.findall(r'href="([^"]*robots[^"]*)"', text)) == sorted(
        [
            f"/programmas/robots/?klas={number}#data",
            f"{address(experience, slot)}?klas={number}",
            f"{address(experience, gone)}?klas={number}&amp;wachtlijst=1",
            f"/boekingen/wens/robots/?klas={number}",
        ]
    )
    wait = client.get(f"{address(experience, gone)}?klas={number}&wachtlijst=1").text
    assert 'name="klas-0-name" value="7b"' in wait
    assert 'name="wait"' in wait


def test_class_of_somebody_else_is_not_filled_in(client, taster, experience, teacher):
    other = planned(taster, make_teacher(school=make_school()), 15)
    client.force_login(teacher)
    form = client.get(
        address(experience, make_slot(programmes=[experience])) + f"?klas={other.class_group_id}"
    ).text
    assert 'value="7b"' not in form


def test_her_classes_are_choices_and_choosing_one_loses_nothing(
    client, taster, experience, teacher
):
    booking = planned(taster, teacher, 15)
    client.force_login(teacher)
    slot = make_slot(programmes=[experience], starts_at=amsterdam(2026, 12, 16, 9))
    form = client.get(address(experience, slot)).text
    assert f'name="use" value="{booking.class_group_id}">7b</button>' in form
    blank = (("", [], "", ""),)
    data = typed(classes=blank, facilities="Een rolstoel.") | {"use": str(booking.class_group_id)}
    del data["send"]
    shown = client.post(address(experience, slot), data)
    assert (shown.status_code, shown.context["form"].errors) == (200, [])
    assert 'name="klas-0-name" value="7b"' in shown.text
    assert 'name="klas-0-pupils" value="24"' in shown.text
    assert "Een rolstoel." in shown.text


def test_class_goes_along_from_its_page_to_the_form(client, taster, experience, teacher):
    booked = planned(taster, teacher, 15)
    slot = make_slot(programmes=[experience], starts_at=amsterdam(2026, 12, 17, 9))
    client.force_login(teacher)
    page = client.get(reverse("bookings:class", args=[booked.class_group_id])).text
    form = reverse("bookings:book", args=[experience.slug, slot.pk])
    assert f'href="{form}?klas={booked.class_group_id}"' in page
    filled_in = client.get(f"{form}?klas={booked.class_group_id}").context["form"]
    assert filled_in.classes.forms[0].initial["name"] == "7b"


def test_class_goes_along_to_other_dates_and_to_the_waiting_list(client, teacher):
    """From the form of a date that is full."""
    programme = make_programme(kind="experience")
    full, free = (
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 12, day, 9)) for day in (15, 17)
    )
    visit = make_visit(slot=full, programme=programme)
    make_booking(visit=visit)
    client.force_login(teacher)
    form = reverse("bookings:book", args=[programme.slug, full.pk])
    page = client.get(f"{form}?klas=12").text
    for there in (
        f"{reverse('bookings:book', args=[programme.slug, free.pk])}?klas=12",
        f"{form}?klas=12&amp;wachtlijst=1",
        f"{reverse('bookings:wish', args=[programme.slug])}?klas=12",
        f"{programme.get_absolute_url()}?klas=12#data",
    ):
        assert f'href="{there}"' in page, there
