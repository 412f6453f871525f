"""The waiting list as a teacher meets it: from a full date to the place that is hers."""

import datetime
import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from bookings import lifecycle
from bookings.models import Booking, State, Visit, VisitWait, ZoneClaim
from bookings.telling import documents
from bookings.waiting.visit_list import LIST
from core.mail.outbox import Teller
from core.models import Mail
from submissions.links import token_of
from submissions.models import Ending, Submission, WaitState
from tests.booking_form import address, code_in_mail, key_in, typed
from tests.factories import (
    amsterdam,
    make_booking,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
    make_wait,
)
from tests.submissions.sharing import shared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def programme():
    return make_programme(title="Film", slug="film", max_pupils=34)


@pytest.fixture
def slot(programme):
    return make_slot(programmes=[programme])


@pytest.fixture
def taken(programme, slot):
    return make_booking(visit=make_visit(slot=slot, programme=programme))


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def wait_page(submission: Submission, *, token: bool = False) -> str:
    by_link = {"token": token_of(submission)} if token else {}
    return reverse("bookings:wait", kwargs={"public_id": submission.public_id} | by_link)


def mails() -> list[Mail]:
    before = set(Mail.objects.values_list("pk", flat=True))
    Teller().tell(seconds=30)
    return list(Mail.objects.exclude(pk__in=before).order_by("pk"))


# --- Joining -------------------------------------------------------------------------------------


def test_from_the_date_that_has_just_gone_with_everything_typed_kept(
    client, programme, slot, taken
):
    form = address(programme, slot)

    refused = client.post(form, typed())

    assert refused.status_code == 409
    assert 'name="wait" value="1"' in refused.text
    data = typed(submission_key=key_in(refused.text), wait="1")
    del data["send"]
    code_page = client.post(form, data)["Location"]
    assert "vanaf dan staan jullie op de lijst" in client.get(code_page).text
    done = client.post(code_page, {"code": code_in_mail()})
    row = VisitWait.objects.get()
    assert (row.state, row.party_name, row.slot) == (WaitState.WAITING, "7b", slot)
    assert done["Location"] == wait_page(row.submission)
    page = text_of(client.get(done["Location"]))
    assert "Jullie zijn nummer 1 op de lijst." in page
    assert "Komt er een plek vrij voor jullie allemaal" in page
    (mail,) = [one for one in mails() if one.template == "wait_joined"]
    assert "Jullie zijn nummer 1 op de lijst." in mail.text
    assert "Is er een plek voor jullie allemaal, dan mailen we meteen" in " ".join(
        mail.text.split()
    )


def test_code_of_who_asks_to_wait_leads_to_no_form_that_is_not_there_any_more(
    client, programme, slot, taken
):
    data = typed(wait="1")
    del data["send"]
    code_page = client.post(address(programme, slot), data)["Location"]
    [change] = re.findall(r'href="([^"]+)">Wijzigen<', client.get(code_page).text)
    assert client.get(change).status_code == 200
    type(programme).objects.update(is_published=False)

    assert ">Wijzigen<" not in client.get(code_page).text
    away = client.post(code_page, {"let_go": "1"})["Location"]
    assert away == reverse("programmes:catalogue")


def test_full_date_of_the_calendar_leads_to_the_same_form(client, programme, slot, taken):
    month = client.get("/programmas/film/?maand=2026-11").text
    (link,) = re.findall(r'href="([^"]+\?wachtlijst=1)"', month)

    page = client.get(link)

    assert "Zet ons op de wachtlijst" in page.text
    assert 'name="klas-0-name"' in page.text
    assert "Kies een andere datum" not in page.text


def test_teacher_who_is_signed_in_waits_at_once_and_twice_is_once(programme, slot, taken):
    teacher = make_teacher(school=taken.submission.school)
    client = Client()
    client.force_login(teacher)
    data = typed(email=teacher.email, school=str(teacher.school_id), wait="1")
    data |= {"school_typed_name": "", "school_typed_city": ""}

    first, second = (client.post(address(programme, slot), data) for _click in range(2))

    assert first["Location"] == second["Location"] == wait_page(Submission.objects.latest("pk"))
    assert VisitWait.objects.count() == 1


