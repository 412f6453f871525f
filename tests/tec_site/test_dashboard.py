"""The first page of the back office."""

import datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import lifecycle
from bookings.models import Attention, Booking, BookingEvent, State
from bookings.planning.availability import offers_for_all
from bookings.planning.offer import Status
from bookings.rotation.timetable import too_long
from core import worker
from core.kinds import kinds
from core.mail.outbox import Teller
from core.mail.queue import Message, enqueue
from core.models import Mail
from impact.models import Indicator, Target
from kits.models import LoanState
from kits.models.loan import Attention as WhyLoan
from programmes.models import Closure
from roster.refusals import Absent
from schools.lifecycle import merge_schools
from schools.models import School, SchoolHoliday
from tec_site.staff import roles
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_component,
    make_group,
    make_loan,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
    the_hub,
)
from tests.roster.rostering import absent, make_person, make_run, make_shift

NO_OTHER_BOX = WhyLoan.NO_OTHER_BOX
pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


@pytest.fixture
def desk(client, db):
    worker.beat()
    client.force_login(make_staff())
    return client


def book_on(*when, **fields):
    return make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(*when))), **fields)


def matters_of(client):
    return client.get("/beheer/").context["matters"]


def matters(client):
    return [matter.text for matter in matters_of(client)]


def visits_of(day):
    return [visit.pk for entry in day.entries for visit in entry.rows]


def fine(client):
    return [matter.text for matter in client.get("/beheer/").context["fine"]]


def test_today_and_the_coming_week_show_what_goes_ahead(desk):
    book_on(2026, 9, 14, 9)
    today, tomorrow = book_on(2026, 9, 15, 14), book_on(2026, 9, 16, 9)
    book_on(2026, 9, 16, 9, state=State.CANCELLED)
    last, _after = book_on(2026, 9, 22, 9), book_on(2026, 9, 23, 0)
    context = desk.get("/beheer/").context
    assert visits_of(context["today"]) == [today.visit_id]
    assert [(day.date.day, visits_of(day)) for day in context["coming"]] == [
        (16, [tomorrow.visit_id]),
        (22, [last.visit_id]),
    ]


def test_today_says_until_when_where_and_what_to_arrange(desk):
    programme = make_programme(title="Drones")
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 15, 14))
    submission = make_submission(facilities="Een rolstoelplek")
    make_booking(visit=make_visit(slot=slot, programme=programme), submission=submission)
    text = " ".join(desk.get("/beheer/").text.split())
    assert f"tot 16:00 · {programme.zones.get().name}" in text
    assert "te regelen: Een rolstoelplek" in text


def test_around_midnight_today_is_the_day_in_amsterdam(desk, frozen):
    booking = book_on(2026, 9, 16, 9)
    frozen.move_to(amsterdam(2026, 9, 16, 0, 30))
    assert visits_of(desk.get("/beheer/").context["today"]) == [booking.visit_id]


def test_nothing_waits_when_nothing_waits(desk):
    book_on(2026, 9, 16, 9)
    assert matters(desk) == []


def test_what_waits_is_named_with_its_number(desk):
    book_on(2026, 9, 16, 9, state=State.REQUESTED)
    book_on(2026, 9, 16, 9, attention=Attention.LATE_CANCELLATION)
    make_school(is_verified=False)
    enqueue(Message(to="juf@school.example", subject="Bevestiging", text="Tot dan."))
    Mail.objects.update(state=Mail.State.FAILED)
    assert matters(desk) == [
        "1 aanvraag wacht op een besluit",
        "1 boeking vraagt aandacht",
        "1 school is door een leerkracht ingevuld: voeg haar samen met de school in de lijst",
        "1 mail kon deze week niet bezorgd worden",
    ]


def test_request_that_nobody_decided_in_time_is_in_the_list_to_which_it_leads(desk):
    booking = book_on(2026, 9, 14, 9, state=State.REQUESTED)
    matter = desk.get("/beheer/").context["matters"][0]
    assert matter.text == "1 aanvraag wacht op een besluit"
    assert list(desk.get(matter.address).context["cl"].result_list) == [booking]


def test_lost_worker_and_waiting_mail_are_alarms(desk, frozen):
    enqueue(Message(to="juf@school.example", subject="Bevestiging", text="Tot dan."))
    frozen.shift(datetime.timedelta(minutes=45))
    found = desk.get("/beheer/").context["matters"]
    assert [(matter.text, matter.is_alarm) for matter in found] == [
        ("De achtergronddienst draait niet: er gaat geen mail uit", True),
        ("De oudste mail wacht al 45 minuten", True),
    ]


