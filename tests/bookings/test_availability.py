"""What the calendar shows, and that it agrees with what the database lets through."""

import datetime

import pytest
import time_machine

from bookings.models import State
from bookings.planning.availability import (
    first_free,
    month_of_offers,
    next_free,
    offers_between,
    week_of,
)
from bookings.planning.offer import Status
from programmes.models import Closure
from tests.bookings.asking import offer_for
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_visit,
    make_zone,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def status_of(programme, slot):
    return offer_for(programme, slot).status


def two_class_offer():
    programme = make_programme(max_groups=2, max_pupils=70)
    return programme, make_slot(programmes=[programme], max_groups=2, max_pupils=70)


def test_empty_slot_is_free_with_room_for_all():
    programme, slot = two_class_offer()

    offer = offer_for(programme, slot)

    assert (offer.status, offer.groups_left, offer.pupils_left) == (Status.FREE, 2, 70)
    assert offer.ends_at == slot.starts_at + datetime.timedelta(minutes=120)


def test_one_class_left_is_few_and_none_left_is_full():
    programme, slot = two_class_offer()
    visit = make_visit(slot=slot, programme=programme)

    make_booking(visit=visit)
    assert status_of(programme, slot) == Status.FEW
    make_booking(visit=visit)
    assert status_of(programme, slot) == Status.FULL


def test_pupils_can_fill_a_visit_before_classes_do():
    programme = make_programme(max_groups=2, max_pupils=40, min_pupils=10)
    slot = make_slot(programmes=[programme], max_groups=2, max_pupils=40)
    make_booking(visit=make_visit(slot=slot, programme=programme), pupils=31)

    assert status_of(programme, slot) == Status.FULL


def test_expired_hold_gives_back_its_class_and_its_pupils():
    programme, slot = two_class_offer()
    visit = make_visit(slot=slot, programme=programme)
    make_booking(visit=visit, pupils=20)
    make_booking(visit=visit, pupils=31, state=State.HELD)
    assert (offer_for(programme, slot).groups_left, offer_for(programme, slot).pupils_left) == (
        0,
        19,
    )

    with time_machine.travel(NOW + datetime.timedelta(minutes=30), tick=False):
        offer = offer_for(programme, slot)

    assert (offer.groups_left, offer.pupils_left) == (1, 50)


def test_half_day_that_has_begun_is_closed_where_no_lead_time_is_asked():
    programme = make_programme(lead_time=0)
    begun = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 15, 9, 59))
    begins = make_slot(programmes=[programme], starts_at=NOW)

    assert [status_of(programme, slot) for slot in (begun, begins)] == [Status.CLOSED, Status.FREE]


def test_a_week_is_from_monday_to_sunday():
    programme = make_programme()
    slots = {
        day: make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9))
        for day in (1, 2, 5, 8, 9)
    }

    found = week_of(programme, datetime.date(2026, 11, 5))

    assert [offer.slot_id for offer in found] == [slots[day].pk for day in (2, 5, 8)]


def test_exactly_as_many_places_as_the_smallest_class_needs_is_room():
    programme = make_programme(max_groups=3, max_pupils=40, min_pupils=10)
    slot = make_slot(programmes=[programme], max_groups=3, max_pupils=41)
    make_booking(visit=make_visit(slot=slot, programme=programme), pupils=30)

    offer = offer_for(programme, slot)

    assert (offer.status, offer.groups_left, offer.pupils_left) == (Status.FREE, 2, 10)
    assert [one.slot_id for one in next_free(programme, groups=2, pupils=10)] == [slot.pk]
    assert next_free(programme, groups=3) == next_free(programme, pupils=11) == []


def test_the_smaller_maximum_of_slot_and_programme_counts():
    programme = make_programme(max_groups=3, max_pupils=90)
    slot = make_slot(programmes=[programme], max_groups=1, max_pupils=30)

    offer = offer_for(programme, slot)

    assert (offer.status, offer.groups_left, offer.pupils_left) == (Status.FREE, 1, 30)


def test_raised_maximum_of_the_visit_counts():
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    make_booking(visit=make_visit(slot=slot, programme=programme, max_groups=3, max_pupils=90))

    assert offer_for(programme, slot).groups_left == 2


def test_another_programme_in_the_zone_makes_it_full():
    zone = make_zone()
    programme, other = make_programme(zones=[zone]), make_programme(zones=[zone])
    slot = make_slot(programmes=[programme, other])
    make_booking(visit=make_visit(slot=slot, programme=other))

    assert status_of(programme, slot) == Status.FULL
    assert status_of(other, slot) == Status.FULL  # its own single place is taken


def test_zone_is_free_again_right_after_the_changeover():
    zone = make_zone()
    programme, other = make_programme(zones=[zone]), make_programme(zones=[zone])
    make_booking(visit=make_visit(slot=make_slot(venue=zone.venue), programme=other))
    early = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 11, 14))
    right = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 11, 15))

    assert [status_of(programme, slot) for slot in (early, right)] == [Status.FULL, Status.FREE]


def test_own_changeover_must_fit_before_the_next_visit():
    zone = make_zone()
    programme, other = make_programme(zones=[zone]), make_programme(zones=[zone])
    late = make_slot(venue=zone.venue, starts_at=amsterdam(2026, 11, 3, 13))
    make_booking(visit=make_visit(slot=late, programme=other))
    clash = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 10, 46))
    fits = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 10, 45))

    assert [status_of(programme, slot) for slot in (clash, fits)] == [Status.FULL, Status.FREE]