def test_code_mail_names_the_list_and_the_date(client, programme, slot, taken):
    client.post(address(programme, slot), typed(wait="1"))

    assert "de wachtlijst voor Film, dinsdag 3 november 09:00" in Mail.objects.latest("pk").text


def test_several_days_are_wished_for_with_the_same_fields(client, programme, slot, taken):
    page = reverse("bookings:wish", args=["film"])
    days = {"weekdays": ["1", "3"], "part": "morning"}
    span = {"first_day": "2026-11-02", "last_day": "2026-11-30"}
    form = client.get(page)
    assert form.status_code == 200
    data = typed(submission_key=key_in(form.text), wait="1") | days

    wrong = client.post(page, data | {"first_day": "2026-11-30", "last_day": "2026-11-02"})
    code_page = client.post(page, data | span)["Location"]
    client.post(code_page, {"code": code_in_mail()})

    assert wrong.status_code == 422
    assert "De laatste dag ligt voor de eerste." in wrong.text
    row = VisitWait.objects.get()
    assert (row.weekdays, row.part, row.slot) == ("13", "morning", None)
    lifecycle.cancel(booking=taken, by=make_staff())
    row.refresh_from_db()
    assert row.state == WaitState.OFFERED


def test_what_waits_for_its_code_is_filled_in_to_be_changed(client, programme, slot, taken):
    client.get(address(programme, slot))
    to_date = client.post(address(programme, slot), typed(wait="1"))["Location"]
    change = re.search(r'href="([^"]+wijzig)"', client.get(to_date).text)
    of_date = client.get(html.unescape(change[1]))

    page = reverse("bookings:wish", args=["film"])
    assert client.get(f"{page}?wijzig").context["days"]["first_day"].value() is None  # no wish
    days = {"weekdays": ["1", "3"], "part": "morning"}
    days |= {"first_day": "2026-11-02", "last_day": "2026-11-30"}
    wish = typed(submission_key="a-random-key-of-a-wish", wait="1") | days
    to_wish = client.post(page, wish)["Location"]
    change = re.search(r'href="([^"]+wijzig)"', client.get(to_wish).text)
    of_wish = client.get(html.unescape(change[1]))

    for form in (of_date.context["form"], of_wish.context["form"]):
        assert form.classes.forms[0].initial["name"] == "7b"
        assert form.contact.initial["email"] == "umit@school.example"
    typed_days = of_wish.context["days"]
    assert {name: typed_days[name].value() for name in days} == {
        "weekdays": ["1", "3"],
        "part": "morning",
        "first_day": datetime.date(2026, 11, 2),
        "last_day": datetime.date(2026, 11, 30),
    }


def test_days_of_a_wish_that_was_refused_are_there_again(client, programme, slot, taken):
    page = reverse("bookings:wish", args=["film"])
    client.get(page)
    days = {"weekdays": ["1"], "first_day": "2026-11-30", "last_day": "2026-11-02"}
    client.post(page, typed(wait="1") | days)

    again = client.get(page).context["days"]

    assert (again["weekdays"].value(), again["first_day"].value()) == (["1"], "2026-11-30")


def test_wish_that_is_refused_says_why_and_nothing_typed_is_lost(programme, slot, taken, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "codes_per_address": (1, datetime.timedelta(minutes=10))
    }
    page = reverse("bookings:wish", args=["film"])
    days = {"weekdays": ["1"], "part": "", "first_day": "2026-11-02", "last_day": "2026-11-30"}
    answers = [
        Client().post(page, typed(submission_key=f"key-of-browser-{number}", wait="1") | days)
        for number in range(2)
    ]

    assert [answer.status_code for answer in answers] == [302, 409]
    assert answers[1].context["refused"].startswith("Dat was veel in korte tijd.")
    assert answers[1].context["form"].contact["contact_name"].value() == "Ümit Çelik-van ’t Hof"
    assert VisitWait.objects.count() == 1


