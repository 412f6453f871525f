"""Limits of a programme or slot that staff change reach the visits that are open already."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from bookings import visits
from bookings.models import State, Visit, VisitSlot
from bookings.waiting import visit_list as waiting_list
from programmes.models import Programme
from submissions.models import WaitState
from tests import programme_form
from tests.bookings.asking import asked, hold
from tests.bookings.test_admin_schedule import save_slot, seen_on, texts
from tests.factories import make_booking, make_programme, make_slot, make_visit, make_wait

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def open_visit(*, groups: int = 2, pupils: int = 70, **fields):
    """In a slot and of a programme for that many."""
    programme = make_programme(max_groups=groups, max_pupils=pupils)
    slot = make_slot(programmes=[programme], max_groups=groups, max_pupils=pupils)
    visit = make_visit(slot=slot, programme=programme, **fields)
    make_booking(visit=visit, pupils=20)
    return visit


def limits_of(visit: Visit) -> tuple[int, int]:
    visit.refresh_from_db()
    return visit.max_groups, visit.max_pupils


def test_lowered_slot_closes_its_visit_for_a_second_class(desk):
    visit = open_visit()

    response = save_slot(
        desk, visit.slot, max_groups=1, max_pupils=35, programmes=[visit.programme_id]
    )

    assert response.status_code == 302
    assert limits_of(visit) == (1, 35)
    with pytest.raises(Exception, match="zijn net"):
        hold(visit.slot, visit.programme, asked("8a"))


def test_slot_lowered_below_what_is_booked_names_the_visit_and_leaves_it(desk):
    visit = open_visit()
    make_booking(visit=visit, pupils=20)

    data = {"max_groups": 1, "max_pupils": 35, "programmes": [visit.programme_id]}
    page = desk.get(save_slot(desk, visit.slot, **data)["Location"])

    assert texts(page)[0].endswith("houdt zijn maximum: er is meer in geboekt.")
    assert limits_of(visit) == (2, 70)


def test_programme_that_is_raised_makes_room_in_its_visits(desk):
    visit = open_visit(groups=1, pupils=35)
    visit.slot.max_groups, visit.slot.max_pupils = 3, 80
    visit.slot.save()

    programme_form.save(desk, visit.programme, max_groups=2, max_pupils=70)

    assert limits_of(visit) == (2, 70)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ({"max_pupils_per_class": 20}, "Hoogstens 20 leerlingen per klas."),
        ({"min_pupils": 25}, "Minstens 25 leerlingen per klas."),
        ({"year_from": 8, "year_to": 8}, "Dit programma is voor groep 8, niet voor groep 7."),
    ],
)
def test_class_that_a_programme_takes_no_more_is_named_and_comes(desk, limit, said):
    programme = make_programme(year_from=5, year_to=8, max_groups=3, max_pupils=99)
    visit = make_visit(slot=make_slot(max_groups=3, max_pupils=99), programme=programme)
    booking = make_booking(visit=visit, party_name="7b", pupils=24)

    page = desk.get(programme_form.save(desk, programme, **limit)["Location"])

    [line] = [one for one in texts(page) if "7b" in one]
    assert line == f"{visit}, 7b (24 leerlingen, 3 begeleiders): {said}"
    booking.refresh_from_db()
    assert booking.state == State.CONFIRMED


def test_class_that_was_beyond_the_limits_before_is_not_named_again(desk):
    programme = make_programme(max_pupils_per_class=22, max_pupils=60)
    make_booking(visit=make_visit(programme=programme), pupils=24)

    page = desk.get(programme_form.save(desk, programme, max_pupils_per_class=20)["Location"])

    assert [one for one in texts(page) if "20 leerlingen" in one] == []


def test_maximum_that_was_set_by_hand_stays_and_is_named():
    visit = open_visit()
    visits.set_maxima(visit=visit, max_groups=4, max_pupils=99)
    visit.slot.max_groups = 1
    visit.slot.save()

    (line,) = visits.keep_limits(Visit.objects.all())

    assert line.endswith("houdt zijn eigen maximum, dat met de hand is gezet.")
    assert limits_of(visit) == (4, 99)


def test_limits_of_the_past_stay_as_they_were(frozen):
    visit = open_visit()
    visit.slot.max_groups = 1
    visit.slot.save()
    frozen.move_to(visit.slot.starts_at)

    assert visits.keep_limits(Visit.objects.all()) == []
    assert limits_of(visit) == (2, 70)


# --- Who waits is shown before --------------------------------------------------------------------


def full_visit():
    """One class in it, and one that waits for it."""
    visit = open_visit(groups=1, pupils=35)
    VisitSlot.objects.update(max_groups=3, max_pupils=99)
    row = make_wait(slot=visit.slot, programme=visit.programme, pupils=20)
    visit.slot.refresh_from_db()
    return visit, row


def mails_shown(page) -> list[str]:
    """The first words of each subject."""
    mails = page.context["request"].refusal.mails
    return [" ".join(mail.subject.split()[:4]) for mail, _text in mails]


def seen_of(page) -> dict[str, str]:
    return {"mails_seen": page.context["request"].refusal.print}


OFFERED = ["Een plek voor jullie:"]


def raise_programme(desk, visit, **seen):
    return programme_form.save(desk, visit.programme, max_groups=2, max_pupils=70, **seen)


def raise_slot(desk, visit, **seen):
    data = {"max_groups": 2, "max_pupils": 70, "programmes": [visit.programme_id]}
    return save_slot(desk, visit.slot, **data, **seen)


def raise_slots(desk, visit, **seen):
    data = {"action": "limit", "_selected_action": [visit.slot_id], "limit": "1"}
    address = reverse("admin:bookings_visitslot_changelist")
    return desk.post(address, data | {"max_groups": 2, "max_pupils": 70} | seen)


def raise_visit(desk, visit, **seen):
    page = reverse("admin:bookings_visit_maximum", args=[visit.pk])
    shown = seen_on(desk.get(page))
    return desk.post(page, {"max_groups": 2, "max_pupils": 70} | shown | seen)


@pytest.mark.parametrize("raised", [raise_programme, raise_slot, raise_slots, raise_visit])
def test_raised_maximum_shows_first_who_is_offered_a_place(desk, raised):
    visit, row = full_visit()
    if raised in {raise_slot, raise_slots}:  # the smaller one counts
        Programme.objects.update(max_groups=3, max_pupils=99)
        VisitSlot.objects.update(max_groups=1, max_pupils=35)
        visit.slot.refresh_from_db()

    page = raised(desk, visit)

    assert mails_shown(page) == OFFERED
    assert "Druk nog eens op de knop om het te doen." in page.text
    row.refresh_from_db()
    assert (row.state, limits_of(visit)) == (WaitState.WAITING, (1, 35))
    assert not LogEntry.objects.exists()

    assert raised(desk, visit, **seen_of(page)).status_code == 302
    row.refresh_from_db()
    assert (row.state, limits_of(visit)) == (WaitState.OFFERED, (2, 70))


def test_maximum_is_shown_again_where_another_hears_of_it_by_then(desk):
    visit, row = full_visit()
    page = raise_programme(desk, visit)
    waiting_list.LIST.withdraw(row.submission, by=None)
    make_wait(slot=visit.slot, programme=visit.programme, pupils=20)

    again = raise_programme(desk, visit, **seen_of(page))

    assert (again.status_code, mails_shown(again)) == (200, OFFERED)
    assert seen_of(again) != seen_of(page)


def test_choice_to_tell_stands_while_who_waits_is_shown(desk):
    visit, row = full_visit()
    longer = {"duration": 90, "telling": "", "max_groups": 2, "max_pupils": 70}
    asked = programme_form.save(desk, visit.programme, **longer)
    shown = {"shown": asked.context["adminform"].form.data["shown"], "telling": "quietly"}

    page = programme_form.save(desk, visit.programme, **longer | shown)

    assert page.context["adminform"].form["telling"].value() == "quietly"
    assert programme_form.save(desk, visit.programme, **longer | shown | seen_of(page)).url
    row.refresh_from_db()
    assert row.state == WaitState.OFFERED


def test_programme_that_goes_off_the_site_shows_first_who_waits_in_vain(desk):
    visit, _row = full_visit()

    page = programme_form.save(desk, visit.programme, is_published="")

    assert mails_shown(page) == ["De wachtlijst voor Stop-motion"]
    assert Programme.objects.get().is_published
    programme_form.save(desk, visit.programme, is_published="", **seen_of(page))
    assert not Programme.objects.get().is_published
