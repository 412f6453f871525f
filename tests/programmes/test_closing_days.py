"""Days are closed in one sweep: shown first, then exactly that, all or nothing per visit."""

import datetime
import re
from functools import partial
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import lifecycle
from bookings.closing_days import VisitSweeper
from bookings.models import Booking, State, Visit, VisitSlot, VisitWait
from bookings.visits.rooms import give_rooms
from core.kinds import kinds
from core.mail.models import Mail
from core.mail.outbox import Teller
from core.models import Task, TaskUnit
from core.tasks import running
from kits import lifecycle as loans
from kits.closing_days import LoanSweeper
from kits.models import Loan, LoanWait
from programmes.closing_days.sweeper import StandsOtherwise, Way
from programmes.models import Closure
from schools.models import SchoolHoliday
from tests.chain import chain_is_sound
from tests.factories import (
    VISIT_DAY,
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_loan_wait,
    make_other_hub,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_venue,
    make_visit,
    make_wait,
    make_zone,
)
from tests.racing import race
from tests.tec_site.test_two_editors import sent, shown

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")
CLOSE = "/beheer/programmes/closure/sluit/"
NOTE = "De verwarming is stuk."


@pytest.fixture
def programme(db):
    """Two classes at once, on 3 November, and with room on the 10th and the 17th."""
    SchoolHoliday.objects.all().delete()
    programme = make_programme(title="Proeverij", max_groups=2)
    for day in (3, 10, 17):
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9), max_pupils=60)
    return programme


def slot_on(day):
    return VisitSlot.objects.get(starts_at=amsterdam(2026, 11, day, 9))


@pytest.fixture
def booking(programme):
    visit = make_visit(slot=slot_on(3), programme=programme)
    return make_booking(visit=visit, party_name="7a")


@pytest.fixture
def closure(programme):
    return Closure.objects.create(
        venue=programme.venue, reason="Storm", starts_on=VISIT_DAY, ends_on=VISIT_DAY
    )


def typed(venue, **fields):
    days = {"starts_on": str(VISIT_DAY), "ends_on": str(VISIT_DAY)}
    return {"venue": venue.pk, "reason": "Verbouwing", "note": NOTE} | days | fields


def look(desk, venue, **fields):
    """The preview, as the browser sends it back."""
    answer = desk.post(CLOSE, typed(venue, **fields) | {"show": "1"})
    assert answer.context["form"].errors == {}
    return answer, sent_back(answer)


def sent_back(answer):
    """What is in the form of a page: all but its buttons."""
    data = {}
    for field in answer.context["form"]:
        data |= sent(field)
    plan = answer.context["plan"]
    chosen = {f"way-{line.hit.key}": line.way.value for line in plan.lines} if plan else {}
    return data | chosen | {name: str(answer.context[name]) for name in ("seal", "token")}


def do(desk, data, **changed):
    return desk.post(CLOSE, data | changed | {"do": "1"})


def ways(answer):
    return {line.hit.key: [way.value for way in line.hit.ways] for line in lines(answer)}


def lines(answer):
    return answer.context["plan"].lines


def work():
    running.work(seconds=30)
    while Teller().tell(seconds=5):
        pass


@pytest.mark.django_db(transaction=True)
@pytest.mark.sqlite
def test_preview_keeps_no_writer_waiting(desk, booking, programme):
    """It writes into a copy."""
    with CaptureQueriesContext(connection) as asked:
        answer, _data = look(desk, programme.venue)
    assert len(answer.context["mails"]) == 1
    writing = [one["sql"] for one in asked if one["sql"].startswith(("INSERT", "UPDATE", "BEGIN"))]
    assert [sql for sql in writing if "django_session" not in sql] == []


def test_preview_says_where_rooms_that_staff_chose_are_not_free(desk, programme, booking):
    hall = make_zone(venue=programme.venue, name="Hal")
    by = make_staff()
    give_rooms(visit=booking.visit, zones=[hall], by=by)
    answer, _data = look(desk, programme.venue)
    assert lines(answer)[0].remark == ""
    in_the_hall = make_programme(venue=programme.venue, zones=[hall])
    make_booking(visit=make_visit(slot=slot_on(10), programme=in_the_hall))
    answer, data = look(desk, programme.venue)
    usual = ", ".join(zone.name for zone in programme.zones.all())
    assert lines(answer)[0].remark == f"Het is in {usual} in plaats van Hal."
    assert lines(answer)[0].remark in answer.text
    do(desk, data)
    work()
    moved = Visit.objects.active().get(programme=programme)
    assert [zone.name for zone in moved.rooms] == [usual]
    assert moved.bookings.get().events.filter(move="rehouse").latest("pk").data["from"] == ["Hal"]


