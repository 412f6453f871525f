"""What is counted, and what is not: days, states, joins (rows T08, T27, T29, T37, T39)."""

import datetime

import pytest
import time_machine
from django.db.models import Q

from bookings import attendance, lifecycle
from bookings.models import State
from bookings.visits.calling_off import call_off
from impact.counting.coverage import coverage, sites_of
from impact.counting.figure import Basis
from impact.counting.figures import FIGURES, compute
from impact.counting.scope import Paid, ProgrammeLine
from impact.counting.spans import Span, quarters_of
from impact.counting.tables import TABLES, over_time, split
from impact.counting.unique import Visit, estimate, groups_7_and_8, unique
from kits.models import LoanState
from programmes.models import CoreObjective, World
from schools.audience import Audience
from schools.lifecycle import merge_schools
from schools.models import GroupKind, PupilCount, Sector
from schools.years import Level, YearGroup
from submissions.models import Companion
from submissions.privacy.erasure import erase_person
from tests.factories import (
    amsterdam,
    make_group,
    make_kit,
    make_loan,
    make_organisation,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_venue,
    make_visit,
    make_wait,
    the_hub,
)
from tests.impact.counted import AUTUMN, YEAR, came, scope_of

pytestmark = pytest.mark.django_db
# Those of the house are in test_house.py.
OF_SCHOOLS = [code for code, figure in FIGURES.items() if figure.basis != Basis.HOUSE]


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(amsterdam(2027, 1, 12, 10), tick=False) as travelled:
        yield travelled


def count(code, scope=None):
    return compute(scope or scope_of(), [code])[code]


# --- Days --------------------------------------------------------------------------------------


def test_both_ends_of_a_span_are_in_by_amsterdam_days():
    for day in ((2026, 9, 1, 0, 5), (2026, 12, 31, 23, 50)):
        came(*day)
    for day in ((2026, 8, 31, 23, 55), (2027, 1, 1, 0, 5)):
        came(*day)
    assert count("visits", scope_of(AUTUMN)) == 2


def test_first_hour_of_august_is_of_the_new_school_year():
    """In UTC it is still July."""
    came(2026, 8, 1, 0, 30)
    assert [count("visits", scope_of(Span.of_school_year(year))) for year in (2025, 2026)] == [0, 1]
    months = over_time(scope_of(), YEAR.months)
    assert [row.visits for row in months][:2] == [1, 0]
    years = over_time(scope_of(), [Span.of_school_year(year) for year in (2025, 2026)])
    assert [(row.label, row.visits) for row in years] == [("2025–2026", 0), ("2026–2027", 1)]


def test_quarters_and_months_make_up_the_school_year():
    quarters = quarters_of(2026)
    assert [(one.first, one.last) for one in quarters] == [
        (datetime.date(2026, 8, 1), datetime.date(2026, 10, 31)),
        (datetime.date(2026, 11, 1), datetime.date(2027, 1, 31)),
        (datetime.date(2027, 2, 1), datetime.date(2027, 4, 30)),
        (datetime.date(2027, 5, 1), datetime.date(2027, 7, 31)),
    ]
    assert len(YEAR.months) == 12
    cut = Span(datetime.date(2026, 9, 10), datetime.date(2026, 10, 3)).months
    assert [str(one.first) for one in cut] == ["2026-09-10", "2026-10-01"]
    assert [str(one.last) for one in cut] == ["2026-09-30", "2026-10-03"]


def test_span_of_one_day_is_called_by_that_day():
    *_others, last = Span(datetime.date(2026, 9, 1), datetime.date(2026, 12, 1)).months
    assert str(last) == "1 december 2026"


# --- Once --------------------------------------------------------------------------------------