def test_state_of_the_mail_is_told_also_when_all_is_well(desk, frozen):
    assert fine(desk) == ["Alle mail is verstuurd."]
    for name in ("juf", "jan"):
        enqueue(Message(to=f"{name}@school.example", subject="Bevestiging", text="Tot dan."))
        frozen.shift(datetime.timedelta(hours=1))
    assert fine(desk) == ["2 mails wachten op verzending, de oudste al 2 uur."]


def test_visits_in_which_one_more_class_fits_are_nearly_full(desk):
    def visit_on(day, month=9, *, taken, most):
        slot = make_slot(starts_at=amsterdam(2026, month, day, 9))
        visit = make_visit(slot=slot, max_groups=most, max_pupils=99)
        for _class in range(taken):
            make_booking(visit=visit)
        return visit

    nearly = visit_on(21, taken=2, most=3)
    visit_on(22, taken=1, most=3)
    visit_on(23, taken=2, most=2)
    visit_on(24, taken=0, most=1)
    visit_on(14, taken=1, most=2)
    visit_on(2, 11, taken=1, most=2)
    page = desk.get("/beheer/")
    assert page.context["blocks"][0].content["visits"] == [nearly]
    words = "In deze bezoeken van de komende 6 weken past nog één klas."
    assert words in page.content.decode()


def test_how_full_is_nearly_full_is_set_once_for_staff_and_for_schools(desk, settings):
    programme = make_programme(max_groups=3, max_pupils=99)
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 29, 9), max_groups=3)
    visit = make_visit(slot=slot, programme=programme)
    make_booking(visit=visit)

    def seen():
        block = desk.get("/beheer/").context["blocks"][0]
        [offer] = offers_for_all([programme], slot.day, slot.day)
        return block.content["visits"], offer.status

    assert seen() == ([], Status.FREE)
    settings.NEARLY_FULL_CLASSES_LEFT = 2
    assert seen() == ([visit], Status.FEW)
    settings.NEARLY_FULL_SHOWN_WEEKS = 1
    assert seen() == ([], Status.FEW)


def test_week_without_visits_says_when_the_next_are(desk):
    book_on(2026, 11, 3, 9)
    page = desk.get("/beheer/")
    assert page.context["next"] == datetime.date(2026, 11, 3)
    assert "Daarna staat er weer iets op dinsdag 3 november 2026." in page.content.decode()


def test_every_matter_leads_to_a_list_that_shows_it(desk):
    book_on(2026, 9, 16, 9, state=State.REQUESTED, attention=Attention.LATE_CANCELLATION)
    make_school(is_verified=False)
    enqueue(Message(to="juf@school.example", subject="Bevestiging", text="Tot dan."))
    Mail.objects.update(state=Mail.State.FAILED)
    for matter in desk.get("/beheer/").context["matters"]:
        page = desk.get(matter.address)
        assert page.status_code == 200, matter.address
        assert len(page.context["cl"].result_list) == 1, matter.address


def led_to(client, words):
    """The number of the matter that says this, and the rows of the list to which it leads."""
    (matter,) = [one for one in matters_of(client) if words in one.text]
    number = int(matter.text.split()[0] if matter.text[0].isdigit() else matter.text.split()[1])
    return number, list(client.get(matter.address).context["cl"].result_list)


def test_bookings_that_need_attention_lead_to_these_and_not_to_requests(desk):
    book_on(2026, 9, 16, 9, state=State.REQUESTED)
    doubt = book_on(2026, 9, 17, 9, attention=Attention.LATE_CANCELLATION)
    book_on(2026, 9, 15, 9, attention=Attention.LATE_CANCELLATION)  # has begun
    book_on(2026, 9, 18, 9, attention=Attention.LATE_CANCELLATION, state=State.CANCELLED)
    assert led_to(desk, "vraagt aandacht") == (1, [doubt])


def test_open_shifts_of_two_weeks_lead_to_these_and_not_to_the_season(desk):
    run = make_run()
    soon = make_shift(run, amsterdam(2026, 9, 29, 9))
    make_shift(run, amsterdam(2026, 9, 29, 13))
    assert led_to(desk, "de komende twee weken") == (1, [soon])


