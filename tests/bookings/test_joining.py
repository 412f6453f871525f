"""Small classes: named two weeks before, and proposed to come together."""

import datetime

import pytest
from django.urls import reverse

from bookings import lifecycle, moving
from bookings.admin.visits.joining import LET_BE
from bookings.models import BookingEvent, State, Visit
from bookings.places import VisitGone
from bookings.telling.wording import sentence
from bookings.visits import joining
from core.backoffice.history import staff_history
from core.mail import markers
from core.models import Mail
from core.worker import Worker
from schools.models import SchoolHoliday
from tests.factories import (
    amsterdam,
    make_booking,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_venue,
    make_visit,
)

pytestmark = [pytest.mark.usefixtures("frozen"), pytest.mark.django_db]


@pytest.fixture
def programme():
    SchoolHoliday.objects.all().delete()
    return make_programme(min_pupils=15, max_groups=2, max_pupils=40)


def small_on(programme, day, *, pupils=8, **fields):
    """A visit on a day of September 2026 with one small class."""
    slot = make_slot(
        programmes=[programme], starts_at=amsterdam(2026, 9, day, 9), max_groups=2, max_pupils=40
    )
    make_booking(visit=make_visit(programme=programme, slot=slot), pupils=pupils, **fields)
    return Visit.objects.get(slot=slot)


def test_a_small_class_is_named_two_weeks_before_with_one_that_fits(programme, desk):
    soon = small_on(programme, 22)
    other = small_on(programme, 30)
    [(visit, others)] = joining.small_visits(make_staff())
    assert (visit, others) == (soon, [other])
    text = desk.get("/beheer/").text
    assert "Slechts 8 leerlingen op 22 september 09:00" in text
    assert reverse("admin:bookings_visit_samen", args=[soon.pk]) in text


@pytest.mark.parametrize(
    "otherwise",
    [
        lambda programme: small_on(programme, 30, pupils=16),  # not small
        lambda programme: small_on(make_programme(min_pupils=15), 30),  # another programme
        lambda programme: small_on(programme, 30, state=State.REQUESTED),  # not sure
        lambda programme: close(small_on(programme, 30)),
    ],
)
def test_what_does_not_fit_is_not_proposed(programme, otherwise):
    soon = small_on(programme, 22)
    otherwise(programme)
    assert joining.could_join(soon) == []


def test_visit_in_which_somebody_has_not_confirmed_is_not_proposed_to_move(programme):
    """She could not be asked, and would stay behind."""
    soon = small_on(programme, 22)
    other = small_on(programme, 30)
    Visit.objects.filter(pk=other.pk).update(max_groups=3)
    assert joining.could_join(soon) == [other]
    make_booking(visit=soon, pupils=2, party_name="8", state=State.REQUESTED)
    soon.refresh_from_db()
    assert joining.could_join(soon) == []


def close(visit):
    visit.slot.is_closed = True
    visit.slot.save()


def test_holidays_of_the_school_and_full_dates_do_not_fit(programme):
    soon = small_on(programme, 22)
    other = small_on(programme, 30)
    assert joining.could_join(soon) == [other]
    Visit.objects.filter(pk=other.pk).update(max_groups=1)
    assert joining.could_join(soon) == []
    Visit.objects.filter(pk=other.pk).update(max_groups=2)
    Visit.objects.filter(pk=other.pk).update(max_pupils=15)
    assert joining.could_join(soon) == []
    Visit.objects.filter(pk=other.pk).update(max_pupils=16)
    assert joining.could_join(soon) == [other]
    SchoolHoliday.objects.create(
        region="noord",
        school_year=2026,
        name="Extra",
        starts_on=datetime.date(2026, 9, 30),
        ends_on=datetime.date(2026, 9, 30),
    )
    assert joining.could_join(soon) == []


def test_class_that_comes_on_both_dates_is_not_proposed_to_itself(programme):
    school = make_school()
    soon = small_on(programme, 22, submission=make_submission(school=school), party_name="7a")
    hers = make_submission(school=school)
    other = small_on(programme, 30, submission=hers, party_name="7A")
    assert joining.could_join(soon) == []
    hers.bookings.update(party_name="7b", party_key="7b")
    assert joining.could_join(soon) == [other]


def test_number_of_queries_is_the_same_for_more_visits(programme, django_assert_num_queries):
    staff = make_staff()
    small_on(programme, 22)
    with django_assert_num_queries(4):
        joining.small_visits(staff)
    small_on(programme, 23), small_on(programme, 24)
    with django_assert_num_queries(4):
        assert len(joining.small_visits(staff)) == 3


def test_another_hub_s_are_not_named(programme):
    small_on(make_programme(min_pupils=15, venue=make_venue(hub=make_other_hub())), 22)
    assert joining.small_visits(make_staff(is_superuser=False)) == []


def test_a_proposal_mails_both_once_and_the_link_leads_to_that_date(programme, client, settings):
    soon, other = small_on(programme, 22), small_on(programme, 30)
    staff = make_staff()
    joining.propose(visit=soon, to=other, by=staff, note="Gezellig samen.")
    with pytest.raises(joining.FitsNoMore):
        joining.propose(visit=soon, to=other, by=staff)
    Worker().run_once()
    mails = {mail.template: mail for mail in Mail.objects.all() if "booking_" in mail.template}
    asked, told = mails["booking_proposed"], mails["booking_joined_by"]
    mover = soon.bookings.get()
    assert (asked.to, told.to) == (mover.submission.email, other.bookings.get().submission.email)
    assert "\nKomen jullie samen met een andere klas?\n" in asked.text
    assert "Gezellig samen." in asked.text
    assert "30 september" in asked.text
    assert "30 september" in told.text
    text = markers.reveal(asked.text, to=asked.to)
    [address] = [word for word in text.split() if "naar=" in word]
    page = client.get(address.removeprefix(settings.SITE_URL))
    assert page.status_code == 200
    assert page.context["slot"] == other.slot
    assert joining.small_visits(staff) == []


