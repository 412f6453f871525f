"""Staff choose other rooms or another length for a programme that is booked already."""

import datetime

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import State, ZoneClaim
from bookings.telling.wording import history_of
from core.mail.outbox import Teller
from core.models import Mail
from tests.factories import (
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_visit,
    make_zone,
)
from tests.programme_form import save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def desk(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(make_staff())
    return client


@pytest.fixture
def programme():
    return make_programme(zones=[make_zone()], duration=120, changeover=15)


def claims():
    """Which zone each visit has, and for how many minutes."""
    return {
        (claim.visit_id, claim.zone_id, (claim.ends_at - claim.starts_at).seconds // 60)
        for claim in ZoneClaim.objects.all()
    }


def test_another_zone_and_length_hold_for_the_visits_to_come(desk, programme):
    days = (3, 4)
    slots = [
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9)) for day in days
    ]
    visits = [make_visit(slot=slot, programme=programme) for slot in slots]
    for visit in visits:
        make_booking(visit=visit)
    other = make_zone(venue=programme.venue)

    answer = save(desk, programme, zones=[programme.zones.get().pk, other.pk], duration=150)

    assert answer.status_code == 302
    zones = programme.zones.values_list("pk", flat=True)
    assert len(zones) == 2
    assert claims() == {(visit.pk, zone, 165) for visit in visits for zone in zones}


def test_visit_that_was_keeps_the_rooms_it_had_and_hears_nothing(desk, programme):
    starts_at = amsterdam(2026, 9, 14, 9)
    visit = make_visit(
        slot=make_slot(programmes=[programme], starts_at=starts_at), programme=programme
    )
    booking = make_booking(visit=visit)
    before = claims()

    save(desk, programme, zones=[make_zone(venue=programme.venue).pk], duration=150)

    assert claims() == before
    assert [event.move for event in booking.events.all()] == ["made"]


def test_schools_hear_that_their_visit_takes_another_time(desk, programme):
    slot = make_slot(programmes=[programme])
    visit = make_visit(slot=slot, programme=programme, max_groups=3, max_pupils=99)
    states = (State.CONFIRMED, State.HELD)
    booked, held = (make_booking(visit=visit, state=state) for state in states)

    answer = save(desk, programme, duration=150)

    lines = [str(message) for message in get_messages(answer.wsgi_request)]
    assert "1 klas of groep krijgt een mail: het bezoek eindigt op een andere tijd." in lines
    assert [event.move for event in held.events.all()] == ["made"]
    assert [event.move for event in booked.events.all()] == ["made", "retime"]
    sequence = booked.sequence
    booked.refresh_from_db()
    assert booked.sequence == sequence + 1
    Teller().tell(seconds=30)
    mail = Mail.objects.get()
    assert mail.to == booked.submission.email
    assert "Het duurt 2 uur en 30 minuten in plaats van 2 uur." in mail.text
    assert "09:00–11:30" in mail.text
    assert "Het duurt" in history_of([booked])[0].text

    save(desk, programme, duration=150, changeover=20)  # the rooms' matter
    assert booked.events.count() == 2


def test_whom_another_length_concerns_is_shown_before_it_is_saved(desk, programme):
    visit = make_visit(slot=make_slot(programmes=[programme]), programme=programme)
    booked = make_booking(visit=visit, party_name="Groep 7b")

    asked = save(desk, programme, duration=150, title="Nieuwe titel", telling="")

    form = asked.context["adminform"].form
    intro, line = [str(error) for error in form.non_field_errors()]
    assert intro == (
        "Dit verandert wat over 1 afspraak is verteld. Kies hieronder of wie het aangaat het hoort."
    )
    assert reverse("admin:bookings_visit_change", args=[visit.pk]) in line
    assert "Groep 7b" in line
    assert [name for name, _label in form.fields["telling"].choices] == ["tell", "quietly"]
    assert 'name="telling"' in asked.content.decode()
    assert form["title"].value() == "Nieuwe titel"
    programme.refresh_from_db()
    assert (programme.duration, booked.events.count()) == (120, 1)


def test_another_length_can_be_saved_without_telling(desk, programme):
    visit = make_visit(slot=make_slot(programmes=[programme]), programme=programme)
    booked = make_booking(visit=visit)
    before = booked.sequence

    answer = save(desk, programme, duration=150, telling="quietly")

    assert answer.status_code == 302
    programme.refresh_from_db()
    assert programme.duration == 150
    assert Teller().tell(seconds=30) == 0
    event = booked.events.latest("pk")
    assert (event.move, event.notice) == ("retime", "")
    booked.refresh_from_db()
    assert booked.sequence == before + 1
    assert "een mail" not in str(list(get_messages(answer.wsgi_request)))


def test_nothing_is_asked_where_nobody_is_concerned(desk, programme):
    assert save(desk, programme, duration=150, telling="").status_code == 302
    past = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 14, 9))
    make_booking(visit=make_visit(slot=past, programme=programme))
    assert save(desk, programme, duration=120, telling="").status_code == 302
    page = desk.get(reverse("admin:programmes_programme_change", args=[programme.pk]))
    assert 'name="telling"' not in page.content.decode()


