"""Stock-take: what was scanned beside what should be on the shelf."""

import datetime

import pytest
import time_machine

from kits.desk.stock_take import compare
from kits.models import KitCopy, LoanState, Repair
from tests.factories import amsterdam, make_kit, make_loan

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(amsterdam(2026, 11, 2, 9), tick=False):
        yield


@pytest.fixture
def shelf():
    """Seven boxes: A1 to A7."""
    copies = list(make_kit(copies=7).copies.order_by("code"))
    for number, copy in enumerate(copies, start=1):
        copy.code, copy.shelf = f"A-{number}", f"S{number}"
        copy.save()
    return copies


def codes(copies) -> list[str]:
    return [copy.code for copy in copies]


def test_everything_is_where_it_should_be(shelf):
    result = compare(KitCopy.objects.all(), ["A-1", "A-2", "A-3", "A-4", "A-5", "A-6", "A-7"])

    assert len(result.present) == 7
    assert (result.missing, result.unexpected, result.unknown) == ([], [], [])


def test_missing_unexpected_and_unknown_are_told_apart(shelf):
    out, returned, reserved, withdrawn, repair, _sixth, _seventh = shelf
    for copy, state in (
        (out, LoanState.OUT),
        (returned, LoanState.RETURNED),
        (reserved, LoanState.RESERVED),
    ):
        make_loan(copy=copy, state=state)
    KitCopy.objects.filter(pk=withdrawn.pk).update(is_withdrawn=True)
    Repair.objects.create(
        copy=repair, starts_on=TODAY, free_again_on=TODAY + datetime.timedelta(1), reason="wiel"
    )

    result = compare(KitCopy.objects.all(), ["A-1", "a 6", " ", "A-4", "B-9", "b9", "A6"])

    assert codes(result.present) == ["A-6"]
    assert codes(result.missing) == ["A-2", "A-3", "A-7"]  # back or reserved: it is here
    assert codes(result.unexpected) == ["A-1", "A-4"]
    assert result.unknown == ["b9"]


def test_codes_that_differ_by_a_dash_or_a_lookalike_are_two_boxes(shelf):
    """Typed as it is a code names its own box; typed otherwise it could be either."""
    for copy, code in zip(shelf, ("A-1-1", "A-11", "A-O1", "A-01"), strict=False):
        KitCopy.objects.filter(pk=copy.pk).update(code=code)
    KitCopy.objects.filter(pk__in=[copy.pk for copy in shelf[4:]]).delete()

    result = compare(KitCopy.objects.all(), ["A-1-1", "A-11", "A-O1", "A-01"])
    assert codes(result.present) == ["A-1-1", "A-11", "A-O1", "A-01"]
    assert (result.missing, result.unknown) == ([], [])

    result = compare(KitCopy.objects.all(), ["A-11", "a 1 1", "A-O1"])
    assert codes(result.present) == ["A-11", "A-O1"]
    assert codes(result.missing) == ["A-1-1", "A-01"]
    assert result.unknown == ["a 1 1"]


@pytest.mark.parametrize(("first", "again"), [(-2, 0), (1, 3)])
def test_box_whose_repair_is_over_or_to_come_should_be_here(shelf, first, again):
    day = datetime.timedelta(days=1)
    Repair.objects.create(
        copy=shelf[0], starts_on=TODAY + first * day, free_again_on=TODAY + again * day, reason="x"
    )

    assert "A-1" in codes(compare(KitCopy.objects.all(), []).missing)


def test_stock_take_of_one_venue_misses_only_its_own_boxes(shelf):
    elsewhere = make_kit(copies=1).copies.get()

    result = compare(KitCopy.objects.all(), ["A-1", elsewhere.code], shelf[0].kit.venue)
    other = compare(KitCopy.objects.all(), [], elsewhere.kit.venue)

    assert codes(result.present) == ["A-1"]
    assert codes(result.missing) == ["A-2", "A-3", "A-4", "A-5", "A-6", "A-7"]
    assert codes(result.unexpected) == [elsewhere.code]
    assert codes(other.missing) == [elsewhere.code]


def test_stock_take_is_one_query_for_any_number_of_boxes(shelf, django_assert_num_queries):
    with django_assert_num_queries(1):
        compare(KitCopy.objects.all(), ["A-1", "zzz"])


def test_page_shows_what_is_missing_and_keeps_the_list(client, shelf, settings):
    from tests.factories import make_staff

    settings.STAFF_SECOND_FACTOR = False
    client.force_login(make_staff())

    page = client.post("/beheer/balie/voorraad/", {"codes": "A-1\r\nhttps://x.nl/balie/A-2/\r\nQ"})

    assert codes(page.context["result"].missing) == ["A-3", "A-4", "A-5", "A-6", "A-7"]
    assert page.context["result"].unknown == ["Q"]
    assert "2 kisten zijn waar ze horen." in page.content.decode()
    assert client.post("/beheer/balie/voorraad/", {"codes": ""}).context["result"] is None
