"""The pages of the figures and a school's own year, as axe sees them: wide, and on a phone."""

import pytest
from playwright.sync_api import expect

from core import worker
from tests.browser.steps import NOT_OURS, sign_in
from tests.conftest import PHONE, assert_fits
from tests.factories import make_programme, make_school, make_staff, make_teacher
from tests.impact.counted import came, divide, make_pledge, make_report, make_source, make_target

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead", "one_factor"),
]
FIGURES = "/beheer/cijfers/"
LONG = "Regio Deal Stedendriehoek, meerjarige impuls voor techniekonderwijs in alle gemeenten"


@pytest.fixture
def year():
    """A class that came last autumn, a source that pays for it, a target and a report about it."""
    school = make_school(name="OBS De Ster", municipality="Deventer")
    programme = make_programme(title="Proeverij", max_groups=9, max_pupils=999)
    came(2026, 9, 8, school=school, programme=programme, name="Groep 7b")
    came(2025, 10, 7, school=school, programme=programme, name="Groep 7a")
    source = make_source(name=LONG)
    make_target()
    return school, divide(programme, {source: 1}), make_pledge(source=source), make_report()


def test_staff_read_the_figures_and_what_pays_for_them(page, client, year, assert_accessible):
    _school, division, pledge, report = year
    sign_in(page, client, make_staff(name="Bea Beheer"))
    worker.beat()
    for address, heading in (
        (FIGURES, "Cijfers van"),
        (f"{FIGURES}alle/", "Alle cijfers van"),
        (f"{FIGURES}rijen/pupils/", "Leerlingen en deelnemers die kwamen"),
        (f"{FIGURES}indicatoren/", "Indicatoren"),
        (f"{FIGURES}financiering/", "Financiering"),
        (f"{FIGURES}verslagen/{report.pk}/", "Najaar 2026"),
    ):
        page.goto(address)
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        for details in page.locator(".desk details > summary").all():
            details.click()
        assert_accessible()
    for address in (f"division/{division.pk}", f"pledge/{pledge.pk}", f"report/{report.pk}"):
        page.goto(f"/beheer/impact/{address}/change/")
        expect(page.get_by_role("button", name="Opslaan", exact=True)).to_be_visible()
        assert_accessible(but=NOT_OURS)


def test_figures_are_read_on_a_phone_without_javascript(
    browser, browser_context_args, page, client, year
):
    """Another year by its button, all figures, and the rows behind one of them."""
    sign_in(page, client, make_staff(name="Bea Beheer"))
    context = browser.new_context(
        **browser_context_args | {"viewport": PHONE, "java_script_enabled": False},
        storage_state=page.context.storage_state(),
    )
    plain = context.new_page()
    plain.goto(FIGURES)
    plain.get_by_label("Periode").select_option("2025")
    plain.get_by_role("button", name="Tonen", exact=True).click()
    plain.get_by_text("De getallen in een tabel").first.click()
    expect(plain.get_by_role("row", name="oktober 2025 24")).to_be_visible()
    assert_fits(plain)
    plain.get_by_role("link", name="Alle cijfers", exact=True).click()
    assert_fits(plain)
    plain.get_by_role("link", name="Leerlingen en deelnemers die kwamen: 24").click()
    expect(plain.get_by_text("Groep 7a")).to_be_visible()
    assert_fits(plain)
    context.close()


def test_tables_are_read_on_a_phone_without_moving_them_sideways(page, client, year):
    report = year[-1]
    sign_in(page, client, make_staff(name="Bea Beheer"))
    page.set_viewport_size(PHONE)
    for address in ("", "alle/", "indicatoren/", "financiering/", f"verslagen/{report.pk}/"):
        page.goto(f"{FIGURES}{address}")
        for summary in page.locator(".desk-mail > summary").all():
            summary.click()
        tables = page.locator(".desk-scroll").all()
        assert tables
        for table in tables:
            assert table.evaluate("one => one.scrollWidth <= one.clientWidth"), address
        assert_fits(page)
    row = page.get_by_role("region", name="Doelen").get_by_role("row", name="Leerlingen")
    expect(row.get_by_role("cell", name="Norm 100")).to_be_visible()


def test_teacher_reads_her_schools_year(page, client, year, assert_accessible):
    school, *_rest = year
    sign_in(page, client, make_teacher(school=school))
    page.goto("/mijn/school/")
    expect(page.get_by_text("Groep 7b")).to_be_visible()
    assert_accessible()
