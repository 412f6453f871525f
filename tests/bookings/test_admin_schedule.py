"""Patterns, slots, closures and visits at the desk."""

import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone, translation

from bookings import lifecycle
from bookings.models import SchedulePattern, VisitSlot
from bookings.planning.schedule import make_slots
from core.backoffice.changes import entry_in_words
from core.models import Mail
from programmes.models import Closure
from tests.factories import (
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_visit,
    make_wait,
)

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


@pytest.fixture
def onlooker(client, db):
    """May look at everything of bookings, and change nothing."""
    person = make_staff(is_superuser=False)
    looks = Permission.objects.filter(
        content_type__app_label="bookings", codename__startswith="view_"
    )
    person.user_permissions.set(looks)
    client.force_login(person)
    return client


def texts(response):
    return [str(message) for message in response.context["messages"]]


# --- Patterns and slots -------------------------------------------------------------------------


def make_pattern():
    """Tuesdays 20 October to 10 November 2026; the first is in the autumn holiday."""
    programme = make_programme()
    pattern = SchedulePattern.objects.create(
        venue=programme.venue,
        weekday=1,
        starts_at=datetime.time(9),
        ends_at=datetime.time(12),
        season_from=datetime.date(2026, 10, 13),
        season_to=datetime.date(2026, 11, 3),
    )
    pattern.programmes.add(programme)
    return pattern


def page_of(pattern):
    return reverse("admin:bookings_schedulepattern_make_slots", args=[pattern.pk])


def test_preview_writes_nothing_and_says_what_is_skipped(desk):
    pattern = make_pattern()
    closure = Closure.objects.create(
        venue=pattern.venue,
        starts_on=datetime.date(2026, 10, 27),
        ends_on=datetime.date(2026, 10, 27),
        reason="Studiedag",
    )
    plan = desk.get(page_of(pattern)).context["plan"]
    assert [slot.day.isoformat() for slot in plan.new] == ["2026-10-20", "2026-11-03"]
    assert [(one.day.isoformat(), one.reason) for one in plan.skipped] == [
        ("2026-10-13", "Herfstvakantie"),
        ("2026-10-27", closure.reason),
    ]
    assert VisitSlot.objects.count() == 0


def test_slots_are_made_once_and_it_is_logged(desk):
    pattern = make_pattern()
    first = desk.post(page_of(pattern), follow=True)
    assert texts(first) == ["3 dagdelen gemaakt."]
    assert texts(desk.post(page_of(pattern), follow=True)) == ["0 dagdelen gemaakt."]
    assert VisitSlot.objects.filter(pattern=pattern).count() == 3
    assert LogEntry.objects.filter(object_id=str(pattern.pk)).count() == 2


def test_page_of_a_pattern_leads_to_the_preview_for_who_may(desk, onlooker):
    pattern = make_pattern()
    change = reverse("admin:bookings_schedulepattern_change", args=[pattern.pk])
    assert onlooker.get(change).context["buttons"] == []
    assert onlooker.get(page_of(pattern)).status_code == 403
    assert onlooker.post(page_of(pattern)).status_code == 403
    onlooker.force_login(make_staff())
    assert [button.address for button in onlooker.get(change).context["buttons"]] == [
        page_of(pattern)
    ]
    assert onlooker.put(page_of(pattern)).status_code == 405
    assert VisitSlot.objects.count() == 0


def test_slots_are_closed_and_opened_together(desk):
    first, second = make_slot(), make_slot(is_closed=True)
    data = {"_selected_action": [first.pk, second.pk]}
    address = "/beheer/bookings/visitslot/"
    assert texts(desk.post(address, data | {"action": "close"}, follow=True)) == [
        "1 dagdeel gewijzigd."
    ]
    assert VisitSlot.objects.filter(is_closed=True).count() == 2
    desk.post(address, data | {"action": "reopen"})
    assert VisitSlot.objects.filter(is_closed=False).count() == 2
    assert LogEntry.objects.count() == 3


def test_time_of_a_booked_slot_stands_still(desk):
    booked, free = make_booking().visit.slot, make_slot()

    def fields(slot):
        page = desk.get(reverse("admin:bookings_visitslot_change", args=[slot.pk]))
        return page.context["adminform"].form.fields.keys() & {"starts_at", "ends_at", "venue"}

    assert (fields(booked), fields(free)) == (set(), {"starts_at", "ends_at", "venue"})


