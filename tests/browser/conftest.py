"""What tests in a browser share."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import expect

from tests.browser.slow_clicks import HELD_BACK
from tests.slow_network import slow_network

# A letter that another worker lays out can hold up a page for seconds, where two share two cores.
expect.set_options(timeout=15_000)


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


@pytest.fixture
def network(live_server: Any) -> Iterator[Any]:
    with slow_network(live_server.url) as made:
        yield made


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def visitor(request, browser, browser_context_args, network, settings):
    """A page beyond the slow network, with scripts or without."""
    settings.SITE_URL = network.url
    args = browser_context_args | {"base_url": network.url, "java_script_enabled": request.param}
    context = browser.new_context(**args)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture(params=HELD_BACK.values(), ids=HELD_BACK)
def click_twice(request, network, visitor):
    held_back, between = request.param

    def click(button) -> None:
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        network.delay = held_back / 1000
        visitor.mouse.click(x, y)
        visitor.wait_for_timeout(between)
        visitor.mouse.click(x, y)
        visitor.wait_for_timeout(100)
        network.delay = 0  # the answer to the second click is still on its way

    return click
