"""Everything that is wrong with a form is said in one round, and only what is possible offered."""

import re
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.transaction import atomic
from django.urls import reverse

from bookings.models import Booking
from submissions.pages.prefilled import party_as_asked
from tests.booking_form import address, errors_of, held, typed
from tests.factories import make_booking, make_group, make_programme, make_slot, make_visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def programme():
    return make_programme(year_from=6, year_to=8, min_pupils=10, max_groups=2)


@pytest.fixture
def slot(programme):
    return make_slot(programmes=[programme], max_pupils=60)


def test_limits_are_said_together_with_what_is_missing(client, programme, slot):
    data = typed(classes=(("", [5], 33, 1),), phone="", contact_name="")
    response = client.post(address(programme, slot), data)
    assert response.status_code == 422
    assert errors_of(response) == {
        "klas-0-name": "Vul de naam van de klas in.",
        "klas-0-year_groups": "Dit programma is voor groep 6 t/m 8, niet voor groep 5.",
        "klas-0-pupils": "Hoogstens 32 leerlingen per klas.",
        "contact_name": "Vul je naam in.",
        "phone": "Vul een telefoonnummer in.",
    }


def test_too_few_pupils_are_said_too(client, programme, slot):
    response = client.post(address(programme, slot), typed(classes=(("7b", [], 9, 1),)))
    assert errors_of(response) == {
        "klas-0-year_groups": "Kruis de groep of het leerjaar van deze klas aan.",
        "klas-0-pupils": "Minstens 10 leerlingen per klas.",
    }


def test_form_offers_only_the_year_groups_of_the_programme(client, programme, slot):
    page = client.get(address(programme, slot)).text
    assert re.findall(r'name="klas-0-year_groups" value="(\d+)"', page) == ["6", "7", "8"]


def test_form_of_a_programme_across_primary_and_secondary_offers_both(client):
    programme = make_programme(year_from=8, year_to=9)
    page = client.get(address(programme, make_slot(programmes=[programme]))).text
    assert re.findall(r'name="klas-0-year_groups" value="(\d+)"', page) == ["8", "9"]


@pytest.mark.parametrize(
    ("groups", "said", "kept"),
    [([9], "havo-vwo", "havo-vwo"), ([9], "", ""), ([8], "havo", ""), ([8, 9], "vmbo", "vmbo")],
)
def test_level_of_a_secondary_class_is_asked_and_may_stay_open(client, groups, said, kept):
    programme = make_programme(year_from=8, year_to=9)
    slot = make_slot(programmes=[programme])
    assert 'name="klas-0-level"' in client.get(address(programme, slot)).text
    held(
        client,
        programme,
        slot,
        **typed(classes=(("1a", groups, 24, 3),)) | {"klas-0-level": said},
    )
    assert Booking.objects.get().level == kept


def test_level_that_does_not_exist_is_refused(client):
    programme = make_programme(year_from=8, year_to=9)
    slot = make_slot(programmes=[programme])
    data = typed(classes=(("1a", [9], 24, 3),)) | {"klas-0-level": "gymnasium"}
    assert "klas-0-level" in errors_of(client.post(address(programme, slot), data))


def test_level_is_not_asked_of_primary_classes(client, programme, slot):
    assert "klas-0-level" not in client.get(address(programme, slot)).text
    data = typed() | {"klas-0-level": "havo"}
    held(client, programme, slot, **data)
    assert Booking.objects.get().level == ""


def test_level_is_read_with_the_year_group_and_known_the_next_time():
    row = make_booking(year_from=9, year_to=9, level="vmbo-havo")
    assert row.year_groups == "leerjaar 1 vmbo/havo"
    assert party_as_asked(row)["level"] == "vmbo-havo"


def test_database_refuses_a_level_of_who_is_in_no_secondary_class():
    for make in (make_booking, make_group):
        with pytest.raises(IntegrityError, match="booking_level_is_secondary"), atomic():
            make(level="havo")


# --- Supervisors -------------------------------------------------------------------------------


def with_adults(number: Any, **fields: Any) -> dict[str, Any]:
    return typed(classes=(("7b", [7], 26, number),), **fields)


def test_norm_is_said_in_general_until_the_number_of_pupils_is_known(client, programme, slot):
    assert "We vragen er één per 10 leerlingen." in client.get(address(programme, slot)).text
    page = client.post(address(programme, slot), with_adults(3, phone="")).text
    assert "Bij 26 leerlingen vragen we 3 begeleiders." in page


def test_one_adult_for_26_pupils_is_said_with_the_other_errors(client, programme, slot):
    response = client.post(address(programme, slot), with_adults(1, phone=""))
    assert errors_of(response) == {
        "klas-0-supervisors": "Bij 26 leerlingen vragen we 3 begeleiders. Komen er echt minder "
        "mee? Verstuur het dan nog een keer; als het nodig is, bellen we je.",
        "phone": "Vul een telefoonnummer in.",
    }
    # In the summary and at the field, and not a second time as its help.
    assert response.text.count("Bij 26 leerlingen vragen we 3 begeleiders.") == 2


def test_who_means_it_sends_it_again(client, programme, slot):
    first = client.post(address(programme, slot), with_adults(1))
    assert (first.status_code, Booking.objects.count()) == (422, 0)
    said = re.search(r'name="klas-0-norm_said" value="([^"]+)"', first.text)
    assert said
    again = with_adults(1) | {"klas-0-norm_said": said[1]}
    assert client.post(address(programme, slot), again).status_code == 302
    assert Booking.objects.get().supervisors == 1


def test_other_numbers_are_asked_about_anew(client, programme, slot):
    data = with_adults(2) | {"klas-0-norm_said": "26-1"}
    assert client.post(address(programme, slot), data).status_code == 422


def test_no_supervisor_is_asked_for_in_plain_words(client, programme, slot):
    response = client.post(address(programme, slot), with_adults(0))
    assert errors_of(response) == {"klas-0-supervisors": "Vul minstens 1 begeleider in."}


# --- A second class ------------------------------------------------------------------------------


def test_second_class_is_offered_only_where_it_fits(client, programme, slot):
    assert 'name="add"' in client.get(address(programme, slot)).text
    make_booking(visit=make_visit(programme=programme, slot=slot))
    assert 'name="add"' not in client.get(address(programme, slot)).text


def test_third_class_is_not_offered_where_two_fit(client, programme, slot):
    page = client.post(address(programme, slot), typed() | {"add": "1"}).text
    assert 'name="klas-1-name"' in page
    assert 'name="add"' not in page


def test_second_class_is_not_offered_where_no_pupils_fit_any_more(client, programme, slot):
    # Of 60 pupils 24 come already, and the fewest of a class are 10.
    make_booking(visit=make_visit(programme=programme, slot=slot, max_groups=9))
    classes = (("7b", [7], 27, 3),)
    page = client.post(address(programme, slot), typed(classes=classes, phone="")).text
    assert 'name="add"' not in page
    classes = (("7b", [7], 26, 3),)
    page = client.post(address(programme, slot), typed(classes=classes, phone="")).text
    assert 'name="add"' in page


def test_page_that_changes_numbers_says_the_norm_for_them(client, programme):
    booking = make_booking(visit=make_visit(programme=programme))
    client.force_login(booking.submission.user)
    there = reverse("bookings:numbers", args=[booking.submission.public_id, booking.pk])
    assert "Bij 24 leerlingen vragen we 3 begeleiders." in client.get(there).text
    page = client.post(there, {"pupils": 31, "supervisors": 0}).text
    assert "Bij 31 leerlingen vragen we 4 begeleiders." in page
    assert "Vul minstens 1 begeleider in." in page
