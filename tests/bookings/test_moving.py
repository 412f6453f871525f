"""A class to another date: by its school, or asked of staff; with what goes along."""

import datetime

import pytest
import time_machine
from django.db import transaction

from bookings import clock, lifecycle, moving, places
from bookings.models import Attention, Booking, State, Visit, ZoneClaim
from bookings.planning.availability import offers_for
from bookings.planning.offer import Status
from bookings.refusals import SlotPast, TooLate
from core.mail.outbox import Teller
from core.models import Mail
from kits import handling
from kits.models import Attention as KitAttention
from kits.models import LoanState
from kits.refusals import NoCopyFree
from kits.refusals import TooLate as LoanTooLate
from programmes.models import Closure, ProgrammeKind
from schools.models import SchoolHoliday
from submissions.changing import move_asked_of
from submissions.links import link_to
from submissions.rules import RulesBroken
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_kit,
    make_loan,
    make_programme,
    make_slot,
    make_venue,
    make_visit,
    make_zone,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("frozen"),
]

NEAR = amsterdam(2026, 10, 25, 12)  # nine days before: cancelling is free no more


@pytest.fixture
def booked():
    """Groep 7 with 24 pupils, on Tuesday 3 November at 9."""
    return make_booking(visit=make_visit())


@pytest.fixture
def later(booked):
    """Thursday 26 November at 13."""
    starts_at = amsterdam(2026, 11, 26, 13)
    return make_slot(programmes=[booked.visit.programme], starts_at=starts_at)


def by_school(booking):
    return {"booking": booking, "by": booking.submission.teacher}


def moves_of(booking):
    return list(booking.events.order_by("pk").values_list("move", flat=True))[1:]


def address(booking, **query):
    named = "&".join(f"{name}={value}" for name, value in query.items())
    page = link_to(booking.submission, "bookings:booking").removeprefix("http://testserver")
    return f"{page}verzetten/{booking.pk}/?{named}"


# --- The verbs -----------------------------------------------------------------------------------


def test_school_moves_its_class_and_frees_the_place_it_had(booked, later):
    was = booked.visit

    moving.move(slot=later, **by_school(booked))

    booked.refresh_from_db()
    was.refresh_from_db()
    assert (booked.visit.slot, booked.state, was.groups_taken) == (later, State.CONFIRMED, 0)
    assert moves_of(booked) == ["reschedule"]
    assert booked.events.get(move="reschedule").by == booked.submission.user


def test_last_day_to_move_it_oneself_is_the_last_day_of_free_cancelling(booked, later):
    last = booked.cancel_until
    with time_machine.travel(amsterdam(last.year, last.month, last.day, 23, 59), tick=False):
        assert moving.move(slot=later, **by_school(booked))
    back = make_slot(programmes=[booked.visit.programme], starts_at=amsterdam(2026, 12, 1, 9))
    last = booked.cancel_until + datetime.timedelta(days=1)
    with time_machine.travel(amsterdam(last.year, last.month, last.day, 0, 1), tick=False):
        with pytest.raises(TooLate):
            moving.move(slot=back, **by_school(booked))
        assert moving.ask_to_move(slot=back, **by_school(booked))


def too_soon(slot):
    slot.starts_at, slot.ends_at = amsterdam(2026, 9, 17, 9), amsterdam(2026, 9, 17, 12)


def closed(slot):
    Closure.objects.create(
        venue=slot.venue, starts_on=slot.day, ends_on=slot.day, reason="Studiedag"
    )


def of_another_programme(slot):
    slot.programmes.set([make_programme(venue=slot.venue)])


@pytest.mark.parametrize("spoil", [closed, of_another_programme])
def test_school_does_not_move_to_what_staff_have_just_closed(booked, later, staff, spoil):
    """It was open when it was read; staff may do so all the same."""
    left = booked.visit
    spoil(later)

    with pytest.raises(places.VisitGone):
        lifecycle.reschedule(slot=later, **by_school(booked))

    booked.refresh_from_db()
    assert booked.visit == left
    assert lifecycle.reschedule(slot=later, booking=booked, by=staff)


def test_school_leaves_a_day_that_was_closed(booked, later):
    closed(booked.visit.slot)

    assert moving.move(slot=later, **by_school(booked))


