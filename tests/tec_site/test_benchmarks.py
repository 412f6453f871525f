"""What the benchmark fills is a site that could exist, and its yardsticks measure."""

import threading

import pytest
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from bookings.models import Booking, BookingEvent, State, Visit, ZoneClaim
from kits.models import KitCopy, Loan
from schools.models import School
from submissions.models import Submission
from tests.chain import chain_is_sound
from tests.racing import race
from tests.ten_years import Size, fill


@pytest.mark.django_db
def test_filling_gives_the_asked_numbers_and_counters_that_equal_the_rows() -> None:
    fill(Size(schools=40, bookings=300, years=2, copies=10, loans=60))

    assert (School.objects.count(), Booking.objects.count()) == (40, 300)
    assert (KitCopy.objects.count(), Loan.objects.count()) == (10, 60)
    holding = Q(bookings__state__in=State.where(holds=True))
    off = Visit.objects.annotate(
        groups=Count("bookings", filter=holding),
        pupils=Coalesce(Sum("bookings__pupils", filter=holding), 0),
    ).exclude(groups=F("groups_taken"), pupils=F("pupils_taken"))
    assert list(off) == []
    assert ZoneClaim.objects.count() == Visit.objects.active().count()
    of_hub = Submission.objects.values("hub").annotate(number=Count("bookings"))
    assert sorted(row["number"] for row in of_hub) == [30, 30, 240]
    booking = Booking.objects.filter(state="attended").earliest("pk")
    assert chain_is_sound(BookingEvent.objects.filter(booking=booking))


def test_race_starts_all_calls_before_any_ends() -> None:
    together = threading.Barrier(10, timeout=5)  # breaks unless all ten wait at the same time
    assert sorted(race([together.wait] * 10)) == list(range(10))
