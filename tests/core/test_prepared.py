"""Prepared queries answer what the queryset itself would, each time anew."""

import datetime

import pytest
from django.db.models import DateTimeField, OuterRef, Subquery
from django.utils import timezone

from bookings.models import VisitSlot
from core.prepared import Prepared
from programmes.models import Programme
from tests.factories import amsterdam, make_programme, make_slot

pytestmark = pytest.mark.django_db


def build(venue, start):
    return VisitSlot.objects.filter(venue=venue, starts_at__gte=start).values_list(
        "pk", "starts_at", "is_closed"
    )


def test_rows_are_those_of_the_queryset_with_its_types():
    prepared = Prepared(build, moments=["start"], numbers=["venue"])
    slot = make_slot(is_closed=True)
    other = make_slot(starts_at=amsterdam(2026, 11, 4, 9))

    for one, start in ((slot, slot.starts_at), (other, amsterdam(2026, 1, 1))):
        found = prepared.rows(venue=one.venue_id, start=start)
        assert found == [(one.pk, one.starts_at, one.is_closed)]
        assert timezone.is_aware(found[0][1])
        assert found[0][2] is one.is_closed
    after = slot.starts_at + datetime.timedelta(seconds=1)
    assert prepared.rows(venue=slot.venue_id, start=after) == []


def test_query_is_built_once():
    calls = []

    def counted(venue, start):
        calls.append(venue)
        return build(venue, start)

    prepared = Prepared(counted, moments=["start"], numbers=["venue"])
    for venue in (1, 2, 3):
        prepared.rows(venue=venue, start=amsterdam(2026, 1, 1))

    assert len(calls) == 1


def test_expression_annotates_each_row_with_its_own():
    def first_slot(start):
        slots = VisitSlot.objects.filter(programmes=OuterRef("pk"), starts_at__gte=start)
        return Programme.objects.order_by().values_list(Subquery(slots.values("starts_at")[:1]))

    prepared = Prepared(first_slot, moments=["start"])
    film, drones, nothing = (make_programme(title=title) for title in "ABC")
    make_slot(programmes=[film], starts_at=amsterdam(2026, 11, 3, 9))
    make_slot(programmes=[film, drones], starts_at=amsterdam(2026, 11, 5, 9))

    first = prepared.expression(DateTimeField(), start=amsterdam(2026, 11, 1))

    assert dict(Programme.objects.annotate(first=first).values_list("title", "first")) == {
        "A": amsterdam(2026, 11, 3, 9),
        "B": amsterdam(2026, 11, 5, 9),
        "C": None,
    }
    assert nothing.title == "C"


def test_name_that_is_no_parameter_is_refused():
    prepared = Prepared(lambda start: VisitSlot.objects.values_list("pk"), moments=["start"])

    with pytest.raises(ValueError, match="start"):
        prepared.rows(start=timezone.now())
