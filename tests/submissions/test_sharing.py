"""Sharing with a colleague: who hears, who sees, who may act (PITFALLS S19, S26); of every mail
by itself `test_everybody_hears.py`."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import lifecycle as visits
from bookings.models import Booking, BookingEvent
from bookings.several_classes import ClassChange, change_parts
from core.mail.markers import marker, reveal
from core.models import Mail
from impact import clock
from impact.lifecycle import ask
from impact.models import Evaluation
from kits.models import LoanState
from schools.models import User
from submissions.models import Companion, CompanionState
from submissions.sharing import lifecycle
from submissions.sharing.lifecycle import Share, correct_email
from submissions.sharing.readers import reader_at
from tests.booking_form import code_in_mail
from tests.factories import (
    amsterdam,
    make_booking,
    make_loan,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_venue,
    make_visit,
    make_wait,
    the_hub,
)
from tests.submissions.sharing import calendar_in, link_in, shared, signed_in, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_letter")]


@pytest.fixture
def visit():
    programme = make_programme(max_groups=5, max_pupils=200)
    slot = make_slot(programmes=[programme], max_groups=5, max_pupils=200)
    return make_visit(slot=slot, programme=programme)


@pytest.fixture
def booked(visit):
    """Two classes of one submission of Anouk's, told already."""
    user = make_teacher(email="anouk@school.example", name="Anouk", school=make_school())
    submission = make_submission(user=user)
    classes = [
        make_booking(submission=submission, visit=visit, party_name=name, class_group=None)
        for name in ("De Uilen", "De Vossen")
    ]
    tell()
    return submission, *classes


def invited(submission, email="bram@school.example", **options):
    lifecycle.invite(shares=[Share(submission)], email=email, by=submission.user, **options)
    [mail] = tell()
    return mail


def test_what_an_invitation_shares_is_asked_once_for_its_mail(
    booked, django_assert_max_num_queries
):
    submission, *_classes = booked
    lifecycle.invite(shares=[Share(submission)], email="bram@school.example", by=submission.user)
    with django_assert_max_num_queries(99) as queries:
        [mail] = tell()
    asked = [one for one in queries if 'FROM "bookings_booking" ' in one["sql"]]
    assert ("De Vossen" in mail.text, len(asked)) == (True, 1)


def test_who_accepts_what_is_cancelled_meanwhile_gets_no_mail_that_she_takes_part(booked):
    submission, *classes = booked
    user = make_teacher(email=invited(submission).to)
    [companion] = Companion.objects.all()
    lifecycle.accept(
        invitation=companion.invitation, email=user.email, person={"name": ""}, language="nl"
    )
    for one in classes:
        visits.cancel(booking=one, by=submission.user)
    assert [mail.subject for mail in tell() if mail.tells_of.startswith("companion:")] == []


def test_what_is_over_is_not_accepted_any_more_nor_said_to_be_shared(booked):
    submission, *classes = booked
    page, bram = link_in(invited(submission)), make_teacher(email="bram@school.example")
    for one in classes:
        visits.cancel(booking=one, by=submission.user)

    answer = signed_in(bram).post(page, {"name": "Bram"})

    assert (answer.status_code, Companion.objects.get().state) == (409, "invited")
    assert "Wat gedeeld werd is voorbij." in answer.content.decode()
    Companion.objects.update(state="accepted", user=bram, accepted_at=timezone.now())
    assert "Wat gedeeld werd is voorbij." in Client().get(page).content.decode()


# --- S19: opening, accepting ---------------------------------------------------------------------


def test_opening_the_invitation_uses_nothing_and_lets_nobody_in(client, booked):
    submission, *_classes = booked
    page = link_in(invited(submission))

    for _time in range(2):
        answer = client.get(page)
        assert "Deze uitnodiging is voor <strong>bram@school.example" in answer.content.decode()
    assert Companion.objects.get().state == CompanionState.INVITED
    assert client.get(reverse("bookings:booking", args=[submission.public_id])).status_code == 404


def test_code_of_the_invited_address_makes_her_take_part(client, booked):
    submission, *_classes = booked
    page = link_in(invited(submission))
    client.get(page)

    assert client.post(page, {"name": "Bram"}).status_code == 200
    assert Mail.objects.latest("pk").to == "bram@school.example"
    answer = client.post(page, {"name": "Bram", "code": code_in_mail()})

    assert answer["Location"] == "/mijn/"
    companion = Companion.objects.get()
    assert (companion.state, companion.user.email) == ("accepted", "bram@school.example")
    assert client.get(reverse("bookings:booking", args=[submission.public_id])).status_code == 200


