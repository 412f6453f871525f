"""What tests of bookings share."""

from typing import Any

import pytest


@pytest.fixture
def programme(db: None) -> Any:
    """For three classes at once, or 99 pupils."""
    from tests.factories import make_programme

    return make_programme(max_groups=3, max_pupils=99)


@pytest.fixture
def slot(programme: Any) -> Any:
    from tests.factories import make_slot

    return make_slot(programmes=[programme], max_groups=3, max_pupils=99)
