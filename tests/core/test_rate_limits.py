import datetime

import pytest
from django.db import connection
from django.test import RequestFactory

from core import rate_limits
from core.models import RateCount
from tests.factories import NOW


@pytest.fixture(autouse=True)
def limits(settings):
    settings.RATE_LIMITS = {
        "codes_per_address": (3, datetime.timedelta(minutes=10)),
        "posts_per_network": (4, datetime.timedelta(minutes=10)),
    }


def counted(limit="codes_per_address", subject="anna@school.example"):
    try:
        rate_limits.count(limit, subject)
    except rate_limits.TooMany:
        return False
    return True


def test_window_slides_so_that_no_ten_minutes_hold_more(db, frozen):
    allowed = []
    for _step in range(8):  # at 0, 3, 6 … 21 minutes
        allowed.append(counted())
        frozen.shift(180)
    assert allowed == [True, True, True, False, True, True, True, False]


def test_refusals_are_not_counted_so_waiting_helps(db, frozen):
    assert [counted() for _try in range(20)] == [True] * 3 + [False] * 17
    frozen.shift(599)
    assert not counted()
    frozen.shift(1)
    assert counted()


def test_clock_that_ran_ahead_shuts_nobody_out_for_years(db, frozen):
    frozen.shift(10 * 365 * 86400)
    assert [counted() for _try in range(4)] == [True, True, True, False]
    frozen.shift(-10 * 365 * 86400)
    assert [counted() for _try in range(4)] == [True, True, True, False]
    frozen.shift(-60)  # of two servers none is exact
    assert not counted()


def test_each_subject_and_each_limit_counts_for_itself(db, frozen):
    for _try in range(3):
        assert counted()
    assert not counted()
    assert counted(subject="bert@school.example")
    assert counted(limit="posts_per_network")


def test_table_names_no_subject(db, frozen):
    counted()
    row = RateCount.objects.get()
    assert len(row.key) == 64
    assert row.hits == [int(NOW.timestamp())]


def test_purge_keeps_windows_that_still_count(db, frozen):
    counted(subject="old")
    frozen.shift(600)
    counted(subject="new")
    assert rate_limits.purge() == 0
    frozen.shift(1)
    assert rate_limits.purge() == 1
    assert RateCount.objects.count() == 1


def test_purge_keeps_what_was_counted_after_the_first_of_a_window(db, frozen):
    counted()
    frozen.shift(300)
    counted()
    frozen.shift(301)
    assert rate_limits.purge() == 0


def test_count_that_is_purged_while_it_is_counted_starts_anew(db, frozen):
    counted()
    frozen.shift(601)
    purged = []

    def purge_after_insert(execute, sql, *rest):
        result = execute(sql, *rest)
        if sql.startswith("INSERT") and not purged:
            purged.append(rate_limits.purge())
        return result

    with connection.execute_wrapper(purge_after_insert):
        assert counted()
    assert purged == [1]
    assert RateCount.objects.get().hits == [int(NOW.timestamp()) + 601]


def test_count_post_counts_the_network(db, frozen):
    request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.1")
    for _try in range(4):
        rate_limits.count_post(request)
    with pytest.raises(rate_limits.TooMany):
        rate_limits.count_post(request)
    rate_limits.count_post(RequestFactory().post("/", REMOTE_ADDR="192.0.2.2"))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.7, 203.0.113.9", "198.51.100.7"),
        (2, "1.1.1.1, 198.51.100.7, 203.0.113.9", "198.51.100.7"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "203.0.113.9:51234", "203.0.113.9"),
        (1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2:bbbb::1]:443", "2001:db8:1:2::/64"),
        (1, "fe80::1%eth0", "fe80::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "203.0.113.9, junk", "192.0.2.1"),
        (1, "'; DROP TABLE --", "192.0.2.1"),
        (1, "203.0.113.9,", "192.0.2.1"),
        (1, "9" * 10_000, "192.0.2.1"),
    ],
)
def test_network_of_believes_as_many_proxies_as_are_ours(settings, proxies, forwarded, network):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert rate_limits.network_of(request) == network


def test_network_of_nobody_is_one_network(settings):
    settings.TRUSTED_PROXIES = 0
    assert rate_limits.network_of(RequestFactory().get("/", REMOTE_ADDR="")) == "unknown"
