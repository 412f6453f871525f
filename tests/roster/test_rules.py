"""Who may have which shift, and by which name it is refused; on both sides of each boundary."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from roster import people, refusals
from roster.models import AgeClass, Availability, OtherDays, Person, Shift
from roster.rules import Rules, broken, candidates, in_doubt, open_to
from schools.models import SchoolHoliday
from tests.factories import amsterdam, make_other_hub
from tests.roster.rostering import absent, fresh, make_person, make_run, make_shift

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
TUESDAY = datetime.date(2026, 11, 3)


def week(person: Person, weekday: int, start: str | None = None, end: str | None = None) -> None:
    Availability.objects.filter(person=person).delete()
    Availability.objects.create(person=person, weekday=weekday, starts_at=start, ends_at=end)


def test_who_can_everything_may():
    run = make_run()
    assert broken(make_person(runs=[run]), make_shift(run)) == []


# --- On which days (T10) -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (amsterdam(2026, 10, 20, 9), []),  # summer time
        (amsterdam(2026, 10, 27, 9), []),  # two days after the clock changed
        (amsterdam(2027, 3, 23, 9), []),
        (amsterdam(2027, 3, 30, 9), []),  # and back
        (amsterdam(2026, 10, 27, 8, 59), [refusals.NotThen]),
        (amsterdam(2027, 3, 30, 8, 59), [refusals.NotThen]),
        (amsterdam(2026, 10, 28, 9), [refusals.NotThen]),  # a Wednesday
        (amsterdam(2026, 11, 3, 9, 1), [refusals.NotThen]),  # until 11:01
    ],
)
def test_her_tuesdays_from_nine_to_eleven_stay_so_over_changes_of_the_clock(when, why):
    run = make_run()
    person = make_person(runs=[run])
    week(person, 1, "09:00", "11:00")
    assert broken(person, make_shift(run, when)) == why


def test_weekday_all_day_is_that_weekday_from_midnight_to_midnight():
    late, after = make_run(), make_run()
    person = make_person(runs=[late, after], on=[3])
    assert broken(person, make_shift(late, amsterdam(2026, 10, 29, 23, 30))) == []
    assert broken(person, make_shift(after, amsterdam(2026, 10, 30, 0, 30))) == [refusals.NotThen]


def test_day_besides_her_week_counts_and_an_absence_beats_it():
    run = make_run()
    person, shift = make_person(runs=[run], on=[]), make_shift(run)
    assert broken(person, shift) == [refusals.NotThen]
    days = {"person": person, "first_on": TUESDAY, "last_on": TUESDAY}
    besides = OtherDays.objects.create(**days, can=True, starts_at="09:00", ends_at="11:00")
    assert broken(person, shift) == []
    besides.ends_at = datetime.time(10, 59)
    besides.save()
    assert broken(person, shift) == [refusals.NotThen]
    OtherDays.objects.create(**days)
    assert broken(person, shift) == [refusals.Absent]


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [(3, 3, [refusals.Absent]), (1, 5, [refusals.Absent]), (1, 2, []), (4, 9, [])],
)
def test_absence_is_by_local_date_first_and_last_day_included(first, last, why):
    run = make_run()
    person = make_person(runs=[run])
    absent(person, TUESDAY.replace(day=first), TUESDAY.replace(day=last))
    assert broken(person, make_shift(run)) == why


def test_shift_over_midnight_is_barred_by_the_day_on_which_it_ends():
    run = make_run(duration=330)
    person = make_person(runs=[run])
    night = make_shift(run, amsterdam(2026, 11, 3, 19), ends_at=amsterdam(2026, 11, 4, 1))
    assert broken(person, night) == []
    absent(person, datetime.date(2026, 11, 4))
    assert broken(person, night) == [refusals.Absent]


def test_absence_refuses_all_ways_to_a_shift_by_the_same_name():
    """T19; an older mail, and swapping, lead to the verbs that ask this (test_shifts.py)."""
    run = make_run()
    person, shift = make_person(runs=[run]), make_shift(run)
    absent(person, TUESDAY)
    person = Person.objects.with_days().get()
    assert Rules([shift]).broken(person, shift) == [refusals.Absent]
    assert open_to(person, [shift]) == []


# --- What the law and the house ask ------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "renew", "why"),
    [
        (datetime.date(2026, 1, 5), datetime.date(2026, 11, 3), []),  # the day itself still
        (datetime.date(2026, 1, 5), datetime.date(2026, 11, 2), [refusals.CertificateExpired]),
        (None, None, [refusals.NoCertificate]),
    ],
)
def test_certificate_counts_until_its_last_day(seen, renew, why):
    run = make_run()
    person = make_person(runs=[run], certificate_seen_on=seen, certificate_renew_by=renew)
    assert broken(person, make_shift(run)) == why


def test_certificate_counts_as_long_as_the_site_says_and_is_to_renew_before(settings):
    assert people.ends_after(datetime.date(2028, 2, 29)) == datetime.date(2031, 2, 28)
    settings.CERTIFICATE_YEARS = 1
    assert people.ends_after(datetime.date(2026, 9, 14)) == datetime.date(2027, 9, 14)

    person = make_person(certificate_renew_by=timezone.localdate() + datetime.timedelta(days=60))
    assert not Person.objects.to_renew_soon().contains(person)
    settings.CERTIFICATE_RENEW_WITHIN = datetime.timedelta(days=61)
    assert Person.objects.to_renew_soon().contains(person)


def test_certificate_lasts_until_a_shift_over_midnight_is_over():
    run = make_run(duration=330)
    night = make_shift(run, amsterdam(2026, 11, 3, 19), ends_at=amsterdam(2026, 11, 4, 1))
    person = make_person(runs=[run], certificate_renew_by=datetime.date(2026, 11, 4))
    assert broken(person, night) == []
    person = make_person(runs=[run], certificate_renew_by=datetime.date(2026, 11, 3))
    assert broken(person, night) == [refusals.CertificateExpired]


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (amsterdam(2026, 11, 3, 9), [refusals.InSchoolHours]),
        (amsterdam(2026, 11, 3, 14, 59), [refusals.InSchoolHours]),
        (amsterdam(2026, 11, 3, 15), []),
        (amsterdam(2026, 11, 3, 6, 30), []),  # until half past eight
        (amsterdam(2026, 11, 7, 9), []),  # a Saturday
        (amsterdam(2026, 10, 20, 9), []),  # in the autumn holiday below
        (amsterdam(2027, 3, 26, 9), []),  # Good Friday
    ],
)
def test_who_must_be_at_school_gets_no_shift_in_its_hours(when, why):
    SchoolHoliday.objects.all().delete()
    holiday = {"school_year": 2026, "name": "Herfstvakantie"}
    span = {"starts_on": datetime.date(2026, 10, 17), "ends_on": datetime.date(2026, 10, 25)}
    SchoolHoliday.objects.create(region="noord", **holiday, **span)
    run = make_run()
    shift = make_shift(run, when)
    assert broken(make_person(runs=[run], age_class=AgeClass.AT_SCHOOL), shift) == why
    assert broken(make_person(runs=[run], age_class=AgeClass.DONE_WITH_SCHOOL), shift) == []


def test_holiday_of_another_region_is_a_school_day_here():
    SchoolHoliday.objects.all().delete()
    holiday = {"school_year": 2026, "name": "Herfstvakantie", "region": "midden"}
    SchoolHoliday.objects.create(starts_on=TUESDAY, ends_on=TUESDAY, **holiday)
    run = make_run()
    person = make_person(runs=[run], age_class=AgeClass.AT_SCHOOL)
    assert broken(person, make_shift(run)) == [refusals.InSchoolHours]


@pytest.mark.parametrize("age", AgeClass)
def test_loud_programme_is_for_adults(age):
    run = make_run(is_loud=True)
    person, shift = make_person(runs=[run], age_class=age), make_shift(run, amsterdam(2026, 11, 7))
    assert broken(person, shift) == ([] if age == AgeClass.ADULT else [refusals.TooLoud])


def test_what_she_does_not_run_who_left_and_another_hub():
    run = make_run()
    shift = make_shift(run)
    assert broken(make_person(hub=run.venue.hub), shift) == [refusals.CannotRun]
    left = make_person(runs=[run], left_on=datetime.date(2026, 9, 1))
    assert broken(left, shift) == [refusals.HasLeft]
    assert broken(make_person(runs=[run], hub=make_other_hub()), shift) == [refusals.OfAnotherHub]


# --- One place at a time (T20) -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "minute", "why"),
    [
        (11, 0, []),
        (7, 0, []),
        (10, 59, [refusals.Overlaps]),
        (7, 1, [refusals.Overlaps]),
        (9, 0, [refusals.Overlaps]),
    ],
)
def test_touching_fits_and_a_minute_of_overlap_does_not(hour, minute, why):
    run = make_run()
    person = make_person(runs=[run])
    make_shift(run, amsterdam(2026, 11, 3, 9), person)
    other = make_run()
    person.programmes.add(other)
    assert broken(person, make_shift(other, amsterdam(2026, 11, 3, hour, minute))) == why


def test_touching_fits_where_several_are_asked_about_at_once():
    run = make_run()
    person = make_person(runs=[run])
    make_shift(run, amsterdam(2026, 11, 3, 9), person)
    asked = [make_shift(make_run(), amsterdam(2026, 11, 3, hour)) for hour in (7, 8, 10, 11)]
    person.programmes.set(one.programme for one in asked)

    assert open_to(Person.objects.with_days().get(), asked) == [asked[0], asked[3]]


def test_shift_that_she_has_is_neither_open_to_her_nor_in_its_own_way():
    run = make_run()
    person = make_person(runs=[run])
    shift = make_shift(run, person=person)
    assert open_to(Person.objects.with_days().get(), [shift]) == []
    assert candidates(shift) == [(person, [])]


def test_she_is_in_one_place_at_other_hubs_too():
    here, hub = make_run(), make_other_hub()
    there = make_run()
    there.venue.hub = hub
    there.venue.save()
    mine = make_person(runs=[here], email="jo@tec.example")
    same = make_person(runs=[there], email="Jo@TEC.example", hub=hub)
    make_shift(here, person=mine)
    assert broken(same, make_shift(there)) == [refusals.Overlaps]


def test_database_refuses_an_overlap_whoever_writes_it_and_lets_touching_be():
    run, other = make_run(), make_run()
    person = make_person(runs=[run])
    make_shift(run, amsterdam(2026, 11, 3, 9), person)
    taken = {"state": "taken", "person": person, "holder": person.holder}
    touching = make_shift(other, amsterdam(2026, 11, 3, 11))
    assert Shift.objects.filter(pk=touching.pk).update(**taken) == 1
    overlapping = make_shift(make_run(), amsterdam(2026, 11, 3, 12, 59))
    with (
        pytest.raises(IntegrityError, match="shift_person_in_one_place"),
        transaction.atomic(),
    ):
        Shift.objects.filter(pk=overlapping.pk).update(**taken)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Availability, {"starts_at": "09:00"}),
        (Availability, {"ends_at": "09:00"}),
        (Availability, {"starts_at": "09:00", "ends_at": "09:00"}),
        (OtherDays, {"can": True, "starts_at": "09:00"}),
        (OtherDays, {"can": False, "starts_at": "09:00", "ends_at": "11:00"}),
        (OtherDays, {"last_on": TUESDAY - datetime.timedelta(days=1)}),
    ],
)
def test_database_refuses_half_a_span_and_days_that_end_before_they_start(model, fields):
    person = make_person(on=[1])
    absent(person, TUESDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**fields)


# --- What became doubtful ----------------------------------------------------------------------


def test_absence_after_she_took_it_puts_her_shift_in_doubt():
    run = make_run()
    person = make_person(runs=[run])
    shift = make_shift(run, person=person)
    assert in_doubt([fresh(shift)]) == []
    absent(person, TUESDAY)
    assert [why for _shift, why in in_doubt([fresh(shift)])] == [[refusals.Absent]]
    Shift.objects.update(overruled=["Absent"])
    assert in_doubt([fresh(shift)]) == []


def test_shift_that_has_begun_is_no_longer_doubted(frozen):
    run = make_run()
    shift = make_shift(run, person=make_person(runs=[run]))
    absent(shift.person, TUESDAY)
    frozen.move_to(shift.starts_at)
    assert in_doubt([fresh(shift)]) == []


def test_rules_take_as_many_queries_for_three_people_and_shifts_as_for_one(
    django_assert_num_queries,
):
    run = make_run(needed=1)
    shifts = [make_shift(run, amsterdam(2026, 11, day, 9)) for day in (3, 4, 5)]
    for _number in range(3):
        make_person(runs=[run])
    for number in (1, 3):
        with django_assert_num_queries(6):  # people with their days, what is taken, holidays
            people = list(Person.objects.with_days()[:number])
            rules = Rules(shifts[:number])
            assert not any(rules.broken(one, shift) for one in people for shift in shifts[:number])


def test_what_overlaps_after_midnight_only_is_an_overlap():
    late, early = make_run(), make_run()
    person = make_person(runs=[late, early])
    evening = make_shift(late, amsterdam(2026, 11, 3, 23), person)
    night = make_shift(early, amsterdam(2026, 11, 4, 0, 30))
    assert evening.day != night.day
    assert broken(person, night) == [refusals.Overlaps]
