"""The waiting list for kits: from days on which all boxes are away to a box that is hers."""

import datetime
import html
import re
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from bookings.visits.calling_off import call_off
from core.backoffice.history import staff_history
from core.kinds import kind_of
from core.mail.outbox import Teller
from core.models import Mail
from kits import clock, lifecycle, moving
from kits import handling as verbs
from kits.models import KitCopy, LessonKit, Loan, LoanState, LoanWait
from kits.refusals import NoCopyFree, NotAHandoverDay, NotLentAnyMore
from kits.telling.wording import sentence
from kits.waiting.loan_list import LIST, position_of
from programmes.models import Closure
from schools.models import SchoolHoliday
from submissions.links import token_of
from submissions.models import Ending, WaitState
from submissions.rules import RulesBroken
from tests.booking_form import code_in_mail, key_in
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_loan_wait,
    make_staff,
    make_teacher,
)
from tests.kits.asking import hold, november
from tests.kits.test_loan_pages import visit_with_kit
from tests.loan_form import address, typed
from tests.programme_form import insist
from tests.submissions.sharing import shared, signed_in, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]
S = WaitState


@pytest.fixture
def kit():
    SchoolHoliday.objects.all().delete()
    return make_kit()


def lend(kit, **fields) -> Loan:
    return make_loan(copy=kit.copies.first(), **fields)


def state_of(row) -> str:
    return LoanWait.objects.get(pk=row.pk).state


def test_freed_box_is_offered_to_the_first_in_the_same_transaction(kit):
    loan = lend(kit)
    first, second = make_loan_wait(kit=kit), make_loan_wait(kit=kit)
    assert (position_of(first), position_of(second)) == (1, 2)

    lifecycle.cancel(loan=loan, by=make_staff())

    assert (state_of(first), state_of(second)) == (S.OFFERED, S.WAITING)
    assert Loan.objects.get(submission=first.submission).state == LoanState.OFFERED


@pytest.mark.parametrize("day", [2, 23])
def test_no_box_is_offered_for_days_on_which_the_desk_is_closed_by_now(kit, day):
    row = make_loan_wait(kit=kit)
    Closure.objects.create(
        venue=kit.venue, reason="Lekkage", starts_on=november(day), ends_on=november(day)
    )

    assert LIST.give_turns() == 0
    with pytest.raises(NotAHandoverDay):
        LIST.offer_by_hand(row, by=make_staff(), note="Toch")

    assert (state_of(row), Loan.objects.count()) == (S.WAITING, 0)


def test_page_says_the_place_of_who_waits_and_none_of_who_is_offered_a_box(client, kit):
    first, second = make_loan_wait(kit=kit), make_loan_wait(kit=kit)
    LIST.give_turns()
    client.force_login(make_staff())
    pages = [
        client.get(reverse("admin:kits_loanwait_change", args=[row.pk])) for row in (first, second)
    ]

    assert (state_of(first), state_of(second)) == (S.OFFERED, S.WAITING)
    assert [page.context["place"] for page in pages] == [None, 1]
    assert ["Plek in de rij" in page.text for page in pages] == [False, True]


def test_position_counts_who_waits_for_any_of_these_days_only(kit):
    days = [(2, 6), (23, 27), (6, 9), (16, 23)]
    for first, last in days:
        on = {"starts_on": november(first), "ends_on": november(last)}
        make_loan_wait(kit=kit, **on)
    row = make_loan_wait(kit=kit, starts_on=november(9), ends_on=november(20))

    assert position_of(row) == 3  # behind those until the 9th and from the 16th


def test_taken_and_cancelled_box_goes_to_the_next(kit):
    """S01"""
    loan = lend(kit)
    first, second = make_loan_wait(kit=kit), make_loan_wait(kit=kit)
    lifecycle.cancel(loan=loan, by=make_staff())
    by = first.submission.user
    LIST.take(first.submission, by=by)
    taken = Loan.objects.get(submission=first.submission)
    assert (taken.state, taken.events.latest("pk").notice) == (LoanState.RESERVED, "reserved")

    lifecycle.cancel(loan=taken, by=by)

    assert (state_of(first), state_of(second)) == (S.TAKEN, S.OFFERED)


