"""Two clicks on a slow network, on the forms of what is booked already, of colleagues, of who
waits, looks back or is on the roster. See `test_slow_network`."""

import re

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import expect

from bookings import lifecycle
from bookings.models import Booking, State, VisitWait
from impact import lifecycle as looking_back
from impact.models import Evaluation
from kits.models import Loan, LoanWait
from roster.models import OtherDays, Person, Shift
from schools.models import User
from submissions.links import invitation_link, link_to, shared_link_to
from submissions.models import Companion, CompanionState, Submission, WaitState
from submissions.privacy.erasure_notice import keep_token
from submissions.sharing import lifecycle as sharing
from tests.browser.slow_clicks import EMAIL, HELD_BACK, button, success
from tests.browser.steps import code, fill_contact, sign_in
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_class_group,
    make_kit,
    make_loan,
    make_loan_wait,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
    make_wait,
)
from tests.impact.asking import TEACHER, VISIT_OVER, make_evaluation
from tests.impact.asking import address as evaluation_page
from tests.kits.asking import november
from tests.roster.rostering import address, make_person, make_run, make_shift, moves_of
from tests.submissions.sharing import shared

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead"),
]
COLLEAGUE = "collega@school.example"


def booked(*days: int, **fields) -> list[Booking]:
    """A class on each of these days of November, of one submission."""
    programme = make_programme(slug="proeverij", max_groups=3, max_pupils=100)
    submission = make_submission(**fields)
    return [
        make_booking(
            submission=submission,
            visit=make_visit(
                programme=programme,
                slot=make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9)),
            ),
            party_name=f"7{day}",
            class_group=make_class_group(school=submission.school, name=f"7{day}"),
        )
        for day in days
    ]


def page_of(booking: Booking, rest: str = "") -> str:
    return link_to(booking.submission, "bookings:booking") + rest


def moves(row) -> list[str]:
    return [event.move for event in row.events.order_by("pk")][1:]


# Of each form a function that opens it and returns its button, and one that looks at where that
# led.

# --- What is booked ------------------------------------------------------------------------------


def open_move(page, booking=None):
    booking = booking or booked(26)[0]
    slot = make_slot(
        programmes=[booking.visit.programme], starts_at=amsterdam(2026, 12, 15, 9), max_pupils=100
    )
    page.goto(page_of(booking, f"verzetten/{booking.pk}/?naar={slot.pk}"))
    return page.locator("main form button[type=submit]").last


def after_move(page):
    expect(success(page)).to_have_text("Verzet. Er is een mail met de nieuwe datum onderweg.")
    expect(page.locator("h1")).to_contain_text("dinsdag 15 december")
    assert moves(Booking.objects.get()) == ["reschedule"]


def open_late_move(page):
    programme = make_programme(max_groups=3, max_pupils=100)
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 24, 9))
    return open_move(page, make_booking(visit=make_visit(slot=slot, programme=programme)))


def after_late_move(page):
    expect(success(page)).to_contain_text("We hebben je vraag")
    assert moves(Booking.objects.get()) == ["ask_to_move"]


def open_parts(page):
    first, _second, _third = booked(24, 25, 26)
    slot = make_slot(
        programmes=[first.visit.programme], starts_at=amsterdam(2026, 12, 15, 9), max_pupils=100
    )
    page.goto(page_of(first, "klassen/"))
    for fold in page.locator("main details").all():
        if not fold.evaluate("fold => fold.open"):
            fold.locator("summary").first.click()
    for name, do in {
        "724": lambda row: row.get_by_label("Deze klas komt niet: annuleer haar").check(),
        "725": lambda row: row.get_by_label("Leerlingen").fill("22"),
        "726": lambda row: row.locator(f"[value^='{slot.pk} ']").check(),
    }.items():
        do(page.get_by_role("group", name=name))
    return button(page, "Alles opslaan")


def after_parts(page):
    expect(success(page)).to_have_count(1)
    first, second, third = Booking.objects.order_by("pk")
    assert (first.state, second.pupils, third.starts_at.day) == (State.CANCELLED, 22, 15)
    assert [moves(one) for one in (first, second, third)] == [
        ["cancel"],
        ["change_numbers"],
        ["reschedule"],
    ]


def open_still_coming(page):
    page.goto(page_of(booked(5, 6)[0], "komen/"))
    return button(page, "Ja, allemaal")


def after_still_coming(page):
    expect(page.get_by_text("Jullie zeiden: ja, we komen.")).to_have_count(2)
    assert [moves(one) for one in Booking.objects.all()] == [["reconfirm"], ["reconfirm"]]


