"""Of three classes cancel one, move one, change one's numbers: all or nothing, in one mail."""

import datetime
import re

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from bookings import lifecycle
from bookings.models import Booking, State, Visit, VisitSlot
from bookings.several_classes import ChangeRefused, ClassChange, change_parts
from core.mail.outbox import Teller
from core.models import Mail
from kits import handling
from kits.models import LoanState
from programmes.models import ProgrammeKind
from schools.models import SchoolHoliday
from submissions.links import link_to
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_kit,
    make_loan,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]


@pytest.fixture
def three(monkeypatch):
    """7a, 7b and 7c with 24, 25 and 26 pupils, each on a morning of its own; told already."""
    monkeypatch.setattr("submissions.telling.can_be_made", lambda: False)
    programme = make_programme(max_groups=3, max_pupils=100)
    submission = make_submission()
    booked = []
    for number, name in enumerate("abc"):
        slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3 + number, 9))
        group = make_class_group(school=submission.school, name=f"7{name}")
        booked.append(
            make_booking(
                submission=submission,
                class_group=group,
                party_name=f"7{name}",
                pupils=24 + number,
                visit=make_visit(slot=slot, programme=programme),
            )
        )
    for one in booked:
        one.events.update(notice="confirmed")
    Teller().tell(seconds=60)
    Mail.objects.all().delete()
    return booked


@pytest.fixture
def later(three):
    return make_slot(programmes=[three[0].visit.programme], starts_at=amsterdam(2026, 12, 1, 9))


def part(booking, **fields):
    values = {"pupils": booking.pupils, "supervisors": booking.supervisors}
    return ClassChange(booking, **values | fields)


def by_school(booking):
    return booking.submission.teacher


def mail_of():
    Teller().tell(seconds=60)
    return Mail.objects.get()


def events_in(mail):
    """UID → METHOD of every event in the mail's calendar files."""
    found = {}
    for file in mail.files.all():
        if file.name.endswith(".ics"):
            calendar = Calendar.from_ical(bytes(file.content))
            for event in calendar.walk("VEVENT"):
                found[str(event["UID"]).partition("@")[0]] = str(calendar["METHOD"])
    return found


def test_one_goes_one_moves_one_changes_and_one_mail_says_all(three, later):
    """S16."""
    gone, moved, changed = three
    parts = [part(gone, goes=True), part(moved, slot=later), part(changed, pupils=20)]

    assert change_parts(parts, by=by_school(gone), note="Zie ons rooster") == 3

    mail = mail_of()
    assert [one.state for one in Booking.objects.order_by("pk")] == [
        State.CANCELLED,
        State.CONFIRMED,
        State.CONFIRMED,
    ]
    assert "7a: Geannuleerd" in mail.text
    assert "7b: Verplaatst van" in mail.text
    assert "7c: Aantallen gewijzigd" in mail.text
    assert events_in(mail) == {
        str(gone.uid): "CANCEL",
        str(moved.uid): "REQUEST",
        str(changed.uid): "REQUEST",
    }


def test_what_stays_is_named_and_its_calendar_left_alone(three):
    gone, *stays = three
    change_parts([part(gone, goes=True), *map(part, stays)], by=by_school(gone))
    mail = mail_of()
    assert mail.subject.startswith("Gewijzigd")
    assert "dinsdag 3 november" not in mail.text
    assert all(day in mail.text for day in ("4 november 2026", "5 november 2026"))
    assert events_in(mail) == {str(gone.uid): "CANCEL"}
    assert [one.sequence for one in stays] == [
        Booking.objects.get(pk=one.pk).sequence for one in stays
    ]


def test_all_that_go_are_cancelled_in_one_mail(three):
    change_parts([part(one, goes=True) for one in three], by=by_school(three[0]))
    mail = mail_of()
    assert mail.subject.startswith("Geannuleerd")
    assert set(events_in(mail).values()) == {"CANCEL"}
    assert len(events_in(mail)) == 3


