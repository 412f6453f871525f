"""School years as addresses and filters name them."""

import pytest

from schools.years import school_year_in


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("2026", 2026),
        ("2000", 2000),
        ("2198", 2198),
        ("1999", None),
        ("2199", None),  # it would end after the last day there is
        ("20261", None),
        ("99999999999999999999", None),
        ("x", None),
        ("", None),
        (None, None),
    ],
)
def test_school_year_is_one_in_our_range_or_none(typed, year):
    assert school_year_in(typed) == year