def test_wish_stands_in_mijn_tec_with_its_days_and_its_offer_with_the_date(programme, slot):
    """Not with the first day of the wish as if that were a date."""
    teacher = make_teacher(school=make_school())
    days = {"slot": None, "first_day": datetime.date(2026, 10, 25), "weekdays": "12"}
    row = make_wait(
        programme=programme, submission=make_submission(user=teacher),
        last_day=datetime.date(2026, 11, 20), **days,
    )  # fmt: skip
    client = Client()
    client.force_login(teacher, "django.contrib.auth.backends.ModelBackend")
    waits = client.get("/mijn/").text
    assert "dinsdag of woensdag, van 25 oktober tot en met 20 november 2026" in waits

    LIST.offer_by_hand(row.submission, slot=slot, by=make_staff(), note="Zij wachten lang")

    offered = client.get("/mijn/").text
    assert '<span class="big-date-number">3</span>' in offered
    assert '<span class="big-date-number">25</span>' not in offered


# --- What is offered ----------------------------------------------------------------------------


@pytest.fixture
def offered(programme, slot, taken):
    row = make_wait(programme=programme, slot=slot)
    lifecycle.cancel(booking=taken, by=make_staff())
    row.refresh_from_db()
    return row


def test_offer_is_mailed_with_its_deadline_and_looking_at_it_takes_nothing(client, offered):
    (mail,) = [one for one in mails() if one.template == "wait_offered"]
    page = wait_page(offered.submission, token=True)

    # Tuesday 10:00: seven hours today, nine on Wednesday.
    assert offered.held_until == amsterdam(2026, 9, 16, 17)
    assert "woensdag 16 september, 17:00" in mail.text
    assert "niet meer gratis" not in mail.text
    for _look in range(2):
        assert "Van jullie tot woensdag 16 september, 17:00" in text_of(client.get(page))
    assert Booking.objects.get(submission=offered.submission).state == State.OFFERED


def test_staff_open_the_booking_that_holds_what_is_offered(desk, offered):
    page = desk.get(reverse("admin:bookings_visitwait_change", args=[offered.pk])).text
    booking = reverse("admin:bookings_booking_change", args=[offered.booking_id])
    assert f'<dt>Boeking</dt><dd><a href="{booking}">' in page


def test_one_tap_takes_it_and_a_second_one_changes_nothing(client, offered):
    page = wait_page(offered.submission, token=True)

    answers = [client.post(page, {"take": "1"}) for _tap in range(2)]

    booked = reverse(
        "bookings:booking",
        kwargs={
            "public_id": offered.submission.public_id,
            "token": token_of(offered.submission),
        },
    )
    assert [one["Location"] for one in answers] == [booked, booked]
    assert "Jullie komen op dinsdag 3 november" in client.get(booked).text
    assert [one.template for one in mails() if one.to == offered.submission.email] == [
        "booking_confirmed"
    ]
    assert "Jullie namen de plek die we aanboden." in client.get(page).text


def test_who_is_offered_a_place_reads_that_it_is_hers_wherever_she_meets_the_date(
    offered, programme, slot
):
    """S07"""
    hers, others = Client(), Client()
    hers.force_login(offered.submission.user)

    month = "/programmas/film/?maand=2026-11"
    assert "09:00 voor jou tot wo 17:00" in hers.get(month).text
    assert "09:00 vol, wachtlijst" in others.get(month).text
    assert hers.get(address(programme, slot))["Location"] == wait_page(offered.submission)
    assert "Deze datum kan niet meer" in others.get(address(programme, slot)).text
    my_tec = text_of(hers.get("/mijn/"))
    assert "van jullie tot woensdag 16 september, 17:00" in my_tec