def test_a_class_of_24_is_24_in_total_and_24_in_each_world():
    """With two companions, three worlds and two objectives; a sum over a join makes 144 of it."""
    programme = make_programme(max_groups=9, max_pupils=999)
    worlds = [
        World.objects.get_or_create(
            number=one, defaults={"code": f"w{one}", "name": f"World {one}"}
        )
        for one in (1, 2, 3)
    ]
    programme.worlds.set([world for world, _made in worlds])
    programme.core_objectives.set(
        CoreObjective.objects.create(scheme="test", code=code, label=f"Doel {code}")
        for code in "ab"
    )
    booking = came(2026, 11, 3, programme=programme)
    for number in (1, 2):
        Companion.objects.create(
            submission=booking.submission, email=f"c{number}@school.example", state="accepted"
        )
    scope = scope_of()
    assert (count("pupils", scope), count("pupils-booked", scope)) == (24, 24)
    assert [row.here for row in split(scope, TABLES["world"])] == [24, 24, 24]
    assert [row.here for row in split(scope, TABLES["objective"])] == [24, 24]
    for table in TABLES.values():
        for row in split(scope, table):
            assert list(table.rows(scope, row.key)) == [booking]
    assert list(FIGURES["pupils"].rows(scope)) == [booking]


def test_a_school_in_three_months_is_one_in_the_year():
    school = make_school()
    for month, day in ((9, 8), (11, 3), (12, 1)):
        came(2026, month, day, school=school)
    months = over_time(scope_of(), YEAR.months)
    assert sum(row.schools for row in months) == 3
    assert (count("schools"), count("classes"), count("visits")) == (1, 1, 3)


def test_booking_with_a_long_history_is_one_visit():
    """Confirmed, renumbered, moved, noted, and then here: as booked the last number."""
    staff = make_staff()
    programme = make_programme(max_groups=9, max_pupils=999)
    with time_machine.travel(amsterdam(2026, 9, 15, 10), tick=False):
        booking = came(2026, 11, 3, programme=programme, state=State.CONFIRMED, pupils=20)
        later = make_slot(
            starts_at=amsterdam(2026, 11, 10, 9), programmes=[programme], max_pupils=999
        )
        lifecycle.change_numbers(booking=booking, pupils=26, supervisors=3, by=staff)
        lifecycle.reschedule(booking=booking, slot=later, by=staff)
        lifecycle.add_note(booking=booking, by=staff, note="Let op")
    attendance.attend(booking=booking, by=staff)
    assert booking.events.count() == 5
    found = compute(scope_of())
    assert (found["visits"], found["pupils"], found["pupils-booked"]) == (1, 26, 26)
    months = over_time(scope_of(), YEAR.months)
    assert [row.visits for row in months if row.booked] == [1]


def test_as_booked_and_as_attended_stand_apart():
    """A wrong number corrected afterwards changes who came, and nothing of what was booked."""
    staff = make_staff()
    school = make_school(municipality="Deventer")
    booking = came(2026, 11, 3, state=State.CONFIRMED, pupils=28, school=school)
    attendance.attend(booking=booking, by=staff, came=24)
    before = compute(scope_of())
    assert (before["pupils"], before["pupils-booked"]) == (24, 28)
    attendance.recount(booking=booking, by=staff, came=26)
    after = compute(scope_of())
    assert {code for code in after if after[code] != before[code]} == {"pupils"}
    [line] = split(scope_of(), TABLES["line"])
    assert (line.here, line.booked, unique(scope_of()).most) == (26, 28, 26)
    [site] = sites_of(scope_of(), Q(municipality="Deventer"))
    assert (site.name, site.came) == (school.name, 26)


def test_cancelled_taken_up_and_cancelled_again_is_one_cancellation():
    staff = make_staff()
    with time_machine.travel(amsterdam(2026, 9, 15, 10), tick=False):
        booking = came(2026, 11, 3, state=State.CONFIRMED)
        lifecycle.cancel(booking=booking, by=staff)
        lifecycle.reinstate(booking=booking, by=staff)
        lifecycle.cancel(booking=booking, by=booking.submission.user)
        again = came(2026, 11, 5, submission=booking.submission, state=State.CONFIRMED)
    attendance.attend(booking=again, by=staff)
    found = compute(scope_of())
    assert (found["cancelled-by-school"], found["cancelled-by-us"]) == (1, 0)
    assert (found["visits"], found["pupils-booked"]) == (1, 24)


def test_visit_that_we_called_off_stands_apart_from_what_staff_cancelled():
    """By the code of the event: notes are never read."""
    staff = make_staff()
    with time_machine.travel(amsterdam(2026, 9, 15, 10), tick=False):
        off, single = (came(2026, 11, day, state=State.CONFIRMED) for day in (3, 5))
        call_off(visit=off.visit, by=staff, note="Ziek")
        lifecycle.cancel(booking=single, by=staff, note="called_off")
    assert (count("cancelled-by-us"), count("called-off")) == (2, 1)
    assert list(FIGURES["called-off"].rows(scope_of())) == [off]