@pytest.mark.parametrize("spoil", [too_soon, closed, of_another_programme])
def test_school_moves_to_what_it_could_book_and_staff_to_any_date(booked, later, staff, spoil):
    spoil(later)
    later.save()

    for verb in (moving.move, moving.ask_to_move):
        with pytest.raises(RulesBroken):
            verb(slot=later, **by_school(booked))

    assert moves_of(booked) == []
    assert moving.move_as_staff(booking=booked, slot=later, by=staff)


def test_experience_moves_to_a_date_after_its_proeverij_only(client, later):
    taster = make_booking(
        visit=make_visit(programme=make_programme(kind=ProgrammeKind.TASTER)),
    )
    programme = make_programme(requires_taster=True, venue=later.venue)
    experience = make_booking(
        submission=taster.submission,
        class_group=taster.class_group,
        visit=make_visit(programme=programme, slot=later),
    )
    before = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 2, 9))

    with pytest.raises(RulesBroken):
        moving.move(slot=before, **by_school(experience))

    after = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 4, 9))
    month = offers_for(
        experience,
        datetime.date(2026, 11, 1),
        datetime.date(2026, 12, 1),
        moving.first_start(experience),
    )
    can_be = {offer.slot_id: offer.can_be_booked for offer in month}
    assert can_be == {before.pk: False, after.pk: True, later.pk: False}
    page = client.get(address(experience, maand="2026-11")).text
    assert (f"?naar={before.pk}" in page, f"?naar={after.pk}" in page) == (False, True)
    moving.move(slot=after, **by_school(experience))


@pytest.mark.parametrize(
    ("year", "is_known"), [(2024, False), (2025, True)], ids=["before that", "last school year"]
)
def test_experience_moves_to_any_date_where_the_proeverij_was_last_school_year(
    later, year, is_known
):
    experience = make_booking(
        visit=make_visit(slot=later, programme=make_programme(requires_taster=True)),
    )
    earlier = make_class_group(school=experience.submission.school, school_year=year)
    taster = make_booking(
        submission=experience.submission,
        class_group=earlier,
        state=State.ATTENDED,
        visit=make_visit(
            programme=make_programme(kind=ProgrammeKind.TASTER),
            slot=make_slot(starts_at=amsterdam(year + 1, 6, 8, 9)),
        ),
    )

    since = moving.first_start(experience)

    assert (since == taster.starts_at) == is_known


def test_class_that_moves_over_the_summer_is_that_of_the_next_school_year(booked, staff):
    programme = booked.visit.programme
    june, september = (
        make_slot(programmes=[programme], starts_at=amsterdam(2027, month, 7, 9))
        for month in (6, 9)
    )
    own = booked.class_group

    moving.move_as_staff(booking=booked, slot=june, by=staff)
    assert booked.class_group == own
    moving.move_as_staff(booking=booked, slot=september, by=staff)

    group = booked.class_group
    assert (group.name, group.school_year) == (booked.party_name, 2027)
    assert group.school == own.school


def test_full_date_leaves_everything_as_it_was(booked, later):
    make_booking(visit=make_visit(slot=later, programme=booked.visit.programme), pupils=28)
    Visit.objects.filter(slot=later).update(max_pupils=34)
    claims = list(ZoneClaim.objects.order_by("pk").values())

    with pytest.raises(places.VisitFull):
        moving.move(slot=later, **by_school(booked))

    booked.refresh_from_db()
    assert (booked.starts_at, moves_of(booked)) == (amsterdam(2026, 11, 3, 9), [])
    assert list(ZoneClaim.objects.order_by("pk").values()) == claims


def test_own_place_is_in_nobodys_way():
    """S15: the next half day, that overlaps its own in its zone, is free for this class; and for
    others once it moved."""
    programme = make_programme(zones=[make_zone()])
    booked = make_booking(visit=make_visit(programme=programme))
    overlapping = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 10))
    november = datetime.date(2026, 11, 1), datetime.date(2026, 12, 1)

    found = {one.slot_id: one.status for one in offers_for(booked, *november, None)}
    assert found == {booked.visit.slot_id: Status.OWN, overlapping.pk: Status.FREE}
    moving.move(slot=overlapping, **by_school(booked))

    booked = Booking.objects.with_facts().get()
    claim = ZoneClaim.objects.get()
    assert (claim.visit, claim.starts_at) == (booked.visit, overlapping.starts_at)