def test_one_refusal_leaves_all_as_they_were(three, later):
    gone, moved, changed = three
    make_booking(
        visit=make_visit(slot=later, programme=moved.visit.programme), pupils=30
    )  # which leaves room for four
    with pytest.raises(ChangeRefused) as refused:
        change_parts(
            [part(gone, goes=True), part(moved, slot=later), part(changed, pupils=20)],
            by=by_school(gone),
        )
    assert refused.value.part.booking == moved
    assert not Booking.objects.filter(state=State.CANCELLED).exists()
    assert Booking.objects.get(pk=changed.pk).pupils == 26


def test_place_that_one_class_leaves_another_can_take(three):
    """S04: two own classes swap; only what is left over is free."""
    first, second, _third = three
    for one in three:
        one.visit.slot.max_groups = 1
        one.visit.slot.save()
        type(one.visit).objects.filter(pk=one.visit_id).update(max_groups=1)
    change_parts([part(first, goes=True), part(second, slot=first.visit.slot)], by=by_school(first))
    assert Booking.objects.get(pk=second.pk).visit.slot == first.visit.slot


def test_pupils_that_one_class_leaves_out_another_can_bring(three):
    """The one that grows comes first on the page."""
    first, second, _third = three
    type(first.visit).objects.filter(pk=first.visit_id).update(max_pupils=49)
    lifecycle.reschedule(booking=second, slot=first.visit.slot, by=make_staff())

    change_parts([part(first, pupils=26), part(second, pupils=23)], by=by_school(first))

    assert [one.pupils for one in first.visit.bookings.order_by("pk")] == [26, 23]


def test_late_class_is_refused_and_the_rest_with_it(three):
    parts = [part(three[0], goes=True), part(three[2], goes=True)]
    late = time_machine.travel(amsterdam(2026, 10, 21, 12), tick=False)  # 13 days before the 3rd
    with late, pytest.raises(ChangeRefused) as refused:
        change_parts(parts, by=by_school(three[0]))
    assert refused.value.part.booking == three[0]
    assert not Booking.objects.filter(state=State.CANCELLED).exists()


# --- The page ------------------------------------------------------------------------------------


def address(booking):
    return link_to(booking.submission, "bookings:booking").removeprefix("http://testserver")


def sent(three, **fields):
    data = {"note": ""}
    for one in three:
        data |= {f"klas-{one.pk}-pupils": one.pupils, f"klas-{one.pk}-supervisors": 3}
    return data | fields


def test_page_changes_all_in_one_go(client, three, later):
    gone, moved, changed = three
    page = f"{address(gone)}klassen/"
    assert "7b" in client.get(page).content.decode()
    data = sent(
        three,
        **{
            f"klas-{gone.pk}-goes": "on",
            f"klas-{moved.pk}-slot": later.pk,
            f"klas-{changed.pk}-pupils": 20,
        },
    )
    assert client.post(page, data).status_code == 302
    assert "3 klassen gewijzigd" in client.get(address(gone)).content.decode()
    assert Booking.objects.get(pk=moved.pk).visit.slot == later
    # The second of two clicks finds what the first left: one class less, and nothing to change.
    again = client.post(page, data)
    assert again.status_code == 302
    assert Booking.objects.get(pk=moved.pk).events.filter(move="reschedule").count() == 1


def test_date_that_moved_since_it_was_shown_is_not_taken_unseen(client, three, later):
    page = f"{address(three[0])}klassen/"
    offers = client.get(page).context["form"].rows[0].offers
    [shown] = [one.as_shown for one in offers if one.slot_id == later.pk]
    VisitSlot.objects.filter(pk=later.pk).update(
        starts_at=later.starts_at + datetime.timedelta(days=14),
        ends_at=later.ends_at + datetime.timedelta(days=14),
    )

    data = sent(three, **{f"klas-{three[0].pk}-slot": shown})
    answer = client.post(page, data)

    assert answer.status_code == 422
    assert list(answer.context["form"].rows[0].errors) == ["slot"]
    assert not three[0].events.filter(move="reschedule").exists()