def test_second_class_is_not_proposed_to_a_visit_that_others_are_asked_to_join(programme):
    first, other, second = (small_on(programme, day) for day in (22, 23, 24))
    staff = make_staff()
    joining.propose(visit=first, to=other, by=staff)

    for whose in (first, other):  # who was asked to come elsewhere is no better
        assert whose not in joining.could_join(second)
        with pytest.raises(joining.FitsNoMore):
            joining.propose(visit=second, to=whose, by=staff)

    assert BookingEvent.objects.filter(move="propose").count() == 2


def test_who_takes_it_comes_with_the_other_by_the_verb_that_everybody_uses(programme):
    soon, other = small_on(programme, 22), small_on(programme, 30)
    joining.propose(visit=soon, to=other, by=make_staff())
    booking = soon.bookings.get()
    wish = moving.ask_to_move(booking=booking, slot=other.slot, by=booking.submission.user)
    assert wish.data["slot"] == other.slot_id
    moving.move_as_staff(booking=booking, slot=other.slot, by=make_staff())
    other.refresh_from_db()
    assert (other.groups_taken, other.pupils_taken) == (2, 16)


def test_of_who_cancelled_meanwhile_there_is_no_mail(programme):
    soon, other = small_on(programme, 22), small_on(programme, 30)
    joining.propose(visit=soon, to=other, by=make_staff())
    lifecycle.cancel(booking=soon.bookings.get(), by=make_staff())
    Worker().run_once()
    assert "booking_proposed" not in set(Mail.objects.values_list("template", flat=True))


# --- The page -----------------------------------------------------------------------------------


def test_page_shows_the_mails_first_and_sends_them_then(programme, desk):
    soon, other = small_on(programme, 22), small_on(programme, 30)
    page = reverse("admin:bookings_visit_samen", args=[soon.pk])
    assert desk.get(page).context["form"]["to"].initial == str(other.pk)
    asked = {"to": other.pk, "note": "Samen."}
    first = desk.post(page, asked)
    assert sorted(mail.template for mail, _text in first.context["mails"]) == [
        "booking_joined_by",
        "booking_proposed",
    ]
    assert not BookingEvent.objects.filter(move="propose").exists()
    changed = desk.post(page, asked | {"note": "Anders", "shown": first.context["shown"]})
    assert changed.context["mails"]
    done = desk.post(page, asked | {"shown": first.context["shown"]})
    assert done.url == reverse("admin:bookings_visit_change", args=[soon.pk])
    assert BookingEvent.objects.filter(move="propose").count() == 2


def test_it_may_go_ahead_as_it_is_and_nobody_is_mailed(programme, desk):
    soon = small_on(programme, 22)
    page = reverse("admin:bookings_visit_samen", args=[soon.pk])
    assert desk.get(page).context["form"]["to"].initial == LET_BE
    desk.post(page, {"to": LET_BE})
    assert joining.small_visits(make_staff()) == []
    [event] = BookingEvent.objects.filter(move="let_be")
    assert event.notice == ""
    assert staff_history(event.booking)[0].text == (
        "Het gaat door, ook al komen er weinig: geen andere klas wordt erbij gevraagd."
    )
    assert sentence(event) == ""  # of no interest to its school


@pytest.fixture
def previewed(programme, desk):
    """The page of a small visit, what was sent to it and what it showed; the visit it may join."""
    programme.max_groups = 3
    programme.save()
    soon, other = small_on(programme, 22), small_on(programme, 30)
    Visit.objects.filter(pk=other.pk).update(max_groups=3)
    page = reverse("admin:bookings_visit_samen", args=[soon.pk])
    asked = {"to": other.pk, "note": ""}
    return page, asked | {"shown": desk.post(page, asked).context["shown"]}, other


@pytest.mark.parametrize("shows_mails", [False, True])
def test_visit_to_which_another_was_proposed_meanwhile_is_refused(
    previewed, programme, desk, shows_mails
):
    page, asked, other = previewed
    if not shows_mails:
        del asked["shown"]
    joining.propose(visit=small_on(programme, 29), to=other, by=make_staff())

    answer = desk.post(page, asked)

    assert answer.context["form"].errors["to"] == [str(joining.FitsNoMore())]
    assert (answer.context["mails"], answer.context["shown"]) == ([], "")
    assert BookingEvent.objects.filter(move="propose").count() == 2


def one_more_in(visit):
    make_booking(visit=visit, pupils=3, party_name="8z")


def test_who_joined_since_the_preview_is_shown_before_she_is_mailed(previewed, desk):
    page, asked, other = previewed
    one_more_in(other)
    again = desk.post(page, asked)
    assert len(again.context["mails"]) == 3
    assert not BookingEvent.objects.filter(move="propose").exists()
    assert desk.post(page, asked | {"shown": again.context["shown"]}).status_code == 302
    assert BookingEvent.objects.filter(move="propose").count() == 3


def test_who_joins_after_the_page_compared_is_not_mailed_unseen(previewed, desk, monkeypatch):
    page, asked, other = previewed
    verb = joining.propose

    def after_one_more(**arguments):
        one_more_in(other)
        return verb(**arguments)

    monkeypatch.setattr(joining, "propose", after_one_more)
    answer = desk.post(page, asked)
    assert str(VisitGone()) in answer.text
    assert not BookingEvent.objects.filter(move="propose").exists()
