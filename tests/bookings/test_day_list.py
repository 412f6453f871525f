"""The day list: who comes on a day, and noting who was here."""

import datetime
import re

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings import attendance, lifecycle
from bookings.models import Booking, State
from bookings.refusals import NotYet
from bookings.telling import wording
from core.kinds import kinds
from core.models import Mail
from programmes.models import Closure
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_component,
    make_loan,
    make_other_hub,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_venue,
    make_visit,
)
from tests.roster.rostering import make_person, make_run, make_shift

LIST = "/beheer/bookings/booking/dag/"
TUESDAY = f"{LIST}?dag=2026-11-03"


pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


def classes(response):
    return [one.party_name for visit in response.context["visits"] for one in visit.bookings]


def test_day_list_has_the_visits_of_that_day_in_order_of_time(desk):
    make_booking(
        visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 11, 3, 13))), party_name="8b"
    )
    make_booking(party_name="7a")
    make_booking(state=State.CANCELLED, party_name="weg")
    make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 11, 4, 0))))
    page = desk.get(TUESDAY)
    assert classes(page) == ["7a", "8b"]
    assert page.context["numbers"] == "2 klassen, 48 leerlingen"


def test_day_list_keeps_programmes_of_the_same_name_apart(desk):
    there, elsewhere = (
        make_visit(programme=make_programme(title="Drones"), max_groups=2, max_pupils=70)
        for _venue in range(2)
    )
    for visit, name in ((there, "7a"), (elsewhere, "8a"), (there, "7b")):
        make_booking(visit=visit, party_name=name)
    together = [
        [one.party_name for one in visit.bookings] for visit in desk.get(TUESDAY).context["visits"]
    ]
    assert together == [["7a", "7b"], ["8a"]]


def test_day_list_says_what_staff_need_of_a_class(desk):
    submission = make_submission(
        contact_name="Ümit Çelik-van ’t Hof", phone="06 12345678", facilities="Een rolstoel"
    )
    make_booking(submission=submission, party_name="7a", supervisors=3)
    text = desk.get(TUESDAY).content.decode()
    for words in ("7a", submission.school.name, "24 leerlingen", "3 begeleiders", "Een rolstoel",
                  "Ümit Çelik-van ’t Hof", 'href="tel:0612345678"', "09:00–11:00"):  # fmt: skip
        assert words in text, words


def test_day_list_is_todays_unless_a_day_is_asked_for(desk):
    booking = make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 15, 14))))
    for asked in ("", "?dag=x", "?dag=2026-13-40", "?dag=0001-01-01"):
        page = desk.get(LIST + asked)
        assert (page.context["day"], classes(page)) == (NOW.date(), [booking.party_name])


def test_day_list_leads_to_the_nearest_days_with_a_visit(desk):
    make_booking()
    for moment in ((2026, 8, 25, 9), (2026, 9, 1, 9), (2026, 11, 10, 9)):
        make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(*moment))))
    page = desk.get(LIST)
    assert (page.context["before"], page.context["after"]) == (
        datetime.date(2026, 9, 1),
        datetime.date(2026, 11, 3),
    )
    assert "De eerstvolgende zijn op dinsdag 3 november 2026." in page.content.decode()
    assert desk.get(f"{LIST}?dag=2026-11-10").context["after"] is None


def test_day_list_without_visits_says_for_what_the_day_is_closed(client, db):
    venue, elsewhere = make_venue(name="De Kade"), make_venue(hub=make_other_hub(), name="De Werf")
    day = datetime.date(2026, 11, 3)
    for one, reason in ((venue, "Stroomstoring"), (elsewhere, "Verbouwing")):
        Closure.objects.create(venue=one, starts_on=day, ends_on=day, reason=reason)
    looking = Permission.objects.get(codename="view_booking")
    staff = make_staff(is_superuser=False, hubs=[venue.hub])
    staff.user_permissions.add(looking)
    client.force_login(staff)
    page = client.get(TUESDAY).content.decode()
    assert "De Kade dicht: Stroomstoring" in page
    assert "Verbouwing" not in page
    assert "Stroomstoring" not in client.get(f"{LIST}?dag=2026-11-04").content.decode()