def test_who_is_signed_in_with_the_address_takes_part_at_once_and_another_does_not(booked):
    submission, *_classes = booked
    page = link_in(invited(submission))
    other, bram = make_teacher(), make_teacher(email="bram@school.example", name="Bram")
    stranger = signed_in(other)

    assert f"Je bent ingelogd als {other.email}" in stranger.get(page).content.decode()
    stranger.post(page, {"name": "Ander"})
    assert Mail.objects.latest("pk").to == "bram@school.example"
    stranger.post(page, {"name": "Ander", "code": "000000"})
    assert Companion.objects.get().state == CompanionState.INVITED

    signed_in(bram).post(page, {"name": "Bram"})
    assert Companion.objects.get().user == bram
    assert "Je doet hier al aan mee." in Client().get(page).content.decode()


def test_code_of_another_invitation_opens_this_one_for_nobody(client, booked):
    """Both pages are open in one browser; of the second, which was forwarded, she has no code."""
    submission, *_classes = booked
    hers = link_in(invited(submission, email="carla@school.example"))
    forwarded = link_in(invited(submission))
    client.get(hers)
    client.post(hers, {"name": "Carla"})

    answer = client.post(forwarded, {"name": "Carla", "code": code_in_mail()})

    assert answer.status_code == 409
    assert not Companion.objects.accepted().exists()


def test_link_in_a_mail_that_waits_opens_nothing_for_who_takes_no_part(booked):
    """Who has not said yes yet, or was let go since: neither has the page, nor the letter."""
    submission, *_classes = booked
    bram = "bram@school.example"
    invitation = Companion.objects.get(email=invited(submission).to).invitation

    def link():
        return reveal(marker("booking", submission.pk, to=bram), to=bram)

    assert (link(), reader_at(submission, bram)) == (settings.SITE_URL, None)
    companions = lifecycle.accept(
        invitation=invitation, email=bram, person={"name": "Bram"}, language="nl"
    )
    assert str(submission.public_id) in link()
    lifecycle.withdraw(companions=companions, by=submission.user)
    assert (link(), reader_at(submission, bram)) == (settings.SITE_URL, None)


def test_states_are_said_truly(booked):
    submission, *_classes = booked
    page = link_in(invited(submission))
    companions = list(Companion.objects.all())
    lifecycle.withdraw(companions=companions, by=submission.user)
    assert "Deze uitnodiging is ingetrokken." in Client().get(page).content.decode()
    assert tell() == []  # who never took part need not hear of it
    assert Client().post(page, {"name": "Bram"}).status_code == 200
    assert Mail.objects.filter(template="code_to_join").count() == 1
    client = Client()
    client.get(page)


def test_more_colleagues_than_can_be_kept_apart_are_refused(booked):
    submission, *_classes = booked
    share = {"shares": [Share(submission)], "by": submission.user}
    for number in range(settings.MOST_COLLEAGUES):
        lifecycle.invite(email=f"juf{number}@school.example", **share)

    with pytest.raises(lifecycle.TooManyColleagues):
        lifecycle.invite(email="bram@school.example", **share)

    assert (settings.MOST_COLLEAGUES, Companion.objects.count()) == (20, 20)
    lifecycle.withdraw(companions=[Companion.objects.first()], by=submission.user)
    assert lifecycle.invite(email="bram@school.example", **share)


# --- Seeing and acting ---------------------------------------------------------------------------


def test_teacher_of_a_class_sees_and_changes_her_own_class_only(booked):
    submission, mine, other = booked
    companion = shared(submission, row=mine, name="Bram")
    client = signed_in(companion.user)
    page = client.get(reverse("bookings:booking", args=[submission.public_id])).content.decode()
    assert "De Uilen" in page
    assert "De Vossen" not in page

    for one, status in ((mine, 302), (other, 404)):
        address = reverse("bookings:numbers", args=[submission.public_id, one.pk])
        answer = client.post(address, {"pupils": 20, "supervisors": 3})
        assert answer.status_code == status
    assert Booking.objects.get(pk=mine.pk).events.last().by == companion.user
    hidden = ("bookings:details", "sharing:share")
    assert [
        client.get(reverse(one, args=[submission.public_id])).status_code for one in hidden
    ] == [404, 404]
    assert (
        "De Vossen"
        not in client.get(reverse("bookings:calendar", args=[submission.public_id])).text
    )
    assert [row.party_name for row in Booking.objects.visible_to(companion.user)] == ["De Uilen"]


