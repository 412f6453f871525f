"""A visit booked as teachers do it: with mouse and keyboard, without scripts, in two browsers at
once, impatiently, in English. Axe looks at every page of the main road, wide and on a phone.
"""

import re

import pytest
from playwright.sync_api import expect

from bookings.models import Booking, State
from programmes.models import Programme, ProgrammeKind
from schools.years import YearGroup
from submissions.models import Submission
from tests.browser.steps import NAME, SEND, choose_school, code, fill_contact
from tests.factories import (
    amsterdam,
    make_component,
    make_programme,
    make_slot,
    make_venue,
    make_zone,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead"),
]


@pytest.fixture
def slots(hagenpoort):
    """A Proeverij for one class: two half days in one week of November, one in December."""
    venue = make_venue(name="TEC Deventer", slug="tec-deventer")
    proeverij = make_programme(
        kind=ProgrammeKind.TASTER,
        title="Proeverij",
        slug="proeverij",
        summary="Langs zes onderdelen.",
        story="Jullie bouwen en testen.",
        zones=[make_zone(venue=venue, name="Maken")],
        year_from=YearGroup.GROUP_6,
        year_to=YearGroup.GROUP_8,
        max_groups=1,
        min_pupils=10,
    )
    for _ in range(2):
        make_component(programme=proeverij)
    whens = [(2026, 11, 3, 9), (2026, 11, 5, 9), (2026, 12, 1, 9)]
    return [make_slot(programmes=[proeverij], starts_at=amsterdam(*when)) for when in whens]


def book_url(slot) -> str:
    return f"/boekingen/nieuw/proeverij/{slot.pk}/"


def fill_class(page, number=0, name="7b", groups=(7,), pupils=24, supervisors=3) -> None:
    page.fill(f"[name=klas-{number}-name]", name)
    for group in groups:
        page.check(f"[name=klas-{number}-year_groups][value='{group}']")
    page.fill(f"[name=klas-{number}-pupils]", str(pupils))
    page.fill(f"[name=klas-{number}-supervisors]", str(supervisors))


def fill_all(page, name="7b", email="umit@school.example") -> None:
    fill_class(page, name=name)
    choose_school(page)
    fill_contact(page, email)


def focused(page, what: str) -> str:
    return page.evaluate(f"document.activeElement.{what}")


def test_new_user_books_a_visit_and_looks_after_it(page, slots, hagenpoort, assert_accessible):
    page.goto("/")
    assert_accessible()
    page.get_by_role("link", name="Bezoek plannen").click()
    expect(page.get_by_role("status").filter(has_text="1 programma")).to_be_visible()
    assert_accessible()
    page.get_by_role("link", name="Proeverij", exact=True).click()
    # Opens where something is free, not in an empty month.
    expect(page.locator("#month-title")).to_have_text("november 2026")
    assert_accessible()
    page.get_by_role("link", name=re.compile("^dinsdag 3 november, ochtend")).click()
    expect(page.locator("h1")).to_have_text("Wie komen er?")
    assert_accessible()

    page.get_by_role("button", name=SEND).click()
    expect(page.get_by_role("alert")).to_contain_text("Naam van de klas: Vul de naam van de klas")
    expect(page.locator("#fouten")).to_be_focused()
    assert_accessible()
    fill_all(page)
    page.get_by_role("button", name=SEND).click()

    page.wait_for_url("**/code/")
    expect(page.get_by_label("Code")).to_be_focused()
    assert_accessible()
    page.keyboard.type("1234")
    page.keyboard.press("Enter")
    expect(page.locator(".invalid-feedback")).to_have_text(re.compile("zes cijfers"))
    assert_accessible()
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Bevestigen").click()

    expect(page.locator("h1")).to_have_text("Jullie komen op dinsdag 3 november om 09:00 uur.")
    expect(page.locator(".notice-success")).to_contain_text("umit@school.example")
    expect(page.get_by_role("button", name="Uitloggen")).to_be_visible()
    booking = Booking.objects.get()
    assert (booking.state, booking.class_group.school) == (State.CONFIRMED, hagenpoort)
    assert_accessible()
    with page.expect_download() as ics:
        page.get_by_role("link", name="Zet in mijn agenda").click()
    assert "DTSTART;TZID=Europe/Amsterdam:20261103T090000" in ics.value.path().read_text()
    link = page.get_by_role("link", name="Brief (pdf)")
    letter = page.request.get(link.evaluate("link => link.href"))
    assert letter.body()[:5] == b"%PDF-"

    page.get_by_role("link", name="Aantallen wijzigen").click()
    assert_accessible()
    page.get_by_label("Leerlingen").fill("22")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.locator("#klassen ~ .panel")).to_contain_text("22 leerlingen")
    page.get_by_role("link", name="Annuleren").click()
    assert_accessible()
    page.get_by_role("button", name="Ja, annuleer deze klas").click()
    expect(page.locator("h1")).to_have_text("Jullie bezoek van dinsdag 3 november is geannuleerd.")
    assert_accessible()
    page.get_by_role("link", name="Mijn TEC").click()
    expect(page.get_by_role("heading", name="Eerder of geannuleerd")).to_be_visible()
    assert_accessible()
    assert [event.move for event in booking.events.order_by("pk")] == [
        "hold",
        "verify",
        "change_numbers",
        "cancel",
    ]


