"""A person's own page, by her link: looking changes nothing, a button acts once."""

import datetime

import pytest
from django.test import Client
from icalendar import Calendar

from core import tokens
from core.models import Mail
from roster import lifecycle, links, people
from roster.models import Availability, OtherDays, Person, Shift, ShiftEvent
from roster.pages.forms import WeekChanged, WeekForm
from tests.factories import amsterdam, make_other_hub, make_staff
from tests.roster.rostering import (
    absent,
    address,
    fresh,
    make_person,
    make_run,
    make_shift,
    moves_of,
    post,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def run():
    return make_run(title="Proeverij")


@pytest.fixture
def anna(run):
    return make_person(runs=[run], name="Anna")


def shown(person, name="open"):
    response = Client().get(address(person))
    assert response.status_code == 200
    return [shift.pk for shift in response.context[name]]


def not_then(person):
    return Client().get(address(person, "days")).context["not_then"]


def messages(response):
    return [str(message) for message in response.context["messages"]]


def test_her_page_shows_what_is_hers_and_what_is_open_to_her(run, anna):
    mine, free = make_shift(run, person=anna), make_shift(run, amsterdam(2026, 11, 4, 9))
    make_shift(run, amsterdam(2026, 11, 5, 9), make_person(runs=[run]))
    absent(anna, datetime.date(2026, 11, 6))
    make_shift(run, amsterdam(2026, 11, 6, 9))
    assert (shown(anna, "mine"), shown(anna)) == ([mine.pk], [free.pk])


def test_buttons_are_read_out_with_the_english_title_on_an_english_page(run, anna):
    run.title_en = "Six tastes"
    run.save()
    make_shift(run, amsterdam(2026, 11, 4, 9))
    page = Client(HTTP_COOKIE="django_language=en").get(address(anna)).text
    assert "Six tastes</span></button>" in page
    assert "Proeverij" not in page


def test_programs_that_open_every_link_of_a_mail_change_nothing(run, anna):
    """T23: with GET and HEAD, also of the addresses of the buttons."""
    shift, mine = make_shift(run), make_shift(run, amsterdam(2026, 11, 4, 9), anna)
    days = absent(anna, datetime.date(2026, 12, 1))
    before = list(ShiftEvent.objects.values_list())
    pages = [
        *(address(anna, page) for page in ("own", "days", "renew")),
        address(anna, "take", shift_id=shift.pk),
        address(anna, "drop", shift_id=mine.pk),
        address(anna, "remove_days", days_id=days.pk),
    ]
    for page in pages:
        assert {Client().get(page).status_code, Client().head(page).status_code} <= {200, 405}
    assert list(ShiftEvent.objects.values_list()) == before
    assert OtherDays.objects.get() == days
    anna.refresh_from_db()
    assert anna.link_version == 1


def test_button_takes_the_shift_and_a_second_click_is_the_same_page(run, anna):
    shift = make_shift(run)
    for _click in range(2):
        response = Client().post(address(anna, "take", shift_id=shift.pk), follow=True)
        assert messages(response) == ["Je staat op het rooster. Dank je wel!"]
    assert (fresh(shift).person, moves_of(shift)) == (anna, ["open", "accept"])


def test_shift_that_was_just_given_away_says_so_with_what_else_is_open(run, anna):
    shift = make_shift(run, person=make_person(runs=[run]))
    other = make_shift(run, amsterdam(2026, 11, 4, 9))
    response = post(anna, "take", shift_id=shift.pk)
    assert response.status_code == 409
    assert "Deze inzet is net vergeven." in response.content.decode()
    assert [one.pk for one in response.context["open"]] == [other.pk]


def test_older_offer_is_refused_once_she_cannot_in_words_to_herself(run, anna):
    """T19."""
    shift = make_shift(run)
    absent(anna, datetime.date(2026, 11, 3))
    response = post(anna, "take", shift_id=shift.pk)
    assert response.status_code == 409
    assert "Je zei dat je die dag niet kunt." in response.content.decode()
    assert moves_of(shift) == ["open"]


def test_one_button_drops_out_and_the_search_begins(run, anna):
    shift = make_shift(run, person=anna)
    response = Client().post(address(anna, "drop", shift_id=shift.pk), follow=True)
    assert messages(response) == ["Je bent afgemeld; we mailen nu de anderen."]
    assert moves_of(shift) == ["open", "accept", "drop", "offer"]


def test_she_drops_nobody_elses_shift_and_another_hubs_does_not_exist(run, anna):
    shift = make_shift(run, person=make_person(runs=[run]))
    assert post(anna, "drop", shift_id=shift.pk).status_code == 409
    there = make_run()
    there.venue.hub = make_other_hub()
    there.venue.save()
    assert post(anna, "take", shift_id=make_shift(there).pk).status_code == 404
    assert fresh(shift).state == "taken"


@pytest.mark.parametrize("name", ["own", "days"])
def test_stranger_old_link_and_who_left_get_404(anna, name):
    old = address(anna, name)
    own = links.token_of(anna)
    assert Client().get(old.replace(own, "A" * 32)).status_code == 404
    assert Client().get(old.replace(own, tokens.make(links.FEED, anna.pk, 1))).status_code == 404
    Client().post(address(anna, "renew"))
    anna.refresh_from_db()
    assert (Client().get(old).status_code, Client().get(address(anna, name)).status_code) == (
        404,
        200,
    )
    anna.left_on = datetime.date(2026, 9, 1)
    anna.save()
    assert Client().get(address(anna, name)).status_code == 404


def test_who_left_reads_that_at_her_link_and_whom_to_ask(anna):
    old = address(anna)
    Client().post(address(anna, "renew"))
    renewed = Client().get(old).text
    assert "Je hebt een nieuwere link" in renewed
    anna.refresh_from_db()
    assert links.token_of(anna) not in renewed  # whoever has the old one may be somebody else

    Person.objects.filter(pk=anna.pk).update(left_on=datetime.date(2026, 9, 1))
    for name in ("own", "days"):
        response = Client().get(address(anna, name))
        assert response.status_code == 404
        assert "Je hoort niet meer bij ons team" in response.text
        assert anna.hub.phone in response.text
        assert anna.name not in response.text
    assert "niet meer bij ons team" not in Client().get(old).text
    people.forget(Person.objects.get())
    assert "niet meer bij ons team" not in Client().get(address(anna)).text


def test_calendar_of_who_left_takes_off_what_was_hers_until_she_is_forgotten(run, anna):
    shift = make_shift(run, person=anna)
    [before] = Calendar.from_ical(feed(anna).content).walk("VEVENT")
    anna.left_on = datetime.date(2026, 9, 1)
    anna.save()
    people.let_go_all(anna, by=make_staff())
    [event] = Calendar.from_ical(feed(anna).content).walk("VEVENT")
    assert (event["UID"], event["STATUS"]) == (before["UID"], "CANCELLED")
    assert event["SEQUENCE"] > before["SEQUENCE"]
    assert fresh(shift).state == "open"
    calendar = links.feed_address(anna).removeprefix("http://127.0.0.1:8000")
    people.forget(anna)
    assert Client().get(calendar).status_code == 404


def test_new_link_is_in_her_mail_and_not_shown_to_whoever_had_the_old_one(anna):
    client = Client()
    response = client.post(address(anna, "renew"))
    assert (response.status_code, response["Location"]) == (302, "/")
    assert messages(client.get("/")) == ["Je oude link werkt niet meer. De nieuwe zit in je mail."]
    mail = Mail.objects.get()
    assert (mail.to, mail.template) == (anna.email, "shift_link")
    anna.refresh_from_db()
    assert anna.link_version == 2
    by_telephone = make_person(email="")
    response = post(by_telephone, "renew")
    by_telephone.refresh_from_db()
    assert (response["Location"], Mail.objects.count()) == (address(by_telephone), 1)


def test_buttons_of_whoever_tries_without_end_are_refused(run, anna, settings):
    shift = make_shift(run)
    days = absent(anna, datetime.date(2026, 12, 1))
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "posts_per_network": (0, datetime.timedelta(minutes=10))
    }
    response = Client().post(address(anna, "remove_days", days_id=days.pk), follow=True)
    [words] = messages(response)
    assert "wacht tien minuten" in words
    assert OtherDays.objects.get() == days
    assert post(anna, "take", shift_id=shift.pk).status_code == 409
    assert moves_of(shift) == ["open"]
    assert post(anna, "renew").status_code == 409
    anna.refresh_from_db()
    assert anna.link_version == 1