def test_visit_at_a_venue_that_was_closed_afterwards_is_marked_and_others_are_not(desk):
    day = datetime.date(2026, 11, 3)
    here = make_booking()
    programme = make_programme(venue=make_venue(name="De Werf"))
    slot = make_slot(programmes=[programme])
    there = make_booking(visit=make_visit(slot=slot, programme=programme))
    Closure.objects.create(venue=slot.venue, starts_on=day, ends_on=day, reason="Verbouwing")
    page = desk.get(TUESDAY)
    assert sorted(classes(page)) == sorted([here.party_name, there.party_name])
    assert page.text.count("De Werf dicht: Verbouwing") == 1


def test_ticked_classes_were_here_and_the_others_are_left_alone(desk, frozen):
    visit = make_visit(max_groups=3, max_pupils=99)
    here, absent = make_booking(visit=visit), make_booking(visit=visit)
    request = make_booking(state=State.REQUESTED)
    other_day = make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 11, 2, 9))))
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    desk.force_login(make_staff())
    assert desk.get(TUESDAY).context["waiting"].keys() == {here.pk, absent.pk}
    ticked = [here.pk, request.pk, other_day.pk, "x", "9" * 30]
    response = desk.post(TUESDAY, {"klas": ticked}, follow=True)
    assert [str(message) for message in response.context["messages"]] == ["1 klas genoteerd."]
    states = {row.pk: row.state for row in type(here).objects.all()}
    assert states == {
        here.pk: State.ATTENDED,
        absent.pk: State.CONFIRMED,
        request.pk: State.REQUESTED,
        other_day.pk: State.CONFIRMED,
    }
    assert response.context["waiting"].keys() == {absent.pk}


def noted(booking) -> tuple:
    booking.refresh_from_db()
    event = booking.events.latest("pk")
    return booking.state, booking.number_here, event.move, event.note


def test_one_tap_says_as_booked_and_a_number_says_how_many(desk, frozen):
    """Empty is as booked; 0 is nobody; and a remark stays with colleagues."""
    visit = make_visit(max_groups=4, max_pupils=120)
    as_booked, empty, fewer, nobody = (make_booking(visit=visit, pupils=24) for _one in range(4))
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    desk.force_login(make_staff())
    shown = desk.get(TUESDAY).context["waiting"][as_booked.pk]
    assert shown["came"].value() == 24

    response = desk.post(
        TUESDAY,
        {
            "klas": [as_booked.pk, empty.pk, fewer.pk, nobody.pk],
            f"klas-{as_booked.pk}-came": "24",
            f"klas-{empty.pk}-came": "",
            f"klas-{fewer.pk}-came": "21",
            f"klas-{fewer.pk}-note": "Drie ziek.",
            f"klas-{nobody.pk}-came": "0",
        },
        follow=True,
    )

    assert [str(one) for one in response.context["messages"]] == ["4 klassen genoteerd."]
    assert noted(as_booked) == (State.ATTENDED, 24, "attend", "")
    assert noted(empty) == (State.ATTENDED, 24, "attend", "")
    assert noted(fewer) == (State.ATTENDED, 21, "attend", "Drie ziek.")
    assert noted(nobody) == (State.NO_SHOW, None, "miss", "")
    assert "21 van 24 gekomen" in response.content.decode()
    assert wording.sentence(fewer.events.latest("pk")) == (
        "Er kwamen 21 leerlingen; er waren 24 leerlingen geboekt."
    )
    assert fewer.pupils == 24  # as booked, beside as attended
    assert not Mail.objects.exists()


