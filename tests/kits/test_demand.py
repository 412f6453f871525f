"""What more boxes would have served, above the waiting list for kits."""

import pytest
from django.urls import reverse

from kits.waiting.loan_list import LIST
from kits.waiting.unmet_demand import demand
from schools.models import SchoolHoliday
from submissions.models import Ending, WaitState
from tests.factories import make_hub, make_kit, make_loan_wait, make_staff
from tests.kits.asking import november

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]


@pytest.fixture
def kit():
    SchoolHoliday.objects.all().delete()
    return make_kit()  # two working days of turnaround


def wait(kit, first: int, last: int, **fields):
    return make_loan_wait(kit=kit, starts_on=november(first), ends_on=november(last), **fields)


def lines(by):
    return [
        (line.kit, line.starts_on.day, line.ends_on.day, line.entries, line.pupils, line.boxes)
        for line in demand(by)
    ]


def test_as_many_boxes_lack_as_are_wanted_at_one_time(kit):
    wait(kit, 2, 6)
    wait(kit, 5, 13, pupils=20)
    wait(kit, 12, 20)  # by now the first box is back, the second one is not
    assert lines(make_staff()) == [(kit, 2, 20, 3, 68, 2)]


def test_box_is_wanted_until_it_is_checked_and_refilled(kit):
    wait(kit, 2, 6)  # back on Friday, ready on Wednesday
    wait(kit, 10, 12)
    staff = make_staff()
    assert lines(staff) == [(kit, 2, 12, 2, 48, 2)]

    other = make_kit(title="Zonnewagen", venue=kit.venue)
    wait(other, 2, 6)
    wait(other, 11, 12)
    assert lines(staff)[1:] == [(other, 2, 6, 1, 24, 1), (other, 11, 12, 1, 24, 1)]


def test_who_waited_in_vain_counts_and_who_was_served_or_left_does_not(kit):
    late = wait(kit, 2, 6)
    LIST.end(late.submission, Ending.TOO_LATE, by=None)
    left = wait(kit, 2, 6)
    LIST.withdraw(left.submission, by=left.submission.user)
    for state in (WaitState.TAKEN, WaitState.HELD, WaitState.LAPSED, WaitState.OFFERED):
        wait(kit, 2, 6, state=state)
    assert lines(make_staff()) == [(kit, 2, 6, 1, 24, 1)]


def test_page_shows_it_in_words_and_of_ones_own_hub_only(kit, client):
    wait(kit, 2, 6)
    page = reverse("admin:kits_loanwait_changelist")
    client.force_login(make_staff())
    shown = client.get(page).content.decode()
    assert "Wat met meer kisten had gekund" in shown
    assert "2 nov 2026 t/m 6 nov 2026" in shown

    other = make_hub(name="NewTechPark", short_name="NTP", slug="ntp")
    client.force_login(make_staff(hubs=[other], is_superuser=False))
    assert demand(make_staff(hubs=[other], is_superuser=False)) == []


def test_one_query_however_many_wait(kit, django_assert_num_queries):
    staff = make_staff(is_superuser=False)
    for number in range(3):
        wait(kit, 2 + 7 * number, 6 + 7 * number)
    list(staff.hubs.all())
    with django_assert_num_queries(1):
        assert len(demand(staff)) == 1