def test_link_in_the_companions_mail_opens_it_for_her_until_she_leaves(booked):
    submission, mine, _other = booked
    companion = shared(submission)
    visits.change_numbers(booking=mine, pupils=20, supervisors=3, by=make_staff())
    page = link_in(next(mail for mail in tell() if mail.to == companion.email))
    client = Client()
    assert client.get(page).status_code == 200

    assert client.get(f"/delen{page.removeprefix('/boekingen')}uitstappen/").status_code == 405
    client.post(f"/delen{page.removeprefix('/boekingen')}uitstappen/")

    assert client.get(page).status_code == 404
    left, gone = tell()
    assert (left.to, gone.to) == (companion.email, submission.email)
    assert (
        f"{companion.name} doet niet meer mee.\n"
        "Mails hierover gaan daar niet meer heen. Voor jou blijft alles zoals het is.\n"
    ) in gone.text
    # S26: one CANCEL for each class, with the UID that her calendar knows.
    [file] = calendar_in(left)
    assert "METHOD:CANCEL" in file
    uids = [str(one.uid) for one in Booking.objects.order_by("pk")]
    assert re.findall(r"\nUID:([^@]+)@", file) == uids
    assert calendar_in(gone) == []
    visits.change_numbers(booking=mine, pupils=21, supervisors=3, by=make_staff())
    assert [mail.to for mail in tell()] == [submission.email]


def test_withdrawn_companion_gets_one_cancel_that_counts_and_may_come_back(booked):
    submission, mine, _other = booked
    companion = shared(submission, row=mine)

    lifecycle.withdraw(companions=[companion], by=submission.user)
    lifecycle.withdraw(companions=[companion], by=submission.user)
    [mail] = tell()
    [cancel] = calendar_in(mail)
    assert "METHOD:CANCEL" in cancel
    cancelled_at = int(re.search(r"SEQUENCE:(\d+)", cancel)[1])

    lifecycle.invite(shares=[Share(submission, mine)], email=companion.email, by=submission.user)
    asked = Companion.objects.alive().get()
    lifecycle.accept(
        invitation=asked.invitation, email=asked.email, person={"name": "B"}, language="nl"
    )
    again = calendar_in(next(mail for mail in tell() if mail.template == "colleague_joined"))
    assert int(re.search(r"SEQUENCE:(\d+)", again[0])[1]) > cancelled_at


def test_contact_shares_by_page_for_one_class_and_for_everything(booked):
    submission, mine, _other = booked
    later = make_booking(
        submission=make_submission(user=submission.user),
        visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 11, 10, 9))),
    )
    client = signed_in(submission.user)
    page = reverse("sharing:share", args=[submission.public_id])

    client.post(page, {"email": "bram@school.example", "what": f"booking-{mine.pk}"})
    client.post(page, {"email": "carla@school.example", "what": "mijn"})
    assert [
        (one.email, one.row, one.submission_id) for one in Companion.objects.order_by("pk")
    ] == [
        ("bram@school.example", mine.pk, submission.pk),
        ("carla@school.example", None, submission.pk),
        ("carla@school.example", None, later.submission_id),
    ]
    assert sorted(mail.to for mail in tell()) == ["bram@school.example", "carla@school.example"]
    answer = client.post(page, {"email": submission.email, "what": "alles"})
    assert answer.status_code == 422
    assert not User.objects.filter(email="bram@school.example").exists()


def test_place_on_the_waiting_list_is_shared_with_all_that_waits_along_or_not_at_all(visit):
    """An entry is served as one; so whoever hears of a row of it has all of it."""
    user = make_teacher(school=make_school())
    rows = [make_wait(submission=make_submission(user=user), programme=visit.programme)]
    rows.append(make_wait(submission=rows[0].submission, slot=rows[0].slot, party_name="7b"))
    page = reverse("sharing:share", args=[rows[0].submission.public_id])
    client = signed_in(user)

    alone = {"email": "bram@school.example", "what": f"visitwait-{rows[0].pk}"}
    assert client.post(page, alone).status_code == 422

    assert not Companion.objects.exists()
    assert client.post(page, alone | {"what": "alles"}).status_code == 302
    assert all(Companion.objects.get().has(row) for row in rows)


def test_how_it_was_is_asked_of_the_teacher_of_the_class_too(frozen, booked):
    submission, mine, other = booked
    companion = shared(submission, row=mine)
    frozen.move_to(amsterdam(2026, 11, 4, 10))
    clock.ask_due()
    mails = {mail.to: mail for mail in tell()}
    assert mails.keys() == {submission.email, companion.email}
    assert [name in mails[companion.email].text for name in ("De Uilen", "De Vossen")] == [
        True,
        False,
    ]
    pages = {to: link_in(mail) for to, mail in mails.items()}
    assert "De Vossen" in Client().get(pages[submission.email]).text
    hers = Client().get(pages[companion.email], follow=True)
    assert ("De Uilen" in hers.text, "De Vossen" in hers.text) == (True, False)
    assert Evaluation.objects.visible_to(companion.user).get().booking == mine
    theirs = reverse("evaluations:evaluation", args=[submission.public_id, other.evaluation.pk])
    assert signed_in(companion.user).get(theirs).status_code == 404


