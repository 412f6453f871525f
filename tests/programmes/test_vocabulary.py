"""The data migration: worlds and core objectives that every site starts with."""

import importlib

import pytest
from django.apps import apps

from programmes.models import CoreObjective, World
from programmes.vocabulary import CORE_OBJECTIVES, WORLDS
from tests.factories import make_programme

pytestmark = pytest.mark.django_db
migration = importlib.import_module("programmes.migrations.0002_vocabulary")


def test_new_site_has_the_seven_worlds_in_order():
    assert list(World.objects.values_list("number", "code", "name")) == WORLDS
    assert len(WORLDS) == 7


def test_new_site_has_the_core_objectives():
    rows = CoreObjective.objects.values_list("scheme", "code", "label", "text")
    assert sorted(rows) == sorted(CORE_OBJECTIVES)


def test_again_changes_nothing_that_staff_changed():
    World.objects.filter(number=1).update(name="Mens en zorg")

    migration.add(apps, None)

    assert World.objects.get(number=1).name == "Mens en zorg"
    assert (World.objects.count(), CoreObjective.objects.count()) == (7, len(CORE_OBJECTIVES))


def test_reversing_keeps_what_a_programme_refers_to():
    programme = make_programme()
    programme.worlds.set(World.objects.filter(number=2))
    programme.core_objectives.set(CoreObjective.objects.filter(code="45"))

    migration.remove(apps, None)

    assert [world.number for world in World.objects.all()] == [2]
    assert [one.code for one in CoreObjective.objects.all()] == ["45"]
