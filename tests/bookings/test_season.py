"""A season copied in one go: weekday and time from the pattern, days from the new season (PITFALLS
T11)."""

import datetime
import re
import time

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import lifecycle, moving
from bookings.models import SchedulePattern, State, VisitSlot, public
from bookings.planning.availability import next_free, offers_between
from bookings.planning.schedule import join_slots, make_slots
from bookings.planning.season import Season, copy_season, plan_season, years_with_patterns
from bookings.planning.season_demand import demand
from bookings.rules import VisitItem, VisitRequest
from programmes.models import Closure
from schools.models import SchoolHoliday
from submissions.models import WaitState
from submissions.rules import Party, Rule, RulesBroken
from tests.factories import (
    make_booking,
    make_other_hub,
    make_programme,
    make_slot,
    make_staff,
    make_venue,
    make_visit,
    make_wait,
    unsaved_submission,
)
from tests.racing import race

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")
DAY = datetime.date
PAGE = "/beheer/bookings/schedulepattern/seizoen/"


@pytest.fixture(autouse=True)
def _no_holidays(db):
    SchoolHoliday.objects.all().delete()


def make_pattern(**fields):
    """Every Tuesday morning of the school year 2026-2027."""
    programmes = fields.pop("programmes", None)
    values = {
        "weekday": 1,
        "starts_at": datetime.time(9),
        "ends_at": datetime.time(12),
        "season_from": DAY(2026, 9, 1),
        "season_to": DAY(2027, 6, 30),
    } | fields
    values.setdefault("venue", programmes[0].venue if programmes else make_venue())
    pattern = SchedulePattern.objects.create(**values)
    pattern.programmes.set(programmes or [make_programme(venue=pattern.venue)])
    return pattern


def next_year(year=2026, **fields):
    days = {"first": DAY(year + 1, 9, 1), "last": DAY(year + 2, 6, 30)}
    return Season(year, **days | fields)


def copy(season, user, *, but=(), anyway=None):
    shown = plan_season(season, user).fingerprint
    return copy_season(season, user, but=but, anyway=anyway or {}, shown=shown)


def test_three_copies_keep_weekday_and_wall_time_and_have_the_new_bounds():
    boss = make_staff()
    make_pattern(venue=make_venue())
    for year in (2026, 2027, 2028):
        copy(next_year(year), boss)
    patterns = SchedulePattern.objects.order_by("season_from")
    assert [one.season_from.isoformat() for one in patterns] == [
        *("2026-09-01", "2027-09-01", "2028-09-01", "2029-09-01"),
    ]
    for pattern in patterns[1:]:
        starts = [timezone.localtime(slot.starts_at) for slot in pattern.slots.all()]
        assert {(one.weekday(), one.hour, one.minute) for one in starts} == {(1, 9, 0)}
        assert min(starts).date() - pattern.season_from < datetime.timedelta(days=7)


def test_holidays_and_closures_are_those_of_the_new_season():
    boss, pattern = make_staff(), make_pattern()
    for year, first in ((2026, DAY(2026, 10, 10)), (2027, DAY(2027, 10, 16))):
        SchoolHoliday.objects.create(
            region="noord",
            school_year=year,
            name="Herfstvakantie",
            starts_on=first,
            ends_on=first + datetime.timedelta(days=8),
        )
    Closure.objects.create(
        venue=pattern.venue,
        starts_on=DAY(2027, 11, 2),
        ends_on=DAY(2027, 11, 2),
        reason="Studiedag",
    )
    season = next_year(last=DAY(2027, 11, 30))
    [one] = plan_season(season, boss).copies
    assert [(skip.day, skip.reason, skip.can_be_placed) for skip in one.plan.skipped] == [
        (DAY(2027, 10, 19), "Herfstvakantie", True),
        (DAY(2027, 11, 2), "Studiedag", False),
    ]
    anyway = {pattern.pk: {DAY(2027, 10, 19), DAY(2027, 11, 2)}}
    copy(season, boss, anyway=anyway)
    days = {slot.day for slot in VisitSlot.objects.all()}
    assert DAY(2027, 10, 19) in days
    assert DAY(2027, 11, 2) not in days


