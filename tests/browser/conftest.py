"""What tests in a browser share."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine


@pytest.fixture
def november_ahead() -> Iterator[None]:
    """It is `NOW`, some weeks before the visits, and time goes on: a browser waits."""
    from tests.factories import NOW

    with time_machine.travel(NOW):
        yield


@pytest.fixture
def hagenpoort() -> Any:
    """A school to search for, among others."""
    from tests.factories import make_school

    for number in range(3):
        make_school(name=f"OBS De Ster {number}", city="Raalte")
    return make_school(
        site_code="14YP00",
        name="OBS De Hagenpoort",
        street="Landsherenlaan",
        house_number="3",
        postcode="7415 CD",
    )