def test_date_that_somebody_waits_for_stands_still(desk):
    """Full by its rooms only: nobody has opened a visit there."""
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    make_wait(slot=slot, programme=programme)

    save_slot(desk, slot, starts_at_0="2026-11-10", ends_at_0="2026-11-10")

    slot.refresh_from_db()
    assert slot.day == datetime.date(2026, 11, 3)


def test_date_of_what_was_cancelled_stands_still(desk):
    booking = make_booking()
    lifecycle.cancel(booking=booking, by=make_staff())

    save_slot(desk, booking.visit.slot, starts_at_0="2026-11-10", ends_at_0="2026-11-10")

    booking.refresh_from_db()
    assert booking.visit.slot.day == datetime.date(2026, 11, 3)


def test_slot_moved_to_the_time_of_another_of_its_pattern_is_refused_at_its_field(desk):
    pattern = make_pattern()
    first, second, _third = make_slots(pattern).new

    response = save_slot(desk, first, starts_at_0=second.day, ends_at_0=second.day)

    assert errors_of(response) == {"starts_at": ["Dit patroon heeft op die tijd al een dagdeel."]}


def save_slot(desk, slot, **typed):
    start, end = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
    as_it_was = {"venue": slot.venue_id, "programmes": [make_programme().pk]}
    as_it_was |= {"max_groups": slot.max_groups, "max_pupils": slot.max_pupils}
    as_it_was |= {"starts_at_0": start.date(), "starts_at_1": start.time()}
    as_it_was |= {"ends_at_0": end.date(), "ends_at_1": end.time()}
    address = reverse("admin:bookings_visitslot_change", args=[slot.pk])
    return desk.post(address, as_it_was | typed)


@pytest.mark.parametrize("key", ["abc", "9" * 30, "9" * 5000])
def test_programme_that_is_none_is_refused_at_its_field(desk, key):
    response = save_slot(desk, make_slot(), programmes=[key])
    assert list(errors_of(response)) == ["programmes"]


@pytest.mark.parametrize("key", ["abc", "9" * 30, "9" * 5000])
def test_action_on_what_is_no_row_is_a_bad_request(desk, key):
    data = {"action": "close", "_selected_action": [make_slot().pk, key]}
    assert desk.post("/beheer/bookings/visitslot/", data).status_code == 400
    assert not VisitSlot.objects.filter(is_closed=True).exists()


def test_closure_names_the_days_on_which_classes_come(desk):
    booking = make_booking()
    make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 11, 5, 9))))
    data = {
        "venue": booking.visit.slot.venue_id,
        "reason": "Verbouwing",
        "starts_on": "2026-11-02",
        "ends_on": "2026-11-03",
    }
    visit = booking.visit
    planned = (
        f'di 3 nov: <a href="/beheer/bookings/visit/{visit.pk}/change/">'
        f"{visit.programme.title} 09:00 ({booking.party_name})</a>"
    )
    asked = desk.post("/beheer/programmes/closure/add/", data)
    assert errors_of(asked) == {"__all__": ["Op deze dagen staat iets gepland:", planned]}
    assert 'name="seen"' in asked.text
    assert planned in asked.text
    assert Closure.objects.count() == 0

    response = desk.post("/beheer/programmes/closure/add/", data | {"seen": "on"}, follow=True)
    assert texts(response)[0] == f"Staat nog gepland: {planned}"
    assert Closure.objects.count() == 1


# --- Visits -----------------------------------------------------------------------------------


def visit_page(visit, name="change"):
    return reverse(f"admin:bookings_visit_{name}", args=[visit.pk])


def seen_on(answer):
    return {"seen": answer.context["form"]["seen"].value()}


