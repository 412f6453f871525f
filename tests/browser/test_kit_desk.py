"""The kit desk as a volunteer has it in her hand: a phone, ten boxes on a Monday morning."""

import datetime
import io

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from kits import handling
from kits.handling import Count
from kits.models import Attention, Delivery, Loan, LoanState, Shortage
from tests.browser.steps import sign_in
from tests.factories import make_kit, make_loan, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A browser has a clock of its own, so these loans start today, whatever day it is.
DAY = datetime.timedelta(days=1)


@pytest.fixture
def staff(page, client, settings):
    settings.STAFF_SECOND_FACTOR = False
    user = make_staff(name="Bas")
    sign_in(page, client, user)
    return user


def make_outing(**fields) -> Loan:
    today = timezone.localdate()
    return make_loan(**{"starts_on": today, "ends_on": today + 7 * DAY} | fields)


def open_box(page, code: str) -> None:
    """Typed as people type; the field has the focus already."""
    expect(page.get_by_label("Scan het etiket")).to_be_focused()
    page.keyboard.type(code.lower().replace("-", " "))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(code)


def test_ten_boxes_go_out_and_come_back_on_a_phone(phone_page, staff):
    page = phone_page
    loans = [make_outing(copy=copy) for copy in make_kit(copies=10).copies.all()]
    page.goto("/beheer/balie/")

    for button in ("Compleet: geef mee", "Alles compleet: neem terug"):
        for loan in loans:
            open_box(page, loan.copy.code)
            step = page.get_by_role("button", name=button)
            # One screen a box: the step is in view without scrolling.
            expect(step).to_be_in_viewport(ratio=1)
            step.click()
            expect(page.get_by_role("status")).to_contain_text(loan.copy.code)

    assert set(Loan.objects.values_list("state", flat=True)) == {LoanState.DONE}


def small_photo() -> dict[str, object]:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return {"name": "wiel.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def test_what_lacks_is_counted_with_a_thumb(phone_page, staff):
    page = phone_page
    loan = make_outing(state=LoanState.OUT)
    page.goto(f"/beheer/balie/{loan.copy.code}/")
    page.get_by_text("Iets kwijt, kapot of opgebruikt? Tel na").click()

    more = page.get_by_role("button", name="Robot: kapot, één meer")
    box = more.bounding_box()
    assert (box["width"] >= 44, box["height"] >= 44) == (True, True)
    more.click(click_count=8)  # there are no more than six
    expect(page.get_by_label("Robot: kapot", exact=True)).to_have_value("6")
    page.get_by_role("button", name="Robot: kapot, één minder").click(click_count=5)
    expect(page.get_by_role("status").filter(has_text="Robot: kapot 1")).to_be_attached()
    page.get_by_role("button", name="Batterij: op, één meer").click(click_count=3)
    for item in ("Robot", "Batterij"):
        page.get_by_text(f"Foto: {item}").click()
        page.get_by_label(f"Foto van {item}").set_input_files(small_photo())
    page.get_by_role("button", name="Zoals geteld: neem terug").click()

    expect(page.get_by_role("status").first).to_contain_text("is terug en nagekeken")
    lacks = Shortage.objects.order_by("item").values_list("missing", "damaged")
    assert list(lacks) == [(0, 1), (3, 0)]
    assert [bool(finding.photo) for finding in loan.findings.all()] == [True, True]


def test_desk_works_without_javascript(browser, live_server, client, settings):
    settings.STAFF_SECOND_FACTOR = False
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, client, make_staff())
    loan = make_outing(state=LoanState.OUT)

    page.goto(f"/beheer/balie/{loan.copy.code}/")
    page.get_by_text("Iets kwijt, kapot of opgebruikt? Tel na").click()
    expect(page.get_by_role("button", name="Robot: kwijt, één meer")).to_be_hidden()
    page.get_by_label("Robot: kwijt", exact=True).fill("1")
    page.get_by_role("button", name="Zoals geteld: neem terug").click()

    expect(page.get_by_role("status").first).to_contain_text("is terug en nagekeken")
    expect(page.get_by_text("Robot: 1 kwijt")).to_be_visible()
    context.close()
    assert Shortage.objects.get().missing == 1


def test_pages_of_the_desk_are_accessible(page, staff, assert_accessible):
    today = timezone.localdate()
    kit = make_kit(copies=5)
    out, back, packed, late, free = kit.copies.order_by("code")
    make_outing(copy=out, state=LoanState.OUT)
    checked = make_outing(copy=back, state=LoanState.RETURNED)
    make_outing(copy=back, starts_on=today + 14 * DAY, ends_on=today + 21 * DAY)
    make_outing(copy=packed, state=LoanState.PACKED, delivery=Delivery.ROUND)
    make_outing(
        copy=late,
        state=LoanState.OUT,
        starts_on=today - 21 * DAY,
        ends_on=today - 4 * DAY,
        attention=Attention.NO_OTHER_BOX,
    )
    items = list(kit.contents.all())
    none = {item.pk: Count(item.quantity - 2) for item in items}

    for copy in (out, back, packed, late, free):
        page.goto(f"/beheer/balie/{copy.code}/")
        if page.locator(".kd-count").count():
            page.locator(".kd-count > summary").click()
        assert_accessible()
    event = handling.check(loan=checked, counts=none, by=staff)
    for path in (
        f"?klaar={event.pk}",
        "lijsten/",
        "rit/",
        "boodschappen/",
        "voorraad/",
        "etiketten/",
        "gebruik/",
        f"{out.code}/reparatie/",
    ):
        page.goto(f"/beheer/balie/{path}")
        assert_accessible()
