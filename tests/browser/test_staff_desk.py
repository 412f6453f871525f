"""The desk's main jobs as staff do them: deciding, moving, booking by telephone, making slots.

Axe looks at every page they pass, wide and on a phone.
"""

import datetime
import time

import pytest
from playwright.sync_api import expect

from bookings.models import Booking, SchedulePattern, State, VisitSlot
from core import worker
from core.mail.outbox import Teller
from core.models import Mail
from kits.models import Loan
from tests.browser.steps import NOT_OURS, sign_in
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_component,
    make_kit,
    make_loan,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
    make_zone,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead", "one_factor"),
]

CONTACT = "Ümit Çelik-van ’t Hof"
SCHOOL = "Christelijke Daltonbasisschool De Regenboog aan de Oude Deventerstraat te Raalte"


@pytest.fixture
def desk(page, client):
    """The overview, as somebody of the desk has it before her."""
    sign_in(page, client, make_staff(name="Bea Balie"))
    worker.beat()
    page.goto("/beheer/")
    return page


@pytest.fixture
def submission():
    return make_submission(school=make_school(name=SCHOOL), contact_name=CONTACT)


def mails() -> list[Mail]:
    Teller().tell(seconds=30)
    return list(Mail.objects.order_by("pk"))


def follow(desk, name: str) -> None:
    """Click a link once the page stands still: the side bar opens late and moves the rest."""
    desk.wait_for_load_state()
    with desk.expect_navigation():
        desk.get_by_role("link", name=name).first.click()


def choose_slot(page, typed: str, text: str) -> None:
    page.wait_for_load_state()
    if not page.locator(".select2-container--open").count():
        page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill(typed)
    expect(page.locator(".select2-results__option")).to_have_count(1)
    page.get_by_role("option", name=text).click()


def test_request_is_approved_with_a_word_that_reaches_the_mail(desk, submission, assert_accessible):
    booking = make_booking(state=State.REQUESTED, submission=submission)
    desk.reload()
    # At 1280 px there is room for the side bar, so it is open.
    expect(desk.get_by_role("navigation").get_by_role("link", name="Planner")).to_have_count(2)
    assert_accessible()
    follow(desk, "1 aanvraag wacht op een besluit")
    follow(desk, "Groep 7")
    assert_accessible()
    follow(desk, "Bevestigen")
    desk.get_by_label("Een woord aan de school").fill("Neem laarzen mee & tot dan!")
    assert_accessible()
    desk.get_by_role("button", name="Bevestigen").dblclick()

    expect(desk.get_by_text("Bevestigd.", exact=True)).to_be_visible()
    assert [event.move for event in booking.events.all()] == ["made", "confirm"]
    (mail,) = mails()
    assert mail.to == submission.email
    assert "Neem laarzen mee & tot dan!" in mail.text
    assert "Neem laarzen mee &amp; tot dan!" in mail.html


def test_request_is_declined(desk, submission):
    booking = make_booking(state=State.REQUESTED, submission=submission)
    desk.goto(f"/beheer/bookings/booking/{booking.pk}/change/")
    follow(desk, "Afwijzen")
    desk.get_by_label("Een woord aan de school").fill("De kas wordt verbouwd.")
    desk.get_by_role("button", name="Afwijzen").click()

    expect(desk.get_by_text("Afgewezen.", exact=True)).to_be_visible()
    (mail,) = mails()
    assert "De kas wordt verbouwd." in mail.text
    assert Booking.objects.get().state == State.DECLINED