def test_refusal_stands_at_its_class_and_nothing_typed_is_lost(client, three):
    Visit.objects.filter(pk=three[1].visit_id).update(max_pupils=27)
    page = f"{address(three[0])}klassen/"
    for pupils, status in ((99, 422), (30, 409)):  # over the limit of a class; of what is left
        asked = {f"klas-{three[1].pk}-pupils": pupils, f"klas-{three[0].pk}-pupils": 22}
        answer = client.post(page, sent(three, **asked))
        assert answer.status_code == status
        rows = answer.context["form"].rows
        assert [list(row.errors) for row in rows] == [[], ["pupils"], []]
        assert rows[0]["pupils"].value() == "22"


def test_fewer_supervisors_than_the_norm_are_said_once_on_the_page_of_all(client, three):
    """As on the page of one class."""
    page, one = f"{address(three[0])}klassen/", three[0]
    fewer = sent(three, **{f"klas-{one.pk}-supervisors": 2})

    first = client.post(page, fewer)
    assert first.status_code == 422
    row = first.context["form"].rows[0]
    assert row.errors["supervisors"][0].startswith("Bij 24 leerlingen vragen we 3 begeleiders.")
    said = re.search(rf'name="klas-{one.pk}-norm_said" value="([^"]+)"', first.text)
    again = client.post(page, fewer | {f"klas-{one.pk}-norm_said": said[1]})
    assert again.status_code == 302

    one.refresh_from_db()
    assert (one.pupils, one.supervisors) == (24, 2)
    assert one.events.get(move="note").data == {"overruled": ["supervisors"]}


def test_norm_is_not_asked_of_a_class_that_goes(client, three):
    page, one = f"{address(three[0])}klassen/", three[0]
    data = {f"klas-{one.pk}-supervisors": 1, f"klas-{one.pk}-goes": "on"}
    assert client.post(page, sent(three, **data)).status_code == 302
    one.refresh_from_db()
    assert one.state == State.CANCELLED


def test_rule_that_the_form_could_not_see_is_said_at_its_own_field(client, three, monkeypatch):
    monkeypatch.setattr("bookings.pages.parties.broken_change", lambda *_numbers: [])
    data = sent(three, **{f"klas-{three[0].pk}-supervisors": 1})
    answer = client.post(f"{address(three[0])}klassen/", data)
    assert answer.status_code == 409
    assert list(answer.context["form"].rows[0].errors) == ["supervisors"]


def test_late_class_offers_to_ask(client, three):
    with time_machine.travel(amsterdam(2026, 10, 21, 12), tick=False):
        page = client.get(f"{address(three[0])}klassen/").content.decode()
    assert f"verzetten/{three[0].pk}/" in page
    assert f"klas-{three[0].pk}-goes" not in page
    assert f"klas-{three[2].pk}-goes" in page


@pytest.fixture
def loan(three):
    SchoolHoliday.objects.all().delete()
    return make_loan(
        copy=make_kit(venue=three[0].visit.programme.venue).copies.get(),
        booking=three[0],
        submission=three[0].submission,
        starts_on=datetime.date(2026, 11, 3),
        ends_on=datetime.date(2026, 11, 13),
    )


@pytest.mark.parametrize(
    ("way", "state"), [("cancel", LoanState.CANCELLED), ("keep", LoanState.RESERVED)]
)
def test_kit_is_asked_about_where_its_class_is_cancelled(client, three, loan, way, state):
    page = f"{address(three[0])}annuleren/{three[0].pk}/"
    assert f"leskist-{loan.pk}" in client.get(page).content.decode()
    client.post(page, {"note": "", f"leskist-{loan.pk}": way})
    loan.refresh_from_db()
    assert loan.state == state
    assert Booking.objects.get(pk=three[0].pk).state == State.CANCELLED