def cancel(kit, loan):
    lifecycle.cancel(loan=loan, by=make_staff())


def other_days(kit, loan):
    days = {"starts_on": datetime.date(2026, 12, 1), "ends_on": datetime.date(2026, 12, 15)}
    moving.move(loan=loan, by=make_staff(), **days)


def add_a_box(kit, loan):
    desk = Client()
    desk.force_login(make_staff())
    page = reverse("admin:kits_kitcopy_add")
    typed = {"kit": kit.pk, "code": "NIEUW-01"} | INLINES
    assert insist(lambda **seen: desk.post(page, typed | seen)).status_code == 302


INLINES = {
    f"{prefix}-{count}_FORMS": 0
    for prefix in ("shortages", "loans", "repairs", "events")
    for count in ("TOTAL", "INITIAL")
}


def bring_a_box_back(kit, loan):
    verbs.lend_again(copy=kit.copies.last(), by=make_staff())


def end_a_repair(kit, loan):
    copy = kit.copies.last()
    verbs.end_repair(repair=copy.repairs.get(), by=make_staff())


def call_its_visit_off(kit, loan):
    """And the box that went along."""
    loan.booking = make_booking()
    loan.save()
    ways = {f"leskist-{loan.pk}": "cancel"}
    call_off(visit=loan.booking.visit, by=make_staff(), note="Storm", along=ways)


DOORS = [cancel, other_days, add_a_box, bring_a_box_back, end_a_repair, call_its_visit_off]


@pytest.mark.parametrize("door", DOORS)
def test_box_is_offered_through_every_door(kit, door):
    """S06"""
    loan = lend(kit)
    other = KitCopy.objects.create(kit=kit, code="ZZ-99", is_withdrawn=door is bring_a_box_back)
    if door is end_a_repair:
        today = NOW.date()
        other.repairs.create(starts_on=today, free_again_on=datetime.date(2027, 1, 1), reason="x")
    elif door is not bring_a_box_back:
        other.delete()
    row = make_loan_wait(kit=kit)
    assert LIST.give_turns() == 0

    door(kit, loan)

    assert state_of(row) == S.OFFERED


def test_published_kit_is_offered_to_who_waited_for_it(kit):
    """S06"""
    LessonKit.objects.update(is_published=False)
    row = make_loan_wait(kit=kit)
    assert LIST.give_turns() == 0
    LessonKit.objects.update(is_published=True)

    assert LIST.give_turns() == 1
    assert state_of(row) == S.OFFERED


def test_passer_by_never_gets_a_box_before_who_waits(kit):
    """S06: the box came free by the shell."""
    loan = lend(kit)
    row = make_loan_wait(kit=kit)
    Loan.objects.filter(pk=loan.pk).update(state=LoanState.CANCELLED)

    with pytest.raises(NoCopyFree):
        hold(kit)
    LIST.give_turns()

    assert state_of(row) == S.OFFERED


def test_lapsed_hold_and_expired_offer_go_to_the_next(kit, frozen):
    hold(kit)
    first, second = make_loan_wait(kit=kit), make_loan_wait(kit=kit)
    frozen.shift(datetime.timedelta(minutes=31))
    clock.lapse_expired()
    assert state_of(first) == S.OFFERED

    frozen.shift(datetime.timedelta(days=4))
    LIST.expire_offers()

    assert (state_of(first), state_of(second)) == (S.ENDED, S.OFFERED)