def test_visit_with_two_classes_moves_to_a_day_that_is_typed(desk, submission, assert_accessible):
    programme = make_programme(title="Drones en vr", max_groups=2, max_pupils=70)
    slot = make_slot(programmes=[programme], max_groups=2, max_pupils=70)
    other = make_slot(programmes=[programme], starts_at=amsterdam(2027, 3, 9, 9), max_groups=2)
    make_slot(programmes=[programme], starts_at=amsterdam(2027, 3, 16, 9), max_groups=2)
    visit = make_visit(programme=programme, slot=slot)
    for name in ("7a", "7b"):
        make_booking(visit=visit, submission=submission, party_name=name)
    desk.goto(f"/beheer/bookings/visit/{visit.pk}/change/")
    follow(desk, "Verplaats het bezoek")
    choose_slot(desk, "9 maart", "di 9 mrt 2027")
    assert_accessible()
    desk.get_by_label("Een woord aan de scholen").fill("Wij schilderen die week.")
    desk.get_by_role("button", name="Verplaats het bezoek").click()

    expect(desk.get_by_text("2 klassen verplaatst.")).to_be_visible()
    moved = submission.bookings.values_list("party_name", "visit__slot").order_by("party_name")
    assert list(moved) == [("7a", other.pk), ("7b", other.pk)]
    assert ["Wij schilderen die week." in mail.text for mail in mails()] == [True]


def test_page_whose_pictures_come_late_takes_the_keyboard_from_nobody(desk):
    """It goes to the school's search once all is there; by then she may type elsewhere."""
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    form = f"/beheer/bookings/booking/add/?programme={programme.pk}&slot={slot.pk}"
    for name, before, after in [
        ("contact_name", "Ümit", "Ümit Çelik"),
        ("school_q", "re", "re Çelik"),
    ]:
        desk.goto(form)
        desk.wait_for_load_state()
        desk.locator(f"[name={name}]").click()
        desk.keyboard.type(before)
        desk.evaluate("window.dispatchEvent(new Event('load'))")
        desk.keyboard.type(" Çelik")
        expect(desk.locator(f"[name={name}]")).to_have_value(after)


def test_school_on_the_telephone_is_booked_against_a_rule(desk, assert_accessible):
    school = make_school(name=SCHOOL, city="Raalte")
    programme = make_programme(title="Drones en vr", max_pupils_per_class=20)
    make_slot(programmes=[programme])
    follow(desk, "Boek namens een school")
    desk.get_by_label("Programma").select_option(label="Drones en vr")
    desk.get_by_role("button", name="Volgende").click()
    expect(desk.locator(".select2-search__field")).to_be_focused()  # it opens by itself
    choose_slot(desk, "3-11", "di 3 nov 2026")
    desk.get_by_role("button", name="Volgende").click()

    desk.locator("[name=school_q]").fill("regenboog raalte")
    desk.get_by_role("button", name="Zoek").click()
    desk.locator(f"[name=school][value='{school.pk}']").check()
    desk.fill("[name=contact_name]", CONTACT)
    desk.fill("[name=email]", "umit@school.example")
    desk.fill("[name=phone]", "06 12345678")
    desk.fill("[name=klas-0-name]", "7b")
    desk.check("[name=klas-0-year_groups][value='7']")
    desk.fill("[name=klas-0-pupils]", "28")
    desk.fill("[name=klas-0-supervisors]", "3")
    desk.get_by_role("button", name="Boek", exact=True).click()
    expect(desk.get_by_text("Hoogstens 20 leerlingen per klas.")).to_be_visible()
    assert_accessible()
    desk.get_by_label("aantal leerlingen").check()
    desk.get_by_label("Waarom").fill("Past deze keer.")
    desk.get_by_role("button", name="Boek", exact=True).click()

    expect(desk.get_by_text("Geboekt. umit@school.example krijgt de bevestiging")).to_be_visible()
    booking = Booking.objects.get()
    assert (booking.state, booking.pupils, booking.submission.contact_name) == (
        State.CONFIRMED,
        28,
        CONTACT,
    )
    assert ["Past deze keer." in mail.text for mail in mails()] == [False]


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def as_people_type(page, text: str) -> None:
    page.keyboard.type(text, delay=90)


def known_school():
    """She was here with 7b in September."""
    school = make_school(name=SCHOOL, city="Raalte")
    for number in range(3):
        make_school(name=f"OBS De Regenboog {number}", city="Zwolle")
    seven = make_class_group(school=school, name="7b")
    submission = make_submission(school=school, contact_name=CONTACT, email="umit@school.example")
    past = make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 14, 9)))
    make_booking(visit=past, submission=submission, class_group=seven, party_name="7b", pupils=27)
    return school