def untouched():
    assert (Closure.objects.count(), Task.objects.count(), Mail.objects.count()) == (0, 0, 0)


# --- Shown ---------------------------------------------------------------------------------------


def test_preview_proposes_the_nearest_free_date_and_shows_the_mails_and_changes_nothing(
    desk, booking, programme
):
    answer, _data = look(desk, programme.venue)
    (line,) = lines(answer)
    key = f"bezoek-{slot_on(3).pk}-{programme.pk}"
    assert ways(answer) == {
        key: [f"move:{slot_on(10).pk}", f"move:{slot_on(17).pk}", "cancel", "leave"]
    }
    assert (line.way.value, line.refusal) == (f"move:{slot_on(10).pk}", "")
    assert "7a" in line.hit.text
    assert line.hit.whom == booking.submission.school.name
    ((mail, text),) = answer.context["mails"]
    assert mail.to == booking.submission.email
    assert NOTE in text
    assert "10 november" in text
    booking.refresh_from_db()
    assert (booking.visit.slot, booking.events.count()) == (slot_on(3), 1)
    assert not Visit.objects.filter(slot=slot_on(10)).exists()
    untouched()


def test_preview_says_what_cannot_be_and_then_nothing_can_be_done(desk, booking, programme):
    answer, data = look(desk, programme.venue)
    full = make_visit(slot=slot_on(17), programme=programme)
    for name in ("6a", "6b"):
        make_booking(visit=full, party_name=name)
    way = f"way-{lines(answer)[0].hit.key}"
    # A choice that was offered and went away meanwhile is not made in secret.
    again = desk.post(CLOSE, data | {way: f"move:{slot_on(17).pk}", "show": "1"})
    assert lines(again)[0].way.value == f"move:{slot_on(10).pk}"
    zone = programme.zones.get()
    other = make_programme(venue=programme.venue, zones=[zone])
    make_slot(programmes=[other], starts_at=amsterdam(2026, 11, 3, 13))
    late = make_visit(
        slot=VisitSlot.objects.get(starts_at=amsterdam(2026, 11, 3, 13)), programme=other
    )
    make_booking(visit=late)
    make_slot(programmes=[other], starts_at=amsterdam(2026, 11, 10, 9))
    tenth = {
        f"way-bezoek-{late.slot_id}-{other.pk}": f"move:{slots_at(10)[1].pk}",
        way: f"move:{slots_at(10)[0].pk}",
    }
    both = desk.post(CLOSE, data | tenth | {"show": "1"})
    refused = [line.refusal for line in lines(both)]
    assert sorted(refused) == ["", "Een ander bezoek gebruikt deze ruimtes al op die tijd."]
    assert both.context["seal"] == ""
    untouched()


def slots_at(day):
    return list(VisitSlot.objects.filter(starts_at=amsterdam(2026, 11, day, 9)).order_by("pk"))


def test_a_date_proposed_for_one_visit_is_proposed_for_the_next_as_long_as_there_is_room(
    desk, programme
):
    """Of three visits with a class each two fit on the 10th; nothing is tried in vain."""
    later = [
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, hour))
        for hour in (12, 15)
    ]
    for slot in (slot_on(3), *later):
        make_booking(visit=make_visit(slot=slot, programme=programme))
    with CaptureQueriesContext(connection) as asked:
        answer, _form = look(desk, programme.venue)
    tenth, seventeenth = (f"move:{slot_on(day).pk}" for day in (10, 17))
    assert [line.way.value for line in lines(answer)] == [tenth, tenth, seventeenth]
    assert [way.value for way in lines(answer)[2].hit.ways] == [
        seventeenth,
        "cancel",
        tenth,  # for whoever wants another one elsewhere
        "leave",
    ]
    undone = [one for one in asked if one["sql"].startswith("ROLLBACK TO")]
    assert len(undone) <= 1  # the rehearsal itself


