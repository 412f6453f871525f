"""A kit borrowed as teachers do it: chosen by filter and by day, reserved, kept longer, reported
on, cancelled; on a phone; and without scripts. Axe looks at every page, wide and on a phone.
"""

import datetime
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from kits.models import KitDocument, Loan, LoanState
from tests.browser.steps import NAME, SEND, choose_school, code, fill_contact, sign_in
from tests.factories import make_kit, make_loan, make_submission, make_teacher

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead"),
]

DONE = "Jullie kunnen de leskist ophalen op dinsdag 3 november."
FORM = "/leskisten/robots/reserveren/?hoe=desk&van=2026-11-03&tot=2026-11-17"


@pytest.fixture
def robots(hagenpoort):
    """Four boxes, one of which is away in the first week of November; and a kit for others."""
    kit = make_kit(
        title="Robots", slug="robots", copies=4, year_from=6, year_to=8, can_be_delivered=True
    )
    make_kit(title="Knikkerbaan", slug="knikkerbaan", venue=kit.venue, year_from=3, year_to=4)
    make_loan(copy=kit.copies.first(), ends_on=datetime.date(2026, 11, 6))
    KitDocument.objects.create(kit=kit, kind="guide", version=1, title="Lesbrief", text="# Start")
    return kit


def fill(page) -> None:
    page.fill("[name=klas-name]", "7b")
    page.check("[name=klas-year_groups][value='7']")
    page.fill("[name=klas-pupils]", "24")
    choose_school(page)
    fill_contact(page)


