"""The field in which staff choose a slot: what it finds, what it says, and for whom."""

import pytest
from django.contrib.auth.models import Permission

from bookings.models import VisitSlot
from tests.factories import (
    amsterdam,
    make_booking,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
    make_zone,
)

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


@pytest.fixture
def programme(db):
    """Three slots to come, one past and one too short."""
    programme = make_programme(title="Drones en vr", max_groups=2, max_pupils=70)
    for when in [(2026, 9, 1, 9), (2026, 11, 3, 9), (2026, 11, 10, 13), (2027, 3, 9, 9)]:
        slot = make_slot(programmes=[programme], starts_at=amsterdam(*when), max_groups=2)
    VisitSlot.objects.filter(pk=slot.pk).update(is_closed=True)
    make_slot(
        programmes=[programme],
        starts_at=amsterdam(2026, 11, 4, 9),
        ends_at=amsterdam(2026, 11, 4, 10),
    )
    return programme


def ask(client, programme, **asked):
    return client.get(f"/beheer/bookings/visitslot/kies/{programme.pk}/", asked)


def found(client, programme, term=""):
    return [one["text"] for one in ask(client, programme, term=term).json()["results"]]


NOV_3 = "di 3 nov 2026 09:00–11:00 (plek voor 2 klassen)"
NOV_10 = "di 10 nov 2026 13:00–15:00 (plek voor 2 klassen)"
MARCH_9 = "di 9 mrt 2027 09:00–11:00 (dicht voor scholen)"


def test_field_offers_what_is_to_come_and_long_enough_with_its_room(desk, programme):
    assert found(desk, programme) == [NOV_3, NOV_10, MARCH_9]


def test_field_offers_what_is_just_long_enough(desk, programme):
    """Two hours for a programme of two hours."""
    starts_at, ends_at = amsterdam(2026, 11, 5, 9), amsterdam(2026, 11, 5, 11)
    make_slot(programmes=[programme], starts_at=starts_at, ends_at=ends_at)
    assert found(desk, programme, "5 nov") == ["do 5 nov 2026 09:00–11:00 (plek voor 2 klassen)"]


@pytest.mark.parametrize(
    ("term", "texts"),
    [
        ("9 maart", [MARCH_9]),
        ("9-3", [MARCH_9]),
        ("2027-03-09", [MARCH_9]),
        ("9 March", [MARCH_9]),
        ("november", [NOV_3, NOV_10]),
        ("drones 10 nov", [NOV_10]),
        ("drones", [NOV_3, NOV_10, MARCH_9]),
        ("9-3-2028", []),
        ("proeverij", []),
    ],
)
def test_field_understands_days_as_people_type_them(desk, programme, term, texts):
    assert found(desk, programme, term) == texts


def test_field_says_what_is_full_and_what_is_nearly_so(desk, programme):
    visit = make_visit(programme=programme, slot=programme.slots.get(starts_at__day=10))
    make_booking(visit=visit)
    zones = list(programme.zones.all())
    rival = make_programme(zones=[*zones, make_zone(venue=programme.venue)])
    make_booking(
        visit=make_visit(programme=rival, slot=programme.slots.get(starts_at__day=3, note=""))
    )
    assert found(desk, programme, "november") == [
        "di 3 nov 2026 09:00–11:00 (vol)",
        "di 10 nov 2026 13:00–15:00 (plek voor 1 klas)",
    ]


def test_field_asks_for_twenty_at_a_time(desk, programme, django_assert_num_queries):
    for day in range(1, 26):
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 10, day, 9))
    ask(desk, programme)
    with django_assert_num_queries(6):  # session, user, programme, count, slots, room
        first = ask(desk, programme).json()
    second = ask(desk, programme, page=2).json()
    assert (len(first["results"]), first["pagination"]) == (20, {"more": True})
    assert (len(second["results"]), second["pagination"]) == (8, {"more": False})