def test_what_was_typed_of_classes_that_a_colleague_noted_meanwhile_is_not_lost(desk, frozen):
    """What says the same as what stands needs no words."""
    visit = make_visit(max_groups=6, max_pupils=180)
    same, empty, other, remark, gone, mine = (
        make_booking(visit=visit, pupils=24, party_name=name)
        for name in ("Zelfde", "Leeg", "Anders", "Ziek", "Weg", "Mijn")
    )
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    colleague = make_staff()
    desk.force_login(make_staff())
    for booking in (same, empty):
        attendance.attend(booking=booking, by=colleague)
    attendance.attend(booking=remark, by=colleague, note="Een ziek.")
    attendance.miss(booking=other, by=colleague)
    lifecycle.cancel(booking=gone, by=colleague)
    came = {same: "24", empty: "", other: "21", remark: "24", gone: "20", mine: "23"}
    typed = {f"klas-{booking.pk}-came": number for booking, number in came.items()}
    typed |= {f"klas-{remark.pk}-note": "Twee ziek.", f"klas-{mine.pk}-note": "Druk."}

    page = desk.post(TUESDAY, typed | {"klas": [one.pk for one in came]}, follow=True)

    lost = "is gewijzigd sinds je de pagina opende; wat je typte is niet genoteerd."
    assert [str(one) for one in page.context["messages"]] == [
        f"{other} {lost} Er staat: 0. Je typte: 21.",
        f"{remark} {lost} Er staat: 24. Je typte: 24. Je opmerking: Twee ziek.",
        f"{gone} {lost} Er staat: geannuleerd. Je typte: 20.",
        "1 klas genoteerd.",
    ]
    assert noted(other) == (State.NO_SHOW, None, "miss", "")
    assert noted(remark) == (State.ATTENDED, 24, "attend", "Een ziek.")
    assert noted(mine) == (State.ATTENDED, 23, "attend", "Druk.")


def test_what_was_typed_of_a_noted_class_is_said_also_where_another_number_is_wrong(desk, frozen):
    visit = make_visit(max_groups=2, max_pupils=60)
    wrong, other = make_booking(visit=visit), make_booking(visit=visit)
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    attendance.attend(booking=other, by=make_staff(), came=20)
    desk.force_login(make_staff())

    typed = {f"klas-{wrong.pk}-came": "x", f"klas-{other.pk}-came": "y"}
    page = desk.post(TUESDAY, typed | {"klas": [wrong.pk, other.pk]})

    assert page.status_code == 422
    (said,) = [str(one) for one in page.context["messages"]]
    assert said.endswith("Er staat: 20. Je typte: y.")


@pytest.mark.parametrize("typed", ["-1", "10000", "x"])
def test_number_that_cannot_be_is_said_at_its_class_and_nothing_is_noted(desk, frozen, typed):
    visit = make_visit(max_groups=2, max_pupils=60)
    wrong, right = make_booking(visit=visit), make_booking(visit=visit)
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    desk.force_login(make_staff())

    page = desk.post(
        TUESDAY,
        {
            "klas": [wrong.pk, right.pk],
            f"klas-{wrong.pk}-came": typed,
            f"klas-{right.pk}-came": "20",
        },
    )

    assert page.status_code == 422
    assert page.context["waiting"][wrong.pk].errors.keys() == {"came"}
    assert page.context["waiting"][right.pk]["came"].value() == "20"
    assert {noted(one)[0] for one in (wrong, right)} == {State.CONFIRMED}


def test_class_that_was_unticked_stays_so_where_another_number_is_wrong(desk, frozen):
    visit = make_visit(max_groups=2, max_pupils=60)
    wrong, unticked = make_booking(visit=visit), make_booking(visit=visit)
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    desk.force_login(make_staff())

    page = desk.post(
        TUESDAY,
        {
            "klas": [wrong.pk],
            f"klas-{wrong.pk}-came": "x",
            f"klas-{unticked.pk}-came": "",
            f"klas-{unticked.pk}-note": "Belt nog.",
        },
    )

    rows = page.context["waiting"]
    assert [rows[one.pk].is_ticked for one in (wrong, unticked)] == [True, False]
    assert f'id="klas-{unticked.pk}" aria-label' in page.text
    assert f'id="klas-{wrong.pk}" checked' in page.text
    assert rows[unticked.pk]["note"].value() == "Belt nog."


def test_what_was_noted_wrong_is_corrected_and_stays_in_the_history(desk, frozen):
    booking = make_booking(pupils=24)
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    staff = make_staff()
    attendance.attend(booking=booking, by=staff)
    sequence = Booking.objects.get().sequence

    attendance.recount(booking=booking, by=staff, came=26, note="Nageteld.")
    assert attendance.recount(booking=booking, by=staff, came=26) is None

    assert noted(booking) == (State.ATTENDED, 26, "recount", "Nageteld.")
    assert booking.events.latest("pk").data == {"from": 24, "to": 26}
    assert [wording.sentence(one) for one in booking.events.order_by("pk")[1:]] == [
        "De klas is geweest.",
        "Er kwamen 26 leerlingen; eerst noteerden we 24 leerlingen.",
    ]
    assert booking.sequence == sequence  # nothing for her calendar
    attendance.miss(booking=booking, by=staff)
    assert noted(booking)[:2] == (State.NO_SHOW, None)


