"""Handing everything over: what goes, what ends, what calendars hear (PITFALLS S20, S26)."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from bookings import lifecycle as visits
from bookings.models import Booking, State, VisitWait
from bookings.waiting.visit_list import LIST
from core.models import Mail
from impact.lifecycle import ask
from impact.models import Evaluation
from kits.models import Loan
from submissions import browsers, links
from submissions.models import Companion, Submission
from submissions.sharing import lifecycle
from tec_site.pages.feeds import feed_address
from tests.factories import (
    amsterdam,
    make_booking,
    make_loan,
    make_loan_wait,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
    make_wait,
)
from tests.submissions.sharing import calendar_in, link_in, shared, signed_in, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_letter")]
TAKER = "tessa@school.example"


@pytest.fixture
def leaver():
    return make_teacher(name="Anouk", email="anouk@school.example", school=make_school())


@pytest.fixture
def hers(leaver):
    """Five classes of five teachers, a kit, and a visit of last week that waits for an answer."""
    submission = make_submission(user=leaver)
    programme = make_programme(max_groups=5, max_pupils=200)
    slot = make_slot(programmes=[programme], max_groups=5, max_pupils=200)
    visit = make_visit(slot=slot, programme=programme)
    classes = [
        make_booking(submission=submission, visit=visit, party_name=f"Klas {n}", class_group=None)
        for n in range(5)
    ]
    loan = make_loan(submission=make_submission(user=leaver))
    past = make_booking(
        submission=make_submission(user=leaver),
        visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 14, 9))),
    )
    with transaction.atomic():
        ask(past, day=past.visit.slot.day)
    tell()
    return classes, loan, past


def offered(leaver, to=TAKER, **options):
    lifecycle.invite(
        shares=lifecycle.all_of(leaver), email=to, by=leaver, takes_over=True, **options
    )
    return next(mail for mail in tell() if mail.to == to)


def taken_over(leaver):
    """By Tessa, who has an account: signed in she says yes at once."""
    tessa = make_teacher(email=TAKER, name="Tessa")
    client = signed_in(tessa)
    client.post(link_in(offered(leaver)), {"name": "Tessa", "phone": "0570 654321"})
    return tessa, client


def test_page_shows_everything_before_and_nothing_changes_until_it_is_accepted(leaver, hers):
    classes, loan, past = hers
    client = signed_in(leaver)
    page = client.get("/mijn/overdragen/").content.decode()
    names = [one.party_name for one in classes]
    assert [name for name in names if name not in page] == []
    assert str(loan.kit) in page
    assert str(past.visit.programme) in page

    client.post("/mijn/overdragen/", {"email": TAKER})
    assert {one.user for one in Submission.objects.all()} == {leaver}
    assert Companion.objects.alive().filter(takes_over=True).count() == 3

    client.post("/mijn/overdragen/intrekken/")
    assert Companion.objects.alive().count() == 0


def test_all_that_comes_goes_over_at_once_with_companions_kit_and_evaluation(leaver, hers):
    classes, loan, past = hers
    colleague = shared(classes[0].submission, row=classes[0])
    tessa, client = taken_over(leaver)

    assert list(Booking.objects.visible_to(leaver)) == []
    assert list(Loan.objects.visible_to(leaver)) == []
    assert Evaluation.objects.visible_to(tessa).get().booking == past
    assert set(Booking.objects.visible_to(tessa)) == {*classes, past}
    assert Companion.objects.accepted().get() == colleague
    assert [one.events.last().move for one in classes] == ["hand_over"] * 5
    submission = Submission.objects.get(pk=loan.submission_id)
    assert (submission.email, submission.contact_name) == (TAKER, "Tessa")
    assert (submission.phone, submission.user) == ("0570 654321", tessa)
    page = client.get("/mijn/").content.decode()
    assert str(loan.kit) in page


def test_old_links_browsers_and_feeds_end_and_follow(client, leaver, hers):
    classes, *_others = hers
    submission = classes[0].submission
    token = links.token_of(submission)
    page = reverse("bookings:booking", args=[submission.public_id, token])
    client.get(reverse("submissions:sign_in"))  # a form gives the browser its number
    browser = browsers.browser_of(client.get("/").wsgi_request)
    Submission.objects.filter(pk=submission.pk).update(browser=browser)
    own = reverse("bookings:booking", args=[submission.public_id])
    assert [client.get(address).status_code for address in (page, own)] == [200, 200]
    tessa, _client = taken_over(leaver)

    assert [client.get(address).status_code for address in (page, own)] == [404, 404]
    answer = signed_in(leaver).post(
        reverse("bookings:cancel", args=[submission.public_id, classes[0].pk]), {}
    )
    assert answer.status_code == 404
    uid = str(classes[0].uid)
    feeds = [Client().get(feed_address("mijn", one)).content.decode() for one in (leaver, tessa)]
    assert [uid in feed for feed in feeds] == [False, True]


def test_former_gets_cancel_and_new_gets_request_with_the_same_uid(leaver, hers):
    classes, *_others = hers
    before = {str(one.uid): one.sequence for one in classes}
    taken_over(leaver)
    former, new = sorted(tell(), key=lambda mail: mail.to == TAKER)

    for mail, method, attendee in (
        (former, "CANCEL", leaver.email),
        (new, "REQUEST", TAKER),
    ):
        files = calendar_in(mail)
        assert {re.search(r"METHOD:(\w+)", file)[1] for file in files} == {method}
        is_off = ["STATUS:CANCELLED" in file for file in files]
        assert is_off == [method == "CANCEL"] * len(files)
        assert {re.search(r"ATTENDEE[^:]*:mailto:(\S+)", file)[1] for file in files} == {attendee}
        events = re.findall(r"BEGIN:VEVENT.*?END:VEVENT", "".join(files), re.DOTALL)
        sequences = {
            re.search(r"UID:([^@]+)@", event)[1]: int(re.search(r"SEQUENCE:(\d+)", event)[1])
            for event in events
        }
        assert before.keys() <= sequences.keys()
        assert all(sequences[uid] > before[uid] for uid in before)
    assert leaver.email not in new.text
    assert "0570 654321" not in former.text


def test_handed_over_in_one_transaction_or_not_at_all(leaver, hers, monkeypatch):
    classes, *_others = hers
    mail = offered(leaver)
    monkeypatch.setattr(
        lifecycle, "_revise", lambda _companions: (_ for _ in ()).throw(RuntimeError)
    )
    tessa = signed_in(make_teacher(email=TAKER, name="Tessa"))
    with pytest.raises(RuntimeError):
        tessa.post(link_in(mail), {"name": "Tessa", "phone": "0570 654321"})
    assert {one.user for one in Submission.objects.all()} == {leaver}
    assert Companion.objects.alive().count() == 3
    assert classes[0].events.last().move != "hand_over"


def test_companion_who_takes_over_is_no_companion_any_more_and_hears_once(leaver, hers):
    classes, *_others = hers
    tessa = shared(classes[0].submission, email=TAKER, name="Tessa").user
    signed_in(tessa).post(link_in(offered(leaver)), {"name": "Tessa", "phone": "0570 654321"})
    tell()
    assert Companion.objects.accepted().count() == 0

    visits.change_numbers(booking=classes[0], pupils=20, supervisors=3, by=make_staff())
    assert [mail.to for mail in tell()] == [TAKER]


def test_code_with_which_somebody_takes_over_is_of_no_sharing(client, leaver, hers):
    client.post(link_in(offered(leaver)), {"name": "Tessa", "phone": "0570 654321"})
    mail = Mail.objects.get(template="code_to_join")
    assert mail.subject == "Je code om ja te zeggen tegen een collega"
    assert "Dit is je code om ja te zeggen op wat een collega je vraagt:" in mail.text
    assert "mee te doen" not in mail.text


def test_mails_speak_the_language_of_who_took_over(leaver, hers):
    classes, *_others = hers
    tessa = make_teacher(email=TAKER, name="Tessa", language="en")
    signed_in(tessa).post(link_in(offered(leaver)), {"name": "Tessa", "phone": "0570 654321"})
    former, new = sorted(tell(), key=lambda mail: mail.to == TAKER)
    assert (former.language, new.language) == ("nl", "en")

    visits.change_numbers(booking=classes[0], pupils=20, supervisors=3, by=make_staff())
    [mail] = tell()
    assert (mail.to, mail.language) == (TAKER, "en")
    assert Submission.objects.get(pk=classes[0].submission_id).language == "en"


def test_what_was_cancelled_or_handed_on_meanwhile_stays_where_it_is(leaver, hers):
    classes, loan, _past = hers
    mail = offered(leaver)
    other = make_teacher()
    Submission.objects.filter(pk=loan.submission_id).update(user=other)
    signed_in(make_teacher(email=TAKER)).post(
        link_in(mail), {"name": "Tessa", "phone": "0570 654321"}
    )
    assert Submission.objects.get(pk=loan.submission_id).user == other
    assert Submission.objects.get(pk=classes[0].submission_id).email == TAKER


def test_who_was_invited_before_it_was_handed_over_can_still_take_part(leaver, hers):
    classes, *_others = hers
    cleo = "cleo@school.example"
    shares = [lifecycle.Share(classes[0].submission)]
    [invited] = lifecycle.invite(shares=shares, email=cleo, by=leaver)
    taken_over(leaver)
    lifecycle.accept(
        invitation=invited.invitation, email=cleo, person={"name": "Cleo"}, language="nl"
    )
    assert list(Companion.objects.accepted().values_list("email", flat=True)) == [cleo]


def test_offer_of_whoever_was_taken_for_the_contact_ends_with_her_address(leaver, hers):
    classes, *_others = hers
    mail = offered(leaver)
    offers = Companion.objects.filter(submission=classes[0].submission_id)

    lifecycle.correct_email(submission=classes[0].submission, email="els@school.example")
    assert {one.state for one in offers} == {"withdrawn"}
    page = Client().get(link_in(mail)).content.decode()
    assert "Klas 0" not in page
    assert "Ja, ik neem het over" in page  # what else is hers


def test_staff_offer_what_somebody_left_behind_of_their_own_hub(desk, leaver, hers, staff):
    classes, *_others = hers
    change = desk.get(reverse("admin:schools_user_change", args=[leaver.pk]))
    page = reverse("admin:submissions_submission_hand_over", args=[leaver.pk])
    assert page in change.content.decode()
    assert "Klas 0" in desk.get(page).content.decode()

    desk.post(page, {"email": TAKER})

    assert {one.submission.user for one in Companion.objects.alive()} == {leaver}
    assert {one.events.get().by for one in Companion.objects.alive()} == {staff}
    tessa = make_teacher(email=TAKER, name="Tessa")
    mail = next(mail for mail in tell() if mail.to == TAKER)
    signed_in(tessa).post(link_in(mail), {"name": "Tessa", "phone": "0570 654321"})
    assert Booking.objects.get(pk=classes[4].pk).submission.user == tessa


def test_staff_of_another_hub_can_offer_nothing_of_ours(client, one_factor, leaver, hers):
    client.force_login(make_staff(hubs=[make_other_hub()], is_superuser=False))
    page = reverse("admin:submissions_submission_hand_over", args=[leaver.pk])
    assert client.get(page).status_code == 403
    assert hers[0][0].state == State.CONFIRMED


def test_place_on_the_waiting_list_goes_along_with_its_rank(leaver):
    wait = make_wait(submission=make_submission(user=leaver))
    rank = VisitWait.objects.get(pk=wait.pk).asked_at
    assert offered(leaver).template == "colleague_offered"
    taker = make_teacher(email=TAKER, name="Tessa")
    [companion] = Companion.objects.alive()
    page = reverse(
        "sharing:invitation",
        args=[companion.invitation, links.invitation_token(companion.invitation)],
    )
    signed_in(taker).post(page, {"name": "Tessa", "phone": "0570 654321"})
    tell()

    moved = VisitWait.objects.visible_to(taker).get()
    assert (moved.pk, moved.asked_at) == (wait.pk, rank)
    assert list(VisitWait.objects.visible_to(leaver)) == []


def test_somebody_with_five_classes_of_five_teachers_leaves(client, leaver, hers):
    """All that she has goes at once; the five keep their own class, and hear of that one."""
    classes, loan, _past = hers
    teachers = [
        shared(one.submission, row=one, name=f"Juf {n}", email=f"juf{n}@school.example").user
        for n, one in enumerate(classes)
    ]
    waits = make_wait(submission=make_submission(user=leaver))
    box = make_loan_wait(kit=loan.kit, submission=make_submission(user=leaver))
    offer = make_wait(submission=make_submission(user=leaver))
    slot = make_slot(programmes=[offer.programme], starts_at=amsterdam(2026, 11, 12, 9))
    LIST.offer_by_hand(offer.submission, slot=slot, by=make_staff(), note="Zij wachten lang")
    tell()
    before = keys_of(leaver)
    assert [len(rows) for rows in before.values()] == [5, 2, 1, 1, 1]
    ranks = [waits.asked_at, box.asked_at]
    old = [
        links.link_to(row.submission, page).removeprefix("http://testserver")
        for row, page in (
            (classes[0], "bookings:booking"),
            (loan, "loans:loan"),
            (waits, "bookings:wait"),
            (offer, "bookings:wait"),
            (box, "loans:wait"),
            (classes[0], "sharing:share"),
        )
    ]
    assert [client.get(address).status_code for address in old] == [200] * 6

    tessa, hers_now = taken_over(leaver)
    tell()

    assert keys_of(leaver) == {}
    assert keys_of(tessa) == before
    for row, rank in zip((waits, box), ranks, strict=True):
        row.refresh_from_db()
        assert row.asked_at == rank
    assert [client.get(address).status_code for address in old] == [404] * 6
    former = signed_in(leaver)
    for one in classes:
        page = reverse("bookings:cancel", args=[one.submission.public_id, one.pk])
        assert former.post(page, {"note": ""}).status_code == 404
    followed = [feed_of(one) for one in (leaver, tessa, *teachers)]
    uids = [str(one.uid) for one in classes]
    assert [[uid in feed for uid in uids] for feed in followed] == [
        [False] * 5,
        [True] * 5,
        *([n == m for m in range(5)] for n in range(5)),
    ]
    # The offer is Tessa's to take, and each teacher hears of her own class only.
    hers_now.post(reverse("bookings:wait", args=[offer.submission.public_id]), {"take": "1"})
    assert Booking.objects.get(submission=offer.submission).state == State.CONFIRMED
    tell()
    visits.change_numbers(booking=classes[3], pupils=20, supervisors=3, by=make_staff())
    assert {mail.to for mail in tell()} == {TAKER, "juf3@school.example"}


def keys_of(user) -> dict[str, list[int]]:
    """What stands in her Mijn TEC as coming, by kind."""
    found = lifecycle.coming_of(user)
    return {kind.name: sorted(row.pk for row in rows) for kind, rows in found}


def feed_of(user) -> str:
    return Client().get(feed_address("mijn", user)).content.decode()
