"""Staff take a list along as a file, and then another one from the same page."""

import pytest

from tests.browser.steps import sign_in
from tests.factories import make_loan, make_staff

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead", "one_factor"),
]


def test_page_gives_a_second_file_without_being_opened_anew(page, client):
    make_loan()
    sign_in(page, client, make_staff())
    page.goto("/beheer/kits/loan/export/")
    names = []
    for index in range(2):
        formats = page.locator("select[name=format]")
        formats.select_option(index=index)
        with page.expect_download(timeout=15_000) as file:
            formats.locator("xpath=ancestor::form").get_by_role("button").click()
        names.append(file.value.suggested_filename.rpartition(".")[2])
    assert names == ["xlsx", "csv"]
