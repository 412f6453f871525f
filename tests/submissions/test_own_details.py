"""Privacy at one's own hand (PITFALLS S23, S24), and a month's notice (S25)."""

import datetime
import functools
import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import lifecycle as visits
from bookings.models import Booking, State
from core.kinds import kind_of
from core.mail.outbox import Teller, tell_group
from core.models import Mail
from kits.models import Finding, LoanState
from schools.models import User
from submissions import codes, links
from submissions.models import CodeChallenge, Companion, CompanionState, Submission
from submissions.privacy import erasure, erasure_notice
from submissions.privacy.own_data import known_of
from submissions.sharing import lifecycle as sharing
from submissions.sharing.lifecycle import Share
from tec_site.pages.feeds import feed_address
from tests.factories import (
    amsterdam,
    make_booking,
    make_loan,
    make_loan_wait,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
    make_wait,
)
from tests.racing import race
from tests.submissions.sharing import link_in, shared, signed_in, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_letter")]


def make_life(marker):
    """A teacher whose every word carries a marker; the desk has one of its own."""
    user = make_teacher(email=f"{marker}@school.example", name=f"Naam{marker}", school=None)
    submission = make_submission(
        user=user, phone="0570 111222", facilities=f"Traplift{marker}", school=make_school()
    )
    booking = make_booking(
        submission=submission, class_group=None, party_name=f"Klas van Naam{marker}"
    )
    visits.ask_to_cancel(booking=booking, by=user, note=f"Ziek{marker}")
    visits.add_note(booking=booking, by=make_staff(name="Geheim"), note="ZuurVanDeBalie")
    tell()
    return user, booking


# --- S23 -----------------------------------------------------------------------------------------


def test_both_sides_of_a_shared_booking_get_their_own_words_only(frozen):
    anouk, booking = make_life("anouk")
    make_life("carla")
    bram = shared(
        booking.submission, with_mails=True, name="Naambram", email="bram@school.example"
    ).user

    for user, own, others in (
        (anouk, ["Naamanouk", "Trapliftanouk", "Ziekanouk"], ["bram", "carla", "Geheim", "Zuur"]),
        (bram, ["Naambram", "Klas van"], ["Anouk", "Traplift", "Ziek", "carla", "0570 111"]),
    ):
        client = signed_in(user)
        for page in ("my_details", "my_details_json", "my_details_page"):
            answer = client.get(reverse(page))
            text = answer.content.decode()
            assert [word for word in own if word not in text] == []
            assert [word for word in others if word in text] == []
            assert "no-store" in answer["Cache-Control"]
    for user in (anouk, bram):
        known = json.loads(signed_in(user).get(reverse("my_details_json")).content)
        assert known["Jij"]["Naam"] == user.name
        assert len(known.get("Mails aan jou", [])) == Mail.objects.filter(to=user.email).count()
    assert Mail.objects.filter(to=bram.email).exists()


def test_her_language_is_named_and_no_code(client):
    client.force_login(make_teacher(language="en"))
    assert client.get(reverse("my_details_json")).json()["Jij"]["Taal"] == "Engels"


def test_invitation_that_was_withdrawn_is_not_out_of_lending(frozen):
    booking = make_booking()
    companion = shared(booking.submission, email="bram@school.example")
    sharing.withdraw(companions=[companion], by=booking.submission.user)

    known = json.loads(signed_in(companion.user).get(reverse("my_details_json")).content)

    assert [one["Stand"] for one in known["Wat collega’s met je delen"]] == ["ingetrokken"]


@pytest.mark.django_db(transaction=True)
def test_two_downloads_at_once_keep_apart(frozen):
    people = {marker: make_life(marker)[0] for marker in ("marit", "sanne")}
    clients = {marker: signed_in(user) for marker, user in people.items()}

    def download(client):
        return [client.get(reverse("my_details_json")).text for _time in range(5)]

    answers = race([functools.partial(download, client) for client in clients.values()])
    found = [
        (marker, text) for marker, texts in zip(clients, answers, strict=True) for text in texts
    ]
    for marker, text in found:
        other = "sanne" if marker == "marit" else "marit"
        assert (marker in text, other in text) == (True, False)


def test_what_is_known_takes_as_many_statements_for_three_as_for_one(
    frozen, django_assert_num_queries
):
    """Of what she asked for, what colleagues share with her, and what is kept along."""
    for number in (1, 3):
        user = make_teacher(school=make_school())
        told = [f"Wiel {one} los" for one in range(number)]
        for text in told:
            submission = make_submission(user=user)
            make_booking(submission=submission)
            make_wait(submission=submission)
            make_loan_wait(submission=submission)
            loan = make_loan(submission=submission, state=LoanState.OUT)
            Finding.objects.create(loan=loan, text=text)
            Finding.objects.create(loan=loan, text="Van de balie", by_staff=True)
            shared(submission)
            of_colleague = make_submission()
            booking = make_booking(submission=of_colleague)
            make_booking(submission=of_colleague)  # stays the colleague's own
            for share in (Share(of_colleague, booking), Share(make_loan().submission)):
                accepted = {"user": user, "email": user.email, "state": CompanionState.ACCEPTED}
                Companion.objects.create(**share.columns, **accepted)
        tell()

        with django_assert_num_queries(20):
            known = known_of(user)

        asked, hers = known["Wat je hebt aangevraagd"], known["Wat collega’s met je delen"]
        kept = [one["Daarbij"] for one in asked]
        reports = [one["Wat jullie gemeld hebben"] for some in kept for one in some if len(one) > 4]
        assert [len(some) for some in kept] == [4] * number
        assert reports == [[text] for text in told]
        assert [one["Collega’s die meedoen"] for one in asked] == ["1"] * number
        assert [one["Wat"].count("; ") for one in hers] == [0, 0] * number