def open_preparation(page):
    programme = make_programme(preparation="Zoek techniek.", max_groups=3)
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 10, 1, 9))
    booking = make_booking(visit=make_visit(slot=slot, programme=programme))
    page.goto(page_of(booking))
    return page.locator("main").get_by_role("button", name=re.compile("[Gg]edaan")).first


def after_preparation(page):
    expect(success(page)).to_have_text("Genoteerd: goed gedaan!")
    assert moves(Booking.objects.get()) == ["prepare"]


def open_details(page):
    page.goto(page_of(booked(26)[0], "gegevens/"))
    page.fill("[name=phone]", "06 87654321")
    return page.locator("main form button[type=submit]").last


def after_details(page):
    expect(success(page)).to_have_text("Je gegevens zijn gewijzigd.")
    assert Submission.objects.get().phone == "06 87654321"
    assert moves(Booking.objects.get()) == ["describe"]


def open_move_loan(page):
    days = {"starts_on": november(16), "ends_on": november(20)}
    loan = make_loan(copy=make_kit().copies.get(), **days)
    to = "verzetten/?van=2026-11-23&tot=2026-11-27"
    page.goto(link_to(loan.submission, "loans:loan") + to)
    return page.locator("main form button[type=submit]").last


def after_move_loan(page):
    expect(success(page)).to_have_count(1)
    loan = Loan.objects.get()
    assert loan.starts_on == november(23)
    assert moves(loan) == ["change_dates"]


# --- Several dates, and waiting ------------------------------------------------------------------


def open_plan(page):
    school = make_school()
    teacher = make_teacher(school=school, name="Umit", phone="0612345678", email=EMAIL)
    programme = make_programme(max_groups=3, max_pupils=100)
    before = make_slot(programmes=[programme], starts_at=amsterdam(2026, 5, 12, 9))
    group = make_class_group(school=school, school_year=2025, name="6b", year_from=6, year_to=6)
    make_booking(
        submission=make_submission(user=teacher, school=school),
        visit=make_visit(slot=before, programme=programme),
        class_group=group,
        party_name="6b",
        year_from=6,
        year_to=6,
        state=State.ATTENDED,
    )
    make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 9))
    sign_in(page, Client(), teacher)
    page.goto("/boekingen/samen/")
    page.get_by_label(re.compile("di 3 nov")).check()
    return button(page, "Boek deze bezoeken")


def after_plan(page):
    expect(page.locator("h1")).to_contain_text("Jullie komen")
    expect(success(page)).to_have_text(re.compile("^Gelukt!"))
    assert Booking.objects.filter(state=State.CONFIRMED).count() == 1


def open_experiences(page):
    """The next visits of a class that was here."""
    teacher = make_teacher(school=make_school(), name="Umit", phone="0612345678", email=EMAIL)
    group = make_class_group(school=teacher.school)
    make_booking(
        submission=make_submission(user=teacher, school=teacher.school),
        visit=make_visit(
            programme=make_programme(kind="taster"),
            slot=make_slot(starts_at=amsterdam(2026, 9, 8, 9)),
        ),
        class_group=group,
        state=State.ATTENDED,
    )
    experience = make_programme(kind="experience", slug="proeverij", max_pupils=100)
    make_slot(programmes=[experience], starts_at=amsterdam(2026, 11, 3, 9))
    sign_in(page, Client(), teacher)
    page.goto(f"/boekingen/samen/?klas={group.pk}")
    page.get_by_label(re.compile("di 3 nov")).check()
    return button(page, "Boek deze bezoeken")


def full_film():
    programme = make_programme(title="Film", slug="proeverij", max_pupils=34)
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 9))
    make_booking(visit=make_visit(slot=slot, programme=programme))
    return slot


def fill_class_and_contact(page):
    page.fill("[name=klas-0-name]", "7b")
    page.check("[name=klas-0-year_groups][value='7']")
    page.fill("[name=klas-0-pupils]", "24")
    page.fill("[name=klas-0-supervisors]", "3")
    fold = page.locator("details", has=page.locator("[name=school_typed_name]"))
    if fold.count() and not fold.evaluate("fold => fold.open"):
        fold.locator("summary").click()
    page.fill("[name=school_typed_name]", "De Nieuwe School")
    page.fill("[name=school_typed_city]", "Deventer")
    fill_contact(page, EMAIL)


def open_wait(page):
    page.goto(f"/boekingen/nieuw/proeverij/{full_film().pk}/?wachtlijst")
    fill_class_and_contact(page)
    return page.locator("form.form-column button[name=wait]").last