def test_a_date_need_not_have_room_for_what_is_only_held(desk, booking, programme):
    """A hold ends with the sweep: the class alone moves."""
    make_booking(visit=booking.visit, party_name="7b", state=State.HELD)
    make_booking(
        visit=make_visit(slot=slot_on(10), programme=programme), party_name="7c", pupils=24
    )

    answer, _data = look(desk, programme.venue)

    [line] = lines(answer)
    assert (line.way.value, line.refusal) == (f"move:{slot_on(10).pk}", "")


def test_dates_in_the_holiday_of_the_school_itself_are_not_proposed(desk, booking, programme):
    SchoolHoliday.objects.create(
        region=booking.submission.school.holiday_region,
        school_year=2026,
        name="Extra",
        starts_on=datetime.date(2026, 11, 10),
        ends_on=datetime.date(2026, 11, 10),
    )
    answer, _data = look(desk, programme.venue)
    assert [way for way in next(iter(ways(answer).values())) if way.startswith("move")] == [
        f"move:{slot_on(17).pk}"
    ]


def test_days_without_anything_are_closed_at_once(desk, programme):
    answer, data = look(desk, programme.venue)
    assert lines(answer) == []
    assert do(desk, data).url == reverse("admin:programmes_closure_changelist")
    assert Closure.objects.get().reason == "Verbouwing"
    assert [entry.change_message for entry in LogEntry.objects.all()] == ['[{"added": {}}]']


# --- Done ----------------------------------------------------------------------------------------


def test_what_was_shown_is_done_and_told_once_in_the_words_that_were_shown(
    desk, staff, booking, programme
):
    second = make_booking(visit=booking.visit, party_name="7b", submission=booking.submission)
    answer, data = look(desk, programme.venue)
    mails = [(mail.to, mail.subject, mail.text) for mail, _text in answer.context["mails"]]
    response = do(desk, data)
    task = Task.objects.get()
    assert response.url == reverse("admin:core_task_change", args=[task.pk])
    booking.refresh_from_db()
    assert booking.visit.slot == slot_on(3)  # the worker does it
    work()
    assert [(mail.to, mail.subject, mail.text) for mail in Mail.objects.all()] == mails
    assert len(mails) == 1
    for row in (booking, second):
        row.refresh_from_db()
        assert (row.visit.slot, row.state) == (slot_on(10), State.CONFIRMED)
        event = row.events.latest("pk")
        assert (event.move, event.by, event.note) == ("reschedule", staff, NOTE)
        assert (event.data["from"], event.data["to"]) == (
            "2026-11-03T08:00:00+00:00",
            "2026-11-10T08:00:00+00:00",
        )
        assert row.events.count() == 2
        assert chain_is_sound(row.events.all())
    assert slot_on(3).is_shut
    work()
    assert Mail.objects.count() == 1


def test_calling_off_ends_what_waits_and_offers_the_date_to_nobody(desk, booking, programme):
    make_booking(visit=booking.visit, party_name="7b")
    wait = make_wait(programme=programme, slot=slot_on(3), party_name="8")
    held = make_booking(
        visit=make_visit(slot=slot_on(3), programme=make_programme(venue=programme.venue)),
        state=State.HELD,
    )
    answer, data = look(desk, programme.venue)
    assert (
        "1 klas of groep wacht"
        in next(one for one in lines(answer) if "Proeverij" in one.hit.text).hit.text
    )
    cancel = {name: "cancel" for name in data if name.startswith("way-")}
    _answer, data = look(desk, programme.venue, **cancel)
    do(desk, data)
    work()
    assert set(Booking.objects.values_list("state", flat=True)) == {State.CANCELLED, State.LAPSED}
    held.refresh_from_db()
    assert held.state == State.LAPSED
    assert VisitWait.objects.get().state == "ended"
    told = sorted(Mail.objects.values_list("to", flat=True))
    cancelled = Booking.objects.filter(state=State.CANCELLED)
    emails = [row.submission.email for row in [*cancelled, wait]]
    assert told == sorted(emails)
    assert programme in slot_on(3).programmes.all()  # for when the days open again


def test_what_waits_moves_nowhere_when_its_visit_moves(desk, booking, programme):
    make_booking(visit=booking.visit, party_name="7b")
    wait = make_wait(programme=programme, slot=slot_on(3), party_name="8")
    _answer, data = look(desk, programme.venue)
    do(desk, data)
    work()
    wait.refresh_from_db()
    assert wait.state == "ended"
    assert Booking.objects.filter(visit__slot=slot_on(10)).count() == 2