def test_class_stays_where_its_kit_was_packed_while_the_page_to_cancel_it_was_open(
    client, three, loan
):
    page = f"{address(three[0])}annuleren/{three[0].pk}/"
    handling.pack(loan=loan, by=make_staff())

    answer = client.post(page, {"note": "", f"leskist-{loan.pk}": "cancel"})

    assert "Wat er met dit bezoek mee kan, is gewijzigd" in answer.text
    assert Booking.objects.get(pk=three[0].pk).state == State.CONFIRMED
    client.post(page, {"note": ""})
    assert Booking.objects.get(pk=three[0].pk).state == State.CANCELLED


def test_first_of_two_clicks_cancels_a_class_with_its_kit(client, three, loan):
    page = f"{address(three[0])}annuleren/{three[0].pk}/"
    data = {"note": "", f"leskist-{loan.pk}": "cancel"}
    assert [client.post(page, data).status_code for _click in range(2)] == [302, 302]


@pytest.mark.parametrize("way", ["move", "cancel"])
def test_no_class_moves_where_a_kit_was_packed_while_the_page_of_all_was_open(
    client, three, loan, later, way
):
    handling.pack(loan=loan, by=make_staff())
    named = f"klas-{three[0].pk}"
    data = sent(three, **{f"{named}-leskist-{loan.pk}": way})
    assert client.post(f"{address(three[0])}klassen/", data).status_code == 302  # nobody moves

    answer = client.post(f"{address(three[0])}klassen/", data | {f"{named}-slot": later.pk})

    assert answer.status_code == 422
    assert "Wat er met dit bezoek mee kan, is gewijzigd" in answer.text
    assert Booking.objects.get(pk=three[0].pk).visit.slot != later


@pytest.mark.parametrize("way", ["move", "cancel"])
def test_kit_and_class_move_once_by_two_clicks_on_the_page_of_all(client, three, loan, later, way):
    named = f"klas-{three[0].pk}"
    data = sent(three, **{f"{named}-slot": later.pk, f"{named}-leskist-{loan.pk}": way})
    for _click in range(2):
        assert client.post(f"{address(three[0])}klassen/", data).status_code == 302


def test_kit_goes_with_its_class_on_the_page_of_all(client, three, loan, later):
    data = sent(
        three,
        **{
            f"klas-{three[0].pk}-slot": later.pk,
            f"klas-{three[0].pk}-leskist-{loan.pk}": "move",
        },
    )
    assert client.post(f"{address(three[0])}klassen/", data).status_code == 302
    loan.refresh_from_db()
    assert loan.starts_on == datetime.date(2026, 12, 1)


@pytest.mark.parametrize(("way", "stays"), [("cancel", False), ("keep", True)])
def test_one_mail_says_what_becomes_of_the_kit_of_the_class_that_goes(
    client, three, loan, way, stays
):
    data = sent(
        three,
        **{f"klas-{three[0].pk}-goes": "on", f"klas-{three[0].pk}-leskist-{loan.pk}": way},
    )
    client.post(f"{address(three[0])}klassen/", data)
    Teller().tell(seconds=60)

    mail = Mail.objects.get(template="booking_changed")
    words = f"De leskist {loan.kit} blijft gereserveerd"
    assert (words in mail.text) == stays
    page = client.get(address(three[0])).text
    assert ("Het bezoek gaat niet door; de kist is nog van jullie." in page) == stays


def test_kit_of_any_class_stands_on_the_page_of_all(client, three, loan):
    loan.booking = three[2]
    loan.save()
    assert f"{loan.kit}" in client.get(address(three[0])).text


def test_late_question_to_cancel_asks_about_the_kit_and_staff_answer_it(client, desk, three, loan):
    with time_machine.travel(amsterdam(2026, 10, 21, 12), tick=False):
        page = f"{address(three[0])}annuleren/{three[0].pk}/"
        assert f"leskist-{loan.pk}" in client.get(page).text
        client.post(page, {"note": "", f"leskist-{loan.pk}": "cancel"})
        loan.refresh_from_db()
        assert loan.state == LoanState.RESERVED  # nothing changes until staff answer
        move = reverse("admin:bookings_booking_move", args=[three[0].pk, "cancel"])
        form = desk.get(move).context["form"]
        assert form[f"leskist-{loan.pk}"].value() == "cancel"

        desk.post(move, {"note": "", f"leskist-{loan.pk}": "cancel"})

    loan.refresh_from_db()
    assert loan.state == LoanState.CANCELLED
    assert Booking.objects.get(pk=three[0].pk).state == State.CANCELLED