# --- S24 -----------------------------------------------------------------------------------------


def test_erasing_asks_first_for_what_is_still_to_come(frozen):
    user, booking = make_life("anouk")
    client = signed_in(user)
    page = client.get(reverse("erase_me")).content.decode()
    assert reverse("bookings:booking", args=[booking.submission.public_id]) in page
    assert 'name="sure"' not in page
    assert client.post(reverse("erase_me"), {"sure": "ja"})["Location"] == reverse("erase_me")
    assert User.objects.filter(pk=user.pk).exists()


def test_account_of_staff_is_not_hers_to_erase(frozen):
    staff = make_staff()
    client = signed_in(staff)
    assert client.get(reverse("erase_me")).status_code == 404
    assert client.post(reverse("erase_me"), {"sure": "ja"}).status_code == 404
    assert User.objects.filter(pk=staff.pk, email=staff.email).exists()


def test_what_is_still_to_come_is_listed_by_its_days(frozen):
    """Before erasing, and in the mail and on the page of who is asked to share or take it over."""
    user = make_teacher(school=make_school())
    for day in (17, 10):
        slot = make_slot(starts_at=amsterdam(2026, 11, day, 9))
        make_booking(submission=make_submission(user=user), visit=make_visit(slot=slot))
    page = signed_in(user).get(reverse("erase_me")).text
    sharing.invite(shares=sharing.all_of(user), email="bram@school.example", by=user)
    mail = tell()[-1]

    asked = Client().get(link_in(mail)).text
    for text in (mail.text, asked):
        days = [text.index(f"dinsdag {day} november") for day in (10, 17)]
        assert days == sorted(days)
    assert page.index(">10</span>") < page.index(">17</span>")


def test_erased_with_mails_codes_invitations_and_tabs_open_nothing_makes_her_again(frozen):
    user, booking = make_life("xandra")
    guest = make_booking(submission=make_submission(), class_group=None)
    shared(guest.submission, with_mails=True, email="bram@school.example")
    sharing.invite(shares=[Share(guest.submission)], email=user.email, by=guest.submission.user)
    invitation = link_in(tell()[0])
    visits.cancel(booking=booking, by=user)  # its mail is not made yet
    token = links.token_of(booking.submission)
    page = reverse("bookings:booking", args=[booking.submission.public_id, token])
    tab, other = signed_in(user), Client()
    other.post("/inloggen/", {"email": user.email})
    rendering = next(iter(Booking.objects.get(pk=booking.pk).events.filter(notice="cancelled")))

    assert tab.post(reverse("erase_me"), {}).status_code == 422
    assert tab.post(reverse("erase_me"), {"sure": "ja"})["Location"] == reverse("erased")

    assert "Naamxandra" not in str(list(Mail.objects.values()))
    assert not Mail.objects.filter(to=user.email).exists()
    assert not CodeChallenge.objects.filter(email=user.email).exists()
    assert erasure.found_in({"xandra"}) == []
    assert tell_group(kind_of(Booking), [rendering]) == 0  # rendered before, told after
    Teller().tell(seconds=5)
    assert not Mail.objects.filter(to__in=[user.email, ""]).exists()
    assert tab.get("/mijn/").status_code == 302
    assert other.post("/inloggen/code/", {"code": "123456"}).status_code == 302
    assert other.get(page).status_code == 410
    assert other.get(invitation).status_code == 404
    assert other.post(invitation, {"name": "Anouk"}).status_code == 404
    assert Companion.objects.accepted().get().email == "bram@school.example"
    assert not User.objects.filter(email=user.email).exists()


def test_code_of_an_invitation_under_way_makes_nobody_again(frozen):
    guest = make_booking(submission=make_submission(), class_group=None)
    sharing.invite(
        shares=[Share(guest.submission)], email="bram@school.example", by=guest.submission.user
    )
    page = link_in(tell()[0])
    client = Client()
    client.get(page)
    client.post(page, {"name": "Bram"})
    code = codes.code_of(CodeChallenge.objects.latest("pk"))
    erasure.erase_person(email="bram@school.example")
    assert client.post(page, {"name": "Bram", "code": code}).status_code == 404
    assert not User.objects.filter(email="bram@school.example").exists()


# --- S25: a month's notice -----------------------------------------------------------------------