def test_mails_that_failed_this_week_lead_to_these_and_not_to_three_months(desk):
    enqueue(Message(to="jan@school.example", subject="Bevestiging", text="Tot dan."))
    long_ago = NOW - datetime.timedelta(days=7)
    Mail.objects.update(state=Mail.State.FAILED, changed_at=long_ago)
    lately = enqueue(Message(to="juf@school.example", subject="Bevestiging", text="Tot dan."))
    Mail.objects.filter(pk=lately.pk).update(state=Mail.State.EXPIRED)
    enqueue(Message(to="piet@school.example", subject="Bevestiging", text="Tot dan."))
    assert led_to(desk, "kon deze week niet bezorgd worden") == (1, [lately])


def test_box_that_cannot_go_out_and_school_that_asks_for_other_days_are_told_apart(desk):
    stuck = [make_loan(attention=why) for why in (NO_OTHER_BOX, WhyLoan.PACKED_UNFIT)]
    asking = make_loan(attention=WhyLoan.MOVE_ASKED)
    make_loan(attention=WhyLoan.MOVE_ASKED, state=LoanState.CANCELLED)
    assert matters(desk) == [
        "2 keer uitlenen vraagt aandacht: de kist kan niet mee zoals beloofd",
        "1 uitleen vraagt aandacht: de school wil andere dagen",
    ]
    assert led_to(desk, "niet mee zoals beloofd") == (2, stuck)
    assert led_to(desk, "wil andere dagen") == (1, [asking])


def test_school_that_closed_is_named_as_long_as_something_of_it_is_to_come(desk):
    """Whether staff or a file closed it; its page leads to what stands, and merges it."""
    ster, maan = make_school(name="De Ster"), make_school(name="De Maan")
    for school in (ster, maan, make_school(name="Is open")):
        book_on(2026, 9, 17, 9, submission=make_submission(school=school))
    make_loan(submission=make_submission(school=ster), starts_on=datetime.date(2026, 10, 5))
    over = make_school(name="De Zon")
    book_on(2026, 9, 15, 9, submission=make_submission(school=over))  # has begun
    book_on(2026, 9, 18, 9, submission=make_submission(school=over), state=State.CANCELLED)
    assert [one for one in matters(desk) if "is dicht" in one] == []

    School.objects.exclude(name="Is open").update(closed_on=datetime.date(2026, 9, 1))

    found = [one for one in matters_of(desk) if "is dicht" in one.text]
    assert [one.text for one in found] == [
        "De Maan, Deventer is dicht; er staat nog 1 afspraak of aanvraag",
        "De Ster, Deventer is dicht; er staan nog 2 afspraken of aanvragen",
    ]
    page = desk.get(found[1].address)
    assert page.context["original"] == ster
    merge_schools(source=ster, target=make_school(name="De Ster", site_code="31AB00"))
    assert [one for one in matters(desk) if "De Ster" in one] == []


def test_closed_school_of_another_hub_is_none_of_ours(client, db):
    school = make_school(closed_on=datetime.date(2026, 9, 1))
    book_on(2026, 9, 17, 9, submission=make_submission(school=school))
    roles.load()
    for hub, number in ((make_other_hub(), 0), (the_hub(), 1)):
        person = make_staff(hubs=[hub], is_superuser=False)
        person.groups.add(Group.objects.get(name=roles.MANAGEMENT))
        client.force_login(person)
        assert len([one for one in matters(client) if "is dicht" in one]) == number


def test_closed_school_is_named_for_what_somebody_may_look_at(client, db):
    school = make_school(closed_on=datetime.date(2026, 9, 1))
    book_on(2026, 9, 17, 9, submission=make_submission(school=school))
    make_loan(submission=make_submission(school=school), starts_on=datetime.date(2026, 10, 5))
    person = make_staff(is_superuser=False)
    for may, says in (("change_school", []), ("view_loan", ["nog 1"]), ("view_booking", ["nog 2"])):
        person.user_permissions.add(Permission.objects.get(codename=may))
        client.force_login(person)
        found = [one for one in matters(client) if "is dicht" in one]
        assert [text.partition("er sta")[2].split(" ", 1)[1][:5] for text in found] == says