def test_place_that_a_passer_by_is_refused_is_offered_to_the_only_one_who_waits(
    client, programme, slot, taken
):
    """It came free by the shell, which rings no bell; and the refusal undid a first offer."""
    row = make_wait(programme=programme, slot=slot)
    Booking.objects.filter(pk=taken.pk).update(state=State.CANCELLED)
    ZoneClaim.objects.all().delete()
    Visit.objects.update(groups_taken=0, pupils_taken=0)

    answer = client.post(address(programme, slot), typed())

    row.refresh_from_db()
    assert (answer.status_code, row.state) == (409, WaitState.OFFERED)


def test_offer_after_the_free_period_says_so_before_it_is_taken(
    client, programme, slot, taken, frozen
):
    row = make_wait(programme=programme, slot=slot)
    frozen.move_to(amsterdam(2026, 10, 21, 9))  # the last free day was the 20th
    lifecycle.cancel(booking=taken, by=make_staff())

    words = "Let op: als jullie de plek nemen, is annuleren niet meer gratis."
    (mail,) = [one for one in mails() if one.template == "wait_offered"]
    assert words in mail.text
    assert words in client.get(wait_page(row.submission, token=True)).text


def test_lapsed_offer_is_told_with_other_dates(offered, programme, frozen):
    make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 5, 9))
    mails()
    frozen.move_to(amsterdam(2026, 9, 16, 17, 1))

    LIST.expire_offers()

    (mail,) = mails()
    assert mail.template == "wait_expired"
    assert "donderdag 5 november 09:00: " in mail.text
    assert mail.to == offered.submission.email


def test_lapsed_offer_went_to_nobody_where_nobody_else_waits(client, offered, frozen):
    """The very date is listed as free below it."""
    page = wait_page(offered.submission, token=True)
    assert "Jullie wachten op" not in client.get(page).text
    frozen.move_to(amsterdam(2026, 9, 16, 17, 1))
    LIST.expire_offers()

    answer = text_of(client.post(page, {"take": "1"}, follow=True))

    assert "Dit aanbod is voorbij." in answer
    assert "Het aanbod is niet op tijd genomen. Dit is nog vrij: dinsdag 3 november" in answer
    assert ("Jullie wachtten op" in answer, "volgende" in answer) == (True, False)


def test_colleague_reads_dates_and_position_in_her_own_language(programme, slot, taken):
    row = make_wait(programme=programme, slot=slot)
    colleague = shared(row.submission, language="en")
    row.events.update(notice="joined")

    texts = {mail.to: mail.text for mail in mails()}
    assert "Wanneer: Dinsdag 3 november 09:00\n" in texts[row.submission.email]
    assert "Jullie zijn nummer 1 op de lijst." in texts[row.submission.email]
    assert "When: Tuesday 3 November 09:00\n" in texts[colleague.email]
    assert "You are number 1 on the list." in texts[colleague.email]

    make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 5, 9))
    LIST.end(row.submission, Ending.TOO_LATE, by=None)

    texts = {mail.to: mail.text for mail in mails()}
    assert "- donderdag 5 november 09:00: " in texts[row.submission.email]
    assert "- Thursday 5 November 09:00: " in texts[colleague.email]


def test_wish_that_cannot_be_met_any_more_ends_and_says_so(programme, slot, taken, frozen):
    """S02"""
    row = make_wait(programme=programme, slot=slot)
    frozen.move_to(amsterdam(2026, 10, 28, 9))

    assert (LIST.end_unmet(), LIST.end_unmet()) == (1, 0)

    (mail,) = mails()
    assert (mail.template, mail.to) == ("wait_ended", row.submission.email)
    assert "Er is geen plek meer die jullie nog konden nemen." in mail.text


def test_withdrawing_twice_is_withdrawing_once(client, programme, slot, taken):
    row = make_wait(programme=programme, slot=slot)
    page = wait_page(row.submission, token=True)

    for _click in range(2):
        assert client.post(page, {"withdraw": "1"})["Location"] == page

    row.refresh_from_db()
    assert (row.state, row.events.filter(move="cancel").count()) == (WaitState.ENDED, 1)
    assert "Jullie hebben je teruggetrokken." in client.get(page).text


