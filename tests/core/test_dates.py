"""Public holidays, held against a library that knows those of the whole world."""

import holidays
import pytest

from core.public_holidays import public_holidays


@pytest.mark.parametrize("year", range(2020, 2061))
def test_public_holidays_are_those_of_the_library(year):
    theirs = holidays.country_holidays("NL", years=year, language="nl")
    assert public_holidays(year) == dict(theirs)