def test_rotation_that_does_not_fit_asks_for_the_call_that_the_letter_promises(
    desk, frozen, django_assert_num_queries
):
    programme = make_programme(title="Proeverij", duration=150, welcome=15, max_groups=2)
    for position in range(6):
        make_component(programme=programme, minutes=20, max_pupils=10, position=position)
    first, other = (
        make_visit(
            slot=make_slot(venue=programme.venue, starts_at=amsterdam(2026, 11, day, 9)),
            programme=programme,
            max_groups=2,
            max_pupils=70,
        )
        for day in (3, 4)
    )
    for visit, pupils in ((first, 32), (first, 32), (other, 30), (other, 30)):
        make_booking(visit=visit, pupils=pupils)
    make_booking(visit=other, pupils=10, state=State.CANCELLED)

    text = "De rondgang past niet, bel de scholen: Proeverij op 3 november 09:00"
    (matter,) = [one for one in matters_of(desk) if "rondgang" in one.text]
    assert (matter.text, matter.address) == (text, f"/beheer/bookings/visit/{first.pk}/change/")
    with django_assert_num_queries(3):
        assert too_long(Booking.objects.all()) == [first]
    frozen.move_to(amsterdam(2026, 11, 3, 9, 1))
    assert too_long(Booking.objects.all()) == []


def test_overview_takes_as_many_queries_with_a_full_week(desk):
    book_on(2026, 9, 15, 14)
    book_on(2026, 9, 16, 9)
    make_loan(starts_on=datetime.date(2026, 9, 21))
    run = make_run()
    make_shift(run, amsterdam(2026, 9, 17, 13), make_person(runs=[run]))
    desk.get("/beheer/")
    with CaptureQueriesContext(connection) as few:
        desk.get("/beheer/")
    for day in (15, 16, 17):
        visit = make_visit(
            slot=make_slot(starts_at=amsterdam(2026, 9, day, 9)), max_groups=3, max_pupils=99
        )
        make_booking(visit=visit, party_name="7a")
        make_booking(visit=visit, party_name="7b")
        make_loan(starts_on=datetime.date(2026, 9, day))
        make_shift(run, amsterdam(2026, 9, day, 17), make_person(runs=[run]))
    with CaptureQueriesContext(connection) as many:
        desk.get("/beheer/")
    assert len(few) == len(many) <= 12 + 4 * len(kinds())


def test_doubt_about_a_shift_of_the_week_is_said_once(desk):
    """Under 'needs attention', and not beside her name too."""
    run = make_run()
    shift = make_shift(run, amsterdam(2026, 9, 17, 13), make_person(name="Anna", runs=[run]))
    absent(shift.person, datetime.date(2026, 9, 17))

    assert desk.get("/beheer/").text.count(str(Absent.message)) == 1


def test_doubt_is_said_three_weeks_ahead_and_on_the_roster_before_that(desk, frozen):
    run = make_run()
    shift = make_shift(run, amsterdam(2026, 10, 20, 13), make_person(name="Anna", runs=[run]))
    absent(shift.person, datetime.date(2026, 10, 20))

    assert str(Absent.message) not in desk.get("/beheer/").text
    assert str(Absent.message) in desk.get("/beheer/roster/shift/week/?week=2026-10-20").text
    frozen.move_to(amsterdam(2026, 9, 29, 14))
    desk.force_login(make_staff())
    assert str(Absent.message) in desk.get("/beheer/").text


def test_boxes_that_go_out_and_come_back_stand_under_their_day(desk):
    make_loan(starts_on=NOW.date(), ends_on=datetime.date(2026, 9, 29))
    make_loan(
        starts_on=datetime.date(2026, 9, 1), ends_on=datetime.date(2026, 9, 16), state=LoanState.OUT
    )
    page = desk.get("/beheer/")
    days = [page.context["today"], *page.context["coming"]]
    assert [(day.date.day, day.summary) for day in days] == [(15, "1 kist"), (16, "1 kist")]
    assert "gaat uit" in page.text
    assert "komt terug" in page.text


def test_late_boxes_and_those_that_nobody_can_replace_need_attention(desk):
    late = make_loan(
        starts_on=datetime.date(2026, 9, 1), ends_on=datetime.date(2026, 9, 14), state=LoanState.OUT
    )
    left = make_loan(attention=NO_OTHER_BOX)
    make_loan(attention=NO_OTHER_BOX, state=LoanState.CANCELLED)
    make_loan(
        starts_on=datetime.date(2026, 9, 1), ends_on=datetime.date(2026, 9, 15), state=LoanState.OUT
    )
    found = matters_of(desk)
    assert [matter.text for matter in found] == [
        "1 kist is te laat terug",
        "1 uitleen vraagt aandacht: de kist kan niet mee zoals beloofd",
    ]
    shown = [list(desk.get(matter.address).context["cl"].result_list) for matter in found]
    assert shown == [[late], [left]]