# --- States ------------------------------------------------------------------------------------


def test_each_state_is_in_its_own_figures():
    came(2026, 11, 3, state=State.ATTENDED, pupils=20)
    came(2026, 11, 3, state=State.NO_SHOW, pupils=21)
    came(2026, 11, 3, state=State.CONFIRMED, pupils=22)  # nobody noted anything
    came(2027, 3, 2, state=State.CONFIRMED, pupils=23)  # still to come
    came(2027, 1, 12, state=State.CONFIRMED, pupils=25)  # today
    for state in (State.REQUESTED, State.LAPSED, State.HELD):
        came(2026, 11, 3, state=state, pupils=7)
    came(2026, 11, 3, state=State.DECLINED)
    hold = make_submission(school=make_school(), verified_at=None)
    came(2026, 11, 3, state=State.CANCELLED, submission=hold)  # never confirmed
    found = compute(scope_of(), OF_SCHOOLS)
    assert {code: number for code, number in found.items() if number} == {
        "pupils": 20,
        "pupils-booked": 111,
        "pupils-unregistered": 22,
        "visits": 1,
        "visits-unregistered": 1,
        "classes": 1,
        "schools": 1,
        "no-shows": 1,
        "declined": 1,
        "lapsed": 1,
    }


def test_who_begins_anew_lapsed_once_or_not_at_all(clock_of_the_day):
    """A hold that was let go and asked for again on that day is one asking, also after erasing."""
    school, programme = make_school(), make_programme(max_groups=9, max_pupils=999)
    about = {"school": school, "programme": programme}

    def asked(day, state, hour, **fields):
        clock_of_the_day.move_to(amsterdam(2026, 9, 15, hour))
        return came(2026, 11, day, state=state, **about | fields)

    asked(3, State.LAPSED, 9)
    asked(4, State.LAPSED, 10)
    assert count("lapsed") == 1
    confirmed = asked(5, State.CONFIRMED, 11)
    assert count("lapsed") == 0
    asked(6, State.LAPSED, 9, year_group=YearGroup.GROUP_8, name="8a")  # another class
    asked(6, State.LAPSED, 9, programme=make_programme(max_groups=9))
    typed = {"user": None, "typed_school_name": "De Ark", "typed_city": "Epe"}
    both = make_submission(**typed)
    for hour, name in ((9, "7a"), (10, "7b")):  # two classes of one asking, which never came
        asked(6, State.LAPSED, hour, submission=both, class_group=None, name=name)
    assert count("lapsed") == 4
    again = asked(6, State.LAPSED, 12, submission=make_submission(**typed), class_group=None)
    assert again in FIGURES["lapsed"].rows(scope_of())
    assert count("lapsed") == 3
    clock_of_the_day.move_to(amsterdam(2027, 1, 12, 10))
    erase_person(email=confirmed.submission.email)
    assert count("lapsed") == 3


def test_who_asks_again_days_later_lapsed_all_the_same(clock_of_the_day):
    about = {"school": make_school(), "programme": make_programme(max_groups=9, max_pupils=999)}
    clock_of_the_day.move_to(amsterdam(2026, 9, 15, 9))
    came(2026, 11, 3, state=State.LAPSED, **about)
    clock_of_the_day.move_to(amsterdam(2026, 9, 17, 9))
    came(2026, 11, 4, state=State.CONFIRMED, **about)
    assert count("lapsed") == 1