def test_who_has_no_address_is_promised_no_mail(anna):
    by_telephone = make_person(email="")
    pages = [Client().get(address(one)).text for one in (anna, by_telephone)]
    assert all("Er staat niets open op de dagen dat je kunt." in page for page in pages)
    assert ["Is er iets, dan krijg je een mail." in page for page in pages] == [True, False]


# --- When she can ------------------------------------------------------------------------------


def test_week_that_she_fills_in_is_her_week(anna):
    data = {"week": "1", "can_1": "on", "from_3": "09:00", "until_3": "12:30"}
    data["seen"] = Client().get(address(anna, "days")).context["week"].now
    assert post(anna, "days", data).status_code == 302
    rows = Availability.objects.order_by("weekday")
    assert [str(one) for one in rows] == ["dinsdag hele dag", "donderdag 09:00–12:30"]


def test_day_of_which_she_takes_off_the_tick_is_off_though_its_times_stand_there(anna):
    Availability.objects.exclude(weekday=1).delete()
    Availability.objects.update(starts_at="09:00", ends_at="12:30")
    week = Client().get(address(anna, "days")).context["week"]
    data = {"week": "1", "seen": week.now, "from_1": "09:00", "until_1": "12:30", "can_4": "on"}

    for _click in range(2):
        assert post(anna, "days", data).status_code == 302
        assert [str(one) for one in Availability.objects.all()] == ["vrijdag hele dag"]


