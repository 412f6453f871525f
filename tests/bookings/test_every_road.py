"""S30: a limit holds on every road. Whoever builds another one meets the same move."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings import lifecycle, moving, still_coming
from bookings.models import Booking
from bookings.refusals import TooLate
from bookings.several_classes import ClassChange, change_parts
from core.lifecycle import Refused
from submissions.links import link_to
from tests.factories import amsterdam, make_booking, make_slot, make_visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

# The visit is on Tuesday 3 November: free to cancel until 20 October, numbers until the 27th.
FREE, LATE = amsterdam(2026, 10, 20, 23, 59), amsterdam(2026, 10, 28, 0, 1)


@pytest.fixture
def booked():
    return make_booking(visit=make_visit(max_groups=3, max_pupils=32))


@pytest.fixture
def later(booked):
    return make_slot(programmes=[booked.visit.programme], starts_at=amsterdam(2026, 11, 24, 9))


def _part(booked: Booking, **fields: Any) -> ClassChange:
    return ClassChange(booked, **{"pupils": booked.pupils, "supervisors": 3} | fields)


def _numbers(verb: Callable[..., Any]) -> Callable[..., Any]:
    return lambda booked, later, by: verb(booking=booked, pupils=20, supervisors=3, by=by)


# Every verb by which a school changes what it booked.
VERBS: dict[str, Callable[..., Any]] = {
    "cancel": lambda booked, later, by: lifecycle.cancel(booking=booked, by=by),
    "cancel as a part": lambda booked, later, by: change_parts(
        [_part(booked, goes=True)], by=by
    ),
    "move in the lifecycle": lambda booked, later, by: lifecycle.reschedule(
        booking=booked, slot=later, by=by
    ),
    "move": lambda booked, later, by: moving.move(booking=booked, slot=later, by=by),
    "move as a part": lambda booked, later, by: change_parts([_part(booked, slot=later)], by=by),
    "numbers in the lifecycle": _numbers(lifecycle.change_numbers),
    "numbers": _numbers(still_coming.change_own_numbers),
    "numbers as a part": lambda booked, later, by: change_parts(
        [_part(booked, pupils=20)], by=by
    ),
}  # fmt: skip


def facts(booked: Booking) -> tuple[Any, ...]:
    now = Booking.objects.get(pk=booked.pk)
    return now.state, now.visit_id, now.pupils, now.supervisors


@pytest.mark.parametrize("verb", VERBS)
def test_verb_refuses_who_comes_too_late_and_takes_who_does_not(booked, later, verb):
    before, by = facts(booked), booked.submission.teacher
    with time_machine.travel(LATE, tick=False):
        with pytest.raises(Refused) as refusal:
            VERBS[verb](booked, later, by)
        assert isinstance(getattr(refusal.value, "refusal", refusal.value), TooLate)
        assert facts(booked) == before
    with time_machine.travel(FREE, tick=False):
        VERBS[verb](booked, later, by)
        assert facts(booked) != before


def _roads(booked: Booking, later: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    page, pk = link_to(booked.submission, "bookings:booking"), booked.pk
    prefix = f"klas-{pk}"
    numbers = {f"{prefix}-pupils": 20, f"{prefix}-supervisors": 3, f"{prefix}-slot": ""}
    return {
        "numbers": (f"{page}aantallen/{pk}/", {"pupils": 20, "supervisors": 3}),
        "parts: numbers": (f"{page}klassen/", numbers),
        "parts: another date": (f"{page}klassen/", numbers | {f"{prefix}-slot": later.pk}),
        "parts: not coming": (f"{page}klassen/", numbers | {f"{prefix}-goes": "on"}),
        "cancel": (f"{page}annuleren/{pk}/", {"note": ""}),
        "move": (f"{page}verzetten/{pk}/?naar={later.pk}", {"note": ""}),
    }


ROADS = ("numbers", "parts: numbers", "parts: another date", "parts: not coming", "cancel", "move")


@pytest.mark.parametrize("road", ROADS)
def test_page_changes_nothing_for_who_comes_too_late(booked, later, road):
    address, data = _roads(booked, later)[road]
    before = facts(booked)
    with time_machine.travel(LATE, tick=False):
        Client().post(address, data)
        assert facts(booked) == before
    with time_machine.travel(FREE, tick=False):
        Client().post(address, data)
        assert facts(booked) != before


@pytest.mark.parametrize(
    ("road", "words"),
    [
        ("numbers", "Bel ons even."),
        ("parts: numbers", "Bel ons even."),
        ("parts: another date", "Je kunt het ons vragen"),
        ("parts: not coming", "Je kunt het ons vragen"),
        ("cancel", "We hebben je vraag"),
        ("move", "We hebben je vraag"),
    ],
)
def test_page_that_was_open_while_the_last_day_passed_says_what_she_can_do(
    booked, later, road, words
):
    address, data = _roads(booked, later)[road]
    with time_machine.travel(LATE, tick=False):
        answer = Client().post(address, data, follow=True)
    assert words in answer.text
    assert "Alles is al zoals" not in answer.text


@pytest.mark.parametrize("road", ["numbers", "parts: numbers"])
def test_more_than_fit_are_refused_on_every_road_and_the_old_number_stands(booked, later, road):
    address, data = _roads(booked, later)[road]
    more = {name: 36 if name.endswith("pupils") else value for name, value in data.items()}
    before = facts(booked)

    answer = Client().post(address, more)

    assert (answer.status_code, facts(booked)) == (422 if "parts" in road else 200, before)
    assert "32" in answer.text