def test_group_that_begins_anew_lapsed_once_too(clock_of_the_day):
    """It has no year groups and no school: its organisation says who asked, typed or known."""
    programme = make_programme(max_groups=9, max_pupils=999, audience=Audience.GROUPS)
    typed = {"user": None, "typed_organisation": "Metaal Deventer", "typed_city": "Deventer"}

    def asked(day, state, hour, **fields):
        clock_of_the_day.move_to(amsterdam(2026, 9, 15, hour))
        slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9))
        kind = fields.pop("group_kind", GroupKind.COMPANY)
        submission = make_submission(**typed | fields)
        visit = make_visit(slot=slot, programme=programme)
        return make_group(visit=visit, submission=submission, state=state, group_kind=kind)

    asked(3, State.LAPSED, 9)
    asked(4, State.LAPSED, 10)
    assert count("lapsed") == 1
    asked(5, State.CONFIRMED, 11, organisation=make_organisation(name="Metaal Deventer"))
    assert count("lapsed") == 0
    asked(6, State.LAPSED, 10, typed_organisation="Houtbouw")
    asked(9, State.LAPSED, 10, group_kind=GroupKind.CAREER)
    asked(10, State.LAPSED, 10, typed_city="Zwolle")
    assert count("lapsed") == 3


def test_rows_behind_each_figure_add_up_to_it():
    school = make_school(municipality="Deventer")
    came(2025, 11, 4, school=school, name="Groep 6", year_group=YearGroup.GROUP_6)
    for day in (3, 4, 5):
        came(2026, 11, day, school=school)
    came(2026, 11, 6, state=State.NO_SHOW)
    came(2026, 11, 6, state=State.CONFIRMED)
    make_loan(state=LoanState.DONE)
    scope = scope_of()
    for code, number in compute(scope, OF_SCHOOLS).items():
        rows = list(FIGURES[code].rows(scope))
        assert len(rows) == len({row.pk for row in rows})
        by_unit = {
            "heads": sum(row.number_here if code == "pupils" else row.pupils for row in rows),
            "pupils": sum(row.pupils for row in rows),
            "visits": len(rows),
            "loans": len(rows),
            "waits": len(rows),
            "classes": len({row.class_group_id for row in rows}),
            "schools": len({row.submission.school_id for row in rows}),
            "boards": len({row.submission.school.board_id for row in rows} - {None}),
            "municipalities": len({row.submission.school.municipality for row in rows} - {""}),
        }
        assert number == by_unit[FIGURES[code].unit], code


def test_who_came_back():
    school = make_school()
    last_year = came(2025, 11, 4, school=school, name="Groep 6")
    continued = came(2026, 9, 8, school=school, name="Groep 7")
    continued.class_group.continues = last_year.class_group
    continued.class_group.save()
    twice = [came(2026, 9, 9, name="8a"), came(2026, 11, 3)]
    came(2026, 12, 1, school=twice[0].submission.school, name="8a")
    found = compute(scope_of())
    assert (found["schools"], found["returning-schools"]) == (3, 1)
    assert (found["classes"], found["returning-classes"]) == (3, 2)


def test_school_that_was_expected_before_and_did_not_come_is_new():
    school = make_school()
    came(2025, 11, 4, school=school, state=State.NO_SHOW)
    came(2026, 9, 8, school=school)
    assert count("returning-schools") == 0


def test_class_that_was_expected_before_and_did_not_come_is_new():
    school = make_school()
    came(2026, 9, 8, school=school, name="8a", state=State.NO_SHOW)
    came(2026, 11, 3, school=school, name="8a")
    assert count("returning-classes") == 0


def test_source_that_pays_until_the_first_day_or_from_the_last_one_pays_for_that_day():
    programme = make_programme(max_groups=9, max_pupils=999)
    for day in (2, 9):
        came(2026, 11, day, programme=programme)
    days = {day: datetime.date(2026, 11, day) for day in (1, 2, 9, 30)}
    span = Span(days[2], days[9])
    for paid in (Span(days[1], days[2]), Span(days[9], days[30])):
        assert count("visits", scope_of(span, paid=(Paid(programme.pk, paid),))) == 1


def test_kit_is_of_no_programme_and_who_waits_is_of_no_source():
    make_loan(state=LoanState.DONE)
    wait = make_wait(asked_at=amsterdam(2026, 9, 15, 9))
    span = Span.of_school_year(2026)
    of_programme = scope_of(span, programmes=(wait.programme_id,))
    assert (scope_of(span).loans.count(), of_programme.loans.count()) == (1, 0)
    assert (of_programme.waits.count(), scope_of(span, paid=()).waits.count()) == (1, 0)


def test_visit_is_followed_up_where_a_box_went_out():
    for state in (LoanState.DONE, LoanState.CANCELLED):
        booking = came(2026, 11, 3)
        make_loan(booking=booking, submission=booking.submission, state=state)
    assert count("followed-up") == 1