def test_who_shares_one_kit_of_two_does_not_see_how_the_other_was(frozen):
    submission = make_submission()
    mine, other = (make_loan(submission=submission, state=LoanState.RETURNED) for _kit in range(2))
    companion = shared(submission, row=mine)
    frozen.move_to(amsterdam(2026, 11, 24, 10))
    for loan in (mine, other):
        ask(loan, day=loan.ends_on)

    client = signed_in(companion.user)
    pages = [
        reverse("evaluations:evaluation", args=[submission.public_id, loan.evaluation.pk])
        for loan in (mine, other)
    ]
    assert [client.get(page).status_code for page in pages] == [200, 404]


def test_part_of_a_submission_tells_each_teacher_of_her_own_class(booked):
    """One class cancelled, the other changed, in one go: the third hears nothing."""
    submission, mine, other = booked
    third = make_booking(
        submission=submission, visit=mine.visit, party_name="De Dassen", class_group=None
    )
    tell()
    BookingEvent.objects.update(notice="confirmed", noticed_at=timezone.now())  # by their codes
    hers = {one.party_name: shared(submission, row=one).email for one in (mine, other, third)}
    parts = [
        ClassChange(mine, 24, 3, goes=True),
        ClassChange(other, 20, 3),
        ClassChange(third, 24, 3),
    ]
    change_parts(parts, by=submission.user, note="")
    mails = {mail.to: mail for mail in tell()}
    assert mails.keys() == {submission.email, hers["De Uilen"], hers["De Vossen"]}
    gone, changed = mails[hers["De Uilen"]], mails[hers["De Vossen"]]
    assert (gone.template, changed.template) == ("booking_cancelled", "booking_changed")
    assert ["METHOD:CANCEL" in file for file in calendar_in(gone)] == [True]
    assert ["METHOD:REQUEST" in file for file in calendar_in(changed)] == [True]
    assert "De Uilen" not in changed.text


def test_who_was_invited_for_one_class_and_later_for_another_gets_one_mail(booked):
    """Also where somebody else was invited in between."""
    submission, mine, other = booked
    asked = [(mine, "bram@school.example"), (mine, "cas@school.example")]
    for row, email in [*asked, (other, "bram@school.example")]:
        invited = lifecycle.invite(shares=[Share(submission, row)], email=email, by=submission.user)
        lifecycle.accept(
            invitation=invited[0].invitation, email=email, person={"name": "B"}, language="nl"
        )
    tell()
    parts = [ClassChange(one, 20, 3) for one in (mine, other)]
    change_parts(parts, by=submission.user, note="")
    mails = tell()
    readers = [submission.email, "bram@school.example", "cas@school.example"]
    assert [mail.to for mail in mails] == readers
    assert ["De Vossen" in mail.text for mail in mails] == [True, True, False]


def test_mail_about_what_is_of_two_hubs_is_one_of_each_hub(db, frozen):
    """Staff of one do not read what is booked at the other."""
    anouk, other = make_teacher(school=make_school()), make_other_hub()
    make_booking(submission=make_submission(user=anouk), party_name="De Uilen")
    theirs = make_programme(venue=make_venue(hub=other), title="Robotles")
    slot = make_slot(programmes=[theirs])
    make_booking(
        submission=make_submission(user=anouk, hub=other),
        visit=make_visit(slot=slot, programme=theirs),
        party_name="De Vossen",
    )
    tell()

    lifecycle.invite(shares=lifecycle.all_of(anouk), email="bram@school.example", by=anouk)

    mails = tell()
    assert {mail.hub: ("De Uilen" in mail.text, "De Vossen" in mail.text) for mail in mails} == {
        the_hub().pk: (True, False),
        other.pk: (False, True),
    }
    assert {mail.sender for mail in mails} == {the_hub().sender, other.sender}


@pytest.mark.parametrize("has_all", [True, False])
def test_colleague_whose_address_becomes_that_of_the_contact_hears_once(booked, has_all):
    submission, first, _other = booked
    bram = shared(submission, row=None if has_all else first, email="bram@school.example")

    correct_email(submission=submission, email=bram.email)

    bram.refresh_from_db()
    assert (bram.state, submission.user) == (CompanionState.LEFT, bram.user)
    assert tell() == []  # what stands in her calendar stays there
    visits.change_numbers(booking=first, pupils=20, supervisors=3, by=make_staff())
    assert [mail.to for mail in tell()] == [bram.email]
