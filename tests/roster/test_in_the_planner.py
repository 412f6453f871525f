"""Who works at a visit, in the planner."""

import pytest

from roster import lifecycle
from roster.models import Shift
from tests.factories import make_staff
from tests.roster.rostering import make_person, make_run, make_shift

pytestmark = [pytest.mark.usefixtures("frozen", "one_factor"), pytest.mark.django_db]
PLANNER = "/beheer/bookings/visit/week/?dag=2026-11-03"


def remarks(client):
    [day] = client.get(PLANNER).context["days"]
    return [list(block.remarks) for block in day.visits]


def test_planner_says_who_works_at_a_visit_and_what_is_open(desk):
    programme = make_run(needed=2)
    person = make_person(runs=[programme], name="Ada")
    shift = make_shift(programme)
    assert remarks(desk) == [["2 keer inzet open"]]
    lifecycle.assign(shift=shift, person=person, by=make_staff())
    assert remarks(desk) == [["Ada, 1 inzet open"]]
    text = desk.get(PLANNER).text
    assert text.count("Ada, 1 inzet open") == 2  # beside the zone, and in the list of a phone


def test_who_is_no_longer_needed_is_not_named(desk):
    shift = make_shift()
    lifecycle.end(shift=shift)
    assert Shift.objects.count() == 1
    assert remarks(desk) == [[]]
