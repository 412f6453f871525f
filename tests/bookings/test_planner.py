"""The planner: who is where and when, what is free, and what the days are."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db.models import Q

from bookings.planning import planner as planning
from bookings.planning.availability import free_for
from programmes.models import Closure
from schools.models import SchoolHoliday
from tests.bookings.test_schedule import make_pattern
from tests.factories import (
    VISIT_DAY,
    amsterdam,
    make_booking,
    make_group,
    make_organisation,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_venue,
    make_visit,
    make_zone,
)

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")
PLANNER = "/beheer/bookings/visit/week/"


def planner(desk, **asked):
    return desk.get(PLANNER, asked or {"week": "2026-11-05"})


def day_of(page, day=VISIT_DAY):
    return next(one for one in page.context["days"] if one.day == day)


def visits_in(page, day=VISIT_DAY):
    return {
        zone: [(block.visit.pk, block.columns) for block in blocks if block.visit]
        for zone, blocks in day_of(page, day).rows
    }


def test_visit_stands_in_its_zones_at_its_time_with_its_classes(desk):
    visit = make_visit(max_groups=3, max_pupils=99)
    school = make_school(name="OBS De <Regenboog>")
    submission = make_submission(school=school)
    for name in ("7a", "7b"):
        make_booking(visit=visit, submission=submission, party_name=name)
    page = planner(desk)
    # From 8:00 in steps of five minutes: 9:00–11:00.
    assert visits_in(page) == {visit.programme.zones.get(): [(visit.pk, "13 / 37")]}
    text = page.content.decode()
    assert "OBS De &lt;Regenboog&gt; 7a, 7b" in text
    assert "2 klassen, 48 leerlingen, plek voor 1" in text
    assert "1 bezoek: 2 klassen, 48 leerlingen" in text
    assert page.context["span"].first == datetime.date(2026, 11, 2)


@pytest.mark.parametrize(("month", "day"), [(10, 20), (11, 3)])
def test_nine_is_nine_in_summer_and_in_winter(desk, month, day):
    visit = make_visit(slot=make_slot(starts_at=amsterdam(2026, month, day, 9)))
    make_booking(visit=visit)
    on = datetime.date(2026, month, day)
    assert list(visits_in(planner(desk, dag=str(on)), on).values()) == [[(visit.pk, "13 / 37")]]


def test_axis_grows_for_who_comes_early_or_late(desk):
    early = make_visit(slot=make_slot(starts_at=amsterdam(2026, 11, 3, 6, 30)))
    late = make_visit(slot=make_slot(starts_at=amsterdam(2026, 11, 3, 19, 15)))
    for visit in (early, late):
        make_booking(visit=visit)
    shown = planner(desk).context["planner"]
    assert (shown.first_hour, shown.before_hour) == (6, 22)


def test_free_half_day_names_what_can_be_booked_in_it_until_somebody_comes(desk):
    zone = make_zone()
    ours = [make_programme(zones=[zone], title=title) for title in ("Drones", "Lassen")]
    slot = make_slot(programmes=ours)
    page = planner(desk)
    ((row, (block,)),) = day_of(page).rows
    assert (row, block.visit, block.slot) == (zone, None, slot.pk)
    assert sorted(block.programmes) == ["Drones", "Lassen"]
    assert day_of(page).free == 1
    make_booking(visit=make_visit(slot=slot, programme=ours[0]))
    page = planner(desk)
    ((_row, blocks),) = day_of(page).rows
    assert [block.visit is None for block in blocks] == [False]
    assert day_of(page).free == 0


def test_half_day_that_is_not_published_yet_is_drawn_as_such_and_counts_as_no_room(desk):
    programme = make_programme()
    pattern = make_pattern(programmes=[programme], public_from=datetime.date(2026, 10, 1))
    slot = make_slot(programmes=[programme], pattern=pattern)
    page = planner(desk)
    ((_row, (block,)),) = day_of(page).rows
    assert (block.visit, block.slot, block.public_from) == (
        None,
        slot.pk,
        datetime.date(2026, 10, 1),
    )
    assert day_of(page).free == 0
    assert "openbaar vanaf 1 oktober 2026" in page.text
    with time_machine.travel("2026-10-01 00:30+02:00", tick=False):
        ((_row, (block,)),) = day_of(planner(desk)).rows
    assert block.public_from is None


def test_half_day_too_soon_for_schools_is_free_capacity_for_staff(desk):
    """They book in it with a note that says why; what began is free for nobody."""
    programme = make_programme(lead_time=5)
    slot = make_slot(programmes=[programme])
    with time_machine.travel("2026-11-02 12:00+01:00", tick=False):
        page = planner(desk)
        assert not free_for([programme], VISIT_DAY, VISIT_DAY, 1)
    ((_row, (block,)),) = day_of(page).rows
    assert (block.slot, block.is_too_soon, day_of(page).free) == (slot.pk, True, 1)
    assert "vrij, alleen via de balie" in page.text
    with time_machine.travel("2026-11-03 09:00+01:00", tick=False):
        assert day_of(planner(desk)).rows == []
    ((_row, (block,)),) = day_of(planner(desk)).rows
    assert not block.is_too_soon


def test_closed_half_day_is_not_drawn_as_one_that_is_to_be_published(desk):
    programme = make_programme()
    pattern = make_pattern(programmes=[programme], public_from=datetime.date(2026, 10, 1))
    make_slot(programmes=[programme], pattern=pattern, is_closed=True)
    assert day_of(planner(desk)).rows == []


def test_day_is_shut_when_all_venues_are_and_not_when_one_of_two_is_empty(desk):
    here, there = make_zone().venue, make_zone(venue=make_venue(name="De andere")).venue
    days = {"reason": "Verbouwing", "starts_on": VISIT_DAY, "ends_on": VISIT_DAY}
    Closure.objects.create(venue=here, **days)
    assert not day_of(planner(desk)).is_shut
    Closure.objects.create(venue=there, **days)
    assert day_of(planner(desk)).is_shut


def test_days_on_which_another_hub_is_closed_are_not_ours_to_see(db):
    for venue in (make_venue(), make_venue(hub=make_other_hub())):
        Closure.objects.create(
            venue=venue, starts_on=VISIT_DAY, ends_on=VISIT_DAY, reason=venue.hub.short_name
        )
    staff = make_staff(is_superuser=False)
    shown = planning.planner(VISIT_DAY, 1, staff, shown=Q(), with_free=False)
    assert [closure.reason for closure in shown.days[0].closed] == ["TEC"]


def test_day_that_is_closed_and_holidays_of_both_regions_are_named(desk):
    SchoolHoliday.objects.all().delete()
    slot = make_slot(programmes=[make_programme()])
    Closure.objects.create(
        venue=slot.venue, reason="Verbouwing", starts_on=VISIT_DAY, ends_on=VISIT_DAY
    )
    for region in ("midden", "noord"):
        SchoolHoliday.objects.create(
            region=region, school_year=2026, name="Herfst", starts_on=VISIT_DAY, ends_on=VISIT_DAY
        )
    page = planner(desk)
    one = day_of(page)
    assert [closure.reason for closure in one.closed] == ["Verbouwing"]
    assert one.holidays == [("Herfst", ["Midden", "Noord"])]
    assert one.free == 0
    text = page.content.decode()
    assert f"{slot.venue.name} dicht: Verbouwing" in text
    assert "Herfst (Midden, Noord)" in text
    assert day_of(planner(desk, dag="2027-04-27"), datetime.date(2027, 4, 27)).public


def test_month_has_every_day_once_with_what_is_on_it(desk):
    make_booking()
    page = planner(desk, maand="2026-11-17")
    weeks = page.context["weeks"]
    assert [week[0].day for week in weeks] == [
        datetime.date(2026, 10, 26), *(datetime.date(2026, 11, day) for day in (2, 9, 16, 23, 30)),
    ]  # fmt: skip
    assert len(day_of(page).visits) == 1
    span = page.context["span"]
    assert (span.before, span.after) == (datetime.date(2026, 10, 1), datetime.date(2026, 12, 1))


@pytest.mark.parametrize(("day", "monday"), [(18, 14), (19, 21), (20, 21), (21, 21)])
def test_planner_shows_the_week_to_come_at_the_weekend(desk, day, monday):
    with time_machine.travel(amsterdam(2026, 9, day, 12), tick=False):
        desk.force_login(make_staff())
        page = desk.get(PLANNER)
    assert page.context["span"].first == datetime.date(2026, 9, monday)


def test_planner_shows_the_weekend_when_it_is_used(desk):
    make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 11, 7, 9))))
    assert [one.day.day for one in planner(desk).context["days"]] == [2, 3, 4, 5, 6, 7]


def test_planner_of_an_empty_week_leads_to_the_next_visit(desk):
    make_booking()
    page = desk.get(PLANNER)
    assert page.context["next"] == datetime.date(2026, 11, 3)
    assert '<a href="?week=2026-11-03">' in page.content.decode()
    page = planner(desk)
    assert (page.context["planner"].is_empty, page.context["next"]) == (False, None)


@pytest.mark.parametrize("name", ["week", "dag", "maand"])
@pytest.mark.parametrize("value", ["", "x", "2026-13-40", "0001-01-01", "9999-12-31"])
def test_planner_shows_this_week_for_nonsense(desk, name, value):
    assert planner(desk, **{name: value}).context["span"].first == datetime.date(2026, 9, 14)


def test_day_leads_to_its_closing_and_a_visit_to_its_verbs(desk):
    visit = make_booking().visit
    text = planner(desk, dag="2026-11-03").content.decode()
    assert "/beheer/programmes/closure/sluit/?dag=2026-11-03" in text
    assert f"/beheer/bookings/visit/{visit.pk}/verplaats/" in text
    form = desk.get("/beheer/programmes/closure/sluit/?dag=2026-11-03").context["form"]
    assert (form["starts_on"].value(), form["ends_on"].value()) == ("2026-11-03", "2026-11-03")


def test_visit_in_several_zones_has_its_numbers_and_verbs_in_the_first_of_them(desk):
    venue = make_venue()
    zones = [make_zone(venue=venue) for _zone in range(3)]
    visit = make_visit(programme=make_programme(venue=venue, zones=zones))
    booking = make_booking(visit=visit)
    page = planner(desk, dag=str(VISIT_DAY))
    assert list(visits_in(page).values()) == [[(visit.pk, "13 / 37")]] * 3
    grid, _list = page.text.split('class="plan-list"')
    assert grid.count(f"/{visit.pk}/change/") == grid.count(booking.submission.asker_name) == 3
    for once in ("verplaats", "ruimtes", "afzeggen"):
        assert grid.count(f"/{visit.pk}/{once}/") == 1
    assert grid.count('desk-quiet">1 klas, ') == 1


def test_who_only_looks_sees_no_free_half_days_and_no_verbs(desk, staff):
    type(staff).objects.filter(pk=staff.pk).update(is_superuser=False)
    staff.user_permissions.set([Permission.objects.get(codename="view_visit")])
    visit = make_booking().visit
    make_slot(programmes=[make_programme()])
    with time_machine.travel(amsterdam(2026, 11, 3, 8), tick=False):
        desk.force_login(staff)
        page = planner(desk)
    assert list(visits_in(page).values()) == [[(visit.pk, "13 / 37")]]
    assert day_of(page).free == 0
    assert "verplaats" not in page.content.decode()


def test_block_names_four_schools_and_the_list_for_phones_all(desk):
    visit = make_visit(max_groups=6, max_pupils=150)
    for letter in "abcdef":
        make_booking(visit=visit, submission=make_submission(school=make_school(name=letter * 5)))
    page = planner(desk).content.decode()
    assert "ddddd Groep 7;&nbsp;…" in page
    assert page.count("eeeee Groep 7; fffff Groep 7") == 1


@pytest.mark.parametrize("asked", [{"week": "2026-11-05"}, {"maand": "2026-11-05"}])
def test_planner_takes_twelve_statements_for_one_visit_and_for_sixty(
    desk, staff, asked, django_assert_max_num_queries
):
    type(staff).objects.filter(pk=staff.pk).update(is_superuser=False)
    staff.user_permissions.set(Permission.objects.all())
    make_booking()
    with django_assert_max_num_queries(12):
        planner(desk, **asked)
    programmes = [make_programme() for _n in range(3)]
    for hour in (9, 13):
        for day in (2, 3):
            slot = make_slot(
                programmes=programmes,
                venue=programmes[0].venue,
                starts_at=amsterdam(2026, 11, day, hour),
            )
            for programme in programmes:
                make_booking(visit=make_visit(slot=slot, programme=programme))
    with django_assert_max_num_queries(12):
        page = planner(desk, **asked)
    assert len(day_of(page).visits) == 7


def test_groups_are_named_by_their_organisation(desk):
    organisation = make_organisation(name="Bouwmensen")
    make_group(organisation=organisation)
    assert "Bouwmensen" in planner(desk).content.decode()