@pytest.mark.parametrize("move", ["take", "cancel", "end"])
def test_what_staff_write_along_for_a_school_that_waits_is_in_the_history(desk, offered, move):
    page = reverse("admin:bookings_visitwait_move", args=[offered.pk, move])

    assert desk.post(page, {"note": "Zij belde."}).status_code == 302

    assert offered.events.get(move=move).note == "Zij belde."


def test_wish_for_one_day_names_it_once_in_what_more_room_would_have_served(desk, programme):
    day = datetime.date(2026, 12, 3)
    wish = make_wait(programme=programme, slot=None, first_day=day, last_day=day)
    page = reverse("admin:bookings_visitwait_changelist")
    assert '<td class="nowrap">wensen, 3 dec 2026</td>' in desk.get(page).text

    VisitWait.objects.filter(pk=wish.pk).update(last_day=datetime.date(2026, 12, 9))
    assert "wensen, 3 dec 2026 tot en met 9 dec 2026" in desk.get(page).text


def test_fewer_pupils_keep_the_place_in_the_row_and_more_are_refused(
    client, programme, slot, taken
):
    """S08: said before saving"""
    row = make_wait(programme=programme, slot=slot, pupils=28)
    kwargs = {
        "public_id": row.submission.public_id,
        "token": token_of(row.submission),
        "wait_id": row.pk,
    }
    page = reverse("bookings:wait_numbers", kwargs=kwargs)
    assert "Met minder houden jullie je plek in de rij." in client.get(page).text

    refused = client.post(page, {"pupils": 30})
    saved = client.post(page, {"pupils": 20})

    assert "jullie beginnen dan achteraan" in refused.text
    assert saved.status_code == 302
    row.refresh_from_db()
    assert row.pupils == 20


@pytest.mark.parametrize(
    ("pupils", "said"), [(0, "Vul 1 of meer in."), ("", "Vul in hoeveel leerlingen er zijn.")]
)
def test_number_of_who_waits_is_asked_for_as_on_every_page(client, programme, slot, pupils, said):
    row = make_wait(programme=programme, slot=slot, pupils=28)
    client.force_login(row.submission.user)
    page = reverse("bookings:wait_numbers", args=[row.submission.public_id, row.pk])

    assert client.post(page, {"pupils": pupils}).context["form"].errors == {"pupils": [said]}


# --- Rows in different states -------------------------------------------------------------------


def test_page_mail_and_letter_give_each_class_its_own_state(client, programme, slot):
    """S09: of three classes two are booked and one waits, then is offered a place."""
    submission = make_submission()
    visit = make_visit(slot=slot, programme=programme, max_groups=2, max_pupils=60)
    classes = [
        make_booking(visit=visit, submission=submission, party_name=name, pupils=20, state=state)
        for name, state in (("7a", State.REQUESTED), ("7b", State.CONFIRMED))
    ]
    row = make_wait(programme=programme, slot=slot, submission=submission, party_name="7c")

    lifecycle.confirm(booking=classes[0], by=make_staff())

    (mail,) = mails()
    assert "7c staat op de wachtlijst voor Film, dinsdag 3 november 09:00" in mail.text
    page = reverse(
        "bookings:booking",
        kwargs={"public_id": submission.public_id, "token": token_of(submission)},
    )
    text = text_of(client.get(page))
    assert "7c op de wachtlijst" in text
    assert "Jullie zijn nummer 1 op de lijst." in text
    lifecycle.change_numbers(booking=classes[1], pupils=10, supervisors=1, by=make_staff())
    Booking.objects.filter(pk=classes[0].pk).update(state=State.CONFIRMED)
    lifecycle.cancel(booking=classes[1], by=make_staff())
    row.refresh_from_db()
    assert row.state == WaitState.OFFERED
    shown = [one.party_name for stay in documents._stays(submission) for one in stay.bookings]
    assert shown == ["7a"]
