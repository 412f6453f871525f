"""The data migration: worlds and core objectives that every site starts with."""

import datetime
import importlib
import json

import pytest
import time_machine
from django.apps import apps

from programmes.models import CoreObjective, ObjectiveScheme, World
from programmes.objectives_2026 import OBJECTIVES_2026
from programmes.vocabulary import CORE_OBJECTIVES, WORLDS
from tests.factories import make_kit, make_programme
from tests.schools.duo_files import REAL_FILES

pytestmark = pytest.mark.django_db
migration = importlib.import_module("programmes.migrations.0002_vocabulary")


def test_new_site_has_the_seven_worlds_in_order():
    assert list(World.objects.values_list("number", "code", "name")) == WORLDS
    assert len(WORLDS) == 7


def test_new_site_has_the_core_objectives():
    rows = list(CoreObjective.objects.values_list("scheme", "code", "label", "text"))
    assert [one for one in CORE_OBJECTIVES if one not in rows] == []
    assert len(rows) == len(CORE_OBJECTIVES) + len(OBJECTIVES_2026)


def test_again_changes_nothing_that_staff_changed():
    World.objects.filter(number=1).update(name="Mens en zorg")

    migration.add(apps, None)

    assert World.objects.get(number=1).name == "Mens en zorg"
    assert World.objects.count() == 7
    assert CoreObjective.objects.count() == len(CORE_OBJECTIVES) + len(OBJECTIVES_2026)


def test_reversing_keeps_what_a_programme_refers_to():
    programme = make_programme()
    programme.worlds.set(World.objects.filter(number=2))
    programme.core_objectives.set(CoreObjective.objects.filter(code="45"))

    migration.remove(apps, None)

    assert [world.number for world in World.objects.all()] == [2]
    old = CoreObjective.objects.exclude(scheme__endswith="2026")
    assert [one.code for one in old] == ["45"]


# --- Old and new ---------------------------------------------------------------------------------


@pytest.fixture
def both():
    """A programme about one objective of 2006 and one of 2026."""
    programme = make_programme(title="Robots", slug="robots")
    old = CoreObjective.objects.get(scheme="kerndoelen-po-2006", code="45")
    new = CoreObjective.objects.get(scheme="kerndoelen-po-2026", code="30A")
    programme.core_objectives.set([old, new])
    return old, new


@pytest.mark.parametrize(("day", "first"), [("2027-07-31", 0), ("2027-08-01", 1)])
def test_what_is_law_comes_first_from_its_own_day_on(client, both, day, first):
    """1 August 2027, without a deploy; and another day where staff write it down."""
    with time_machine.travel(f"{day}T12:00:00+02:00", tick=False):
        assert CoreObjective.objects.filter(programmes__slug="robots").in_order()[0] == both[first]
        page = client.get("/programmas/").content.decode()
        places = [page.index(f'value="{one.key}"') for one in both]
        assert (places[0] < places[1]) == (first == 0)
        assert ("(nieuw)" in page) == (first == 0)


def test_day_can_be_moved_in_the_back_office(both):
    ObjectiveScheme.objects.update(in_force_from=datetime.date(2020, 1, 1))
    ObjectiveScheme.objects.filter(code="kerndoelen-po-2026").update(in_force_from="2020-08-01")
    assert CoreObjective.objects.in_order()[0].scheme == "kerndoelen-po-2026"


def test_both_catalogues_are_filtered_by_old_and_new(client, both):
    make_programme(title="Drones")
    kit, other = make_kit(title="Meetkist"), make_kit(title="Bouwkist")
    kit.core_objectives.set(both)
    for one in both:
        visits = client.get("/programmas/", {"kerndoel": one.key}).content.decode()
        kits = client.get("/leskisten/", {"kerndoel": one.key}).content.decode()
        assert ("Robots" in visits, "Drones" in visits) == (True, False)
        assert (kit.title in kits, other.title in kits) == (True, False)
    nonsense = client.get("/programmas/", {"kerndoel": "bestaat-niet"}).content.decode()
    assert "Drones" in nonsense


def test_key_is_the_official_id_since_numbers_are_used_twice():
    same = CoreObjective.objects.filter(code="30A")
    assert len({one.key for one in same}) == same.count() == 2


def test_objectives_of_2026_are_those_that_slo_published():
    source = REAL_FILES / "kerndoelen_2026_definitief_concept.json"
    if not source.exists():
        pytest.skip("the open data is not here")
    published = json.loads(source.read_text())["objectives"]
    assert {(one["id"], one["code"], one["text"]) for one in published} == set(
        CoreObjective.objects.filter(scheme__endswith="2026").values_list(
            "official_id", "code", "text"
        )
    )
