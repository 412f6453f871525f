"""Every figure and every line of a table opens the rows that add up to it, on its page."""

import datetime
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from bookings import attendance, lifecycle
from bookings.models import State
from impact.counting.figures import FIGURES, compute
from impact.counting.tables import TABLES, split
from kits.models import LoanState, RefusedDemand
from programmes.models import CoreObjective, World
from roster.models import Shift, ShiftState
from schools.models import Sector
from schools.years import YearGroup
from submissions.models import WaitState
from tests.factories import (
    amsterdam,
    make_group,
    make_kit,
    make_loan,
    make_programme,
    make_school,
    make_staff,
    make_submission,
    make_wait,
)
from tests.impact.counted import came, scope_of
from tests.roster.rostering import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
ROWS, PART = "/beheer/cijfers/rijen/", "/beheer/cijfers/deel/"


@pytest.fixture
def client():
    client = Client()
    with time_machine.travel(amsterdam(2027, 1, 12, 10), tick=False):
        client.force_login(make_staff())
        yield client


@pytest.fixture
def busy_year(client):
    """A bit of everything that is counted, so that no figure is left at nothing."""
    staff = make_staff()
    objective = CoreObjective.objects.create(scheme="test", code="a", label="Doel a")
    world, _made = World.objects.get_or_create(number=1, defaults={"code": "w", "name": "Wonen"})
    programme = make_programme(title="Proeverij", max_groups=9, max_pupils=999)
    programme.worlds.set([world])
    programme.core_objectives.set([objective])
    school = make_school(municipality="Deventer")
    came(2025, 11, 4, school=school, name="6", year_group=YearGroup.GROUP_6)
    for day in (3, 4):
        visited = came(2026, 11, day, school=school, programme=programme)
    now = timezone.now()
    came(2026, 11, 6, prepared_at=now, followed_up_at=now)
    came(2026, 11, 7, school=make_school(sector=Sector.SPECIAL))
    came(2026, 11, 8, school=make_school(sector=Sector.SECONDARY), year_group=YearGroup.YEAR_1)
    make_group(state=State.ATTENDED, pupils=12)
    attendance.recount(booking=visited, by=staff, came=20)
    for day, state in ((10, State.NO_SHOW), (11, State.CONFIRMED), (12, State.LAPSED),
                       (13, State.DECLINED)):  # fmt: skip
        came(2026, 11, day, state=state)
    with time_machine.travel(amsterdam(2026, 9, 15, 10), tick=False):
        off = [came(2026, 11, day, state=State.CONFIRMED) for day in (17, 18)]
        lifecycle.cancel(booking=off[0], by=off[0].submission.user)
        lifecycle.cancel(booking=off[1], by=staff)
    make_loan(state=LoanState.DONE, submission=visited.submission, booking=visited)
    make_loan(state=LoanState.OUT, submission=make_submission(school=school), pupils=9)
    RefusedDemand.objects.create(kit=make_kit(), starts_on="2026-11-03", ends_on="2026-11-20")
    for state in (WaitState.WAITING, WaitState.TAKEN, WaitState.ENDED):
        make_wait(state=state, asked_at=now, first_day="2026-11-03", last_day="2026-11-03")
    person = make_person()
    for day in (3, 4):
        start = amsterdam(2026, 11, day, 9)
        Shift.objects.create(
            visit=visited.visit, number=day, person=person, holder=str(person.pk), starts_at=start,
            ends_at=start + datetime.timedelta(minutes=90), state=ShiftState.WORKED,
        )  # fmt: skip


def rows_on(page) -> list:
    """All pages of them."""
    return list(page.context["page"].paginator.object_list)


def added_up(figure, page) -> float:
    """What one who reads the page finds by adding up its rows."""
    rows = rows_on(page)
    assert len({row.pk for row in rows}) == len(rows)
    code = figure.code
    if figure.adds:
        things = [adds for _row, _address, adds in page.context["things"]]
        return round(sum(things))
    if code == "pupils":
        return sum(row.number_here for row in rows)
    if code == "box-days":
        return sum((row.ends_on - row.starts_on).days + 1 for row in rows)
    by_unit = {
        "heads": lambda: sum(row.pupils for row in rows),
        "pupils": lambda: sum(row.pupils for row in rows),
        "classes": lambda: len({row.class_group_id for row in rows} - {None}),
        "schools": lambda: len({row.submission.school_id for row in rows} - {None}),
        "boards": lambda: len({_school(row).board_id for row in rows if _school(row)} - {None}),
        "municipalities": lambda: len(
            {_school(row).municipality for row in rows if _school(row)} - {""}
        ),
        "people": lambda: len({row.person_id for row in rows}),
    }
    return by_unit.get(figure.unit, lambda: len(rows))()


def _school(row):
    return row.submission.school


def test_rows_behind_every_figure_add_up_to_it_on_its_page(client, busy_year):
    found = compute(scope_of())
    nothing = {code for code, number in found.items() if not number}
    assert nothing <= {"called-off", "boards"}
    for code, figure in FIGURES.items():
        page = client.get(f"{ROWS}{code}/")
        number = page.context["number"]
        assert number == found[code]
        if figure.unit == "percent":
            assert number == round(100 * added_up(figure, page) / found["zone-hours-open"])
        else:
            assert number == added_up(figure, page), code


def test_rows_behind_every_line_of_every_table_add_up_to_it(client, busy_year):
    lines = 0
    for code, table in TABLES.items():
        for line in split(scope_of(), table):
            page = client.get(f"{PART}{code}/", {"deel": line.key})
            rows = rows_on(page)
            here = [row for row in rows if row.state == State.ATTENDED]
            read = (
                sum(row.number_here for row in here),
                sum(row.pupils for row in rows),
                len(here),
                len({row.submission.school_id for row in here} - {None}),
            )
            assert read == tuple(line.cells), (code, line.label)
            lines += 1
    assert lines > 15


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_figure_is_defined_one_tap_away_in_both_languages(client, busy_year, language):
    """On the page with all of them: a name that opens, in the language of the page."""
    client.cookies["django_language"] = language
    page = client.get("/beheer/cijfers/alle/", headers={"accept-language": language}).text
    named = re.findall(r"<summary>([^<]+)</summary><p>([^<]+)</p>", page)
    assert len(named) == len(FIGURES) + 1  # and how different children are estimated
    assert all(len(definition) > 20 for _name, definition in named)
    assert ("Leerlingen en deelnemers die kwamen" in dict(named)) == (language == "nl")
    assert ("Pupils and participants who came" in dict(named)) == (language == "en")