def test_it_is_said_that_no_holidays_are_known_of_the_new_season(desk):
    """The summer at its beginning belongs to the school year before, and says nothing of it."""
    make_pattern()
    said = "De schoolvakanties van 2027–2028 zijn nog niet bekend"
    for year, name, first, last, is_said in (
        (2026, "Zomervakantie", DAY(2027, 7, 24), DAY(2027, 9, 5), True),
        (2027, "Kerstvakantie", DAY(2027, 12, 25), DAY(2028, 1, 9), False),
    ):
        assert said in desk.post(PAGE, fields(show="1")).text
        SchoolHoliday.objects.create(
            region="noord", school_year=year, name=name, starts_on=first, ends_on=last
        )
        assert (said in desk.post(PAGE, fields(show="1")).text) == is_said


def test_what_ran_for_a_part_of_the_year_runs_for_that_part():
    boss, venue = make_staff(), make_venue()
    make_pattern(venue=venue)
    make_pattern(venue=venue, weekday=3, season_to=DAY(2026, 12, 20))
    make_pattern(venue=venue, weekday=3, season_from=DAY(2027, 1, 7))
    made = copy(next_year(), boss)
    bounds = [(one.plan.pattern.season_from, one.plan.pattern.season_to) for one in made.copies]
    assert bounds == [
        (DAY(2027, 9, 1), DAY(2028, 6, 30)),
        (DAY(2027, 9, 1), DAY(2027, 12, 20)),
        (DAY(2028, 1, 7), DAY(2028, 6, 30)),
    ]
    copy(next_year(), boss)
    assert SchedulePattern.objects.count() == 6


def test_copied_again_nothing_is_there_twice_also_where_staff_changed_the_copy():
    boss = make_staff()
    make_pattern()
    made = copy(next_year(), boss)
    slots = VisitSlot.objects.count()
    twin = made.copies[0].plan.pattern
    twin.starts_at = datetime.time(9, 30)
    twin.save()
    again = copy(next_year(first=DAY(2027, 8, 28)), boss)
    assert (again.patterns, again.slots) == (0, 0)
    assert (SchedulePattern.objects.count(), VisitSlot.objects.count()) == (2, slots)


def test_a_pattern_that_staff_made_by_hand_is_found_and_gets_what_it_lacks():
    boss, source = make_staff(), make_pattern()
    by_hand = make_pattern(
        programmes=list(source.programmes.all()),
        season_from=DAY(2027, 9, 1),
        season_to=DAY(2028, 6, 30),
    )
    made = copy(next_year(), boss)
    assert made.patterns == 0
    assert made.slots == by_hand.slots.count() > 30


def test_nothing_is_made_where_the_preview_showed_something_else():
    boss, pattern = make_staff(), make_pattern()
    shown = plan_season(next_year(), boss).fingerprint
    Closure.objects.create(
        venue=pattern.venue, starts_on=DAY(2027, 9, 7), ends_on=DAY(2027, 9, 7), reason="Dicht"
    )
    assert copy_season(next_year(), boss, but=(), anyway={}, shown=shown) is None
    assert SchedulePattern.objects.count() == 1


def test_programmes_that_are_not_published_stay_behind():
    boss, venue = make_staff(), make_venue()
    kept, gone = make_programme(venue=venue), make_programme(venue=venue, is_published=False)
    make_pattern(programmes=[kept, gone])
    make_pattern(weekday=2, programmes=[gone])
    made = copy(next_year(), boss)
    assert [(one.is_new, one.gone) for one in made.copies] == [(True, [gone]), (False, [gone])]
    assert [bool(one.plan) for one in made.copies] == [True, False]
    assert copy(next_year(), boss).slots == 0
    assert {tuple(slot.programmes.all()) for slot in VisitSlot.objects.all()} == {(kept,)}


def test_a_programme_added_later_joins_the_slots_of_the_copy():
    boss = make_staff()
    make_pattern()
    pattern = copy(next_year(), boss).copies[0].plan.pattern
    later = make_programme(venue=pattern.venue)
    pattern.programmes.add(later)
    assert [one.programme for one in plan_season(next_year(), boss).plans[0].joining] == [later]
    assert join_slots(pattern) == VisitSlot.objects.count() == later.slots.count()


def test_another_hub_s_patterns_are_not_copied():
    mine = make_staff(is_superuser=False)
    make_pattern(venue=make_venue(hub=make_other_hub()))
    assert plan_season(next_year(), mine).copies == []