@pytest.mark.parametrize(
    ("start", "end", "error"),
    [
        ("09:00", "", "Vul beide tijden in, of geen voor de hele dag."),
        ("12:00", "09:00", "Het einde ligt voor het begin."),
    ],
)
def test_week_with_half_a_span_is_refused_and_nothing_is_lost(anna, start, end, error):
    response = post(anna, "days", {"week": "1", "can_1": "on", "from_1": start, "until_1": end})
    assert response.status_code == 422
    assert response.context["week"].errors == {"until_1": [error]}
    assert Availability.objects.count() == 7


def test_week_that_the_coordinator_changed_meanwhile_is_shown_first(anna):
    seen = Client().get(address(anna, "days")).context["week"].now
    Availability.objects.filter(weekday=4).delete()
    response = post(anna, "days", {"week": "1", "can_1": "on", "seen": seen})
    assert response.status_code == 422
    assert Availability.objects.count() == 6
    again = {"week": "1", "can_1": "on", "seen": response.context["week"]["seen"].value()}
    assert post(anna, "days", again).status_code == 302
    assert Availability.objects.get().weekday == 1


def test_second_of_two_clicks_at_once_finds_her_week_as_she_wants_it(anna, monkeypatch):
    data = {"week": "1", "can_1": "on"}
    data["seen"] = Client().get(address(anna, "days")).context["week"].now
    save = WeekForm.save

    def after_the_first_click(form):
        monkeypatch.setattr(WeekForm, "save", save)
        assert post(anna, "days", data).status_code == 302
        return save(form)

    monkeypatch.setattr(WeekForm, "save", after_the_first_click)
    assert post(anna, "days", data).status_code == 302
    assert Availability.objects.get().weekday == 1


def test_week_that_the_coordinator_changes_after_the_form_compared_is_not_lost(anna, monkeypatch):
    seen = Client().get(address(anna, "days")).context["week"].now
    save = WeekForm.save

    def after_the_coordinator(form):
        Availability.objects.filter(weekday=4).delete()
        return save(form)

    monkeypatch.setattr(WeekForm, "save", after_the_coordinator)
    response = post(anna, "days", {"week": "1", "can_1": "on", "seen": seen})
    assert response.status_code == 422
    assert response.context["week"].non_field_errors() == [str(WeekChanged())]
    assert Availability.objects.count() == 6


