"""What tests of kits share."""

import pytest


@pytest.fixture
def no_holidays(db: None) -> None:
    """No desk is closed because of a school holiday."""
    from schools.models import SchoolHoliday

    SchoolHoliday.objects.all().delete()