def small_photo() -> dict[str, object]:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return {"name": "wiel.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def type_code(page) -> None:
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Bevestigen").click()
    expect(page.locator("h1")).to_have_text(
        "Jullie kunnen de leskist ophalen op dinsdag 3 november."
    )


def test_new_user_chooses_days_and_reserves(page, robots, hagenpoort, assert_accessible):
    page.goto("/leskisten/")
    expect(page.get_by_role("status").filter(has_text="2 leskisten")).to_be_visible()
    assert_accessible()
    page.get_by_label("Groep of leerjaar").select_option("7")
    expect(page.get_by_role("status").filter(has_text="1 leskist")).to_be_visible()
    page.fill("[name=van]", "2026-11-02")
    page.fill("[name=tot]", "2026-11-16")
    expect(page.locator(".card-next")).to_have_text("3 van 4 vrij in deze periode")
    assert_accessible()

    page.get_by_role("link", name="Robots", exact=True).click()
    expect(page.locator("#return-title")).to_contain_text("maandag 2 november")
    page.get_by_role("link", name="Eerder").click()
    expect(page.locator("#month-title")).to_contain_text("oktober 2026")
    page.get_by_role("link", name="Later").click()
    page.get_by_role("link", name="Ophalen op dinsdag 3 november, 3 van 4 vrij").click()
    expect(page.locator("#return-title")).to_contain_text("dinsdag 3 november")
    assert_accessible()
    page.get_by_role("link", name=re.compile("^di 17 november")).click()

    expect(page.locator("h1")).to_have_text("Welke klas gaat ermee werken?")
    assert_accessible()
    page.get_by_role("button", name=SEND).click()
    expect(page.locator("#fouten")).to_be_focused()
    assert_accessible()
    fill(page)
    page.get_by_role("button", name=SEND).click()
    expect(page.get_by_label("Code")).to_be_focused()
    assert_accessible()
    type_code(page)

    loan = Loan.objects.latest("pk")
    assert (loan.state, loan.class_group.school) == (LoanState.RESERVED, hagenpoort)
    assert (loan.starts_on.day, loan.ends_on.day, loan.submission.contact_name) == (3, 17, NAME)
    assert_accessible()
    page.get_by_role("link", name="Mijn TEC").click()
    expect(page.get_by_role("link", name="Robots")).to_be_visible()
    assert_accessible()


def test_teacher_looks_after_her_loan(page, robots, assert_accessible):
    page.goto(FORM)
    fill(page)
    page.get_by_role("button", name=SEND).click()
    type_code(page)
    with page.expect_download() as ics:
        page.get_by_role("link", name="Zet in mijn agenda").click()
    assert re.findall("DTSTART.*:(20261[^T\r\n]*)", ics.value.path().read_text()) == [
        "20261103",
        "20261117",
    ]
    link = page.get_by_role("link", name="Brief (pdf)")
    letter = page.request.get(link.evaluate("link => link.href"))
    assert letter.body()[:5] == b"%PDF-"

    page.get_by_role("link", name="Langer lenen").click()
    assert_accessible()
    page.get_by_role("radio", name=re.compile("^vrijdag 20 november")).check()
    page.get_by_role("button", name="Tot dan houden").click()
    expect(page.get_by_role("status").first).to_contain_text("nieuwe dag van terugbrengen")

    page.get_by_role("link", name="Annuleren").click()
    assert_accessible()
    page.get_by_role("button", name="Ja, annuleer deze leskist").click()
    expect(page.locator("h1")).to_contain_text("dinsdag 3 november is geannuleerd")
    assert_accessible()
    loan = Loan.objects.latest("pk")
    assert loan.ends_on == datetime.date(2026, 11, 20)
    assert [event.move for event in loan.events.order_by("pk")] == [
        "hold",
        "verify",
        "extend",
        "cancel",
    ]


def test_teacher_reports_what_is_broken_with_a_photo(
    page, client, robots, hagenpoort, assert_accessible
):
    teacher = make_teacher(school=hagenpoort)
    loan = make_loan(
        copy=robots.copies.last(), state=LoanState.OUT, submission=make_submission(user=teacher)
    )
    sign_in(page, client, teacher)
    page.goto(f"/uitleen/{loan.submission.public_id}/")
    assert_accessible()
    page.get_by_role("link", name="Melden dat er iets mist").click()
    assert_accessible()
    page.get_by_role("button", name="Versturen").click()
    expect(page.locator(".invalid-feedback")).to_be_visible()
    assert_accessible()
    page.get_by_label("Welk onderdeel?").select_option("Robot")
    page.get_by_label("Wat is er aan de hand?").fill("Er is een wiel af.")
    page.get_by_label("Een foto, als dat helpt").set_input_files(small_photo())
    page.get_by_role("button", name="Versturen").click()
    told = page.get_by_role("region", name="Wat jullie gemeld hebben")
    expect(told).to_contain_text("Robot: Er is een wiel af.")
    photo = page.request.get(told.get_by_role("link", name="foto").evaluate("link => link.href"))
    assert Image.open(io.BytesIO(photo.body())).size == (40, 30)
    page.locator("summary", has_text="Geschiedenis").click()
    assert_accessible()


def test_who_comes_second_is_shown_other_days_and_keeps_what_was_typed(
    page, robots, assert_accessible
):
    page.goto(FORM)
    fill(page)
    for copy in robots.copies.all()[1:]:
        make_loan(copy=copy, ends_on=datetime.date(2026, 11, 6))
    make_loan(copy=robots.copies.first(), starts_on=datetime.date(2026, 11, 12))

    page.get_by_role("button", name=SEND).click()
    expect(page.locator("#fouten")).to_be_focused()
    expect(page.locator("[name=klas-name]")).to_have_value("7b")
    assert_accessible()
    page.locator("#fouten button").first.click()

    page.wait_for_url("**/code/")
    assert Loan.objects.latest("pk").state == LoanState.HELD


def test_days_are_chosen_on_a_phone(phone_page, robots):
    page = phone_page
    page.goto("/leskisten/")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Groep of leerjaar").select_option("7")
    page.get_by_role("status").filter(has_text="1 leskist").wait_for()
    page.get_by_role("link", name="Robots", exact=True).click()
    # Today and the next days cannot be chosen, and nobody has to pass them.
    page.locator(".sticky-action").get_by_role("link", name="Kies je dagen").click()
    expect(page.get_by_text("te kort dag").first).to_be_hidden()
    page.get_by_role("link", name=re.compile("^Ophalen op dinsdag 22 september")).click()
    expect(page.locator("#return-title")).to_be_in_viewport()
    page.get_by_role("link", name=re.compile("^wo 23 september")).click()

    expect(page.locator("h1")).to_have_text("Welke klas gaat ermee werken?")


def test_kit_is_reserved_without_scripts(browser, browser_context_args, robots):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    page.goto("/leskisten/robots/")
    page.get_by_role("link", name="Later").click()
    page.get_by_role("link", name="Later").click()
    page.get_by_role("link", name=re.compile("^Ophalen op dinsdag 3 november")).click()
    page.get_by_role("link", name=re.compile("^di 17 november")).click()

    page.fill("[name=klas-name]", "7b")
    page.check("[name=klas-year_groups][value='7']")
    page.fill("[name=klas-pupils]", "24")
    fill_contact(page)
    page.get_by_role("searchbox").fill("hagenpoort deventer")
    page.keyboard.press("Enter")
    expect(page.locator(".invalid-feedback")).to_have_count(0)
    page.get_by_label("OBS De Hagenpoort").check()
    expect(page.locator("[name=klas-name]")).to_have_value("7b")
    page.get_by_role("button", name=SEND).click()
    type_code(page)

    assert Loan.objects.latest("pk").state == LoanState.RESERVED
    context.close()