def test_what_has_begun_stands_on_a_day_that_closes_no_more(desk, booking, programme, frozen):
    """At noon, for the rest of the day: who came this morning is here already."""
    afternoon = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 13))
    coming = make_booking(visit=make_visit(slot=afternoon, programme=programme))
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    answer, _data = look(desk, programme.venue)
    assert [line.hit.address for line in lines(answer)] == [
        reverse("admin:bookings_visit_change", args=[coming.visit_id])
    ]


def test_leaving_leaves_it_and_needs_attention_goes_on_saying_so(desk, booking, programme):
    answer, _data = look(desk, programme.venue)
    leave = {f"way-{line.hit.key}": "leave" for line in lines(answer)}
    answer, data = look(desk, programme.venue, **leave)
    assert answer.context["mails"] == []
    do(desk, data)
    work()
    assert Mail.objects.count() == 0
    booking.refresh_from_db()
    assert booking.events.count() == 1
    assert "De locatie is dicht op 3 november" in desk.get("/beheer/").content.decode()


def test_boxes_move_to_other_days_or_along_with_their_visit(desk, booking, programme):
    kit = make_kit(venue=programme.venue, copies=3)
    alone, back, along = kit.copies.order_by("pk")
    day = VISIT_DAY
    lent = make_loan(copy=alone, starts_on=day, ends_on=datetime.date(2026, 11, 23))
    comes = make_loan(copy=back, starts_on=datetime.date(2026, 10, 13), ends_on=day)
    with_visit = make_loan(
        copy=along,
        booking=booking,
        submission=booking.submission,
        starts_on=day,
        ends_on=datetime.date(2026, 11, 24),
    )
    answer, data = look(desk, programme.venue)
    found = {one: values[0] for one, values in ways(answer).items() if one.startswith("leskist")}
    assert found == {
        f"leskist-{lent.pk}": "move:2026-11-04/2026-11-23",
        f"leskist-{comes.pk}": "move:2026-10-13/2026-11-04",
        f"leskist-{with_visit.pk}": "along:2026-11-03",
    }
    do(desk, data)
    work()
    assert [(one.starts_on.day, one.ends_on.day) for one in Loan.objects.order_by("pk")] == [
        (4, 23),
        (13, 4),
        (10, 1),
    ]
    assert Task.objects.with_counts().values_list("done", "failed").get() == (4, 0)


@pytest.mark.parametrize("is_offered", [False, True])
def test_who_waits_for_a_box_of_these_days_is_told_it_cannot_be(desk, staff, programme, is_offered):
    kit = make_kit(venue=programme.venue)
    loan = make_loan(copy=kit.copies.get(), starts_on=VISIT_DAY)
    row = make_loan_wait(kit=kit, starts_on=VISIT_DAY, ends_on=datetime.date(2026, 11, 23))
    elsewhere = make_loan_wait(kit=kit, starts_on=datetime.date(2026, 11, 4))
    if is_offered:
        loans.cancel(loan=loan, by=staff)
        row.refresh_from_db()
        assert row.state == "offered"
        work()
        Mail.objects.all().delete()
    answer, data = look(desk, programme.venue)
    [line] = [one for one in lines(answer) if one.hit.key.startswith("wachtkist")]
    assert ways(answer)[f"wachtkist-{row.pk}"] == ["cancel", "leave"]
    assert ("aangeboden" if is_offered else "wacht op") in line.hit.text
    assert row.submission.email in [mail.to for mail, _words in answer.context["mails"]]
    do(desk, data)
    work()
    row.refresh_from_db()
    elsewhere.refresh_from_db()
    # What was offered to her is offered to the next, who can collect it.
    assert (row.state, elsewhere.state) == ("ended", "offered" if is_offered else "waiting")
    [mail] = Mail.objects.filter(to=row.submission.email)
    assert NOTE in mail.text


def with_visit(booking):
    """A box of the whole week around its visit: on its own days the desk stays open."""
    kit = make_kit(venue=booking.visit.slot.venue)
    return make_loan(
        copy=kit.copies.get(),
        booking=booking,
        submission=booking.submission,
        starts_on=datetime.date(2026, 11, 2),
        ends_on=datetime.date(2026, 11, 23),
    )


