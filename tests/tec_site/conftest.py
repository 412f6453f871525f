"""What tests of the whole site share."""

from collections.abc import Iterator

import pytest
import time_machine

from core import worker
from tests.factories import NOW


@pytest.fixture
def site(db: None, letters_once: None) -> Iterator[object]:
    """Everybody, and something of everything, at `NOW`."""
    from tests.addresses import Site

    with time_machine.travel(NOW, tick=False):
        worker.beat()
        yield Site()