# --- By keyboard ---------------------------------------------------------------------------------

OUTLINED = """() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


def tab_to(page, selector: str, presses: int = 60) -> None:
    """Press Tab until the focus is there; all that is passed shows it has the focus."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        assert page.evaluate(OUTLINED), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def press_enter(page) -> None:
    """And wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_enter_in_the_search_for_a_school_searches_and_sends_nothing(page, slots, hagenpoort):
    """On a phone it is the key with a magnifier. The list stands there by then: it came while she
    typed."""
    page.goto(book_url(slots[0]))
    page.get_by_role("searchbox").fill("hagenpoort")
    page.get_by_label("OBS De Hagenpoort").wait_for()
    press_enter(page)

    expect(page.get_by_label("OBS De Hagenpoort")).to_be_visible()
    expect(page.locator("#fouten")).to_have_count(0)
    assert focused(page, "name") == "school_q"


def test_whole_road_by_keyboard(page, slots):
    Programme.objects.update(max_groups=2)  # so that another class is offered
    page.goto("/programmas/proeverij/")
    page.keyboard.press("Tab")
    assert focused(page, "hash") == "#inhoud"  # the skip link comes first
    page.keyboard.press("Enter")
    tab_to(page, f"a[href$='/{slots[0].pk}/']")
    press_enter(page)

    tab_to(page, "[name=klas-0-name]")
    press_enter(page)  # sends the form: it does not press 'another class'
    expect(page.locator("#fouten")).to_be_focused()
    tab_to(page, "#fouten a[href='#id_klas-0-year_groups_0']")
    page.keyboard.press("Enter")
    expect(page.locator("#id_klas-0-year_groups_0")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("7b")
    tab_to(page, "[name=klas-0-year_groups][value='7']")
    page.keyboard.press("Space")
    tab_to(page, "[name=klas-0-pupils]")
    page.keyboard.type("24")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    tab_to(page, "[name=add]")
    page.keyboard.press("Enter")
    expect(page.locator("[name=klas-1-name]")).to_be_focused()
    tab_to(page, "[name=remove][value='1']")
    with page.expect_navigation():
        page.keyboard.press("Space")
    expect(page.locator("[name=klas-1-name]")).to_have_count(0)

    tab_to(page, "[type=search]")
    page.keyboard.type("hagenpoort dev")
    page.get_by_label("OBS De Hagenpoort").wait_for()
    tab_to(page, "[name=school]")
    page.keyboard.press("Space")
    for name, text in [("contact_name", NAME), ("email", "u@s.example"), ("phone", "0612345678")]:
        tab_to(page, f"[name={name}]")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(code())
    press_enter(page)
    expect(page.locator("h1")).to_contain_text("Jullie komen op")

    tab_to(page, "a[href*=annuleren]")
    press_enter(page)
    tab_to(page, "main [type=submit]")
    press_enter(page)
    expect(page.locator("h1")).to_contain_text("is geannuleerd")


# --- Without scripts -----------------------------------------------------------------------------


def test_whole_road_without_scripts(new_context, slots):
    Programme.objects.update(max_groups=2)
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/programmas/proeverij/")
    page.get_by_role("link", name="Later").click()
    expect(page.locator("#month-title")).to_have_text("december 2026")
    page.get_by_role("link", name="Eerder").click()
    expect(page.locator("#month-title")).to_have_text("november 2026")
    page.locator(f".slot[href$='/{slots[1].pk}/']").click()

    fill_class(page)
    fill_contact(page)
    page.get_by_role("button", name="Nog een klas").click()
    fill_class(page, 1, "6/7", (6, 7))
    page.get_by_role("button", name="Klas 2 weghalen").click()
    expect(page.locator("[name=klas-1-name]")).to_have_count(0)
    page.get_by_role("searchbox").fill("hagenpoort deventer")
    page.get_by_role("button", name="Zoek").click()
    expect(page.locator(".invalid-feedback")).to_have_count(0)
    page.get_by_label("OBS De Hagenpoort").check()
    expect(page.locator("[name=klas-0-name]")).to_have_value("7b")
    page.get_by_role("button", name=SEND).click()
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Bevestigen").click()

    expect(page.locator("h1")).to_have_text("Jullie komen op donderdag 5 november om 09:00 uur.")
    assert Submission.objects.get().contact_name == NAME


def test_enter_in_the_school_search_searches_without_scripts(new_context, slots):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(book_url(slots[0]))
    page.get_by_role("searchbox").fill("hagenpoort deventer")
    page.keyboard.press("Enter")

    expect(page.get_by_label("OBS De Hagenpoort")).to_be_visible()
    expect(page.locator(".invalid-feedback")).to_have_count(0)


# --- Two at once, and impatience -----------------------------------------------------------------


@pytest.fixture
def new_context(browser, browser_context_args, live_server, settings):
    """Makes another browser: its own cookies."""
    settings.SITE_URL = live_server.url
    made = []

    def make(**kwargs):
        made.append(browser.new_context(**browser_context_args | kwargs))
        made[-1].set_default_timeout(10_000)
        return made[-1]

    yield make
    for context in made:
        context.close()


def test_who_comes_second_books_another_day_of_the_week_with_one_click(
    page, new_context, slots, assert_accessible
):
    first = new_context().new_page()
    for teacher, name in [(page, "umit"), (first, "anna")]:
        teacher.goto(book_url(slots[0]))
        fill_all(teacher, name=f"Klas van {name}", email=f"{name}@school.example")
    first.get_by_role("button", name=SEND).click()
    first.wait_for_url("**/code/")

    page.get_by_role("button", name=SEND).click()
    expect(page.get_by_role("alert")).to_contain_text("net weg")
    expect(page.locator("#fouten")).to_be_focused()
    expect(page.locator("[name=contact_name]")).to_have_value(NAME)
    expect(page.get_by_label("OBS De Hagenpoort")).to_be_checked()
    assert_accessible()
    page.get_by_role("button", name=re.compile("donderdag 5 november")).click()

    page.wait_for_url("**/code/")
    held = Booking.objects.filter(state=State.HELD).order_by("visit__slot__starts_at")
    assert [(one.visit.slot_id, one.submission.email) for one in held] == [
        (slots[0].pk, "anna@school.example"),
        (slots[1].pk, "umit@school.example"),
    ]


def test_impatience_makes_one_booking(page, slots):
    page.goto(book_url(slots[0]))
    stale = page.context.new_page()
    stale.goto(book_url(slots[0]))
    fill_all(page)
    page.get_by_role("button", name=SEND).dblclick()
    # Not `wait_for_url`: the second click may break off the navigation it waits for.
    expect(page).to_have_url(re.compile("/code/$"))
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Bevestigen").dblclick()
    expect(page.locator("h1")).to_contain_text("Jullie komen op")

    page.reload()
    page.go_back()  # to the code, which is used: the booking
    page.go_back()
    page.get_by_role("link", name="Naar jullie bezoek").click()
    expect(page.locator("h1")).to_contain_text("Jullie komen op")
    # The tab that was open all the while is from before signing in: it asks to go back first.
    fill_all(stale)
    stale.get_by_role("button", name=SEND).click()
    expect(stale.locator("h1")).to_have_text("Verstuur het formulier nog een keer")
    stale.go_back()
    expect(stale.get_by_role("link", name="Naar jullie bezoek")).to_be_visible()

    assert Booking.objects.get().state == State.CONFIRMED
    stale.close()


# --- In English, enlarged, still -----------------------------------------------------------------

DUTCH = re.compile(
    r"\b(de|het|een|je|jullie|klas|klassen|van|voor|niet|naar|datum|leerlingen|groep|uur|november)\b"
)
WORDS = """() => {
    const copy = document.body.cloneNode(true);
    copy.querySelectorAll("[lang=nl], script").forEach(part => part.remove());
    const said = [...copy.querySelectorAll("[aria-label], [title], [placeholder]")].map(
        e => `${e.ariaLabel} ${e.title} ${e.placeholder}`);
    return document.title + " " + copy.textContent + said.join(" ");
}"""


def assert_english(page) -> None:
    assert page.locator("html").get_attribute("lang") == "en"
    text = page.evaluate(WORDS)
    for name in (NAME, "OBS De Hagenpoort"):
        text = text.replace(name, "")
    assert DUTCH.findall(text.replace("November", "")) == [], page.url


STICKING_OUT = """width => document.documentElement.scrollWidth <= width ? [] :
    [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > width)
        .map(e => e.outerHTML.slice(0, 90))"""


def assert_fits_enlarged(page) -> None:
    """At 200 and 400 % of a screen of 1280 px nothing needs scrolling sideways."""
    page.wait_for_load_state()
    before = page.viewport_size
    for width in (640, 320):
        page.set_viewport_size({"width": width, "height": 512})
        assert page.evaluate(STICKING_OUT, width) == [], f"{page.url} at {width} px"
    page.set_viewport_size(before)


def test_whole_road_in_english_enlarged_and_still(page, slots):
    Programme.objects.update(max_groups=2)
    page.emulate_media(reduced_motion="reduce")
    page.goto("/")
    page.get_by_role("button", name="English").click()

    def look() -> None:
        page.wait_for_load_state()
        assert_english(page)
        assert_fits_enlarged(page)

    look()
    for address in ("/programmas/", "/programmas/proeverij/", "/inloggen/", book_url(slots[0])):
        page.goto(address)
        look()
    page.get_by_role("button", name="Next").click()
    look()
    page.get_by_role("button", name="Another class").click()
    fill_class(page, 1, "8a", (8,))
    fill_all(page)
    Programme.objects.update(max_groups=1)  # meanwhile
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("room for 1 class only")
    look()
    page.get_by_role("button", name="Remove class 2").click()
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/code/")
    look()
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("h1")).to_contain_text("You are coming on")
    page.locator("summary", has_text="History").click()
    look()
    for link in ("Change numbers", "Cancel"):
        page.get_by_role("link", name=link).click()
        look()
        page.go_back()
    page.goto("/mijn/")
    look()
    page.get_by_role("link", name="Show this in your own calendar").click()
    look()
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