def days_of_moved_along(desk, programme, loan):
    """Close the day of its visit as proposed, with the box along: its days afterwards."""
    answer, data = look(desk, programme.venue)
    (line,) = [one for one in lines(answer) if one.hit.key.startswith("leskist")]
    assert ways(answer)[f"leskist-{loan.pk}"] == ["along:2026-11-03", "leave", "cancel"]
    assert (line.way.value, line.hit.day) == ("along:2026-11-03", VISIT_DAY)
    assert "gaat mee met een bezoek van deze dagen" in line.hit.text
    do(desk, data)
    work()
    loan.refresh_from_db()
    return loan.starts_on, loan.ends_on


def test_box_of_other_days_moves_along_with_its_visit(desk, booking, programme):
    loan = with_visit(booking)
    make_loan(copy=make_kit(venue=programme.venue).copies.get())  # with no visit
    assert days_of_moved_along(desk, programme, loan) == (
        datetime.date(2026, 11, 9),
        datetime.date(2026, 11, 30),
    )


def test_box_of_other_days_is_left_where_its_visit_is_called_off(desk, booking, programme):
    loan = with_visit(booking)
    VisitSlot.objects.exclude(pk=booking.visit.slot_id).delete()
    answer, _data = look(desk, programme.venue)
    assert {line.hit.key: line.way.value for line in lines(answer)} == {
        f"bezoek-{booking.visit.slot_id}-{programme.pk}": "cancel",
        f"leskist-{loan.pk}": "leave",
    }


def test_box_of_another_venue_moves_along_with_its_visit(desk, booking, programme):
    """Also where it goes out on a day that closes here: its own venue is open then."""
    elsewhere = make_kit(venue=make_venue(name="De Loods", hub=programme.venue.hub), copies=2)
    taken, other = elsewhere.copies.order_by("pk")
    days = {"starts_on": VISIT_DAY, "ends_on": datetime.date(2026, 11, 24)}
    loan = make_loan(copy=taken, booking=booking, submission=booking.submission, **days)
    make_loan(copy=other, **days)  # with no visit: nothing of it is here
    assert days_of_moved_along(desk, programme, loan) == (
        datetime.date(2026, 11, 10),
        datetime.date(2026, 12, 1),
    )


def test_box_of_another_hub_is_not_ours_to_sweep(booking, programme):
    theirs = make_kit(venue=make_venue(hub=make_other_hub())).copies.get()
    make_loan(copy=theirs, booking=booking, submission=booking.submission, starts_on=VISIT_DAY)

    assert LoanSweeper().hits(programme.venue, VISIT_DAY, VISIT_DAY) == []


def test_who_was_offered_the_place_is_not_counted_among_who_waits(desk, staff, programme):
    """She stands among the classes: of three the first two have a place, and one waits."""
    taken = make_booking(visit=make_visit(slot=slot_on(3), programme=programme), pupils=28)
    for name in ("7a", "7b", "7c"):
        make_wait(programme=programme, slot=slot_on(3), party_name=name, pupils=28)
    lifecycle.cancel(booking=taken, by=staff)

    [line] = lines(look(desk, programme.venue)[0])

    assert "(7a, 7b), 1 klas of groep wacht" in line.hit.text


def test_way_that_is_not_known_is_not_done(staff, booking):
    loan = with_visit(booking)
    (hit,) = LoanSweeper().hits(loan.kit.venue, VISIT_DAY, VISIT_DAY)
    with pytest.raises(StandsOtherwise):
        LoanSweeper().sweep(hit.key, Way("burn"), stands=hit.stands, by=staff, note="")
    LoanSweeper().sweep(hit.key, Way("leave"), stands=hit.stands, by=staff, note="")
    (hit,) = VisitSweeper().hits(loan.kit.venue, VISIT_DAY, VISIT_DAY)
    with pytest.raises(StandsOtherwise):
        VisitSweeper().sweep(hit.key, Way("burn"), stands=hit.stands, by=staff, note="")


# --- As shown, or not at all (T15) ---------------------------------------------------------------


def test_what_came_meanwhile_is_named_and_nothing_is_done(desk, booking, programme):
    _answer, data = look(desk, programme.venue)
    other = make_programme(venue=programme.venue, title="Drones")
    late = make_booking(visit=make_visit(slot=slot_on(3), programme=other), party_name="5c")
    answer = do(desk, data)
    _intro, news = answer.context["news"]
    assert news.startswith("Nieuw sinds je keek:")
    assert "Drones (5c)" in news
    untouched()
    # What the page shows now includes it, and is what is done.
    do(desk, sent_back(answer))
    work()
    late.refresh_from_db()
    assert late.state == State.CANCELLED