def test_class_joins_its_own_programme_also_where_it_leaves_a_visit_in_the_way():
    """Two programmes in one half day: the visit that it leaves is locked along with the one that
    it joins, and comes first by its key."""
    other, programme = (make_programme(zones=[make_zone()], max_groups=2) for _one in range(2))
    slot = make_slot(programmes=[other, programme], venue=other.venue)
    leaving = make_booking(visit=make_visit(slot=slot, programme=other)).visit
    joined = make_booking(visit=make_visit(slot=slot, programme=programme)).visit

    with transaction.atomic():
        found = places.find_or_open(slot, programme, leaving=leaving.pk)

    assert leaving.pk < joined.pk
    assert found == joined


def test_month_shows_only_what_works_for_this_class(booked, later):
    small = make_slot(
        programmes=[booked.visit.programme], starts_at=amsterdam(2026, 11, 10, 9), max_pupils=23
    )
    enough = make_slot(
        programmes=[booked.visit.programme], starts_at=amsterdam(2026, 11, 11, 9), max_pupils=24
    )
    november = datetime.date(2026, 11, 1), datetime.date(2026, 12, 1)

    def found(since):
        return {one.slot_id: one.can_be_booked for one in offers_for(booked, *november, since)}

    free = {booked.visit.slot_id: False, small.pk: False, enough.pk: True, later.pk: True}
    assert found(None) == free
    assert found(enough.starts_at) == free | {enough.pk: False}


# --- Asked of staff ------------------------------------------------------------------------------


@pytest.fixture
def wished(booked, later):
    with time_machine.travel(NEAR, tick=False):
        moving.ask_to_move(slot=later, note="De bus kan niet", **by_school(booked))
        yield booked


def test_wish_changes_nothing_until_staff_answer(wished, later):
    """S14."""
    assert (wished.starts_at, wished.state) == (amsterdam(2026, 11, 3, 9), State.CONFIRMED)
    assert wished.attention == Attention.MOVE_ASKED
    before = (wished.visit.groups_taken, wished.visit.pupils_taken, wished.pupils)
    assert before == (1, 24, 24)
    assert move_asked_of(wished).data["to"] == later.starts_at.isoformat()
    assert not Visit.objects.filter(slot=later).exists()
    assert moving.ask_to_move(slot=later, note="Nog eens", **by_school(wished)) is None
    assert moves_of(wished) == ["ask_to_move"]


def test_staff_agree_with_one_button(desk, wished, later):
    page = f"/beheer/bookings/booking/{wished.pk}/"
    shown = desk.get(f"{page}change/").content.decode()
    asked = (
        "Gevraagd: donderdag 26 november 2026 13:00 in plaats van dinsdag 3 november 2026 09:00."
    )
    assert asked in shown  # read by staff, and in the history of the school
    form = desk.get(f"{page}doe/reschedule/").context["form"]
    assert form["slot"].value() == later.pk

    desk.post(f"{page}doe/reschedule/", {"slot": form["slot"].value(), "note": ""})

    wished.refresh_from_db()
    assert (wished.visit.slot, wished.attention, move_asked_of(wished)) == (later, "", None)


def test_staff_keep_the_date_and_the_school_hears_it(wished, staff, monkeypatch):
    monkeypatch.setattr("submissions.telling.can_be_made", lambda: False)
    Teller().tell(seconds=60)
    Mail.objects.all().delete()

    moving.keep_date(booking=wished, by=staff, note="Die dag zit vol.")
    Teller().tell(seconds=60)

    mail = Mail.objects.get()
    assert mail.subject.startswith("Het blijft op dinsdag 3 november 2026")
    assert "donderdag 26 november 2026 13:00" in mail.text
    assert "Die dag zit vol." in mail.text
    wished.refresh_from_db()
    assert (wished.attention, wished.starts_at) == ("", amsterdam(2026, 11, 3, 9))


def test_cancelling_and_moving_elsewhere_end_the_wish(wished, staff):
    elsewhere = make_slot(programmes=[wished.visit.programme], starts_at=amsterdam(2026, 12, 3, 9))
    lifecycle.reschedule(booking=wished, slot=elsewhere, by=staff)
    assert wished.attention == ""
    lifecycle.cancel(booking=wished, by=staff)
    assert wished.attention == ""