def test_visit_moves_with_its_class_and_the_school_is_told(desk):
    booking = make_booking()
    visit = booking.visit
    slot = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    page = visit_page(visit, "verplaats")
    sent = {"slot": slot.pk, "note": "Wij schilderen."} | seen_on(desk.get(page))
    response = desk.post(page, sent, follow=True)
    assert texts(response) == ["1 klas verplaatst."]
    booking.refresh_from_db()
    event = booking.events.last()
    assert (booking.visit.slot, event.move, event.note, event.notice) == (
        slot,
        "reschedule",
        "Wij schilderen.",
        "changed",
    )
    assert LogEntry.objects.get().object_id == str(booking.visit_id)
    assert response.redirect_chain == [(visit_page(booking.visit), 302)]


def test_second_click_on_moving_a_visit_moves_and_tells_nobody_twice(desk):
    booking = make_booking()
    slot = make_slot(programmes=[booking.visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    page = visit_page(booking.visit, "verplaats")
    sent = {"slot": slot.pk} | seen_on(desk.get(page))
    desk.post(page, sent)
    response = desk.post(page, sent, follow=True)
    assert texts(response)[-1] == "Het bezoek staat al op deze datum."
    assert [event.move for event in booking.events.all()] == ["made", "reschedule"]


@pytest.mark.parametrize("name", ["verplaats", "afzeggen"])
def test_who_joined_since_the_page_was_shown_is_seen_before_she_gets_a_mail(desk, name):
    """Nothing that was typed is lost, and sent once more it is done."""
    booking = make_booking(visit=make_visit(max_groups=2, max_pupils=60))
    slot = make_slot(programmes=[booking.visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    page = visit_page(booking.visit, name)
    sent = {"slot": slot.pk, "note": "Wij schilderen."} | seen_on(desk.get(page))
    make_booking(visit=booking.visit, party_name="7b")

    told = desk.post(page, sent)

    form = told.context["form"]
    assert len(form.non_field_errors()) == 1
    assert "is gewijzigd sinds je keek" in form.non_field_errors()[0]
    assert form["note"].value() == "Wij schilderen."
    assert "7b" in told.context["explanation"] or "2 klassen" in told.context["explanation"]
    assert [one.move for one in booking.events.all()] == ["made"]
    assert desk.post(page, sent | seen_on(told)).status_code == 302
    assert booking.events.last().move == ("reschedule" if name == "verplaats" else "cancel")


def test_visit_into_zones_that_are_taken_stays_where_it_is(desk):
    booking = make_booking()
    programme = booking.visit.programme
    other = make_programme(zones=list(programme.zones.all()))
    slot = make_slot(programmes=[programme, other], starts_at=amsterdam(2026, 11, 10, 9))
    make_booking(visit=make_visit(programme=other, slot=slot))
    page = visit_page(booking.visit, "verplaats")
    page = desk.post(page, {"slot": slot.pk} | seen_on(desk.get(page)))
    assert page.context["form"].non_field_errors() == [
        "Een ander bezoek gebruikt deze ruimtes al op die tijd."
    ]
    booking.refresh_from_db()
    assert booking.visit.slot.day == datetime.date(2026, 11, 3)


def test_maximum_is_raised_and_logged_but_not_below_what_is_booked(desk):
    visit = make_booking().visit
    page = visit_page(visit, "maximum")
    seen = seen_on(desk.get(page))
    low = desk.post(page, {"max_groups": 1, "max_pupils": 20} | seen)
    assert low.context["form"].non_field_errors() == [
        "Er is al meer geboekt dan dit maximum toelaat."
    ]
    desk.post(page, {"max_groups": 3, "max_pupils": 90} | seen)
    visit.refresh_from_db()
    assert (visit.max_groups, visit.max_pupils) == (3, 90)
    entry = LogEntry.objects.get()
    assert entry_in_words(entry) == "Maximum gewijzigd: 3 klassen, 90 leerlingen."
    with translation.override("en"):
        assert entry_in_words(entry) == "Maximum changed: 3 classes, 90 pupils."


def test_second_of_two_hears_which_maximum_a_colleague_made_meanwhile(desk):
    visit = make_booking().visit
    page = visit_page(visit, "maximum")
    seen = seen_on(desk.get(page))
    desk.post(page, {"max_groups": 3, "max_pupils": 90} | seen)

    answer = desk.post(page, {"max_groups": 4, "max_pupils": 99} | seen)

    form = answer.context["form"]
    assert form.non_field_errors()[0].startswith("Een collega maakte er 3 en 90 van")
    assert form["max_pupils"].value() == "99"
    visit.refresh_from_db()
    assert (visit.max_groups, visit.max_pupils) == (3, 90)
    again = {"max_groups": 4, "max_pupils": 99} | seen_on(answer)
    assert desk.post(page, again).status_code == 302
    visit.refresh_from_db()
    assert (visit.max_groups, visit.max_pupils) == (4, 99)


@pytest.mark.parametrize("name", ["verplaats", "maximum"])
def test_who_only_looks_changes_no_visit(onlooker, name):
    visit = make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 17, 9)))
    assert [button.label for button in onlooker.get(visit_page(visit)).context["buttons"]] == [
        "Daglijst (pdf)",
        "De week (pdf)",
    ]
    assert onlooker.get(visit_page(visit, name)).status_code == 403
    assert onlooker.post(visit_page(visit, name), {"max_groups": 9}).status_code == 403


def test_who_only_looks_sees_the_visits_of_these_days(onlooker):
    this_week = make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 17, 9)))
    for visit in (this_week, later := make_visit()):
        make_booking(visit=visit)
    page = onlooker.get("/beheer/bookings/visit/", {"when": "all"})
    assert [visit.pk for visit in page.context["cl"].result_list] == [this_week.pk]
    assert onlooker.get(visit_page(this_week, "daglijst")).status_code == 200
    assert onlooker.get(visit_page(later, "daglijst")).status_code == 404
    assert onlooker.get(visit_page(later)).status_code == 302