def test_history_of_an_offer_that_lapsed_speaks_of_no_code(kit):
    held = make_loan(state=LoanState.HELD)
    row = make_loan_wait(kit=kit)
    LIST.give_turns()

    LIST.withdraw(row.submission, by=row.submission.user)
    lifecycle.MOVES.lapse_expired([held])

    offered = Loan.objects.get(submission=row.submission)
    assert [sentence(one.events.get(move="lapse")) for one in (offered, held)] == [
        "Jullie hadden niet nodig wat we aanboden.",
        "De vastgehouden kist is vervallen: de code is niet op tijd ingevuld.",
    ]


def test_history_of_what_was_offered_is_in_sentences(kit):
    row = make_loan_wait(kit=kit)
    LIST.give_turns()
    LIST.take(row.submission, by=row.submission.user)

    assert [line.text for line in reversed(staff_history(Loan.objects.get()))] == [
        "Er is een leskist aangeboden.",
        "Het aanbod is genomen.",
    ]


def test_late_offer_of_a_kit_that_was_taken_off_the_site_is_not_taken(kit, frozen):
    row = make_loan_wait(kit=kit)
    LIST.give_turns()
    row.refresh_from_db()
    LessonKit.objects.update(is_published=False)
    frozen.move_to(row.held_until)

    with pytest.raises(NotLentAnyMore):
        LIST.take(row.submission, by=row.submission.user)


def test_days_that_are_too_soon_by_now_end_the_waiting(kit, frozen):
    """S02"""
    lend(kit)
    row = make_loan_wait(kit=kit)
    frozen.shift(datetime.timedelta(days=44))

    assert (LIST.end_unmet(), LIST.end_unmet()) == (1, 0)
    assert row.events.latest("pk").notice == "ended"


@pytest.mark.parametrize(("day", "state"), [(26, S.WAITING), (27, S.ENDED)])
def test_waiting_ends_once_the_box_cannot_be_asked_for_any_more(kit, frozen, day, state):
    """For Monday 2 November that is until five working days before."""
    lend(kit)
    row = make_loan_wait(kit=kit)
    frozen.move_to(amsterdam(2026, 10, day, 9))
    LIST.end_unmet()
    assert state_of(row) == state


def test_from_days_without_a_box_to_the_box_with_everything_typed_kept(client, kit):
    loan = lend(kit)
    form = address(kit)
    refused = client.post(form, typed())
    assert refused.status_code == 409
    assert 'name="wait" value="1"' in refused.text

    code_page = client.post(form, typed(submission_key=key_in(refused.text), wait="1"))
    done = client.post(code_page["Location"], {"code": code_in_mail()})
    row = LoanWait.objects.get()
    page = client.get(done["Location"])
    assert (row.state, "Jullie zijn nummer 1 op de lijst." in page.text) == (S.WAITING, True)
    assert "Komt er een kist vrij, dan houden we die een tijdje vast" in page.text

    lifecycle.cancel(loan=loan, by=make_staff())
    Teller().tell(seconds=30)
    templates = {mail.template for mail in Mail.objects.filter(to=row.submission.email)}
    assert "wait_offered" in templates
    kwargs = {"public_id": row.submission.public_id, "token": token_of(row.submission)}
    link = reverse("loans:wait", kwargs=kwargs)
    assert "Van jullie tot" in client.get(link).text
    assert Loan.objects.get(submission=row.submission).state == LoanState.OFFERED
    answers = [client.post(link, {"take": "1"})["Location"] for _tap in range(2)]
    assert answers == [reverse("loans:loan", kwargs=kwargs)] * 2
    assert Loan.objects.get(submission=row.submission).state == LoanState.RESERVED


def test_colleague_reads_days_and_position_in_her_own_language(kit):
    lend(kit)
    row = make_loan_wait(kit=kit)
    colleague = shared(row.submission, language="en")
    row.events.update(notice="joined")

    texts = {mail.to: mail.text for mail in tell()}

    dutch, english = texts[row.submission.email], texts[colleague.email]
    assert "Wanneer: Maandag 2 november tot en met maandag 23 november\n" in dutch
    assert "Jullie zijn nummer 1 op de lijst." in dutch
    assert "Is er een kist vrij, dan mailen we meteen" in " ".join(dutch.split())
    assert "When: Monday 2 November up to and including Monday 23 November\n" in english
    assert "You are number 1 on the list." in english


