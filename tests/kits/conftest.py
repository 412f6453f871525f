"""What tests of kits share."""

from collections.abc import Iterator

import pytest
import time_machine


@pytest.fixture
def no_holidays(db: None) -> None:
    """No desk is closed because of a school holiday."""
    from schools.models import SchoolHoliday

    SchoolHoliday.objects.all().delete()


@pytest.fixture
def monday() -> Iterator[None]:
    """It is Monday 2 November 2026, and the desk opens."""
    from tests.kits.at_the_desk import NOW

    with time_machine.travel(NOW, tick=False):
        yield