def close(venue, first, last):
    Closure.objects.create(venue=venue, starts_on=first, ends_on=last, reason="Verbouwing")


def test_visits_and_boxes_on_days_that_were_closed_need_attention(desk):
    booking = book_on(2026, 9, 22, 9)
    visit = booking.visit
    loan = make_loan(starts_on=datetime.date(2026, 9, 18), ends_on=datetime.date(2026, 9, 21))
    days = {"starts_on": datetime.date(2026, 9, 22), "ends_on": datetime.date(2026, 9, 22)}
    make_loan(copy=loan.copy, **days, state=LoanState.CANCELLED)
    assert matters(desk) == []
    for venue in (visit.slot.venue, loan.kit.venue):
        close(venue, datetime.date(2026, 9, 21), datetime.date(2026, 9, 22))

    assert [(matter.text, matter.address) for matter in matters_of(desk)] == [
        (
            f"De locatie is dicht op 21 september: {loan.copy} komt terug ({loan.party_name})",
            f"/beheer/kits/loan/{loan.pk}/change/",
        ),
        (
            f"De locatie is dicht op 22 september: {visit.programme.title} 09:00 "
            f"({booking.party_name})",
            f"/beheer/bookings/visit/{visit.pk}/change/",
        ),
    ]


def vacation(region="noord", **fields):
    days = {"starts_on": datetime.date(2026, 9, 19), "ends_on": datetime.date(2026, 9, 27)}
    return SchoolHoliday.objects.create(
        region=region, school_year=2026, name="Nazomerdagen", **days | fields
    )


def test_class_on_a_day_that_became_a_holiday_of_its_school_needs_attention_until_settled(desk):
    booking = book_on(2026, 9, 22, 9)
    address = f"/beheer/bookings/booking/{booking.pk}/"
    assert booking.submission.school.holiday_region == "noord"
    vacation("zuid")
    assert matters(desk) == []
    assert f"{address}doe/settle/" not in desk.get(f"{address}change/").text
    vacation()

    [matter] = matters_of(desk)
    assert (matter.text, matter.address) == (
        f"22 september valt in de schoolvakantie ‘Nazomerdagen’: {booking.visit.programme.title} "
        f"09:00 ({booking.party_name})",
        f"{address}change/",
    )
    page = desk.get(matter.address).text
    assert f"{address}doe/settle/" in page
    said = "dinsdag 22 september valt in de schoolvakantie ‘Nazomerdagen’. Komt de klas toch?"
    assert said in page
    desk.post(f"{address}doe/settle/", {"note": "Zij komen."})
    assert matters_of(desk) == []
    assert said not in desk.get(matter.address).text

    # Of another date in a holiday nobody said so.
    slot = make_slot(starts_at=amsterdam(2026, 9, 24, 9), programmes=[booking.visit.programme])
    lifecycle.reschedule(booking=booking, slot=slot, by=make_staff())
    assert [one.text[:12] for one in matters_of(desk)] == ["24 september"]


def test_what_staff_settled_before_the_holiday_was_known_is_another_matter(desk):
    booking = book_on(2026, 9, 22, 9)
    lifecycle.settle(booking=booking, by=make_staff())
    vacation()
    assert len(matters_of(desk)) == 1


def test_school_without_a_region_has_the_holidays_of_where_it_comes_and_a_group_none(desk):
    booking = book_on(2026, 9, 22, 9)
    School.objects.update(holiday_region="")
    make_group(visit=make_visit(slot=booking.visit.slot, programme=make_programme()))
    vacation()
    assert [booking.party_name in one.text for one in matters_of(desk)] == [True]


