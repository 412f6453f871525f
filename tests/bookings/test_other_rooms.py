"""A visit gets other rooms, or two visits swap theirs; nothing is promised twice."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import changes, lifecycle, places
from bookings.models import BookingEvent, State, Visit, ZoneClaim
from bookings.visits import move_visit, rooms
from bookings.visits.moving import other_rooms
from bookings.visits.rooms import NoRoom, RoomsFixed, give_rooms, rooms_of, swap_rooms
from core.backoffice.history import staff_history
from core.lifecycle import Refused
from tests.bookings.asking import offer_for
from tests.factories import (
    amsterdam,
    make_booking,
    make_component,
    make_programme,
    make_slot,
    make_staff,
    make_venue,
    make_visit,
    make_zone,
)

pytestmark = [pytest.mark.usefixtures("frozen"), pytest.mark.django_db]


@pytest.fixture
def two():
    """Two visits on one morning, each in a zone of its own."""
    venue = make_venue()
    programmes = [
        make_programme(venue=venue, zones=[make_zone(venue=venue, name=name)], max_groups=2)
        for name in ("Lab", "Kas")
    ]
    slot = make_slot(programmes=programmes, max_groups=2)
    visits = [make_visit(slot=slot, programme=one, max_groups=2) for one in programmes]
    for visit in visits:
        make_booking(visit=visit, pupils=10)
    return [Visit.objects.select_related("slot__venue", "programme").get(pk=v.pk) for v in visits]


def names(*visits):
    return [[zone.name for zone in rooms_of(visit)] for visit in visits]


def test_two_visits_swap_and_swap_back(two):
    first, second = two
    swap_rooms(visit=first, other=second, by=make_staff())
    assert names(first, second) == [["Kas"], ["Lab"]]
    assert list(Visit.objects.values_list("has_own_rooms", flat=True)) == [True, True]
    swap_rooms(visit=first, other=second, by=make_staff())
    assert names(first, second) == [["Lab"], ["Kas"]]
    assert list(Visit.objects.values_list("has_own_rooms", flat=True)) == [False, False]


def test_each_class_has_it_in_its_history_with_from_to_who_and_why(two):
    first, second = two
    joins = make_booking(visit=first, pupils=8, state=State.HELD)
    booked = [first.bookings.earliest("pk"), joins, second.bookings.get()]
    revised = [booking.sequence + 1 for booking in booked]
    by = make_staff(name="Jo Bakker")
    swap_rooms(visit=first, other=second, by=by, note="Lekkage in het lab")
    for booking, to in zip(booked, ("Kas", "Kas", "Lab"), strict=True):
        made, line = reversed(staff_history(booking))
        left = "Lab" if to == "Kas" else "Kas"
        assert (line.text, line.who, line.note) == (
            f"Het is in {to} in plaats van {left}.",
            "Jo Bakker",
            "Lekkage in het lab",
        )
        assert made.text
        booking.refresh_from_db()
    assert [booking.sequence for booking in booked] == revised
    assert BookingEvent.objects.exclude(notice="").count() == 0


def test_who_keeps_her_rooms_has_nothing_in_her_history(two):
    first, _second = two
    give_rooms(visit=first, zones=rooms_of(first), by=make_staff())
    assert [event.move for event in first.bookings.get().events.all()] == ["made"]


def test_other_rooms_of_its_programme_are_in_the_history_of_what_is_booked(two):
    first, second = two
    first.programme.zones.add(make_zone(venue=first.slot.venue, name="Hal"))
    changes.keep_rooms(first.programme, 120, make_staff(), tell=True)
    event = first.bookings.get().events.latest("pk")
    assert (event.move, event.data) == ("rehouse", {"from": ["Lab"], "to": ["Hal", "Lab"]})
    assert second.bookings.get().events.count() == 1


@pytest.mark.postgres
def test_classes_are_locked_before_visits_and_these_before_zones(two):
    """As whoever cancels does: the other way round each would wait for the other."""
    with CaptureQueriesContext(connection) as queries:
        swap_rooms(visit=two[0], other=two[1], by=make_staff())
    locks = [one["sql"] for one in queries if "FOR UPDATE" in one["sql"]]
    tables = [re.search(r'FROM "(\w+)"', sql)[1] for sql in locks]
    assert tables[:3] == ["bookings_booking", "bookings_visit", "programmes_zone"]


def test_a_room_in_use_is_refused_and_all_stays_as_it_was(two):
    first, second = two
    with pytest.raises(places.ZonesTaken):
        give_rooms(visit=first, zones=rooms_of(second), by=make_staff())
    assert names(first, second) == [["Lab"], ["Kas"]]
    assert ZoneClaim.objects.count() == 2


def test_a_free_room_is_taken_and_the_left_one_is_free_again(two):
    first, _second = two
    hall = make_zone(venue=first.slot.venue, name="Hal")
    lab = rooms_of(first)
    give_rooms(visit=first, zones=[hall], by=make_staff())
    assert names(first) == [["Hal"]]
    other = make_programme(venue=first.slot.venue, zones=lab)
    first.slot.programmes.add(other)
    assert offer_for(other, first.slot).can_be_booked
    # And a second class still joins it, though its programme's own zone is somebody else's.
    make_booking(visit=make_visit(slot=first.slot, programme=other))
    assert offer_for(first.programme, first.slot).can_be_booked
    make_booking(visit=first, pupils=10)
    assert ZoneClaim.objects.filter(visit=first).count() == 1


@pytest.mark.parametrize("what", ["none", "elsewhere"])
def test_it_needs_a_room_of_its_venue(two, what):
    with pytest.raises(NoRoom):
        give_rooms(visit=two[0], zones=[] if what == "none" else [make_zone()], by=make_staff())


def test_components_with_rooms_of_their_own_stay_where_they_are(two):
    first, second = two
    make_component(programme=first.programme, zone=rooms_of(first)[0])
    with pytest.raises(RoomsFixed):
        swap_rooms(visit=first, other=second, by=make_staff())


def test_what_is_over_or_empty_is_refused(two, frozen):
    first, second = two
    lifecycle.cancel(booking=second.bookings.get(), by=make_staff())
    with pytest.raises(places.VisitGone):
        swap_rooms(visit=first, other=second, by=make_staff())
    frozen.move_to("2026-11-03 12:00+01:00")
    with pytest.raises(Refused):
        give_rooms(visit=first, zones=rooms_of(first), by=make_staff())


def test_own_rooms_stay_when_its_programme_gets_longer(two):
    first, second = two
    swap_rooms(visit=first, other=second, by=make_staff())
    first.programme.duration = 150
    first.programme.save()
    changes.keep_rooms(first.programme, 120, make_staff(), tell=False)
    assert names(first, second) == [["Kas"], ["Lab"]]


def test_visits_of_another_time_or_venue_are_not_offered_for_a_swap(two):
    first, second = two
    late = make_slot(programmes=[first.programme], starts_at=amsterdam(2026, 11, 3, 14))
    make_booking(visit=make_visit(slot=late, programme=first.programme))
    make_booking()
    assert rooms.beside(first) == [second]


# --- When the visit moves ------------------------------------------------------------------------


@pytest.fixture
def chosen(two):
    """The first of the two, with a second class, in a hall that staff chose."""
    first, _second = two
    make_booking(visit=first, pupils=8)
    hall = make_zone(venue=first.slot.venue, name="Hal")
    give_rooms(visit=first, zones=[hall], by=make_staff())
    return Visit.objects.select_related("slot__venue", "programme").get(pk=first.pk)


def week_later(*visits, hour=9):
    programmes = [visit.programme for visit in visits]
    return make_slot(programmes=programmes, starts_at=amsterdam(2026, 11, 10, hour))


def visit_on(slot, programme):
    visits = Visit.objects.active().select_related("slot__venue", "programme")
    return visits.get(slot=slot, programme=programme)


def rehoused(visit):
    """Of each of its classes the rooms that its history names since it moved."""
    return [
        (event.data["from"], event.data["to"])
        for event in BookingEvent.objects.filter(booking__visit=visit, move="rehouse")
        if event.pk > event.booking.events.filter(move="reschedule").latest("pk").pk
    ]


def test_rooms_that_staff_chose_go_along_with_a_visit(chosen, two):
    """Though those of its programme are in use then."""
    to = week_later(*two)
    rival = make_programme(venue=to.venue, zones=list(chosen.programme.zones.all()))
    to.programmes.add(rival)
    make_booking(visit=make_visit(slot=to, programme=rival))

    move_visit(visit=chosen, slot=to, by=make_staff())

    there = visit_on(to, chosen.programme)
    assert (names(there), there.groups_taken, there.has_own_rooms) == ([["Hal"]], 2, True)
    assert ZoneClaim.objects.get(visit=there).starts_at == to.starts_at
    assert not ZoneClaim.objects.filter(visit=chosen).exists()
    assert rehoused(there) == []


def test_rooms_in_use_then_stay_behind_and_each_history_says_so(chosen, two):
    to = week_later(*two)
    in_the_hall = make_programme(venue=to.venue, zones=rooms_of(chosen))
    to.programmes.add(in_the_hall)
    make_booking(visit=make_visit(slot=to, programme=in_the_hall))

    move_visit(visit=chosen, slot=to, by=make_staff())

    there = visit_on(to, chosen.programme)
    assert (names(there), there.has_own_rooms) == ([["Lab"]], False)
    assert rehoused(there) == [(["Hal"], ["Lab"])] * 2
    assert other_rooms(chosen, there) == "Het is in Lab in plaats van Hal."


@pytest.mark.parametrize(("minute", "kept"), [(15, ["Hal"]), (14, ["Lab"])])
def test_rooms_go_along_only_where_there_is_time_to_get_them_ready(chosen, minute, kept):
    """Two hours, and a quarter before the next class comes into the hall."""
    to = week_later(chosen)
    after = make_slot(venue=to.venue, starts_at=amsterdam(2026, 11, 10, 11, minute))
    in_the_hall = make_programme(venue=to.venue, zones=rooms_of(chosen))
    make_booking(visit=make_visit(slot=after, programme=in_the_hall))

    move_visit(visit=chosen, slot=to, by=make_staff())

    assert names(visit_on(to, chosen.programme)) == [kept]


def test_rooms_of_one_venue_do_not_go_along_to_another(chosen):
    elsewhere = make_slot(
        programmes=[chosen.programme], venue=make_venue(), starts_at=amsterdam(2026, 11, 10, 9)
    )

    move_visit(visit=chosen, slot=elsewhere, by=make_staff())

    there = visit_on(elsewhere, chosen.programme)
    assert (names(there), there.has_own_rooms) == ([["Lab"]], False)


def test_who_joins_a_visit_is_in_its_rooms_and_its_history_says_so(chosen):
    to = week_later(chosen)
    make_booking(visit=make_visit(slot=to, programme=chosen.programme, max_groups=3), pupils=5)
    there = visit_on(to, chosen.programme)
    move_visit(visit=chosen, slot=to, by=make_staff())
    assert names(there) == [["Lab"]]
    assert rehoused(there) == [(["Hal"], ["Lab"])] * 2


def test_a_visit_moves_within_its_morning_in_the_rooms_that_staff_chose(chosen):
    later = make_slot(programmes=[chosen.programme], starts_at=amsterdam(2026, 11, 3, 10))
    move_visit(visit=chosen, slot=later, by=make_staff())
    assert names(visit_on(later, chosen.programme)) == [["Hal"]]


def test_a_class_takes_the_rooms_along_only_where_nobody_stays_in_them(chosen):
    """The last of two that leave; the first leaves a class behind."""
    one, other = chosen.bookings.order_by("pk")
    first, then = week_later(chosen), week_later(chosen, hour=14)
    lifecycle.reschedule(booking=one, slot=first, by=make_staff())
    lifecycle.reschedule(booking=other, slot=then, by=make_staff())
    alone, last = (visit_on(slot, chosen.programme) for slot in (first, then))
    assert names(alone, last) == [["Lab"], ["Hal"]]
    assert (rehoused(alone), rehoused(last)) == ([(["Hal"], ["Lab"])], [])


def test_page_that_moves_a_visit_says_which_rooms_it_gets(chosen, two, desk):
    to = week_later(*two)
    in_the_hall = make_programme(venue=to.venue, zones=rooms_of(chosen))
    to.programmes.add(in_the_hall)
    make_booking(visit=make_visit(slot=to, programme=in_the_hall))
    page = reverse("admin:bookings_visit_verplaats", args=[chosen.pk])
    before = desk.get(page)
    assert "Voor dit bezoek zijn andere ruimtes gekozen (Hal)" in before.text
    seen = before.context["form"]["seen"].value()
    done = desk.post(page, {"slot": to.pk, "note": "", "seen": seen}, follow=True)
    said = "2 klassen verplaatst. Het is in Lab in plaats van Hal."
    assert [str(message) for message in done.context["messages"]] == [said]


# --- The page -----------------------------------------------------------------------------------


def test_page_says_what_it_means_and_does_it_on_the_second_press(two, desk):
    first, second = two
    page = reverse("admin:bookings_visit_ruimtes", args=[first.pk])
    day = desk.get("/beheer/bookings/visit/week/?dag=2026-11-03").text
    assert page in day
    asked = {"swap": second.pk}
    shown = desk.post(page, asked)
    assert shown.context["lines"] == [
        f"{first} gaat van Lab naar Kas",
        f"{second} gaat van Kas naar Lab",
    ]
    assert names(first) == [["Lab"]]
    other_choice = desk.post(
        page, {"zones": rooms_of(first)[0].pk, "shown": shown.context["shown"]}
    )
    assert other_choice.status_code == 200
    done = desk.post(page, asked | {"shown": shown.context["shown"], "note": "Lekkage"})
    assert done.url == "/beheer/bookings/visit/week/?dag=2026-11-03"
    assert names(first, second) == [["Kas"], ["Lab"]]
    assert first.bookings.get().events.latest("pk").note == "Lekkage"


def test_page_says_why_not(two, desk):
    first, second = two
    page = reverse("admin:bookings_visit_ruimtes", args=[first.pk])
    refused = desk.post(page, {"swap": "", "zones": [rooms_of(second)[0].pk]})
    assert "gebruikt" in str(refused.context["form"].non_field_errors())
    assert names(first) == [["Lab"]]


@pytest.mark.parametrize("is_swap", [True, False])
def test_rooms_that_a_colleague_gave_after_the_page_compared_stay(two, desk, monkeypatch, is_swap):
    """A swap of what was just swapped would be no swap at all."""
    first, second = two
    page = reverse("admin:bookings_visit_ruimtes", args=[first.pk])
    hall = make_zone(venue=first.slot.venue, name="Hal")
    asked = {"swap": second.pk} if is_swap else {"zones": [hall.pk]}
    shown = desk.post(page, asked).context["shown"]
    name = "swap_rooms" if is_swap else "give_rooms"
    verb = getattr(rooms, name)

    def after_a_colleague(**arguments):
        swap_rooms(visit=first, other=second, by=make_staff())
        return verb(**arguments)

    monkeypatch.setattr(rooms, name, after_a_colleague)
    answer = desk.post(page, asked | {"shown": shown})
    monkeypatch.undo()
    assert str(places.VisitGone()) in answer.text
    assert names(first, second) == [["Kas"], ["Lab"]]