def test_known_school_is_booked_by_keyboard_alone_in_45_seconds(desk, assert_accessible):
    """With 90 ms a key and a second to look before each step, from the telephone ringing on."""
    school = known_school()
    make_slot(programmes=[make_programme(title="Drones en vr")])
    desk.goto("/beheer/bookings/booking/add/")
    begun = time.monotonic()

    as_people_type(desk, "Dron")
    press(desk, "Tab", "Enter")  # the button after the list of programmes
    expect(desk.locator(".select2-search__field")).to_be_focused()
    as_people_type(desk, "3-11")
    expect(desk.get_by_role("option", name="di 3 nov 2026")).to_be_visible()
    press(desk, "Enter", "Tab", "Enter")
    expect(desk.locator("[name=school_q]")).to_be_focused()
    as_people_type(desk, "regenboog raalte")
    press(desk, "Enter")

    expect(desk.locator(f"[name=school][value='{school.pk}']")).to_be_checked()
    offered = desk.get_by_role("button", name=f"{CONTACT}, umit@school.example, 0570 123456")
    expect(offered).to_be_focused()
    press(desk, "Enter")
    expect(desk.get_by_role("button", name="7b, groep 7, 27 leerlingen")).to_be_focused()
    press(desk, "Enter")
    expect(desk.locator("[name=klas-0-pupils]")).to_be_focused()
    as_people_type(desk, "25")
    if not desk.locator("[name=klas-0-supervisors]").input_value():
        press(desk, "Tab")
        as_people_type(desk, "3")
    press(desk, "Enter")
    expect(desk.get_by_text("Geboekt. umit@school.example krijgt de bevestiging")).to_be_visible()

    steps = 7
    assert time.monotonic() - begun + steps < 45
    booking = Booking.objects.latest("pk")
    assert (booking.class_group.name, booking.pupils, booking.submission.school) == (
        "7b",
        25,
        school,
    )


def test_arrows_choose_among_schools_and_a_new_search_forgets_the_old_choice(
    desk, assert_accessible
):
    known_school()
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    desk.goto(f"/beheer/bookings/booking/add/?programme={programme.pk}&slot={slot.pk}")
    as_people_type(desk, "regenboog zwolle")
    desk.get_by_label("OBS De Regenboog 1").wait_for()
    press(desk, "ArrowDown", "ArrowDown", "Enter")
    expect(desk.get_by_text("Van deze school heeft nog niemand geboekt.")).to_be_visible()
    expect(desk.get_by_label("OBS De Regenboog 1")).to_be_checked()
    expect(desk.locator("[name=contact_name]")).to_be_focused()

    desk.locator("[name=school_q]").focus()
    desk.locator("[name=school_q]").fill("")
    as_people_type(desk, "oude deventerstraat")
    press(desk, "Enter")
    expect(desk.get_by_label(SCHOOL)).to_be_checked()
    expect(desk.get_by_role("button", name="umit@school.example")).to_be_focused()
    assert_accessible()
    assert Booking.objects.filter(visit__slot=slot).count() == 0


def test_kit_is_lent_to_a_known_school_by_keyboard_alone(desk, assert_accessible):
    school = known_school()
    kit = make_kit(title="Stroomkringen")
    desk.goto("/beheer/kits/loan/add/")
    begun = time.monotonic()
    as_people_type(desk, "Stroom")
    press(desk, "Tab")
    as_people_type(desk, "11112026")
    press(desk, "Tab", "Tab")  # past the button that opens the calendar
    as_people_type(desk, "12122026")
    press(desk, "Enter")
    expect(desk.locator("[name=school_q]")).to_be_focused()
    as_people_type(desk, "regenboog raalte")
    press(desk, "Enter")
    expect(desk.get_by_role("button", name="umit@school.example")).to_be_focused()
    press(desk, "Enter")
    expect(desk.get_by_role("button", name="7b, groep 7, 27 leerlingen")).to_be_focused()
    assert_accessible()
    press(desk, "Enter")
    expect(desk.locator("[name=klas-pupils]")).to_be_focused()
    press(desk, "Enter")
    expect(desk.get_by_text("Gereserveerd. umit@school.example")).to_be_visible()

    assert time.monotonic() - begun + 6 < 45
    loan = Loan.objects.get()
    assert loan.kit == kit
    assert (loan.class_group.name, loan.pupils, loan.submission.school) == ("7b", 27, school)