def test_who_closes_days_sees_the_boxes_that_are_handed_over_then(desk):
    loan = make_loan(starts_on=datetime.date(2026, 9, 18), ends_on=datetime.date(2026, 9, 21))
    typed = {"reason": "Verbouwing", "starts_on": "2026-09-21", "ends_on": "2026-09-22"}
    typed["venue"] = loan.kit.venue_id
    page = desk.post("/beheer/programmes/closure/add/", typed)
    line = (
        f'ma 21 sep: <a href="/beheer/kits/loan/{loan.pk}/change/">'
        f"{loan.copy} komt terug ({loan.party_name})</a>"
    )
    assert list(page.context["adminform"].form.errors["__all__"])[1:] == [line]
    saved = desk.post("/beheer/programmes/closure/add/", typed | {"seen": "on"}, follow=True)
    assert f"Staat nog gepland: {line}" in [str(one) for one in saved.context["messages"]]

    # Another reason for the same days asks nothing.
    closure = Closure.objects.get()
    page = desk.post(
        f"/beheer/programmes/closure/{closure.pk}/change/", typed | {"reason": "Feest"}
    )
    assert page.status_code == 302


def test_volunteers_see_visits_and_no_worries(client, db):
    roles.load()
    person = make_staff(is_superuser=False)
    person.groups.add(Group.objects.get(name=roles.VOLUNTEER))
    client.force_login(person)
    book_on(2026, 9, 15, 14, state=State.REQUESTED)
    context = client.get("/beheer/").context
    assert (len(visits_of(context["today"])), context["matters"]) == (1, [])


def test_staff_without_a_role_see_an_empty_page(client, db):
    client.force_login(make_staff(is_superuser=False))
    context = client.get("/beheer/").context
    assert ("today" in context, context["matters"]) == (False, [])


def test_staff_of_another_hub_read_nothing_of_this_one(client, db):
    worker.beat()
    roles.load()
    person = make_staff(is_superuser=False, hubs=[make_other_hub()])
    person.groups.add(Group.objects.get(name=roles.MANAGEMENT))
    client.force_login(person)
    booking = book_on(2026, 9, 22, 9, attention=Attention.LATE_CANCELLATION)
    loan = make_loan(starts_on=datetime.date(2026, 9, 21), attention=NO_OTHER_BOX)
    for venue in (booking.visit.slot.venue, loan.kit.venue):
        close(venue, datetime.date(2026, 9, 21), datetime.date(2026, 9, 22))
    context = client.get("/beheer/").context
    assert (context["matters"], context["today"].entries, context["coming"]) == ([], [], [])
    assert context["next"] is None

    person.hubs.add(the_hub())
    context = client.get("/beheer/").context
    assert [matter.text.partition(":")[0] for matter in context["matters"]] == [
        "1 uitleen vraagt aandacht",
        "De locatie is dicht op 21 september",
        "1 boeking vraagt aandacht",
        "De locatie is dicht op 22 september",
    ]
    assert [day.date.day for day in context["coming"]] == [21, 22]


def test_mail_of_another_hub_that_came_back_is_theirs_to_see_to(client, db):
    worker.beat()
    roles.load()
    person = make_staff(is_superuser=False, hubs=[make_other_hub()])
    person.groups.add(Group.objects.get(name=roles.MANAGEMENT))
    client.force_login(person)
    for hub, state in ((the_hub().pk, Mail.State.FAILED), (the_hub().pk, Mail.State.QUEUED)):
        mail = enqueue(Message("juf@school.example", "Welkom", "Tot dan", hub=hub))
        Mail.objects.filter(pk=mail.pk).update(state=state)
    assert "Alle mail is verstuurd." in client.get("/beheer/").text
    person.hubs.add(the_hub())
    page = client.get("/beheer/").text
    assert "1 mail kon deze week niet bezorgd worden" in page
    assert "1 mail wacht" in page


def test_missing_second_factor_is_said_in_red(desk):
    assert desk.get("/beheer/").context["environment"] == [
        "Demo: inloggen zonder tweede stap",
        "danger",
    ]


# --- Mails ------------------------------------------------------------------------------------