def test_day_sheet_is_a_pdf(desk):
    response = desk.get(visit_page(make_booking().visit, "daglijst"))
    assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
    assert desk.post(visit_page(make_booking().visit, "daglijst")).status_code == 405


def test_page_of_a_visit_takes_as_many_queries_for_three_classes(desk, django_assert_num_queries):
    visit = make_visit(max_groups=3, max_pupils=99)
    make_booking(visit=visit)
    desk.get(visit_page(visit))
    with django_assert_num_queries(5):
        desk.get(visit_page(visit))
    make_booking(visit=visit)
    make_booking(visit=visit)
    with django_assert_num_queries(5):
        desk.get(visit_page(visit))


# --- What is out of range -----------------------------------------------------------------------


def errors_of(response):
    return response.context["adminform"].form.errors


RANGE = ["Kies een datum tussen 2000 en 2199."]


def test_closure_on_a_day_out_of_range_is_refused_at_its_fields(desk):
    typed = {"venue": make_programme().venue_id, "reason": "x"}
    typed |= {"starts_on": "0001-01-01", "ends_on": "9999-12-31"}
    assert errors_of(desk.post(reverse("admin:programmes_closure_add"), typed)) == {
        "starts_on": RANGE,
        "ends_on": RANGE,
    }


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_slot_on_a_day_out_of_range_is_refused_at_its_fields(desk, day):
    programme = make_programme()
    typed = {"venue": programme.venue_id, "programmes": [programme.pk]}
    typed |= {"max_groups": 1, "max_pupils": 30}
    typed |= {"starts_at_0": day, "starts_at_1": "00:00", "ends_at_0": day, "ends_at_1": "03:00"}
    response = desk.post(reverse("admin:bookings_visitslot_add"), typed)
    assert errors_of(response) == {"starts_at": RANGE, "ends_at": RANGE}


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("9999-12-31", RANGE),
        ("2199-12-31", ["Een seizoen duurt hoogstens twee jaar."]),
        ("2028-09-01", None),
    ],
)
def test_season_of_a_pattern_has_an_end_in_sight(desk, until, why):
    programme = make_programme()
    typed = {"venue": programme.venue_id, "programmes": [programme.pk], "weekday": 0}
    typed |= {"starts_at": "09:00", "ends_at": "12:00", "max_groups": 1, "max_pupils": 30}
    typed |= {"season_from": "2026-09-01", "season_to": until}
    response = desk.post(reverse("admin:bookings_schedulepattern_add"), typed)
    if why:
        assert errors_of(response) == {"season_to": why}
    assert SchedulePattern.objects.exists() == (why is None)