def test_wish_about_what_has_begun_is_refused(booked, later):
    with time_machine.travel(booked.starts_at, tick=False), pytest.raises(SlotPast):
        moving.ask_to_move(slot=later, **by_school(booked))


# --- With the kit that goes along ----------------------------------------------------------------


@pytest.fixture
def kit(booked, db):
    """A box that goes back to class on the day of the visit, for ten days."""
    SchoolHoliday.objects.all().delete()
    return make_kit(venue=booked.visit.programme.venue)


@pytest.fixture
def loan(booked, kit):
    return make_loan(
        copy=kit.copies.get(),
        booking=booked,
        submission=booked.submission,
        starts_on=datetime.date(2026, 11, 3),
        ends_on=datetime.date(2026, 11, 13),
    )


@pytest.mark.parametrize(
    ("way", "state", "starts_on", "ends_on"),
    [
        ("move", LoanState.RESERVED, "2026-11-26", "2026-12-07"),  # ten days on is a Sunday
        ("keep", LoanState.RESERVED, "2026-11-03", "2026-11-13"),
        ("cancel", LoanState.CANCELLED, "2026-11-03", "2026-11-13"),
    ],
)
def test_kit_goes_along_as_was_chosen(client, booked, loan, later, way, state, starts_on, ends_on):
    page = address(booked, naar=later.pk)
    assert "ook verzetten: 26 november t/m 7 december" in client.get(page).content.decode()

    answer = client.post(page, {f"leskist-{loan.pk}": way, "note": ""})

    assert answer.status_code == 302
    booked.refresh_from_db()
    loan.refresh_from_db()
    assert booked.visit.slot == later
    assert (loan.state, loan.starts_on.isoformat(), loan.ends_on.isoformat()) == (
        state,
        starts_on,
        ends_on,
    )


def test_english_page_names_the_kit_that_goes_along_in_english(client, booked, loan, kit, later):
    type(kit).objects.update(title="Robots leren rijden", title_en="Driving lessons")
    client.cookies["django_language"] = "en"
    page = client.get(address(booked, naar=later.pk)).text
    assert "The lesson kit Driving lessons, " in page
    assert "Robots leren rijden" not in page


def test_visit_stays_where_its_kit_cannot_follow(client, booked, loan, kit, later):
    make_loan(
        copy=kit.copies.get(),
        starts_on=datetime.date(2026, 11, 24),
        ends_on=datetime.date(2026, 11, 27),
    )
    assert "ook verzetten" not in client.get(address(booked, naar=later.pk)).content.decode()

    along = {f"leskist-{loan.pk}": "move"}
    with pytest.raises(NoCopyFree):
        moving.move(slot=later, along=along, **by_school(booked))

    booked.refresh_from_db()
    assert booked.starts_at == amsterdam(2026, 11, 3, 9)


def test_only_box_goes_along_though_it_lacks_something(client, booked, loan, kit, later):
    loan.copy.shortages.create(item=kit.contents.get(name="Robot"), missing=1)
    page = address(booked, naar=later.pk)
    assert "ook verzetten: 26 november t/m 7 december" in client.get(page).text

    assert client.post(page, {f"leskist-{loan.pk}": "move", "note": ""}).status_code == 302

    loan.refresh_from_db()
    assert (loan.starts_on, loan.attention) == (later.day, KitAttention.NO_OTHER_BOX)


def test_visit_stays_where_only_a_box_that_lacks_something_is_free(
    client, booked, loan, kit, later
):
    days = {"starts_on": datetime.date(2026, 11, 24), "ends_on": datetime.date(2026, 11, 27)}
    make_loan(copy=kit.copies.get(), **days)
    other = kit.copies.create(code="ROB-ANDERS")
    other.shortages.create(item=kit.contents.get(name="Robot"), missing=1)
    assert "ook verzetten" not in client.get(address(booked, naar=later.pk)).text

    with pytest.raises(NoCopyFree), transaction.atomic():
        moving.move(slot=later, along={f"leskist-{loan.pk}": "move"}, **by_school(booked))


