"""What a visit costs and until when it can be changed: on the form, on its own page, in mails."""

import re
from typing import Any

import pytest
from django.urls import reverse

from bookings import lifecycle, tasters
from bookings.models import Booking, State
from bookings.telling.stays import stays_of
from core.mail.outbox import Teller
from core.models import Mail
from programmes.models import Programme, ProgrammeKind
from submissions.models import Submission
from tests.booking_form import address, typed
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_programme,
    make_school,
    make_slot,
    make_submission,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_letter")]


def paid(**fields: Any):
    fields = {"price": "75", "price_note": "Achteraf een factuur.", "max_groups": 2} | fields
    return make_programme(title="Stop-motion", **fields)


def terms_on(page: str) -> dict[str, str]:
    """Each term with what is said of it, as read."""
    rows = re.findall(r"<div><dt>([^<]+)</dt><dd>(.+?)</dd></div>", page, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", "", text).split()) for name, text in rows}


AHEAD = {
    "Prijs": "€ 75,00 per klas Achteraf een factuur.",
    "Aantallen wijzigen": "zelf, tot en met dinsdag 27 oktober",
    "Annuleren": "gratis, tot en met dinsdag 20 oktober",
}
PAST = "niet meer: vanaf vandaag vragen jullie het ons"


def test_form_says_what_one_agrees_to_beside_its_button(client):
    programme = paid()
    page = client.get(address(programme, make_slot(programmes=[programme]))).content.decode()
    assert terms_on(page) == AHEAD
    between = page[page.index('class="terms"') : page.index('class="form-end"')]
    assert between.count("<fieldset") == 0


def test_form_for_two_classes_says_what_they_cost_together(client):
    programme = paid()
    slot = make_slot(programmes=[programme], max_pupils=60)
    page = client.post(address(programme, slot), typed() | {"add": "1"}).content.decode()
    together = "€ 75,00 per klas, samen € 150,00 Achteraf een factuur."
    assert terms_on(page)["Prijs"] == together


def test_form_says_that_a_moment_has_passed_before_anybody_commits(client, frozen):
    programme = paid(price=0, price_note="")
    slot = make_slot(programmes=[programme])
    frozen.move_to(amsterdam(2026, 10, 21, 9))
    page = client.get(address(programme, slot)).content.decode()
    assert terms_on(page) == {
        "Prijs": "gratis",
        "Aantallen wijzigen": "zelf, tot en met dinsdag 27 oktober",
        "Annuleren": PAST,
    }


def test_last_day_itself_still_counts(client, frozen):
    programme = paid()
    slot = make_slot(programmes=[programme])
    frozen.move_to(amsterdam(2026, 10, 20, 23, 59))
    page = client.get(address(programme, slot)).content.decode()
    assert terms_on(page) == AHEAD


def page_of(client, booking: Booking) -> str:
    client.force_login(booking.submission.user)
    address = reverse("bookings:booking", args=[booking.submission.public_id])
    return client.get(address).content.decode()


def test_page_of_a_booking_says_the_same(client):
    programme = paid()
    booking = make_booking(visit=make_visit(programme=programme))
    assert terms_on(page_of(client, booking)) == AHEAD


def test_page_of_what_was_cancelled_promises_nothing(client):
    booking = make_booking(visit=make_visit(programme=paid()), state=State.CANCELLED)
    assert terms_on(page_of(client, booking)) == {}


def test_confirmation_says_the_same_as_text_and_as_html(staff):
    visit = make_visit(programme=paid(), slot=make_slot(max_groups=2))
    booking = make_booking(visit=visit, state=State.REQUESTED)
    lifecycle.confirm(booking=booking, by=staff)
    Teller().tell(seconds=30)
    mail = Mail.objects.get()
    assert (
        "Prijs: € 75,00 per klas (Achteraf een factuur.)\n"
        "Aantallen wijzigen: zelf, tot en met dinsdag 27 oktober\n"
        "Annuleren: gratis, tot en met dinsdag 20 oktober\n"
    ) in mail.text
    rows = re.findall(r"<th[^>]*>([^<]+)</th><td[^>]*>(.+?)</td>", mail.html)
    said = {name: " ".join(re.sub(r"<[^>]+>", " ", text).split()) for name, text in rows}
    assert {name: said[name] for name in AHEAD} == AHEAD


ASK = "vraag het ons gerust: wij hebben het bezoek verzet"


def moved(by, *, to: int = 21) -> Booking:
    """By staff or its school to a day in September."""
    programme = paid()
    booking = make_booking(visit=make_visit(programme=programme))
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, to, 9))
    lifecycle.reschedule(booking=booking, slot=slot, by=by or booking.submission.user)
    booking.refresh_from_db()
    return booking


