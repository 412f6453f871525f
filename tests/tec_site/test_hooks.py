"""What a base class leaves to its subclasses, each of them fills in: a hook that was forgotten
raises only when somebody comes by."""

import inspect
import sys
from collections.abc import Iterator

import pytest

from core import kinds
from tests.factories import make_submission
from tests.tec_site.test_structure import ORDER


def is_ours(thing: object) -> bool:
    return str(getattr(thing, "__module__", "")).split(".")[0] in ORDER


def classes_of_ours() -> set[type]:
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] in ORDER]
    found = (one for module in modules for one in vars(module).values())
    return {one for one in found if inspect.isclass(one) and is_ours(one)}


def left_open(one: type) -> Iterator[str]:
    """The names of its methods that only raise NotImplementedError."""
    for name, value in inspect.getmembers(one, inspect.isfunction):
        method = inspect.unwrap(value)
        if is_ours(method) and method.__code__.co_names == ("NotImplementedError",):
            yield name


@pytest.fixture
def everything_loaded(client, db):
    client.get("/")  # addresses, and the views behind them


@pytest.mark.usefixtures("everything_loaded")
def test_every_hook_is_filled_in_by_whoever_is_used():
    ours = classes_of_ours()
    used = [one for one in ours if ours.isdisjoint(one.__subclasses__())]
    assert len(used) > 500
    forgotten = {(one.__module__, one.__name__, name) for one in used for name in left_open(one)}
    assert forgotten == set()


def markers() -> list[kinds.Marker]:
    return [marker for part in kinds.parts() for marker in part.markers]


@pytest.mark.parametrize("marker", markers(), ids=lambda marker: marker.name)
def test_staff_read_a_mail_with_any_link_in_it(marker, db):
    assert marker.for_staff(str(make_submission().pk))
    assert marker.otherwise()