@pytest.mark.parametrize(
    ("permission", "status"),
    [("view_visitslot", 200), ("add_booking", 200), ("change_visit", 200), ("view_booking", 403)],
)
def test_field_answers_whoever_has_such_a_form(client, programme, permission, status):
    person = make_staff(is_superuser=False)
    person.user_permissions.add(Permission.objects.get(codename=permission))
    client.force_login(person)
    assert ask(client, programme).status_code == status


def test_field_refuses_what_it_does_not_know(desk, programme):
    assert desk.get("/beheer/bookings/visitslot/kies/99999/").status_code == 404
    assert desk.post(f"/beheer/bookings/visitslot/kies/{programme.pk}/").status_code == 405


@pytest.mark.parametrize("slot", ["abc", "1.5", "9" * 19, "9" * 5000])
def test_field_takes_what_is_no_slot_for_no_choice(desk, programme, slot):
    asked = {"programme": programme.pk, "slot": slot}
    page = desk.get("/beheer/bookings/booking/add/", asked)
    assert page.context["first"].errors == {
        "slot": ["Deze datum kan niet (meer). Kies een andere."]
    }


# --- The lists search the same way --------------------------------------------------------------


def shown(client, model, query):
    page = client.get(f"/beheer/bookings/{model}/", {"q": query})
    return [row.pk for row in page.context["cl"].result_list]


def test_lists_are_searched_by_day_programme_school_and_class(desk):
    programme = make_programme(title="Drones en vr")
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2027, 3, 9, 9), note="Met Bas")
    booking = make_booking(
        visit=make_visit(slot=slot, programme=programme),
        submission=make_submission(school=make_school(name="De Ooievaar")),
        party_name="Uilen",
    )
    other = make_programme(title="Fiets 9")
    make_booking(visit=make_visit(programme=other), party_name="Mussen")
    school = booking.submission.school.name
    for query in ("9 maart", "9-3-2027", "di 9 mrt", "drones", "drones 9-3"):
        assert shown(desk, "visitslot", query) == [slot.pk], query
        assert shown(desk, "visit", query) == [booking.visit_id], query
        assert shown(desk, "booking", query) == [booking.pk], query
        assert shown(desk, "bookingevent", query) == [booking.events.get().pk], query
    assert shown(desk, "visitslot", "bas") == [slot.pk]
    for query in ("uilen", school, booking.submission.reference):
        assert shown(desk, "visit", query) == [booking.visit_id], query
        assert shown(desk, "bookingevent", query) == [booking.events.get().pk], query


def test_class_that_is_called_like_a_day_is_found_by_its_name(desk):
    booking = make_booking(party_name="Groep 6/7")
    assert shown(desk, "booking", "6/7") == [booking.pk]


@pytest.mark.parametrize("year", ["0001", "9999"])
@pytest.mark.parametrize(
    ("model", "field"), [("booking", "visit__slot__starts_at"), ("bookingevent", "at")]
)
def test_period_beyond_any_calendar_is_left_out(desk, model, field, year):
    make_booking()
    period = {f"{field}_from_0": f"{year}-01-01", f"{field}_from_1": "00:00"}
    period |= {f"{field}_to_0": f"{year}-12-31", f"{field}_to_1": "23:59"}

    page = desk.get(f"/beheer/bookings/{model}/", period)

    assert [row.pk for row in page.context["cl"].result_list] != []


def test_bookings_of_a_period_of_visits(desk):
    inside, _outside = (
        make_booking(),
        make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2027, 3, 9, 9)))),
    )
    field = "visit__slot__starts_at"
    period = {f"{field}_from_0": "2026-11-01", f"{field}_from_1": "00:00:00"}
    period |= {f"{field}_to_0": "2026-11-30", f"{field}_to_1": "23:59:59"}

    page = desk.get("/beheer/bookings/booking/", period)

    assert [row.pk for row in page.context["cl"].result_list] == [inside.pk]