@pytest.mark.parametrize("sector", [Sector.PRIMARY, Sector.SPECIAL])
@pytest.mark.parametrize("year_group", [YearGroup.GROUP_7, YearGroup.YEAR_1])
def test_each_class_is_of_one_line(sector, year_group):
    came(2026, 11, 3, school=make_school(sector=sector), year_group=year_group)
    assert [count("visits", scope_of(line=line)) for line in ProgrammeLine].count(1) == 1


def test_town_of_which_the_only_school_closed_since_is_in_no_list():
    came(2025, 11, 4, school=make_school(municipality="Epe", closed_on=datetime.date(2026, 7, 1)))
    came(2026, 9, 8, school=make_school(municipality="Raalte"))
    assert [(area.name, area.percent) for area in coverage(scope_of()).municipalities] == [
        ("Raalte", 100)
    ]


def test_who_came_to_another_hub_before_is_new_to_this_one():
    school, hub = make_school(), make_other_hub()
    programme = make_programme(venue=make_venue(hub=hub))
    there = make_submission(school=school, hub=hub)
    elsewhere = came(2026, 9, 8, programme=programme, submission=there)
    here = came(2026, 11, 3, school=school)
    assert elsewhere.class_group == here.class_group

    assert compute(scope_of())["returning-classes"] == 0
    assert compute(scope_of(hubs=(the_hub().pk, hub.pk)))["returning-classes"] == 1


def test_loans_count_once_their_box_left():
    kit = make_kit(copies=3)
    copies = list(kit.copies.all())
    make_loan(copy=copies[0], state=LoanState.DONE, pupils=20)
    make_loan(copy=copies[1], state=LoanState.OUT, pupils=21)
    make_loan(copy=copies[2], state=LoanState.CANCELLED, pupils=22)
    found = compute(scope_of())
    assert (found["loans"], found["kit-pupils"], found["kit-schools"]) == (2, 41, 2)
    assert found["pupils"] == 0


# --- Of what -----------------------------------------------------------------------------------


def test_lines_are_by_the_class_that_came():
    came(2026, 11, 3, pupils=20)
    typed = make_school(site_code=None, is_verified=False)  # a typed school is 'primary'
    came(2026, 11, 3, school=typed, year_group=YearGroup.YEAR_2, pupils=21)
    secondary = make_school(sector=Sector.SECONDARY, structure="HAVO/VWO")
    of_year_1 = {"year_group": YearGroup.YEAR_1, "school": secondary}
    came(2026, 11, 3, **of_year_1, level=Level.HAVO_VWO, pupils=22)
    came(2026, 11, 4, **of_year_1, name="1b", pupils=9)  # a school of two levels, and nobody said
    of_one_level = make_school(sector=Sector.SECONDARY, structure="VBO/MAVO")
    came(2026, 11, 3, school=of_one_level, year_group=YearGroup.YEAR_2, pupils=18)
    came(2026, 11, 4, school=of_one_level, year_group=YearGroup.YEAR_2, level=Level.PRO, pupils=8)
    came(2026, 11, 3, school=make_school(sector=Sector.SPECIAL), pupils=23)
    make_group(state=State.ATTENDED, pupils=12)
    lines = {row.label: row.here for row in split(scope_of(), TABLES["line"])}
    assert lines == {
        "Primair onderwijs": 20,
        "Voortgezet onderwijs: niveau niet bekend": 30,
        "Voortgezet onderwijs: havo/vwo": 22,
        "Voortgezet onderwijs: vmbo": 18,
        "Voortgezet onderwijs: praktijkonderwijs": 8,
        "Speciaal onderwijs": 23,
        "Groepen die geen klas zijn": 12,
    }
    groups = [(row.label, row.here) for row in split(scope_of(), TABLES["year-groups"])]
    assert groups == [("Groep 7", 43), ("Leerjaar 1", 31), ("Leerjaar 2", 47), ("Bedrijf", 12)]