def test_box_that_was_packed_while_the_page_was_open_is_said_before_anything_moves(
    client, booked, loan, later, staff
):
    page = address(booked, naar=later.pk)
    assert f"leskist-{loan.pk}" in client.get(page).text
    handling.pack(loan=loan, by=staff)

    answer = client.post(page, {f"leskist-{loan.pk}": "move", "note": "Graag!"})

    assert (answer.status_code, moves_of(booked)) == (422, [])
    said = "Wat er met dit bezoek mee kan, is gewijzigd"
    assert answer.context["form"].non_field_errors()[0].startswith(said)
    assert "Graag!" in answer.text
    assert client.post(page, {"note": "Graag!"}).status_code == 302
    assert moves_of(booked) == ["reschedule"]


@pytest.mark.parametrize("way", ["move", "cancel"])
def test_box_that_is_packed_after_the_form_was_right_keeps_its_visit(
    booked, loan, later, staff, way
):
    handling.pack(loan=loan, by=staff)

    with pytest.raises(LoanTooLate), transaction.atomic():
        moving.move(slot=later, along={f"leskist-{loan.pk}": way}, **by_school(booked))

    assert moves_of(booked) == []


def test_kit_that_is_cancelled_with_a_move_is_cancelled_by_the_first_of_two_clicks(
    client, booked, loan, later
):
    data = {f"leskist-{loan.pk}": "cancel", "note": ""}
    for _click in range(2):
        assert client.post(address(booked, naar=later.pk), data).status_code == 302
    assert moves_of(booked) == ["reschedule"]


def test_kit_goes_along_as_the_school_asked_when_staff_agree(booked, loan, later, staff):
    along = {f"leskist-{loan.pk}": "cancel"}
    moving.ask_to_move(slot=later, along=along, **by_school(booked))
    moving.move_as_staff(booking=booked, slot=later, by=staff)
    loan.refresh_from_db()
    assert loan.state == LoanState.CANCELLED


def test_kit_stays_where_staff_move_its_visit_to_another_date_than_was_asked(
    booked, loan, later, staff
):
    along = {f"leskist-{loan.pk}": "cancel"}
    moving.ask_to_move(slot=later, along=along, **by_school(booked))
    other = make_slot(programmes=[booked.visit.programme], starts_at=amsterdam(2026, 12, 3, 9))

    moving.move_as_staff(booking=booked, slot=other, by=staff)

    loan.refresh_from_db()
    assert (loan.state, loan.starts_on) == (LoanState.RESERVED, datetime.date(2026, 11, 3))


# --- The pages -----------------------------------------------------------------------------------


def test_teacher_moves_in_two_steps_and_twice_is_once(client, booked, later):
    month = client.get(address(booked, maand="2026-11"))
    assert f'href="?naar={later.pk}"' in month.content.decode()
    step = address(booked, naar=later.pk)
    asked = client.get(step).content.decode()
    assert "donderdag 26 november 2026, 13:00" in asked
    assert booked.events.count() == 1  # looking changes nothing

    for _click in range(2):
        answer = client.post(step, {"note": ""})
        assert answer.status_code == 302

    assert moves_of(booked) == ["reschedule"]


def test_another_time_than_was_shown_is_said_before_anything_moves(client, booked, later):
    step = address(booked, naar=later.pk)
    shown = client.get(step).context["shown"]
    later.starts_at += datetime.timedelta(hours=1)
    later.ends_at += datetime.timedelta(hours=1)
    later.save()

    answer = client.post(step, {"note": "Graag!", "shown": shown})

    page = answer.content.decode()
    assert (answer.status_code, moves_of(booked)) == (409, [])
    assert (
        answer.context["form"]
        .non_field_errors()[0]
        .startswith("Deze datum heeft nu een andere tijd of plek: donderdag 26 november 14:00")
    )
    assert "Graag!" in page
    assert client.post(step, {"note": "", "shown": answer.context["shown"]}).status_code == 302
    assert moves_of(booked) == ["reschedule"]


def test_another_place_than_was_shown_is_said_before_anything_moves(client, booked, later):
    step = address(booked, naar=later.pk)
    shown = client.get(step).context["shown"]
    later.venue = make_venue(hub=later.venue.hub, name="De andere hal")
    later.save()

    answer = client.post(step, {"note": "", "shown": shown})

    assert (answer.status_code, moves_of(booked)) == (409, [])
    assert "De andere hal" in answer.context["form"].non_field_errors()[0]