def test_kit_that_was_taken_off_the_site_is_offered_by_staff_alone_and_the_history_says_so(kit):
    row = make_loan_wait(kit=kit)
    LessonKit.objects.update(is_published=False)
    with pytest.raises(RulesBroken, match="lenen we niet meer uit"):
        LIST._offer(LoanWait.objects.with_facts().get(pk=row.pk), by=None)

    LIST.offer_by_hand(row, by=make_staff(), note="Was toegezegd.")

    assert state_of(row) == S.OFFERED
    for one in (row, Loan.objects.get()):
        said = kind_of(type(one)).overruled(one.events.latest("pk"))
        assert said == ["de datum (te snel, te ver weg, gesloten)"]


def test_offer_is_of_as_many_pupils_as_come_by_now(kit):
    """She said so between the reading of the list and the offer."""
    loan = lend(kit)
    read_before = make_loan_wait(kit=kit)
    LIST.change_numbers(LoanWait.objects.get(), pupils=20, by=None)
    Loan.objects.filter(pk=loan.pk).update(state=LoanState.CANCELLED)

    with transaction.atomic():
        LIST._offer(read_before, by=None)

    assert Loan.objects.get(state=LoanState.OFFERED).pupils == 20


def test_offer_of_a_box_that_nobody_was_told_of_gets_all_its_time(kit, frozen):
    row = make_loan_wait(kit=kit)
    LIST.give_turns()
    row.refresh_from_db()
    first = row.held_until
    frozen.move_to(first + datetime.timedelta(minutes=1))

    kind_of(LoanWait).renew_untold_offers()
    LIST.expire_offers()

    row.refresh_from_db()
    assert row.state == S.OFFERED
    assert row.held_until == Loan.objects.get(wait=row).held_until > first


def test_days_without_a_box_lead_from_the_month_to_the_waiting_list(client, kit):
    lend(kit)
    page = reverse("kits:kit", args=[kit.slug])
    month = client.get(page, {"maand": "2026-11"}).text
    assert "?maand=2026-11&amp;van=2026-11-05#terug" in month
    assert "Alle kisten zijn weg op de dagen van deze maand." not in month  # free at its end

    days = client.get(page, {"maand": "2026-11", "van": "2026-11-05"})
    (link,) = re.findall(r'href="([^"]+tot=2026-11-19[^"]+wachtlijst=1)"', days.text)
    form = client.get(html.unescape(link))

    assert form.status_code == 200
    assert "Alle kisten zijn dan weg: welke klas wacht op een kist?" in form.text
    assert 'name="wait" value="1"' in form.text
    client.post(html.unescape(link), typed(wait="1"))
    row = LoanWait.objects.get()
    assert (row.starts_on, row.ends_on) == (november(5), november(19))


def test_wait_for_a_box_is_filled_in_to_be_changed_until_its_code_is_typed(client, kit):
    lend(kit)
    form = reverse("kits:reserve", args=[kit.slug])
    days = {"van": "2026-11-05", "tot": "2026-11-19", "wachtlijst": "1"}
    client.get(form, days)
    code_page = client.post(f"{form}?{urlencode(days)}", typed(wait="1"))["Location"]

    (change,) = re.findall(r'href="([^"]+wijzig[^"]*)"', client.get(code_page).text)
    page = client.get(html.unescape(change))

    assert page.context["form"].class_form.initial["name"] == "7b"
    assert page.context["form"].contact.initial["email"] == "umit@school.example"


def test_box_that_goes_with_a_visit_or_moves_has_no_waiting_list(client):
    booking, kit = visit_with_kit()
    loan = lend(kit)
    page = reverse("kits:kit", args=[kit.slug])
    along = {"bezoek": booking.submission.public_id, "maand": "2026-11", "van": "2026-11-05"}
    months = {
        f"{page}?{urlencode(along)}": booking,
        reverse("loans:move", args=[loan.submission.public_id]) + "?maand=2026-11": loan,
    }

    for month, row in months.items():
        client.force_login(row.submission.user)
        answer = client.get(month)
        assert (answer.status_code, ", wachtlijst" in answer.text) == (200, False)