@pytest.mark.parametrize("change", ["joined", "numbers", "cancelled"])
def test_what_changed_meanwhile_is_named_and_nothing_is_done(
    desk, staff, booking, programme, change
):
    _answer, data = look(desk, programme.venue)
    if change == "joined":
        make_booking(visit=booking.visit, party_name="7b")
    elif change == "numbers":
        lifecycle.change_numbers(booking=booking, pupils=20, supervisors=3, by=staff)
    else:
        lifecycle.cancel(booking=booking, by=staff)
    news = do(desk, data).context["news"][1]
    start = "Staat er niet meer:" if change == "cancelled" else "Gewijzigd sinds je keek:"
    assert news.startswith(start)
    untouched()


def test_date_that_was_shown_and_is_gone_is_not_quietly_another(desk, booking, programme):
    answer, data = look(desk, programme.venue)
    assert str(slot_on(10).pk) in re.findall(r"\d+", lines(answer)[0].way.value)
    VisitSlot.objects.filter(pk=slot_on(10).pk).update(is_closed=True)
    news = do(desk, data).context["news"][1]
    assert news.startswith("Kan zo niet meer:")
    untouched()


@pytest.mark.parametrize(
    ("name", "value"),
    [("note", "Iets anders"), ("reason", "Feest"), ("ends_on", "2026-11-04"), ("way", "cancel")],
)
def test_form_that_was_changed_below_the_preview_is_shown_anew(
    desk, booking, programme, name, value
):
    answer, data = look(desk, programme.venue)
    if name == "way":
        name = f"way-{lines(answer)[0].hit.key}"
    answer = do(desk, data, **{name: value})
    assert answer.context["news"][1] == (
        "Je hebt het formulier na het voorbeeld gewijzigd. Dit is het nieuwe voorbeeld."
    )
    untouched()
    assert do(desk, sent_back(answer)).status_code == 302
    assert Closure.objects.count() == 1


def test_days_in_the_wrong_order_are_said_at_their_field_and_keep_what_was_chosen(
    desk, booking, programme
):
    _answer, data = look(desk, programme.venue)
    (way,) = (name for name in data if name.startswith("way-"))
    data[way] = "leave"

    wrong = do(desk, data, ends_on="2026-11-02")

    assert wrong.context["form"].errors == {"ends_on": ["De laatste dag ligt voor de eerste."]}
    assert f'<input type="hidden" name="{way}" value="leave">' in wrong.text
    again, _data = look(desk, programme.venue, **{way: "leave"})
    assert [line.way.value for line in lines(again)] == ["leave"]
    assert f'type="hidden" name="{way}"' not in again.text
    assert not Closure.objects.exists()


def test_seal_of_somebody_elses_making_does_nothing(desk, booking, programme):
    _answer, data = look(desk, programme.venue)
    assert do(desk, data, seal=data["seal"][:-3] + "abc").status_code == 200
    assert do(desk, data, token=str(uuid4())).status_code == 200  # ours, of another form
    untouched()


def test_visit_that_changes_after_the_deed_began_is_left_and_named(desk, staff, booking, programme):
    other = make_programme(venue=programme.venue, title="Drones")
    calm = make_booking(visit=make_visit(slot=slot_on(3), programme=other))
    _answer, data = look(desk, programme.venue)
    do(desk, data)
    lifecycle.change_numbers(booking=booking, pupils=20, supervisors=3, by=staff)
    work()
    booking.refresh_from_db()
    calm.refresh_from_db()
    assert (booking.visit.slot, calm.state) == (slot_on(3), State.CANCELLED)
    page = desk.get(reverse("admin:core_task_change", args=[Task.objects.get().pk]))
    text = page.content.decode()
    assert "Hier is iets gewijzigd sinds je keek" in text
    assert "1 is niet gelukt" in text
    assert reverse("admin:programmes_closure_settle", args=[Closure.objects.get().pk]) in text