def test_page_shows_the_month_again_where_the_date_is_gone(client, booked, later):
    make_booking(visit=make_visit(slot=later, programme=booked.visit.programme), pupils=28)
    answer = client.post(address(booked, naar=later.pk), {"note": ""})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "staat nog op dinsdag 3 november" in page


def test_what_was_typed_for_a_date_that_is_gone_is_there_for_the_next(client, booked, loan, later):
    make_booking(visit=make_visit(slot=later, programme=booked.visit.programme), pupils=28)
    free = make_slot(programmes=[booked.visit.programme], starts_at=amsterdam(2026, 12, 3, 9))
    typed = {"note": "De bus komt later", f"leskist-{loan.pk}": "cancel"}

    assert client.post(address(booked, naar=later.pk), typed).status_code == 409

    form = client.get(address(booked, naar=free.pk)).context["form"]
    assert {name: form[name].value() for name in form.fields} == typed
    other = make_booking()
    elsewhere = make_slot(programmes=[other.visit.programme], starts_at=amsterdam(2026, 12, 3, 9))
    assert client.get(address(other, naar=elsewhere.pk)).context["form"]["note"].value() is None

    assert client.post(address(booked, naar=free.pk), typed).status_code == 302
    assert client.get(address(booked, naar=later.pk)).context["form"]["note"].value() is None


def test_late_teacher_asks_and_reads_that_her_date_stands(client, booked, later):
    with time_machine.travel(NEAR, tick=False):
        client.post(address(booked, naar=later.pk), {"note": "De bus kan niet"})
        page = client.get(address(booked).partition("verzetten")[0]).content.decode()
    assert "Tot dan blijft deze datum van jullie" in page or "blijft deze van jullie" in page
    booked.refresh_from_db()
    assert booked.attention == Attention.MOVE_ASKED


def test_old_link_leads_to_how_things_are_now(client, booked, later):
    """S13."""
    lifecycle.cancel(**by_school(booked))
    for answer in (
        client.get(address(booked)),
        client.post(address(booked, naar=later.pk), {"note": ""}),
    ):
        assert answer.status_code == 302
    assert booked.events.last().move == "cancel"


def test_reminder_is_of_the_date_that_stands(booked, later, staff):
    """S11: none for a date that was left, one for each that stands, none twice for one."""
    first = booked.visit.slot
    with time_machine.travel(amsterdam(2026, 10, 29, 9), tick=False):
        assert clock.remind_due() == 1
        moving.move_as_staff(booking=booked, slot=later, by=staff)
        assert clock.remind_due() == 0
        moving.move_as_staff(booking=booked, slot=first, by=staff)
        assert clock.remind_due() == 0
        moving.move_as_staff(booking=booked, slot=later, by=staff)
    with time_machine.travel(amsterdam(2026, 11, 20, 9), tick=False):
        assert clock.remind_due() == 1
        assert clock.remind_due() == 0


def test_proeverij_that_would_come_after_an_experience_is_said_before(client, later):
    taster = make_booking(
        visit=make_visit(programme=make_programme(kind=ProgrammeKind.TASTER)),
    )
    experience = make_programme(requires_taster=True, venue=taster.visit.programme.venue)
    slot = make_slot(programmes=[experience], starts_at=amsterdam(2026, 11, 10, 9))
    make_booking(
        submission=taster.submission,
        class_group=taster.class_group,
        visit=make_visit(programme=experience, slot=slot),
    )
    later.programmes.add(taster.visit.programme)
    before = make_slot(programmes=[taster.visit.programme], starts_at=amsterdam(2026, 11, 9, 9))
    assert "geen Proeverij meer" in client.get(address(taster, naar=later.pk)).content.decode()
    assert "geen Proeverij meer" not in client.get(address(taster, naar=before.pk)).content.decode()


def test_month_without_a_free_date_names_the_first_that_there_is(client, booked):
    """Not that nothing is free at all."""
    page = address(booked)
    assert "Er is nu geen vrije datum." in client.get(page).text
    programmes = [booked.visit.programme]
    later = make_slot(programmes=programmes, starts_at=amsterdam(2027, 1, 12, 9))

    text = client.get(page).text

    assert f'<a href="?naar={later.pk}">dinsdag 12 januari 2027</a>' in text
    assert "Er is nu geen vrije datum." not in text