def after_wait(page):
    expect(page.locator("h1")).to_contain_text("code")
    assert VisitWait.objects.get().state == WaitState.HELD


def open_wait_code(page):
    open_wait(page).click()
    page.wait_for_url("**/code/")
    page.get_by_label("Code").fill(code())
    return button(page, "Bevestigen")


def after_wait_code(page):
    expect(page.get_by_text("Jullie zijn nummer 1 op de lijst.")).to_be_visible()
    row = VisitWait.objects.get()
    assert (row.state, moves(row)) == (WaitState.WAITING, ["verify"])


def open_wish(page):
    make_programme(slug="proeverij")
    page.goto("/boekingen/wens/proeverij/")
    page.fill("[name=first_day]", "2026-11-09")
    page.fill("[name=last_day]", "2026-12-11")
    fill_class_and_contact(page)
    return page.locator("form.form-column button[type=submit]").last


def waiting():
    slot = full_film()
    programme = slot.programmes.get()
    return make_wait(submission=make_submission(), slot=slot, programme=programme)


def open_withdraw_wait(page):
    page.goto(link_to(waiting().submission, "bookings:wait"))
    return button(page, "Haal ons van de lijst")


def after_withdraw_wait(page):
    expect(page.locator("main")).to_contain_text(re.compile("niet meer op de wachtlijst|gehaald"))
    assert moves(VisitWait.objects.get()) == ["cancel"]


def open_wait_numbers(page):
    row = waiting()
    page.goto(link_to(row.submission, "bookings:wait") + f"aantallen/{row.pk}/")
    page.locator("main [name=pupils]").fill("20")
    return page.locator("main form button[type=submit]").last


def after_wait_numbers(page):
    expect(success(page)).to_have_text("De aantallen zijn gewijzigd.")
    row = VisitWait.objects.get()
    assert (row.pupils, moves(row)) == (20, ["change_numbers"])


def open_take_offer(page):
    """The class that had the place cancels."""
    row = waiting()
    lifecycle.cancel(booking=Booking.objects.get(), by=make_staff())
    row.refresh_from_db()
    assert row.state == WaitState.OFFERED
    page.goto(link_to(row.submission, "bookings:wait"))
    return page.locator("main button[name=take]")


def after_take_offer(page):
    expect(success(page)).to_have_text(re.compile("^(Het is van jullie|De plek|Hij is)"))
    booking = Booking.objects.exclude(state=State.CANCELLED).get()
    assert booking.state == State.CONFIRMED
    assert moves(VisitWait.objects.get()) == ["offer", "take"]


def open_withdraw_loan_wait(page):
    row = make_loan_wait(submission=make_submission())
    page.goto(link_to(row.submission, "loans:wait"))
    return page.locator("main button[name=withdraw]")


def after_withdraw_loan_wait(page):
    expect(page.locator("main")).to_contain_text(re.compile("niet meer op de wachtlijst|gehaald"))
    assert moves(LoanWait.objects.get()) == ["cancel"]


# --- Colleagues ----------------------------------------------------------------------------------


def open_share(page):
    page.goto(link_to(booked(26)[0].submission, "sharing:share"))
    page.fill("main [name=email]", COLLEAGUE)
    return page.locator("main form button[type=submit]").last


def after_share(page):
    expect(success(page)).to_have_text("Er gaat een mail naar collega@school.example.")
    assert Companion.objects.get().state == CompanionState.INVITED


def open_withdraw_share(page):
    open_share(page).click()
    return page.locator("main form button").filter(has_text=COLLEAGUE)


def after_withdraw_share(page):
    expect(success(page)).to_contain_text("niet meer gedeeld met collega@school.example")
    assert moves(Companion.objects.get()) == ["withdraw"]


def open_leave(page):
    """By the link of her mail."""
    [booking] = booked(26, user=make_teacher())
    colleague = shared(booking.submission, email=COLLEAGUE)
    page.goto(shared_link_to(colleague, "bookings:booking"))
    return page.locator("main form[action*='uitstappen'] button")


def open_leave_signed_in(page):
    [booking] = booked(26, user=make_teacher())
    colleague = shared(booking.submission, email=COLLEAGUE)
    sign_in(page, Client(), colleague.user)
    page.goto(f"/boekingen/{booking.submission.public_id}/")
    return page.locator("main form[action*='uitstappen'] button")


def after_leave(page):
    expect(success(page)).to_have_text(
        "Je doet niet meer mee. Er is een laatste mail hierover onderweg."
    )
    assert Companion.objects.get().state == CompanionState.LEFT