def test_days_on_which_it_is_otherwise_are_added_and_removed(anna):
    assert post(anna, "days", {"dagen": "1", "first_on": "14-1-2027"}).status_code == 302
    day = OtherDays.objects.get()
    assert (str(day.first_on), str(day.last_on), day.can) == ("2027-01-14", "2027-01-14", False)
    other = make_person()
    post(other, "remove_days", days_id=day.pk)
    assert OtherDays.objects.count() == 1
    post(anna, "remove_days", days_id=day.pk)
    assert OtherDays.objects.count() == 0
    data = {"dagen": "1", "first_on": "14-1-2027", "last_on": "15-1-2027", "can": "yes"}
    post(anna, "days", data)
    assert OtherDays.objects.get().can is True


def test_day_off_on_which_she_has_a_shift_is_said_until_she_drops_it(run, anna):
    """She read 'noted', and thought that she was off the roster."""
    shift, later = make_shift(run, person=anna), make_shift(run, amsterdam(2026, 12, 8, 9), anna)
    assert not_then(anna) == []
    post(anna, "days", {"dagen": "1", "first_on": "3-11-2026"})
    page = Client().get(address(anna, "days"))
    assert page.context["not_then"] == [shift]
    assert "Je staat nog op het rooster op tijden dat je niet kunt:" in page.text
    post(anna, "drop", shift_id=shift.pk)
    assert not_then(anna) == []
    post(anna, "days", {"week": "1", "seen": page.context["week"].now})  # no weekday at all
    assert not_then(anna) == [later]
    Shift.objects.filter(pk=later.pk).update(overruled=["NotThen"])  # as agreed with staff
    assert not_then(anna) == []


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("16-1-2027", "14-1-2027", "De laatste dag ligt voor de eerste."),
        ("1-9-2026", "2-9-2026", "Deze dagen zijn voorbij."),
    ],
)
def test_days_that_make_no_sense_are_refused(anna, first, last, error):
    response = post(anna, "days", {"dagen": "1", "first_on": first, "last_on": last})
    assert response.status_code == 422
    assert error in response.content.decode()
    assert OtherDays.objects.count() == 0


# --- Her calendar ------------------------------------------------------------------------------


def feed(person, **headers):
    return Client().get(links.feed_address(person).removeprefix("http://127.0.0.1:8000"), **headers)


def test_calendar_is_the_same_until_something_changes(run, anna):
    shift = make_shift(run, amsterdam(2026, 11, 3, 9), anna)
    first, again = feed(anna), feed(anna)
    assert (first.status_code, first.content) == (200, again.content)
    tag = first["ETag"]
    assert feed(anna, headers={"If-None-Match": tag}).status_code == 304
    assert b"STATUS:CONFIRMED" in first.content
    lifecycle.drop_out(shift=shift, person=anna)
    changed = feed(anna, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert b"STATUS:CANCELLED" in changed.content
    assert changed.content.count(b"BEGIN:VEVENT") == 1


def test_calendar_says_nine_in_winter_and_in_summer(run, anna):
    for when in (amsterdam(2026, 10, 20, 9), amsterdam(2026, 11, 3, 9)):
        make_shift(run, when, anna)
    content = feed(anna).content
    assert b"DTSTART;TZID=Europe/Amsterdam:20261020T090000" in content
    assert b"DTSTART;TZID=Europe/Amsterdam:20261103T090000" in content


def test_calendars_address_opens_no_page_and_ends_with_the_link(anna):
    old = links.feed_address(anna)
    assert feed(anna).status_code == 200
    post(anna, "renew")
    assert Client().get(old.removeprefix("http://127.0.0.1:8000")).status_code == 404


def test_page_takes_as_many_queries_for_three_shifts_as_for_one(
    run, anna, django_assert_num_queries
):
    for number, day in enumerate((3, 4, 5), start=1):
        make_shift(run, amsterdam(2026, 11, day, 9), anna)
        make_shift(run, amsterdam(2026, 11, day, 13))
        Client().get(address(anna))
        if number in (1, 3):
            with django_assert_num_queries(10):
                Client().get(address(anna))


def test_link_of_who_was_forgotten_stays_dead_where_her_row_is_used_again(anna):
    token = links.token_of(anna)
    assert links.whose(anna.pk, token) == anna
    people.forget(anna)
    Person.objects.filter(pk=anna.pk).update(left_on=None)
    assert links.whose(anna.pk, token) is None