def test_how_many_came_is_said_of_a_class_that_was_here_only(db):
    booking = make_booking()
    for fields in ({"came": 3}, {"came": 0, "state": State.ATTENDED}):
        with pytest.raises(IntegrityError, match="booking_counted_when_here"), transaction.atomic():
            Booking.objects.filter(pk=booking.pk).update(**fields)


def test_nobody_can_have_been_here_before_the_start(desk):
    booking = make_booking()
    assert desk.get(TUESDAY).context["waiting"] == {}
    response = desk.post(TUESDAY, {"klas": [booking.pk]}, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "Er is niets genoteerd: er is geen klas aangevinkt die er nog op wacht."
    ]
    with pytest.raises(NotYet):
        attendance.attend(booking=booking, by=make_staff())
    with pytest.raises(NotYet):
        attendance.miss(booking=booking, by=make_staff())
    booking.refresh_from_db()
    assert booking.state == State.CONFIRMED


def test_who_only_looks_sees_these_days_and_notes_nothing(client, db, frozen):
    person = make_staff(is_superuser=False)
    person.user_permissions.add(Permission.objects.get(codename="view_booking"))
    client.force_login(person)
    today = make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 15, 9))))
    make_booking()
    page = client.get(LIST)
    assert (classes(page), page.context["waiting"]) == ([today.party_name], {})
    assert classes(client.get(TUESDAY)) == []
    assert client.post(LIST, {"klas": [today.pk]}).status_code == 403
    client.force_login(make_staff(is_superuser=False))
    assert client.get(LIST).status_code == 403


def test_day_list_takes_as_many_queries_for_thirty_classes(desk, django_assert_num_queries):
    make_booking()
    desk.get(TUESDAY)
    # What there is of other kinds; evaluations, colleagues and who waits are on no day.
    queries = 7 + len(kinds()) - 5
    with django_assert_num_queries(queries):
        desk.get(TUESDAY)
    visit = make_visit(max_groups=30, max_pupils=999)
    for number in range(29):
        make_booking(visit=visit, party_name=f"{number}a")
    with django_assert_num_queries(queries):
        assert len(classes(desk.get(TUESDAY))) == 30


def test_day_list_with_classes_boxes_and_shifts_takes_twelve_queries(
    desk, django_assert_max_num_queries
):
    run = make_run(needed=2)
    make_component(programme=run)
    day = datetime.date(2026, 11, 3)
    make_shift(run, person=make_person(runs=[run]))
    make_loan(starts_on=day)
    desk.get(TUESDAY)
    with django_assert_max_num_queries(12):
        page = desk.get(TUESDAY)
    assert (len(classes(page)), len(page.context["beside"])) == (1, 2)


def test_list_of_today_is_marked_in_one_go(desk, frozen):
    visit = make_visit(max_groups=30, max_pupils=999)
    bookings = [make_booking(visit=visit, party_name=f"{number}a") for number in range(30)]
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    desk.force_login(make_staff())
    address = "/beheer/bookings/booking/?when=today"
    assert len(desk.get(address).context["cl"].result_list) == 30
    ticked = {"_selected_action": [one.pk for one in bookings]}
    desk.post(address, {"action": "attend_selected"} | ticked)
    assert set(type(visit).objects.get().bookings.values_list("state", flat=True)) == {
        State.ATTENDED
    }
    desk.post(address, {"action": "miss_selected", "_selected_action": [bookings[3].pk]})
    bookings[3].refresh_from_db()
    assert bookings[3].state == State.NO_SHOW


def test_nearest_days_are_not_looked_for_among_all_bookings(desk):
    make_booking()
    with CaptureQueriesContext(connection) as queries:
        desk.get(LIST)
    assert [one["sql"] for one in queries if re.search(r"M(IN|AX)\(.*starts_at", one["sql"])] == []