def invited(*, takes_over=False):
    [booking] = booked(26, user=make_teacher())
    [companion] = sharing.invite(
        shares=[sharing.Share(booking.submission)],
        email=COLLEAGUE,
        by=booking.submission.user,
        takes_over=takes_over,
    )
    return companion


def open_invitation(page):
    page.goto(invitation_link(invited()))
    page.fill("main [name=name]", "Bo")
    return page.locator("main form button[type=submit]").first


def after_invitation(page):
    page.wait_for_timeout(300)  # a code for each click; the last one counts
    page.get_by_label("Code").fill(code())
    page.locator("main form button[type=submit]").first.click()
    after_accepted(page)


def open_accept(page):
    open_invitation(page).click()
    page.get_by_label("Code").fill(code())
    return page.locator("main form button[type=submit]").first


def after_accepted(page):
    expect(success(page)).to_have_text(re.compile("^Gelukt! .*collega@school.example"))
    assert Companion.objects.get().state == CompanionState.ACCEPTED


def open_take_over(page):
    companion = invited(takes_over=True)
    sign_in(page, Client(), make_teacher(email=COLLEAGUE))
    page.goto(invitation_link(companion))
    page.fill("main [name=name]", "Bo")
    page.fill("main [name=phone]", "0612345678")
    return page.locator("main form button[type=submit]").first


def after_take_over(page):
    expect(success(page)).to_have_text(re.compile("^Gelukt! .*collega@school.example"))
    assert Submission.objects.get().email == COLLEAGUE
    assert moves(Booking.objects.get()) == ["hand_over"]


def open_hand_over(page):
    teacher = make_teacher()
    booked(26, user=teacher)
    sign_in(page, Client(), teacher)
    page.goto("/mijn/overdragen/")
    page.fill("main [name=email]", COLLEAGUE)
    return page.locator("main form button[type=submit]").last


def after_hand_over(page):
    expect(success(page)).to_contain_text("Er gaat een mail naar collega@school.example.")
    assert Companion.objects.get().state == CompanionState.INVITED


def open_take_back_offer(page):
    open_hand_over(page).click()
    expect(success(page)).to_have_count(1)
    return page.locator("main form[action*='intrekken'] button")


def after_take_back_offer(page):
    expect(success(page)).to_contain_text("Alles blijft van jou")
    assert moves(Companion.objects.get()) == ["withdraw"]


# --- One's own details ---------------------------------------------------------------------------


def open_erase(page):
    sign_in(page, Client(), make_teacher(email=EMAIL))
    page.goto("/mijn/gegevens/wissen/")
    page.locator("main [name=sure]").check()
    return page.locator("main form button[type=submit]").last


def after_erase(page):
    expect(page).to_have_url(re.compile("/gewist/$"))
    assert not User.objects.filter(email=EMAIL).exists()


def open_keep(page):
    user = make_teacher(erase_on=november(30))
    page.goto(f"/bewaren/{user.pk}/{keep_token(user)}/")
    return page.locator("main form button[type=submit]").last


def after_keep(page):
    expect(success(page)).to_contain_text("We bewaren je gegevens")
    assert User.objects.get().erase_on is None


# --- The roster ----------------------------------------------------------------------------------


def open_take(page):
    run = make_run()
    person = make_person(runs=[run])
    make_shift(run)
    page.goto(address(person))
    return page.get_by_role("button", name="Ik doe het")


def after_take(page):
    expect(success(page)).to_contain_text("Je staat op het rooster.")
    assert moves_of(Shift.objects.get()) == ["open", "accept"]


def open_drop(page):
    run = make_run()
    person = make_person(runs=[run])
    make_shift(run, person=person)
    page.goto(address(person))
    return page.get_by_role("button", name="Ik kan toch niet")


def after_drop(page):
    expect(success(page)).to_contain_text("Je bent afgemeld")
    assert moves_of(Shift.objects.get()) == ["open", "accept", "drop", "offer"]


def open_week(page):
    page.goto(address(make_person(on=[0]), "days"))
    page.get_by_label("vrijdag").check()
    return button(page, "Bewaar mijn week")


def after_week(page):
    expect(success(page)).to_have_count(1)
    expect(page.get_by_label("vrijdag")).to_be_checked()
    assert [one.weekday for one in Person.objects.get().availabilities.all()] == [0, 4]


def open_days(page):
    page.goto(address(make_person(), "days"))
    page.get_by_label("Eerste dag").fill("2026-11-03")
    return button(page, "Voeg deze dagen toe")


def after_days(page):
    expect(success(page)).to_have_count(1)
    assert OtherDays.objects.get().first_on == november(3)