def test_search_for_what_no_text_holds_is_refused_on_every_page(desk):
    slots = reverse("admin:bookings_visitslot_choose", args=[make_programme().pk])
    autocomplete = reverse("admin:autocomplete")
    field = {"app_label": "bookings", "model_name": "visit", "field_name": "programme"}
    assert desk.get(slots, {"term": "a\0b"}).status_code == 400
    assert desk.get(autocomplete, {**field, "term": "a\0b"}).status_code == 400
    assert desk.get(autocomplete, {**field, "term": "%00"}).status_code == 200


# --- A programme that comes to a pattern later ---------------------------------------------------


def test_added_programme_is_named_and_joins_with_one_click(desk):
    pattern = make_pattern()
    desk.post(page_of(pattern))
    later = make_programme(venue=pattern.venue, title="Drones en vr")
    change = reverse("admin:bookings_schedulepattern_change", args=[pattern.pk])
    form = desk.get(change).context["adminform"].form
    sent = {name: form.initial.get(name) or "" for name in form.fields} | {
        "programmes": [*pattern.programmes.values_list("pk", flat=True), later.pk]
    }
    [warning, _saved] = texts(desk.post(change, sent, follow=True))
    assert warning.startswith("Drones en vr kan niet geboekt worden in dagdelen die er al waren.")
    assert f'href="{page_of(pattern)}"' in warning

    preview = desk.get(page_of(pattern)).content.decode()
    assert "Drones en vr kan erbij" in preview
    assert not VisitSlot.objects.filter(programmes=later).exists()
    done = desk.post(page_of(pattern), {"join": "1"}, follow=True)
    assert texts(done) == ["3 dagdelen nemen nu meer programma’s."]
    assert VisitSlot.objects.filter(programmes=later).count() == 3
    assert "kan erbij" not in desk.get(page_of(pattern)).content.decode()


def test_another_time_of_the_pattern_moves_what_nobody_counts_on_and_names_the_rest(desk):
    """Of three Tuesdays: a class is booked on 27 October, and one waits for 3 November."""
    pattern = make_pattern()
    desk.post(page_of(pattern))
    free, booked, waited_for = pattern.slots.order_by("starts_at")
    programme = pattern.programmes.get()
    booking = make_booking(visit=make_visit(slot=booked, programme=programme))
    make_wait(slot=waited_for, programme=programme)
    change = reverse("admin:bookings_schedulepattern_change", args=[pattern.pk])
    form = desk.get(change).context["adminform"].form
    sent = {name: form.initial.get(name) or "" for name in form.fields}
    sent |= {"programmes": [programme.pk], "starts_at": "09:30", "ends_at": "12:30"}
    warning, _saved = texts(desk.post(change, sent, follow=True))
    assert warning.startswith("3 dagdelen die al gemaakt waren staan nog op hun oude tijd.")
    assert f'href="{page_of(pattern)}"' in warning

    preview = desk.get(page_of(pattern))
    days = [[one.slot.day.day for one in preview.context[name]] for name in ("follow", "stay")]
    assert days == [[20], [27, 3]]
    move = reverse("admin:bookings_visit_verplaats", args=[booking.visit_id])
    assert f'href="{move}"' in preview.text
    assert preview.context["plan"].new == []
    done = desk.post(page_of(pattern), {"retime": "1"}, follow=True)
    assert texts(done) == ["1 dagdeel gewijzigd."]
    times = [timezone.localtime(slot.starts_at) for slot in pattern.slots.order_by("starts_at")]
    assert [f"{time:%d %H:%M}" for time in times] == ["20 09:30", "27 09:00", "03 09:00"]
    assert not Mail.objects.exists()
    entry = LogEntry.objects.get(object_id=str(free.pk), content_type__model="visitslot")
    assert "09:30" in entry_in_words(entry)
    assert done.context["follow"] == []


def test_day_that_is_ticked_in_the_preview_gets_its_slot_all_the_same(desk):
    pattern = make_pattern()
    page = desk.get(page_of(pattern)).content.decode()
    assert page.count('name="anyway"') == 1
    desk.post(page_of(pattern), {"anyway": ["x", "2026-10-14"]})
    assert pattern.slots.count() == 3
    desk.post(page_of(pattern), {"anyway": ["2026-10-20"]})
    assert pattern.slots.earliest("starts_at").day == datetime.date(2026, 10, 20)