def test_another_hubs_visits_are_not_counted():
    other = make_other_hub()
    programme = make_programme(venue=make_venue(hub=other), max_groups=9, max_pupils=999)
    there = make_submission(school=make_school(), hub=other)
    came(2026, 11, 3, programme=programme, submission=there)
    came(2026, 11, 3)
    both = (the_hub().pk, other.pk)
    hubs = [(the_hub().pk,), (other.pk,), both]
    assert [count("visits", scope_of(hubs=one)) for one in hubs] == [1, 1, 2]
    rows = split(scope_of(hubs=both), TABLES["hub"])
    assert [(row.label, row.visits) for row in rows] == [
        ("NewTechPark Apeldoorn", 1),
        ("Technicampus Experience Center", 1),
    ]


def test_merged_school_counts_once_and_nothing_else_changes():
    """Typed and listed, both with '7b': one class, with as many pupils and loans."""
    typed = make_school(name="De Regenboog", site_code=None, is_verified=False)
    listed = make_school(name="OBS De Regenboog")
    came(2026, 9, 8, school=typed, name="7b", pupils=24)
    came(2026, 11, 3, school=listed, name="7b", pupils=25)
    make_loan(state=LoanState.DONE, submission=make_submission(school=typed), pupils=24)
    before = compute(scope_of())
    merge_schools(source=typed, target=listed)
    after = compute(scope_of())
    changed = {code: (before[code], after[code]) for code in before if before[code] != after[code]}
    assert changed == {"schools": (2, 1), "classes": (2, 1), "returning-classes": (0, 1)}


# --- Different children ------------------------------------------------------------------------


def visit(class_group, day, pupils, school=1, born=(2019, 2019)):
    return Visit(school, class_group, born, datetime.date(2026, 11, day), pupils)


@pytest.mark.parametrize(
    ("visits", "bounds"),
    [
        ([], (0, 0, 0)),
        ([visit(1, 3, 24)], (24, 24, 0)),
        ([visit(1, 3, 24), visit(1, 10, 26)], (26, 26, 26)),  # the same class twice
        ([visit(1, 3, 24), visit(2, 3, 20)], (44, 44, 0)),  # on one day: other children
        ([visit(1, 3, 24), visit(2, 10, 20)], (24, 44, 0)),  # perhaps the same
        ([visit(1, 3, 24), visit(2, 10, 20, born=(2018, 2018))], (44, 44, 0)),  # another age
        ([visit(1, 3, 24), visit(2, 10, 20, school=2)], (44, 44, 0)),  # another school
        # 6/7 may be children of 6 and of 7: one age for the least.
        ([visit(1, 3, 9), visit(2, 4, 8, born=(2018, 2019)), visit(3, 5, 7, born=(2018, 2018))],
         (9, 24, 0)),
    ],
)  # fmt: skip
def test_bounds_of_different_children(visits, bounds):
    found = estimate(visits)
    assert (found.least, found.most, found.came_again) == bounds


def test_children_keep_their_age_over_the_years():
    school = make_school()
    came(2025, 11, 4, school=school, name="7b", year_group=YearGroup.GROUP_7)
    came(2026, 11, 3, school=school, name="8b", year_group=YearGroup.GROUP_8)
    both = Span(datetime.date(2025, 8, 1), datetime.date(2027, 7, 31))
    assert (unique(scope_of(both)).least, unique(scope_of(both)).most) == (24, 48)


def test_groups_7_and_8_are_a_quarter_of_primary_schools():
    known, unknown = make_school(), make_school()
    secondary = make_school(sector=Sector.SECONDARY)
    for school, year, pupils in (
        (known, 2025, 200), (known, 2026, 210), (known, 2027, 999), (unknown, 2026, None),
        (secondary, 2026, 1200),
    ):  # fmt: skip
        PupilCount.objects.create(school=school, year=year, pupils=pupils)
    for school in (known, unknown, secondary):
        came(2026, 11, 3, school=school)
    for span in (AUTUMN, YEAR):  # which ends in 2027
        found = groups_7_and_8(scope_of(span))
        assert (found.children, found.schools, found.unknown, found.year) == (52, 2, 1, 2026)


@pytest.mark.parametrize("number", [1, 3])
def test_figures_take_as_many_queries_for_many(number, django_assert_num_queries):
    for _one in range(number):
        came(2026, 11, 3)
    scope = scope_of()
    with django_assert_num_queries(6):
        compute(scope, OF_SCHOOLS)
    with django_assert_num_queries(13):
        compute(scope)