def open_remove_days(page):
    open_days(page).click()
    return page.locator("main form[action*='/weg/'] button")


def after_remove_days(page):
    expect(success(page)).to_have_text(re.compile("^Weg"))
    assert not OtherDays.objects.exists()


def open_renew(page):
    page.goto(address(make_person(), "own"))
    page.locator("main summary", has_text="link").click()
    return page.locator("main form[action*='nieuwe-link'] button")


def after_renew(page):
    expect(success(page)).to_contain_text("Je oude link werkt niet meer.")
    assert Person.objects.get().link_version == 2


# --- Looking back --------------------------------------------------------------------------------


def open_evaluation(page):
    evaluation = make_evaluation()
    page.goto(evaluation_page(evaluation))
    for question in ("overall", "fit", "guidance"):
        page.locator(f"[name={question}][value='5']").check(force=True)
    page.locator("[name=prepared][value='3']").check(force=True)
    return button(page, "Versturen")


def after_evaluation(page):
    expect(page.locator("h1")).to_have_text("Ontvangen op 4 november 2026")
    assert moves(Evaluation.objects.get()) == ["answer"]


def open_tallies(page):
    evaluation = make_evaluation()
    page.goto(evaluation_page(evaluation, "tallies"))
    page.fill("main [name=faces_5]", "12")
    return page.locator("main form button[type=submit]").last


def after_tallies(page):
    expect(page).to_have_url(re.compile(r"/\d+/$"))  # of the evaluation
    assert moves(Evaluation.objects.get()) == ["count"]


def open_unquote(page):
    evaluation = make_evaluation(submission=make_submission(user=make_teacher()))
    words = TEACHER | {"quote": "Mooi.", "may_quote": True, "quote_name": "An"}
    looking_back.answer(evaluation=evaluation, answers=words, by=evaluation.submission.user)
    sign_in(page, Client(), evaluation.submission.user)
    page.goto(evaluation_page(evaluation))
    return page.locator("main form[action*='citaat'] button")


def after_unquote(page):
    expect(success(page)).to_contain_text("We citeren je niet meer")
    assert moves(Evaluation.objects.get()) == ["answer", "unquote"]


FORMS = {
    "move": (open_move, after_move),
    "late move": (open_late_move, after_late_move),
    "parts": (open_parts, after_parts),
    "still coming": (open_still_coming, after_still_coming),
    "preparation": (open_preparation, after_preparation),
    "details": (open_details, after_details),
    "move loan": (open_move_loan, after_move_loan),
    "plan": (open_plan, after_plan),
    "experiences": (open_experiences, after_plan),
    "wait": (open_wait, after_wait),
    "wait code": (open_wait_code, after_wait_code),
    "wish": (open_wish, after_wait),
    "withdraw wait": (open_withdraw_wait, after_withdraw_wait),
    "wait numbers": (open_wait_numbers, after_wait_numbers),
    "take offer": (open_take_offer, after_take_offer),
    "withdraw loan wait": (open_withdraw_loan_wait, after_withdraw_loan_wait),
    "share": (open_share, after_share),
    "withdraw share": (open_withdraw_share, after_withdraw_share),
    "leave": (open_leave, after_leave),
    "leave signed in": (open_leave_signed_in, after_leave),
    "invitation": (open_invitation, after_invitation),
    "accept": (open_accept, after_accepted),
    "take over": (open_take_over, after_take_over),
    "hand over": (open_hand_over, after_hand_over),
    "take back offer": (open_take_back_offer, after_take_back_offer),
    "erase": (open_erase, after_erase),
    "keep": (open_keep, after_keep),
    "take": (open_take, after_take),
    "drop": (open_drop, after_drop),
    "week": (open_week, after_week),
    "days": (open_days, after_days),
    "remove days": (open_remove_days, after_remove_days),
    "renew": (open_renew, after_renew),
    "evaluation": (open_evaluation, after_evaluation),
    "tallies": (open_tallies, after_tallies),
    "unquote": (open_unquote, after_unquote),
}
LOOKING_BACK = {"evaluation", "tallies", "unquote"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("visitor", "click_twice"),
    [(True, HELD_BACK["dropped"]), (False, HELD_BACK["arrived"])],
    ids=["scripts", "no scripts"],
    indirect=True,
)
def test_any_later_form_leads_to_its_page(visitor, click_twice, form):
    with time_machine.travel(VISIT_OVER if form in LOOKING_BACK else NOW):
        open_form, look = FORMS[form]
        click_twice(open_form(visitor))
        look(visitor)
        expect(visitor.locator(".notice-error, .error-summary")).to_have_count(0)