def test_who_waited_in_vain_is_told_of_other_days(client, kit, frozen):
    lend(kit)
    row = make_loan_wait(kit=kit)
    frozen.shift(datetime.timedelta(days=10))
    LIST.end(row.submission, Ending.TOO_LATE, by=None)

    (mail,) = tell()

    others = re.findall(r"^- (.+): https?://[^/]+(/\S+)$", mail.text, re.M)
    assert others[0][0] == "dinsdag 13 oktober tot en met woensdag 28 oktober"
    forms = [client.get(path).context["refused"] for _days, path in others]
    assert forms == [None] * len(others)
    page = client.get(
        reverse("loans:wait", args=[row.submission.public_id, token_of(row.submission)])
    )
    assert "Dit is nog vrij:" in page.text


def test_mail_of_an_offer_speaks_of_a_box_and_of_all_its_days(kit):
    make_loan_wait(kit=kit)
    LIST.give_turns()

    (mail,) = tell()

    assert mail.subject == (
        f"Een leskist voor jullie: {kit.title} vanaf maandag 2 november "
        "(van jullie tot woensdag 16 september 17:00)"
    )
    for text in (mail.text, mail.html):
        assert "Er is een leskist voor jullie" in text
        assert "Bekijk en neem de leskist" in text
        assert "plek" not in text


def test_box_that_was_not_taken_in_time_went_to_nobody_where_nobody_else_waits(client, kit, frozen):
    row = make_loan_wait(kit=kit)
    page = reverse("loans:wait", args=[row.submission.public_id, token_of(row.submission)])
    assert "Jullie wachten op" in client.get(page).text
    LIST.give_turns()
    frozen.shift(datetime.timedelta(days=4))
    LIST.expire_offers()

    answer = client.post(page, {"take": "1"}, follow=True).text

    assert "Dit aanbod is voorbij." in answer
    assert "Het aanbod is niet op tijd genomen." in answer
    assert ("Jullie wachtten op" in answer, "volgende" in answer) == (True, False)


def test_code_of_who_asks_to_wait_leads_to_no_form_of_a_kit_that_is_lent_no_more(client, kit):
    lend(kit)
    code_page = client.post(address(kit), typed(wait="1"))["Location"]
    assert ">Wijzigen<" in client.get(code_page).text
    LessonKit.objects.update(is_published=False)

    assert ">Wijzigen<" not in client.get(code_page).text
    assert client.post(code_page, {"let_go": "1"})["Location"] == reverse("kits:catalogue")


def test_kit_that_is_lent_no_more_leads_to_the_others(kit):
    make_loan_wait(kit=kit)
    LessonKit.objects.update(is_published=False)
    LIST.end_unmet()

    (mail,) = tell()

    assert mail.text.count(reverse("kits:catalogue") + "\n") == 1
    assert "Dit is nog vrij" not in mail.text


def test_s07_who_is_offered_a_box_reads_that_it_is_hers_and_others_that_none_is_free(client, kit):
    row = make_loan_wait(kit=kit)
    LIST.give_turns()
    page, form = kit.get_absolute_url(), address(kit, row.starts_on, row.ends_on)
    hers = reverse("loans:wait", args=[row.submission.public_id])
    for stranger in (Client(), signed_in(make_teacher())):
        assert "Een kist is van jullie" not in stranger.get(page).text
        assert isinstance(stranger.get(form).context["refused"], NoCopyFree)

    client.force_login(row.submission.user)
    shown = client.get(page).text

    assert "Een kist is van jullie van 2 november tot en met 23 november" in shown
    assert f'href="{hers}"' in shown
    assert client.get(form)["Location"] == hers