def test_a_year_in_which_only_another_hub_has_patterns_is_not_offered():
    make_pattern()
    venue, days = make_venue(hub=make_other_hub()), (DAY(2030, 9, 1), DAY(2031, 6, 30))
    make_pattern(venue=venue, season_from=days[0], season_to=days[1])
    assert years_with_patterns(make_staff(is_superuser=False)) == [2026]


def make_large_season(patterns=12):
    venue = make_venue()
    programmes = [make_programme(venue=venue) for _number in range(3)]
    for number in range(patterns):
        make_pattern(
            programmes=programmes,
            weekday=number % 5,
            starts_at=datetime.time(9 + number // 5 * 2),
            ends_at=datetime.time(11 + number // 5 * 2),
        )


def test_four_hundred_slots_are_published_in_under_ten_seconds():
    boss = make_staff()
    make_large_season()
    began = time.process_time()
    assert copy(next_year(), boss).slots > 400
    assert time.process_time() - began < 10


def test_preview_asks_as_much_of_the_database_for_more_patterns():
    boss, counts = make_staff(), []
    for number in (1, 3):
        SchedulePattern.objects.all().delete()
        make_large_season(number)
        with CaptureQueriesContext(connection) as asked:
            demand(plan_season(next_year(), boss))
        counts.append(len(asked))
    assert counts[0] == counts[1] < 12


# --- Published from a day -----------------------------------------------------------------------


@pytest.fixture
def hidden():
    """A slot that is published on 1 October, and its programme."""
    pattern = make_pattern(public_from=DAY(2026, 10, 1), season_to=DAY(2026, 11, 30))
    make_slots(pattern)
    programme = pattern.programmes.get()
    return programme, VisitSlot.objects.get(starts_at__date=DAY(2026, 11, 3))


def request_for(programme, slot, **fields):
    item = VisitItem(slot, programme, Party("Groep 7", 7, 7, 24, 3))
    return VisitRequest(unsaved_submission(), [item], **fields)


def test_before_that_day_nobody_sees_or_books_it(hidden, client, frozen):
    programme, slot = hidden
    address = reverse("bookings:book", args=[programme.slug, slot.pk])
    assert offers_between(programme, DAY(2026, 11, 1), DAY(2026, 12, 1)) == []
    assert next_free(programme) == []
    assert client.get(address).status_code == 404
    with pytest.raises(RulesBroken, match="kan nog niet"):
        lifecycle.hold(request_for(programme, slot), by=None)
    frozen.move_to("2026-10-01 00:05+02:00")
    assert [one.slot_id for one in offers_between(programme, slot.day, DAY(2026, 11, 4))] == [
        slot.pk
    ]
    assert client.get(address).status_code == 200
    assert lifecycle.hold(request_for(programme, VisitSlot.objects.get(pk=slot.pk)), by=None)


def test_a_class_cannot_be_moved_to_it_by_its_teacher(hidden):
    programme, slot = hidden
    now = make_slot(programmes=[programme])
    booking = make_booking(visit=make_visit(programme=programme, slot=now))
    with pytest.raises(RulesBroken):
        moving.move(booking=booking, slot=slot, by=booking.submission.user)


def test_staff_book_in_it_with_a_note(hidden):
    programme, slot = hidden
    wanted = request_for(programme, slot, overrule={Rule.DATE}, note="Alvast voor De Regenboog")
    submission = lifecycle.book(wanted, by=make_staff())
    assert submission.bookings.get().state == State.CONFIRMED


def test_staff_who_choose_a_date_read_that_it_is_not_published(hidden, desk):
    programme, slot = hidden
    choice = desk.get(reverse("admin:bookings_visitslot_choose", args=[programme.pk]))
    texts = {one["id"]: one["text"] for one in choice.json()["results"]}
    assert "nog niet gepubliceerd" in texts[str(slot.pk)]


def test_another_day_on_the_pattern_holds_for_all_its_slots_at_once(hidden):
    programme, _slot = hidden
    SchedulePattern.objects.update(public_from=None)
    assert next_free(programme)


# --- The page -----------------------------------------------------------------------------------


def fields(**more):
    return {
        "year": "2026",
        "first": "2027-09-01",
        "last": "2028-06-30",
        "public_from": "2027-05-01",
    } | more


def shown_on(response):
    return response.context["plan"].fingerprint


def test_page_shows_a_preview_and_makes_what_is_ticked(desk):
    first, second = make_pattern(), make_pattern(weekday=2)
    assert desk.get(PAGE).context["form"].initial == {
        "year": 2026,
        "first": DAY(2027, 9, 1),
        "last": DAY(2028, 6, 30),
    }
    preview = desk.post(PAGE, fields(show="1"))
    assert VisitSlot.objects.count() == 0
    assert preview.context["plan"].patterns == 2
    done = desk.post(
        PAGE,
        fields(
            do="1",
            shown=shown_on(preview),
            offered=[first.pk, second.pk],
            copy=[second.pk],
        ),
        follow=True,
    )
    [said] = [str(message) for message in done.context["messages"]]
    assert re.fullmatch(r"1 patroon gekopieerd\. \d+ dagdelen gemaakt\.", said)
    [copied] = SchedulePattern.objects.exclude(continues=None)
    assert (copied.continues, copied.public_from) == (second, DAY(2027, 5, 1))


def test_four_hundred_slots_are_previewed_and_published_by_the_page_in_under_ten_seconds(desk):
    make_large_season()
    began = time.process_time()
    preview = desk.post(PAGE, fields(show="1"))
    keys = [row["copy"].source.pk for row in preview.context["rows"]]
    done = desk.post(
        PAGE, fields(do="1", shown=shown_on(preview), offered=keys, copy=keys), follow=True
    )
    assert time.process_time() - began < 10
    assert preview.context["plan"].slots > 400
    assert VisitSlot.objects.count() == preview.context["plan"].slots
    assert "12 patronen gekopieerd" in done.text
    with time_machine.travel("2027-04-30 23:30+02:00", tick=False):
        assert not VisitSlot.objects.filter(public()).exists()
    with time_machine.travel("2027-05-01 00:30+02:00", tick=False):
        assert VisitSlot.objects.filter(public()).count() == VisitSlot.objects.count()


def test_a_form_that_was_changed_below_the_preview_is_shown_anew(desk):
    pattern = make_pattern()
    preview = desk.post(PAGE, fields(show="1"))
    ticked = {"offered": pattern.pk, "copy": pattern.pk, "shown": shown_on(preview)}
    page = desk.post(PAGE, fields(do="1", last="2028-07-07", **ticked))
    assert page.context["news"]
    assert SchedulePattern.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"), [("first", "2027-06-01"), ("last", "2027-08-01"), ("last", "")]
)
def test_days_that_cannot_be_a_new_season_are_said_at_their_field(desk, field, value):
    make_pattern()
    page = desk.post(PAGE, fields(show="1", **{field: value}))
    assert field in page.context["form"].errors
    assert page.context["plan"] is None


def test_without_patterns_the_page_leads_to_the_first(desk):
    assert "bookings/schedulepattern/add" in desk.get(PAGE).text


def test_who_may_not_make_patterns_may_not_copy_them(client, db):
    client.force_login(make_staff(is_superuser=False))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, fields(do="1")).status_code == 403