@pytest.mark.parametrize(("minutes", "status"), [(29, Status.FULL), (30, Status.FREE)])
def test_expired_hold_counts_as_free_without_a_worker(minutes, status):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    make_booking(visit=make_visit(slot=slot, programme=programme), state=State.HELD)

    with time_machine.travel(NOW + datetime.timedelta(minutes=minutes), tick=False):
        assert status_of(programme, slot) == status


def test_expired_hold_of_another_programme_leaves_the_zone_free():
    zone = make_zone()
    programme, other = make_programme(zones=[zone]), make_programme(zones=[zone])
    slot = make_slot(programmes=[programme, other])
    make_booking(visit=make_visit(slot=slot, programme=other), state=State.HELD)

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        assert status_of(programme, slot) == Status.FREE


def test_closed_too_soon_and_past_are_closed():
    programme = make_programme()
    by_hand = make_slot(programmes=[programme], is_closed=True)
    soon = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 21, 9))
    past = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 14, 9))
    far = make_slot(programmes=[programme], starts_at=amsterdam(2028, 8, 1, 9))

    assert {status_of(programme, slot) for slot in (by_hand, soon, past, far)} == {Status.CLOSED}


def test_closure_of_the_venue_closes_its_days_inclusive():
    programme = make_programme()
    slots = [
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9))
        for day in (2, 3, 4, 5)
    ]
    Closure.objects.create(
        venue=programme.venue,
        starts_on=datetime.date(2026, 11, 3),
        ends_on=datetime.date(2026, 11, 4),
        reason="Studiedag",
    )

    assert [status_of(programme, slot) == Status.CLOSED for slot in slots] == [
        False,
        True,
        True,
        False,
    ]


def test_slot_too_short_for_the_programme_is_not_offered():
    programme = make_programme(duration=181)

    assert offer_for(programme, make_slot(programmes=[programme])) is None


def test_month_holds_its_own_days_in_amsterdam():
    programme = make_programme(duration=15)
    for when in [(10, 31, 23, 30), (11, 1, 0, 15), (11, 30, 23, 30), (12, 1, 0, 15)]:
        make_slot(programmes=[programme], starts_at=amsterdam(2026, *when))

    days = [offer.day for offer in month_of_offers(programme, 2026, 11)]

    assert days == [datetime.date(2026, 11, 1), datetime.date(2026, 11, 30)]


def test_december_ends_in_january():
    programme = make_programme()
    make_slot(programmes=[programme], starts_at=amsterdam(2026, 12, 31, 9))

    assert len(month_of_offers(programme, 2026, 12)) == 1


def test_next_free_skips_what_cannot_be_booked():
    programme = make_programme()
    slots = [
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 10, day, 9))
        for day in range(5, 12)
    ]
    make_booking(visit=make_visit(slot=slots[0], programme=programme))
    slots[1].is_closed = True
    slots[1].save()

    assert [offer.slot_id for offer in next_free(programme)] == [slot.pk for slot in slots[2:7]]


def test_first_free_of_every_programme_knows_each_lead_time():
    patient = make_programme(lead_time=10)
    quick = make_programme(lead_time=0)
    none = make_programme()
    for day in (16, 30):
        make_slot(programmes=[patient, quick], starts_at=amsterdam(2026, 9, day, 13))

    assert first_free([patient, quick, none]) == {
        patient.pk: amsterdam(2026, 9, 30, 13),
        quick.pk: amsterdam(2026, 9, 16, 13),
    }


@pytest.mark.parametrize(("month", "queries"), [(9, 1), (11, 2)])
@pytest.mark.parametrize("rows", [1, 3])
def test_first_free_looks_further_only_for_what_has_nothing_soon(
    rows, month, queries, django_assert_num_queries
):
    programmes = [make_programme() for _number in range(rows)]
    for programme in programmes:
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 29, 9), is_closed=month > 9)
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 9))
    first = amsterdam(2026, month, 29 if month == 9 else 3, 9)

    with django_assert_num_queries(queries):
        assert first_free(programmes) == {programme.pk: first for programme in programmes}


@pytest.mark.parametrize("rows", [1, 3])
def test_month_is_one_query(rows, django_assert_num_queries):
    programme = make_programme(max_groups=3, max_pupils=99)
    for day in range(rows):
        slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3 + day, 9))
        make_booking(visit=make_visit(slot=slot, programme=programme))

    with django_assert_num_queries(1):
        assert len(month_of_offers(programme, 2026, 11)) == rows


def test_ten_o_clock_stays_ten_o_clock_around_the_change_of_clocks():
    programme = make_programme(lead_time=0)
    days = [
        datetime.date(2026, 10, 23),
        datetime.date(2026, 10, 26),
        datetime.date(2027, 3, 26),
        datetime.date(2027, 3, 29),
    ]
    for day in days:
        make_slot(programmes=[programme], starts_at=amsterdam(day.year, day.month, day.day, 10))

    offers = offers_between(programme, datetime.date(2026, 10, 1), datetime.date(2027, 4, 30))

    assert [(offer.day, offer.starts_at.astimezone(datetime.UTC).hour) for offer in offers] == [
        (days[0], 8),
        (days[1], 9),
        (days[2], 9),
        (days[3], 8),
    ]