@pytest.mark.parametrize("by_us", [True, False])
def test_a_move_to_a_near_day_does_not_call_too_late_what_we_chose(client, staff, by_us):
    """Neither the mail does, nor the page and its letter."""
    booking = moved(staff if by_us else None)
    Teller().tell(seconds=30)
    said = ASK if by_us else PAST
    assert f"Annuleren: {said}\n" in Mail.objects.get().text
    assert terms_on(page_of(client, booking))["Annuleren"] == said
    assert [one.text for one in stays_of([booking])[0].terms[1:]] == [said, said]
    for page in ("cancel", "move", "numbers"):
        address = reverse(f"bookings:{page}", args=[booking.submission.public_id, booking.pk])
        text = client.get(address).text
        assert ("wij hebben dit bezoek verzet" in text.lower()) == by_us, page
        assert bool(re.search("(met|was) maandag (7|14) september", text)) != by_us, page


def test_what_became_too_late_since_we_moved_it_is_too_late(client, staff, frozen):
    """On the day of the move numbers could still be changed, and no longer be cancelled."""
    booking = moved(staff, to=25)
    terms = terms_on(page_of(client, booking))
    assert (terms["Annuleren"], terms["Aantallen wijzigen"][:4]) == (ASK, "zelf")
    frozen.move_to(amsterdam(2026, 9, 21, 9))
    terms = terms_on(page_of(client, booking))
    assert (terms["Annuleren"], terms["Aantallen wijzigen"]) == (ASK, PAST)


def test_move_of_the_school_itself_comes_after_ours(client, staff):
    booking = moved(staff, to=29)
    programme = booking.visit.programme
    near = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 22, 9))
    lifecycle.reschedule(booking=booking, slot=near, by=booking.submission.user)
    booking.refresh_from_db()
    assert terms_on(page_of(client, booking))["Annuleren"] == PAST


# --- A Proeverij on which an Experience rests ----------------------------------------------------


@pytest.fixture
def trajectory():
    """7b of a school: its Proeverij on 3 November, an Experience on 1 December."""
    school = make_school()
    class_group = make_class_group(school=school, name="7b")
    submission = make_submission(school=school)
    taster = make_programme(kind=ProgrammeKind.TASTER, title="Proeverij")
    experience = make_programme(
        kind=ProgrammeKind.EXPERIENCE, title="Robots", requires_taster=True, max_groups=2
    )
    of_class: Any = {"submission": submission, "class_group": class_group, "party_name": "7b"}
    first = make_booking(visit=make_visit(programme=taster), **of_class)
    slot = make_slot(programmes=[experience], starts_at=amsterdam(2026, 12, 1, 9))
    second = make_booking(visit=make_visit(programme=experience, slot=slot), **of_class)
    return first, second


LINE = "Robots, 7b, dinsdag 1 december 2026 09:00"


def cancelling(client, booking: Booking) -> str:
    client.force_login(booking.submission.user)
    return client.get(
        reverse("bookings:cancel", args=[booking.submission.public_id, booking.pk])
    ).content.decode()


def test_cancelling_a_proeverij_says_first_which_experience_rests_on_it(client, trajectory):
    page = cancelling(client, trajectory[0])
    assert "Op deze Proeverij rust een Experience van jullie school:" in page
    assert page.index(LINE) < page.index('type="submit">Ja, annuleer')


def test_nothing_is_said_where_another_proeverij_comes_before(client, trajectory):
    first, _second = trajectory
    slot = make_slot(programmes=[first.visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    make_booking(
        visit=make_visit(programme=first.visit.programme, slot=slot),
        submission=first.submission,
        class_group=first.class_group,
        party_name="7b",
    )
    assert tasters.resting_on(first) == []
    assert LINE not in cancelling(client, first)


def test_an_experience_itself_bears_nothing(client, trajectory):
    assert tasters.resting_on(trajectory[1]) == []
    assert LINE not in cancelling(client, trajectory[1])


def test_mail_of_the_cancellation_says_it_too(trajectory):
    first, _second = trajectory
    lifecycle.cancel(booking=first, by=first.submission.user)
    Teller().tell(seconds=30)
    mail = Mail.objects.get()
    said = "Op deze Proeverij rustte een Experience van jullie school:\n- " + LINE
    assert said in mail.text
    assert f"<li>{LINE}</li>" in mail.html


def test_an_english_mail_names_the_experience_in_english(trajectory):
    first, second = trajectory
    Submission.objects.update(language="en")
    Programme.objects.filter(pk=second.visit.programme_id).update(title_en="Robots and us")
    lifecycle.cancel(booking=first, by=first.submission.user)
    Teller().tell(seconds=30)
    assert "- Robots and us, 7b, Tuesday 1 December 2026 09:00" in Mail.objects.get().text