def test_rest_is_done_later_from_the_closure_itself(desk, booking, closure):
    page = reverse("admin:programmes_closure_settle", args=[closure.pk])
    assert (
        page
        in desk.get(reverse("admin:programmes_closure_change", args=[closure.pk])).content.decode()
    )
    seen = desk.post(page, sent_back(desk.get(page)) | {"note": NOTE, "show": "1"})
    desk.post(page, sent_back(seen) | {"do": "1"})
    work()
    booking.refresh_from_db()
    assert booking.visit.slot == slot_on(10)
    assert Closure.objects.count() == 1


# --- Twice, at once, and stopped half way (T16) --------------------------------------------------


def test_second_click_finds_what_the_first_began(desk, booking, programme):
    _answer, data = look(desk, programme.venue)
    first, second = do(desk, data), do(desk, data)
    work()
    third = do(desk, data)
    assert first.url == second.url == third.url
    assert (Closure.objects.count(), Task.objects.count(), Mail.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_close_once(desk, booking, programme):
    _answer, data = look(desk, programme.venue)
    answers = race([lambda: do(desk, data)] * 3)
    assert {answer.status_code for answer in answers} == {302}
    work()
    assert (Closure.objects.count(), Task.objects.count(), Mail.objects.count()) == (1, 1, 1)


def test_second_colleague_on_one_closure_finds_what_the_first_began(desk, booking, closure):
    page = reverse("admin:programmes_closure_settle", args=[closure.pk])
    hers, mine = sent_back(desk.get(page)), sent_back(desk.get(page))
    first = desk.post(page, hers | {"do": "1"})
    second = desk.post(page, mine | {"do": "1"})
    assert (
        second.url == first.url == reverse("admin:core_task_change", args=[Task.objects.get().pk])
    )


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_at_once_on_one_closure_begin_once(desk, booking, closure):
    page = reverse("admin:programmes_closure_settle", args=[closure.pk])
    tabs = [sent_back(desk.get(page)) for _tab in range(3)]
    answers = race([partial(desk.post, page, tab | {"do": "1"}) for tab in tabs])
    assert {answer.url for answer in answers} == {
        reverse("admin:core_task_change", args=[Task.objects.get().pk])
    }


@pytest.mark.postgres  # SQLite has one writer
@pytest.mark.parametrize("model", [Visit, Loan, VisitWait, LoanWait])
def test_nobody_promises_anything_while_what_was_shown_is_compared(db, model):
    def write():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
            model.objects.filter(pk=0).update(id=0)

    assert race([write]) == [None]
    for kind in kinds():
        kind.stop_promising()
    (error,) = race([write])
    assert "lock timeout" in str(error)


def test_worker_killed_between_two_visits_does_each_once(desk, booking, programme, monkeypatch):
    other = make_programme(venue=programme.venue, title="Drones")
    make_booking(visit=make_visit(slot=slot_on(3), programme=other))
    _answer, data = look(desk, programme.venue)
    do(desk, data)
    step, calls = running._do, []

    def die_second(unit):
        calls.append(unit)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return step(unit)

    monkeypatch.setattr(running, "_do", die_second)
    with pytest.raises(KeyboardInterrupt):
        running.work(seconds=5)
    monkeypatch.undo()
    work()
    work()
    assert sorted(Mail.objects.values_list("to", flat=True)) == sorted(
        row.submission.email for row in Booking.objects.all()
    )
    assert [row.events.count() for row in Booking.objects.all()] == [2, 2]


@pytest.mark.parametrize("way", ["move", "cancel"])
def test_worker_that_is_late_leaves_a_visit_that_is_over(desk, booking, programme, frozen, way):
    answer, data = look(desk, programme.venue)
    if way == "cancel":
        _answer, data = look(desk, programme.venue, **{f"way-{lines(answer)[0].hit.key}": way})
    do(desk, data)
    frozen.move_to(amsterdam(2026, 11, 4, 8))
    work()
    booking.refresh_from_db()
    assert (booking.state, booking.visit.slot) == (State.CONFIRMED, slot_on(3))
    assert (TaskUnit.objects.get().state, Mail.objects.count()) == ("failed", 0)


# --- Whose ---------------------------------------------------------------------------------------


def test_another_hubs_days_cannot_be_closed_or_looked_at(desk, staff, programme):
    elsewhere = make_venue(hub=make_other_hub())
    closure = Closure.objects.create(
        venue=elsewhere, reason="x", starts_on=VISIT_DAY, ends_on=VISIT_DAY
    )
    type(staff).objects.filter(pk=staff.pk).update(is_superuser=False)
    staff.user_permissions.set(Permission.objects.all())
    answer = desk.post(CLOSE, typed(elsewhere) | {"show": "1"})
    assert set(answer.context["form"].errors) == {"venue"}
    page = reverse("admin:programmes_closure_settle", args=[closure.pk])
    assert desk.get(page).status_code == 404
    assert desk.post(page, {"note": "", "show": "1"}).status_code == 404


def test_who_may_not_change_visits_may_only_leave_them(desk, staff, booking, programme):
    type(staff).objects.filter(pk=staff.pk).update(is_superuser=False)
    allowed = Permission.objects.exclude(codename="change_visit")
    staff.user_permissions.set(allowed)
    answer, _data = look(desk, programme.venue)
    assert list(ways(answer).values()) == [["leave"]]


def test_who_may_change_visits_no_more_once_the_worker_comes_has_them_left(
    desk, staff, booking, programme
):
    _answer, data = look(desk, programme.venue)
    do(desk, data)
    type(staff).objects.filter(pk=staff.pk).update(is_superuser=False)
    staff.user_permissions.set(Permission.objects.exclude(codename="change_visit"))

    work()

    booking.refresh_from_db()
    assert (booking.state, booking.visit.slot) == (State.CONFIRMED, slot_on(3))
    unit = TaskUnit.objects.get()
    assert (unit.state, unit.why_en) == (TaskUnit.State.FAILED, "You may not change this.")


# --- Of before (T14) -----------------------------------------------------------------------------


def test_reason_of_a_closure_of_before_changes_and_nothing_else(
    desk, staff, booking, programme, frozen
):
    closure = Closure.objects.create(
        venue=programme.venue, reason="Verbouwng", starts_on=VISIT_DAY, ends_on=VISIT_DAY
    )
    frozen.move_to(amsterdam(2027, 3, 1, 10))
    desk.force_login(staff)
    page = reverse("admin:programmes_closure_change", args=[closure.pk])
    before = list(booking.events.values())
    assert desk.post(page, shown(desk.get(page)) | {"reason": "Verbouwing"}).status_code == 302
    work()
    closure.refresh_from_db()
    assert closure.reason == "Verbouwing"
    assert (list(booking.events.values()), Mail.objects.count()) == (before, 0)
    assert LogEntry.objects.count() == 1


# --- How much it costs ---------------------------------------------------------------------------


def test_several_classes_of_one_teacher_in_two_visits_are_told_in_one_mail(desk, programme):
    other = make_programme(venue=programme.venue, title="Drones")
    submission = make_submission()
    for one in (programme, other):
        visit = make_visit(slot=slot_on(3), programme=one)
        make_booking(visit=visit, submission=submission, party_name=f"7 {one.title}")
    cancel = {f"way-bezoek-{slot_on(3).pk}-{one.pk}": "cancel" for one in (programme, other)}
    answer, data = look(desk, programme.venue, **cancel)
    assert len(answer.context["mails"]) == 1
    do(desk, data)
    assert Task.objects.get().units.count() == 1
    work()
    assert Mail.objects.count() == 1


def test_long_names_are_on_the_page_as_text(desk, booking, programme):
    make_booking(visit=booking.visit, party_name="<b>Ümit Çelik-van ’t Hof</b>")
    answer, _data = look(desk, programme.venue)
    assert re.search(r"&lt;b&gt;Ümit Çelik-van ’t Hof&lt;/b&gt;", answer.content.decode())


# --- How long it takes ------------------------------------------------------------------------


def test_each_visit_more_costs_a_preview_about_fifty_statements(desk, programme):
    """Half as many again as the move itself: the rest is the mail."""
    numbers = []
    for day in (3, 4, 5):
        others = [make_programme(venue=programme.venue, max_groups=2) for _number in range(3)]
        make_slot(programmes=others, starts_at=amsterdam(2026, 11, day + 14, 9))
        slot = make_slot(programmes=others, starts_at=amsterdam(2026, 11, day, 9))
        for one in others:
            make_booking(visit=make_visit(slot=slot, programme=one))
        with CaptureQueriesContext(connection) as asked:
            answer, _form = look(desk, programme.venue, ends_on="2026-11-05")
        numbers.append((len(lines(answer)), len(asked)))
    (first, few), _between, (last, many) = numbers
    assert (first, last) == (3, 9)
    assert (many - few) / (last - first) < 52
