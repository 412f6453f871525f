"""Indicators, targets and their status; what is entered by hand."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from impact.counting.scope import ProgrammeLine
from impact.indicators.status import TargetStatus, expected, goals, statuses_of
from impact.models import Milestone, Status, Target, Value
from schools.years import YearGroup
from tests.factories import amsterdam, make_programme, make_staff, the_hub
from tests.impact.counted import YEAR, came, make_indicator, make_target, scope_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
OVERVIEW = "/beheer/cijfers/indicatoren/"
OCTOBER, HALFWAY = datetime.date(2026, 10, 1), datetime.date(2026, 10, 31)


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(amsterdam(2026, 10, 31, 10), tick=False) as travelled:
        yield travelled


@pytest.fixture
def client():
    client = Client()
    client.force_login(make_staff())
    return client


# --- The line --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "asked"),
    [
        (datetime.date(2026, 8, 31), 0),
        (datetime.date(2026, 9, 1), Decimal(100) / 122),  # a day of the 122 is over
        (HALFWAY, 50),
        (datetime.date(2026, 12, 31), 100),
        (datetime.date(2027, 3, 1), 100),
    ],
)
def test_line_is_straight_and_both_ends_are_in(day, asked):
    assert expected(make_target(), [], day) == asked


def test_line_goes_by_the_milestones():
    target = make_target()
    stones = [Milestone(day=OCTOBER, amount=80), Milestone(day=datetime.date(2027, 5, 1), amount=7)]
    assert expected(target, stones, OCTOBER) == 80
    after = expected(target, stones, HALFWAY)
    assert after == 80 + Decimal(20) * 30 / 91


def test_milestone_of_the_first_day_counts():
    target = make_target()
    stone = Milestone(day=target.starts_on, amount=80)
    assert expected(target, [stone], target.starts_on) == 80


def test_norm_counts_on_its_last_day_whatever_a_milestone_says():
    target = make_target()
    stone = Milestone(day=target.due_on, amount=80)
    assert expected(target, [stone], target.due_on) == 100


@pytest.mark.parametrize(
    ("pupils", "day", "status"),
    [
        (49, HALFWAY, Status.BEHIND),
        (50, HALFWAY, Status.ON_TRACK),
        (99, HALFWAY, Status.ON_TRACK),
        (100, HALFWAY, Status.MET),
        (99, datetime.date(2026, 12, 31), Status.BEHIND),
        (100, datetime.date(2027, 6, 1), Status.MET),
    ],
)
def test_status_is_proposed_from_what_came(pupils, day, status):
    came(2026, 9, 8, pupils=pupils)
    came(2026, 8, 31, pupils=500)  # before its first day
    [found] = statuses_of([make_target()], day)
    assert (found.reached, found.proposed) == (pupils, status)


def test_status_is_overruled_with_an_explanation_only():
    target = make_target(overruled=Status.MET, explanation="De bus reed niet.")
    [found] = statuses_of([target])
    assert (found.status, found.proposed) == (Status.MET, Status.BEHIND)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_target(indicator=target.indicator, overruled=Status.MET)


def test_indicator_counts_its_programmes_and_line_only():
    festival = make_programme(title="Festival", max_groups=9, max_pupils=999)
    came(2026, 9, 8, programme=festival, pupils=30)
    came(2026, 9, 9, programme=festival, pupils=20, year_group=YearGroup.YEAR_1)
    came(2026, 9, 10, pupils=10)
    of_festival = make_indicator(name="Festival", figure="pupils", line=ProgrammeLine.PRIMARY)
    of_festival.programmes.add(festival)
    assert statuses_of([make_target(indicator=of_festival)])[0].reached == 30
    whole = make_indicator(name="Alles", figure="pupils")
    assert statuses_of([make_target(indicator=whole)])[0].reached == 60


# --- By hand ---------------------------------------------------------------------------------


def test_last_value_of_the_period_counts_and_none_is_changed(client):
    indicator = make_indicator()
    target = make_target(indicator=indicator)
    assert statuses_of([target])[0].reached is None
    for day, amount in (("2026-08-01", 99), ("2026-10-02", 41), ("2026-10-01", 40)):
        data = {"indicator": indicator.pk, "day": day, "amount": amount, "source": "Ledenlijst"}
        file = SimpleUploadedFile("bewijs.pdf", b"%PDF-1.7 bewijs")
        assert client.post("/beheer/impact/value/add/", data | {"proof": file}).status_code == 302
    [found] = statuses_of([target])
    assert (found.reached, found.value.source) == (41, "Ledenlijst")
    assert found.value.by.name.startswith("Balie")
    page = client.get(OVERVIEW).text
    assert "met de hand ingevuld" in page
    assert client.get(f"/beheer/cijfers/bewijs/{found.value.pk}/").content == b"%PDF-1.7 bewijs"
    change = f"/beheer/impact/value/{found.value.pk}/change/"
    assert client.post(change, {"amount": 99}).status_code == 403


def test_value_of_a_later_day_is_not_known_yet():
    """A report about the time until then does not take it over."""
    target = make_target(indicator=make_indicator())
    for day, amount in ((OCTOBER, 5), (HALFWAY, 20), (datetime.date(2026, 11, 1), 50)):
        target.indicator.values.create(day=day, amount=amount, source="Ledenlijst")
    found = [statuses_of([target], day)[0].reached for day in (OCTOBER, HALFWAY)]
    assert found == [5, 20]


def test_computed_indicator_takes_no_value():
    indicator = make_indicator(name="Leerlingen", figure="pupils")
    with pytest.raises(ValidationError):
        Value(indicator=indicator, day=OCTOBER, amount=1, source="x").full_clean()


# --- On the board's page ---------------------------------------------------------------------


def test_board_sees_this_year_against_its_target(client, django_assert_max_num_queries):
    came(2026, 9, 8, pupils=400)
    year = {"starts_on": YEAR.first, "due_on": YEAR.last, "amount": 1500}
    target = make_target(**year)
    target.milestones.create(day=datetime.date(2026, 10, 31), amount=450)
    target.milestones.create(day=datetime.date(2026, 12, 31), amount=800)
    make_target(indicator=target.indicator, funder="Regio Deal", **year | {"amount": 9})
    make_target(indicator=target.indicator)  # of other days
    goal = goals(scope_of(), {"pupils": 400})["pupils"]
    assert (goal.target, goal.expected, goal.status) == (target, 450, Status.BEHIND)
    assert goals(scope_of(hubs=(the_hub().pk, 999)), {"pupils": 400}) == {}
    with django_assert_max_num_queries(12):
        page = client.get("/beheer/cijfers/")
    assert "van 1.500" in page.text
    assert "loopt niet volgens plan" in page.text


def test_target_of_chosen_programmes_is_no_goal_of_all():
    """Also as long as nobody chose them."""
    year = {"starts_on": YEAR.first, "due_on": YEAR.last}
    of_some = make_indicator(name="Festival", figure="pupils")
    of_some.programmes.add(make_programme())
    of_none_yet = make_indicator(name="Tastbaar", figure="pupils", of_programmes=True)
    for one in (of_some, of_none_yet):
        make_target(indicator=one, **year)
    assert goals(scope_of(), {"pupils": 400}) == {}


def test_targets_of_now_come_before_those_of_before(client):
    """And of one day in the order of their indicators."""
    places = [(1, 2025), (3, 2026), (2, 2026)]
    rows = [
        make_target(
            indicator=make_indicator(name=f"Leden {place} {year}", position=place),
            starts_on=datetime.date(year, 8, 1),
            due_on=datetime.date(year + 1, 7, 31),
        )
        for place, year in places
    ]
    shown = [one.target for one in client.get(OVERVIEW).context["statuses"]]
    assert shown == [rows[2], rows[1], rows[0]]


@pytest.mark.parametrize(
    ("reached", "asked", "drawn"),
    [(30, 45, (30, 45)), (None, 0, (0, 0)), (130, 100, (100, 100)), (99, 120, (99, 100))],
)
def test_bar_shows_what_was_reached_and_the_stroke_what_is_asked(reached, asked, drawn):
    """Of the norm, and within the bar: a milestone can be more than the norm."""
    status = TargetStatus(Target(amount=Decimal(100)), reached, Decimal(asked))
    assert (status.percent, status.percent_expected) == drawn


@pytest.mark.parametrize("codes", [["pupils"], ["pupils", "visits", "schools"]])
def test_targets_over_the_same_rows_are_computed_together(codes, django_assert_num_queries):
    came(2026, 9, 8)
    targets = [
        make_target(indicator=make_indicator(name=code, figure=code, definition=""))
        for code in codes
    ]
    rows = Target.objects.filter(pk__in=[one.pk for one in targets]).select_related("indicator")
    found = list(rows.prefetch_related("indicator__programmes", "milestones"))
    with django_assert_num_queries(1):
        reached = {one.target.indicator.figure: one.reached for one in statuses_of(found)}
    assert reached == {"pupils": 24} | ({"visits": 1, "schools": 1} if len(codes) > 1 else {})


def test_each_month_shows_what_the_target_asks_of_it(client):
    """In the chart as a stroke and in its table: together the norm of the year."""
    came(2026, 9, 8, pupils=400)
    target = make_target(starts_on=YEAR.first, due_on=YEAR.last, amount=1200)
    target.milestones.create(day=datetime.date(2026, 12, 31), amount=459)  # three a day
    page = client.get("/beheer/cijfers/")
    asked = page.context["asked"]
    assert asked[:5] == [93, 90, 93, 90, 93]
    assert sum(asked) == 1200
    assert "september 2026 400 (gevraagd 90)" in page.text
    assert page.text.count('class="asked"') == 12
    elsewhere = client.get("/beheer/cijfers/?periode=2025")
    assert 'class="asked"' not in elsewhere.text