def test_room_stands_beside_what_was_asked(desk):
    pattern = make_pattern(max_groups=2)
    programme = pattern.programmes.get()
    programme.max_groups = 3
    programme.save()
    slot = make_slot(programmes=[programme])
    visit = make_visit(programme=programme, slot=slot)
    make_booking(visit=visit)
    make_booking(visit=visit, state=State.DECLINED)
    make_wait(programme=programme, slot=slot)
    make_wait(programme=programme, slot=slot, state=WaitState.TAKEN)
    [line] = demand(plan_season(next_year(), make_staff()))
    assert (line.slots_before, line.room_before) == (1, 3)
    assert (line.booked, line.declined, line.waited, line.served) == (1, 1, 2, 1)
    assert line.room == 2 * line.slots > 60
    page = desk.post(PAGE, fields(show="1"))
    assert [one.programme for one in page.context["demand"]] == [programme]


@pytest.mark.django_db(transaction=True)
def test_two_who_copy_a_season_at_once_make_it_once():
    SchoolHoliday.objects.all().delete()
    boss = make_staff()
    make_pattern()
    shown = plan_season(next_year(), boss).fingerprint

    def copying():
        return copy_season(next_year(), boss, but=(), anyway={}, shown=shown)

    made = race([copying, copying])
    assert sum(bool(one) for one in made) == 1  # the other is shown what is there by now
    pattern = SchedulePattern.objects.exclude(continues=None).get()
    assert pattern.slots.count() == VisitSlot.objects.count() > 30