# Nothing is heard of her after September 2026: on 1 August 2028 her school year and the next are
# over.
BEFORE, TOLD, DUE = (amsterdam(2028, *day) for day in ((6, 20, 12), (7, 10, 12), (8, 13, 12)))


@pytest.fixture
def silent(frozen):
    user = make_teacher(email="stil@school.example", joined_at=timezone.now())
    submission = make_submission(user=user)
    Submission.objects.update(created_at=timezone.now())
    make_booking(submission=submission, class_group=None, state=State.CONFIRMED)
    return user


def sent():
    """The mails of the notice; the mail server takes them."""
    mails = Mail.objects.filter(template=erasure_notice.TEMPLATE).order_by("pk")
    mails.filter(state=Mail.State.QUEUED).update(state=Mail.State.SENT)
    return list(mails)


def test_one_mail_with_the_date_a_month_before_and_erased_on_it(frozen, silent):
    frozen.move_to(BEFORE)
    assert (erasure.erase_overdue(), sent()) == (0, [])
    frozen.move_to(TOLD)
    for _time in range(3):
        assert erasure.erase_overdue() == 0
    [mail] = sent()
    assert "13 augustus 2028" in mail.subject
    assert all(f"Hallo {silent.name}," in part for part in (mail.text, mail.html))
    frozen.move_to(DUE - datetime.timedelta(days=1))
    assert erasure.erase_overdue() == 0
    frozen.move_to(DUE)
    assert erasure.erase_overdue() == 1
    assert not User.objects.filter(pk=silent.pk).exists()


def test_whole_month_also_where_worker_or_mail_stood_still(frozen, silent):
    frozen.move_to(amsterdam(2029, 3, 1, 12))  # the worker stood still for months
    assert erasure.erase_overdue() == 0
    [mail] = Mail.objects.filter(template=erasure_notice.TEMPLATE)
    frozen.move_to(amsterdam(2029, 4, 10, 12))  # and so did the mail
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.EXPIRED)
    assert erasure.erase_overdue() == 0
    assert erasure.erase_overdue() == 0
    assert len(sent()) == 2
    assert User.objects.get().erase_on == datetime.date(2029, 5, 14)
    frozen.move_to(amsterdam(2029, 5, 14, 12))
    assert erasure.erase_overdue() == 1


def test_who_was_told_keeps_nobody_from_being_told_where_some_are_told_at_once(frozen, silent):
    other = make_teacher(school=silent.school)
    facts = User.objects.filter(pk=silent.pk).values("joined_at", "last_login", "seen_on").get()
    User.objects.filter(pk=other.pk).update(**facts)
    frozen.move_to(TOLD)
    assert [erasure_notice.tell_silent(1) for _time in range(3)] == [1, 1, 0]
    assert {mail.to for mail in sent()} == {silent.email, other.email}


def _sign_in(user):
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())


def _follow(user):
    Client().get(feed_address("mijn", user))


def _keep(user):
    page = reverse("keep_me", args=[user.pk, erasure_notice.keep_token(user)])
    client = Client()
    assert client.get(page).status_code == 200
    assert User.objects.get(pk=user.pk).seen_on is None
    client.post(page)


def _tick(user):
    """By the link of a mail, without signing in."""
    booking = Booking.objects.get(submission__user=user)
    visits.MOVES.apply(booking, "prepare", by=user, changes={"prepared_at": timezone.now()})


def _borrow(user):
    loan = make_loan(submission=make_submission(user=user))
    Submission.objects.filter(pk=loan.submission_id).update(created_at=amsterdam(2026, 9, 15))


def _be_shared_with(user):
    """A colleague's, accepted long ago, of which something is still to come."""
    of_colleague = make_loan(submission=make_submission()).submission
    long_ago = {"created_at": amsterdam(2026, 9, 15)}
    Submission.objects.filter(pk=of_colleague.pk).update(**long_ago)
    accepted = {"state": CompanionState.ACCEPTED}
    Companion.objects.create(submission=of_colleague, user=user, email=user.email, **accepted)


@pytest.mark.parametrize("act", [_sign_in, _follow, _keep, _tick, _borrow, _be_shared_with])
def test_every_act_and_what_is_coming_postpones(frozen, silent, act):
    frozen.move_to(TOLD)
    erasure.erase_overdue()
    sent()
    act(silent)
    frozen.move_to(DUE)
    erasure.erase_overdue()  # what she asked for two years ago goes; she stays
    assert User.objects.get(pk=silent.pk).erase_on is None


def test_link_to_stay_of_another_opens_nothing(client, silent):
    other = make_teacher()
    token = erasure_notice.keep_token(silent)
    assert client.get(reverse("keep_me", args=[other.pk, token])).status_code == 404


@pytest.mark.usefixtures("frozen")
def test_lists_of_what_we_know_are_read_as_lines():
    user, _booking = make_life("Abel")
    client = signed_in(user)
    for name in ("my_details", "my_details_page"):
        page = client.get(reverse(name)).text
        assert "[&#x27;" not in page
        assert page.count("<p>") > 3