def test_staff_move_a_visit_with_its_kit(desk, three, loan, later):
    move = reverse("admin:bookings_booking_move", args=[three[0].pk, "reschedule"])

    desk.post(move, {"note": "", "slot": later.pk, f"leskist-{loan.pk}": "move"})

    loan.refresh_from_db()
    assert Booking.objects.get(pk=three[0].pk).visit.slot == later
    assert loan.starts_on == later.day


@pytest.mark.parametrize(
    ("way", "state", "in_mail"), [("keep", "packed", True), ("cancel", "cancelled", False)]
)
def test_kit_is_asked_about_where_staff_call_a_whole_visit_off(
    desk, three, loan, way, state, in_mail
):
    """Staff decide also about a box that is packed, which the school itself may not any more."""
    handling.pack(loan=loan, by=make_staff())
    page = f"/beheer/bookings/visit/{three[0].visit_id}/afzeggen/"
    shown = desk.get(page)
    assert f"7a: De leskist {loan.kit}" in shown.text
    seen = {"seen": shown.context["form"]["seen"].value()}

    answer = desk.post(page, {"note": "De kraan is stuk."} | seen, follow=True)
    assert Booking.objects.get(pk=three[0].pk).state == State.CONFIRMED  # it was not said
    answer = desk.post(page, {"note": "Stuk.", f"leskist-{loan.pk}": way} | seen, follow=True)

    loan.refresh_from_db()
    assert (Booking.objects.get(pk=three[0].pk).state, loan.state) == (State.CANCELLED, state)
    assert f"7a: De leskist {loan.kit}" in answer.text
    Teller().tell(seconds=60)
    told = Mail.objects.get(template="booking_cancelled").text
    assert (f"De leskist {loan.kit} blijft gereserveerd" in told) == in_mail


@pytest.mark.parametrize("way", ["move", "keep", "cancel"])
def test_kit_is_asked_about_where_staff_move_a_whole_visit(desk, three, loan, later, way):
    before = loan.starts_on
    page = f"/beheer/bookings/visit/{three[0].visit_id}/verplaats/"
    seen = {"seen": desk.get(page).context["form"]["seen"].value()}

    desk.post(page, {"note": "", "slot": later.pk, f"leskist-{loan.pk}": way} | seen)

    loan.refresh_from_db()
    assert Booking.objects.get(pk=three[0].pk).visit.slot == later
    assert loan.starts_on == (later.day if way == "move" else before)
    assert loan.state == ("cancelled" if way == "cancel" else "reserved")


def test_experiences_that_rest_on_a_class_of_several_are_named_before_and_in_the_mail(
    client, three
):
    taster = make_programme(title="Proeverij", kind=ProgrammeKind.TASTER)
    experience = make_programme(title="Maken", kind=ProgrammeKind.EXPERIENCE, requires_taster=True)
    first, later = (
        make_booking(
            submission=three[0].submission,
            class_group=three[0].class_group,
            party_name="7a",
            visit=make_visit(slot=make_slot(programmes=[one], starts_at=day), programme=one),
        )
        for one, day in {
            taster: amsterdam(2026, 11, 10, 9),
            experience: amsterdam(2026, 12, 3, 9),
        }.items()
    )
    page = f"{address(first)}klassen/"
    all_of_them = [*three, first, later]
    assert client.get(page).text.count("<li>Maken, 7a, donderdag 3 december") == 1

    client.post(page, sent(all_of_them, **{f"klas-{first.pk}-goes": "on"}))
    Teller().tell(seconds=60)

    assert "- Maken, 7a, donderdag 3 december" in Mail.objects.get(template="booking_changed").text