def test_pattern_becomes_slots_after_a_preview(desk, assert_accessible):
    programme = make_programme(title="Drones en vr")
    pattern = SchedulePattern.objects.create(
        venue=programme.venue,
        weekday=1,
        starts_at="09:00",
        ends_at="12:00",
        season_from=datetime.date(2026, 10, 13),
        season_to=datetime.date(2026, 11, 3),
    )
    pattern.programmes.add(programme)
    desk.goto(f"/beheer/bookings/schedulepattern/{pattern.pk}/change/")
    follow(desk, "Maak dagdelen")
    expect(desk.get_by_text("di 13 okt 2026 Herfstvakantie")).to_be_visible()
    assert_accessible()
    assert VisitSlot.objects.count() == 0
    desk.get_by_role("button", name="Maak 3 dagdelen").click()

    expect(desk.get_by_text("3 dagdelen gemaakt.")).to_be_visible()
    assert VisitSlot.objects.filter(programmes=programme).count() == 3


def test_day_list_is_ticked_off(desk, submission, assert_accessible):
    """Today's visits began an hour ago."""
    visit = make_visit(
        slot=make_slot(starts_at=amsterdam(2026, 9, 15, 9)), max_groups=2, max_pupils=70
    )
    for name in ("7a", "7b"):
        make_booking(visit=visit, submission=submission, party_name=name)
    follow(desk, "Daglijst")
    assert_accessible()
    desk.get_by_label(f"7b, {SCHOOL} was er").uncheck()
    desk.get_by_role("button", name="Noteer wie er kwam").click()

    expect(desk.get_by_text("1 klas genoteerd.")).to_be_visible()
    assert dict(Booking.objects.values_list("party_name", "state")) == {
        "7a": State.ATTENDED,
        "7b": State.CONFIRMED,
    }


def test_lists_and_forms_are_accessible_too(desk, submission, assert_accessible):
    booking = make_booking(submission=submission, state=State.REQUESTED)
    programme = booking.visit.programme
    make_component(programme=programme)
    for page in (
        "bookings/booking",
        "bookings/visitslot",
        f"bookings/visit/{booking.visit_id}/change",
        f"programmes/programme/{programme.pk}/change",
        f"schools/school/{submission.school_id}/change",
        f"schools/user/{submission.user_id}/change",
    ):
        desk.goto(f"/beheer/{page}/")
        assert_accessible(but=NOT_OURS)


# --- On a phone ------------------------------------------------------------------------------


def sideways(page) -> list[str]:
    """What scrolls sideways: the page, or a part of it."""
    return page.evaluate("""[...document.querySelectorAll("html, #main *")]
        .filter((one) => one.scrollWidth > one.clientWidth + 1)
        .filter((one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX))
        .filter((one) => one.clientWidth)
        .map((one) => one.outerHTML.slice(0, 120))""")


def test_lists_and_planner_need_no_scrolling_sideways_on_a_phone(
    desk, submission, assert_accessible
):
    zone = make_zone(name="Moderne technologie en media")
    programme = make_programme(title="Green screen en stop-motion", zones=[zone])
    booking = make_booking(
        submission=submission,
        visit=make_visit(slot=make_slot(programmes=[programme]), programme=programme),
    )
    booking.events.update(notice="confirmed", noticed_at=None)
    mails()
    make_loan(submission=submission)
    desk.set_viewport_size({"width": 390, "height": 844})
    for address, text in (
        ("bookings/booking", SCHOOL),
        ("bookings/visit", "Green screen en stop-motion"),
        ("core/mail", submission.email),
        ("kits/loan", SCHOOL),
        ("bookings/visit/week", "Moderne technologie en media"),
        ("programmes/programme", "Green screen en stop-motion"),
    ):
        desk.goto(f"/beheer/{address}/" + ("?week=2026-11-03" if "week" in address else ""))
        expect(desk.get_by_text(text).filter(visible=True).first).to_be_in_viewport()
        assert (address, sideways(desk)) == (address, [])
        if "week" in address:
            assert_accessible()