def send_again(client, *mails, query=""):
    data = {"action": "send_again", "_selected_action": [mail.pk for mail in mails]}
    response = client.post(f"/beheer/core/mail/{query}", data, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_mails_that_were_queued_again_from_the_list_of_those_that_failed_were_not_left_alone(desk):
    mails = [enqueue(Message(to="juf@school.example", subject=one, text=".")) for one in "ab"]
    Mail.objects.update(state=Mail.State.FAILED)
    late = enqueue(Message(to="els@school.example", subject="Code", text="…", expires_at=NOW))
    Mail.objects.filter(pk=late.pk).update(state=Mail.State.FAILED)

    said = send_again(desk, *mails, late, query="?state__exact=failed")

    assert said == [
        "2 mails staan opnieuw in de wachtrij.",
        "1 mail is niet opnieuw verstuurd: hij wacht nog, of is verlopen.",
    ]


def test_failed_mail_is_queued_again_and_a_waiting_one_left_alone(desk):
    failed = enqueue(Message(to="juf@school.example", subject="Bevestiging", text="Tot dan."))
    Mail.objects.update(state=Mail.State.FAILED, tries=3)
    waiting = enqueue(Message(to="jan@school.example", subject="Bevestiging", text="Tot dan."))
    late = enqueue(Message(to="els@school.example", subject="Code", text="…", expires_at=NOW))
    Mail.objects.filter(pk=late.pk).update(state=Mail.State.FAILED)
    assert send_again(desk, failed, waiting, late) == [
        "1 mail staat opnieuw in de wachtrij.",
        "2 mails zijn niet opnieuw verstuurd: ze wachten nog, of zijn verlopen.",
    ]
    before = failed.message_id
    failed.refresh_from_db()
    assert (failed.state, failed.tries, failed.message_id) == (
        Mail.State.QUEUED,
        0,
        before,
    )


def test_who_only_reads_mails_sends_none_again(client, db):
    person = make_staff(is_superuser=False)
    person.user_permissions.add(Permission.objects.get(codename="view_mail"))
    client.force_login(person)
    mail = enqueue(Message(to="juf@school.example", subject="Bevestiging", text="Tot dan."))
    Mail.objects.update(state=Mail.State.FAILED)
    send_again(client, mail)
    mail.refresh_from_db()
    assert mail.state == Mail.State.FAILED


def test_mail_is_shown_as_people_read_it(desk):
    mail = enqueue(
        Message(to="juf@school.example", subject="Hallo", text="Dag <b>juf</b>,\n\nTot dan.")
    )
    text = desk.get(f"/beheer/core/mail/{mail.pk}/change/").content.decode()
    assert "Dag &lt;b&gt;juf&lt;/b&gt;,<br><br>Tot dan." in text
    assert "di 15 sep 2026 10:00" in text
    assert "in de wachtrij" in text


def test_mail_that_cannot_be_made_is_told_and_holds_up_no_other(desk, frozen):
    """An address from before the forms refused it."""
    for email in ('"a,b"@x.nl', "juf@school.example"):
        booking = book_on(2026, 9, 16, 9, submission=make_submission(email=email))
        lifecycle.cancel(booking=booking, by=make_staff())
    bad, _good = BookingEvent.objects.exclude(notice="").order_by("pk")
    Teller().tell(seconds=5)
    assert [mail.to for mail in Mail.objects.all()] == ["juf@school.example"]

    frozen.shift(datetime.timedelta(minutes=30))
    worker.beat()
    told = matters_of(desk)[0]
    assert (told.text, told.is_alarm) == (
        "Er kon geen mail worden gemaakt van wat er op 15 september 10:00 gebeurde: kijk of het "
        "e-mailadres klopt",
        True,
    )
    assert desk.get(told.address).context["original"] == bad


def test_pupils_of_the_school_year_so_far_stand_beside_the_target(client, db):
    """T39: from 1 August; and a reader sees that, and nothing else."""
    for state, day in (
        (State.ATTENDED, (2026, 9, 1, 9)),
        (State.CONFIRMED, (2026, 11, 3, 9)),
        (State.ATTENDED, (2026, 7, 31, 9)),
    ):
        book_on(*day, state=state, pupils=24)
    indicator = Indicator.objects.create(hub=the_hub(), name="Leerlingen", figure="pupils")
    Target.objects.create(
        indicator=indicator,
        amount=100,
        starts_on=datetime.date(2026, 8, 1),
        due_on=datetime.date(2027, 7, 31),
    )
    roles.load()
    reader = make_staff(is_superuser=False, hubs=[the_hub()])
    reader.groups.add(Group.objects.get(name=roles.READER))
    client.force_login(reader)

    page = client.get("/beheer/")

    [block] = page.context["blocks"]
    assert (block.content["here"], block.content["booked"]) == (24, 48)
    assert block.content["goal"].target.amount == 100
    assert "Leerlingen en deelnemers in 2026–2027" in page.text
    assert "Vandaag" not in page.text.partition("desk-head")[2]
    client.force_login(make_staff(is_superuser=False, hubs=[the_hub()]))
    assert client.get("/beheer/").context["blocks"] == []