def test_calendars_learn_of_another_title_and_nobody_gets_a_mail(desk, programme, frozen):
    visit = make_visit(slot=make_slot(programmes=[programme]), programme=programme)
    booked = make_booking(visit=visit)
    before = booked.sequence, booked.changed_at
    frozen.shift(60)
    assert save(desk, programme, title="Nieuwe titel", telling="").status_code == 302
    booked.refresh_from_db()
    assert booked.sequence == before[0] + 1
    assert booked.changed_at > before[1]
    assert booked.events.count() == 1


@pytest.mark.parametrize("asked", ["zone", "length"])
def test_rooms_of_another_visit_are_refused_and_nothing_is_saved(desk, programme, asked):
    (own,) = programme.zones.all()
    other = make_zone(venue=programme.venue)
    beside = make_programme(zones=[other if asked == "zone" else own], duration=60, changeover=0)
    visit = make_visit(slot=make_slot(programmes=[programme]), programme=programme)
    make_booking(visit=visit)
    start = visit.slot.starts_at + datetime.timedelta(minutes=0 if asked == "zone" else 135)
    make_booking(
        visit=make_visit(slot=make_slot(programmes=[beside], starts_at=start), programme=beside)
    )
    before = claims()
    change = {"zones": [own.pk, other.pk]} if asked == "zone" else {"changeover": 16}

    answer = save(desk, programme, title="Nieuwe titel", **change)

    text = answer.context["adminform"].form.non_field_errors().as_text()
    assert f"Een ander bezoek heeft deze ruimtes nodig op {visit.slot}" in text
    assert answer.context["adminform"].form["title"].value() == "Nieuwe titel"
    title = programme.title
    programme.refresh_from_db()
    assert (programme.title, programme.changeover, claims()) == (title, 15, before)
    assert list(programme.zones.all()) == [own]


def test_half_days_that_became_too_short_are_named(desk, programme):
    slot = make_slot(programmes=[programme])
    make_booking(visit=make_visit(slot=slot, programme=programme))

    answer = save(desk, programme, duration=slot.length.seconds // 60 + 1)

    lines = [str(message) for message in get_messages(answer.wsgi_request)]
    assert f"{slot} is er nu te kort voor: verplaats het bezoek." in lines


# --- As it was shown (the mails, and what changed since) ----------------------------------------


def test_mails_are_shown_as_they_go_out_and_nothing_is_changed_by_looking(desk, programme):
    visit = make_visit(slot=make_slot(programmes=[programme]), programme=programme)
    booked = make_booking(visit=visit)
    asked = save(desk, programme, duration=150, telling="")
    ((mail, text),) = asked.context["mails"]
    assert (mail.to, "Het duurt 2 uur en 30 minuten in plaats van 2 uur." in text) == (
        booked.submission.email,
        True,
    )
    assert mail.subject in asked.content.decode()
    programme.refresh_from_db()
    assert (programme.duration, booked.events.count()) == (120, 1)
    shown = asked.context["adminform"].form["shown"].value()
    assert save(desk, programme, duration=150, shown=shown).status_code == 302
    Teller().tell(seconds=30)
    assert [one.text for one in Mail.objects.all()] == [mail.text]


@pytest.mark.django_db(transaction=True)
@pytest.mark.sqlite
def test_mails_are_made_in_a_copy_while_others_write_on(desk, programme):
    visit = make_visit(slot=make_slot(programmes=[programme]), programme=programme)
    make_booking(visit=visit)
    with CaptureQueriesContext(connection) as written:
        asked = save(desk, programme, duration=150, telling="")
    assert len(asked.context["mails"]) == 1
    assert [one["sql"] for one in written if "bookings_bookingevent" in one["sql"]] == []


def test_whoever_came_since_it_was_shown_is_named_before_she_gets_a_mail(desk, programme):
    visit = make_visit(slot=make_slot(programmes=[programme]), programme=programme, max_groups=2)
    make_booking(visit=visit)
    asked = save(desk, programme, duration=150, telling="")
    late = make_booking(visit=visit, party_name="Groep 8c", pupils=10)
    shown = asked.context["adminform"].form["shown"].value()
    again = save(desk, programme, duration=150, shown=shown)
    anew, _intro, line = [str(e) for e in again.context["adminform"].form.non_field_errors()]
    assert anew == "Iets is anders dan het hier stond. Bekijk het nog een keer."
    assert "Groep 8c" in line
    assert late.events.count() == 1
    shown = again.context["adminform"].form["shown"].value()
    assert save(desk, programme, duration=150, shown=shown).status_code == 302


def test_length_that_was_changed_below_the_question_is_asked_anew(desk, programme):
    visit = make_visit(slot=make_slot(programmes=[programme]), programme=programme)
    make_booking(visit=visit)
    asked = save(desk, programme, duration=150, telling="")
    shown = asked.context["adminform"].form["shown"].value()
    assert save(desk, programme, duration=160, shown=shown).status_code == 200
    programme.refresh_from_db()
    assert programme.duration == 120
