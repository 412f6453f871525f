"""How was it? On a phone, without JavaScript, with the keyboard alone. And the class, on paper."""

import io
import time

import pytest
import time_machine
from playwright.sync_api import expect
from pypdf import PdfReader

from impact.models import Evaluation
from tests.conftest import PHONE, assert_fits
from tests.impact.asking import TALLY, VISIT_OVER, address, make_evaluation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_teacher_answers_on_a_phone_without_javascript(
    browser, browser_context_args, page, assert_accessible
):
    with time_machine.travel(VISIT_OVER):
        evaluation = make_evaluation()
        page.set_viewport_size(PHONE)
        page.goto(address(evaluation))
        assert_accessible()
        context = browser.new_context(
            **browser_context_args | {"viewport": PHONE, "java_script_enabled": False}
        )
        plain = context.new_page()
        plain.goto(address(evaluation))
        began = time.perf_counter()

        # From the first face on, by Tab, Space and the arrows.
        plain.get_by_role("radio", name="prima").first.focus()
        for question in range(3):
            plain.keyboard.press("Space")
            for _face in range(4 - question):
                plain.keyboard.press("ArrowRight")
            plain.keyboard.press("Tab")
        plain.keyboard.press("Space")
        plain.keyboard.press("ArrowDown")
        plain.get_by_label("Wat gaan jullie er in de klas mee doen?").fill("Een brug bouwen.")
        plain.get_by_text("Heeft de klas briefjes aangekruist").click()
        for name, number in (TALLY | {"faces_5": 99}).items():
            plain.locator(f"[name={name}]").fill(str(number))
        plain.get_by_role("button", name="Versturen").click()

        # What is wrong is said at its place, and nothing is lost.
        expect(plain.locator("#fout-faces")).to_contain_text("Samen zijn dit er 111")
        expect(plain.locator("[name=faces_4]")).to_have_value("8")
        assert_fits(plain)
        plain.locator("[name=faces_5]").fill("12")
        plain.get_by_role("button", name="Versturen").click()

        expect(plain.get_by_role("heading", level=1)).to_have_text("Ontvangen op 4 november 2026")
        assert time.perf_counter() - began < 120
        row = Evaluation.objects.get()
        assert (row.overall, row.fit, row.guidance, row.prepared) == (5, 4, 3, 2)
        assert [getattr(row, name) for name in TALLY] == [*TALLY.values()]
        context.close()
        page.goto(address(evaluation))
        assert_accessible()


def test_sheet_for_the_class_prints_six_slips_on_a_page_of_a4(page):
    with time_machine.travel(VISIT_OVER):
        evaluation = make_evaluation(pupils=12)
        page.goto(address(evaluation, "sheet"))
        papers = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    slips = [paper.extract_text().count("Vooraf") for paper in papers]
    assert slips[1:] == [6, 6, 0]  # after how it works, and before the places for tokens
