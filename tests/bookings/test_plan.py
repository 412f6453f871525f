"""Several visits in one go: the same as last year, or the Experiences of a class."""

import datetime

import pytest

from bookings import next_school_year
from bookings.models import Booking, State, VisitSlot
from bookings.planning.progress import trajectories
from bookings.planning.proposals import (
    Proposal,
    a_year_further,
    experiences_of,
    of_last_year,
)
from bookings.rules import VisitItem, VisitRequest
from core.models import Mail
from programmes.models import ProgrammeKind
from schools.models import ClassGroup
from schools.years import YearGroup
from submissions.models import PhotoAnswer, Submission
from submissions.rules import Party
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_submission,
    make_teacher,
    make_venue,
    make_visit,
    unsaved_submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

LAST_MAY = amsterdam(2026, 5, 12, 9)
PAGE = "/boekingen/samen/"


@pytest.fixture
def teacher():
    return make_teacher(
        school=make_school(),
        name="Ümit Çelik-van ’t Hof",
        email="umit@x.example",
        phone="0612345678",
    )


def came(teacher, name="Groep 6b", year=6, programme=None, **fields):
    """A class that was here in May, each on a day of its own."""
    programme = programme or make_programme(max_groups=3)
    days = datetime.timedelta(days=Booking.objects.count())
    slot = make_slot(programmes=[programme], starts_at=LAST_MAY + days)
    group = fields.pop("class_group", None) or make_class_group(
        school=teacher.school, school_year=2025, name=name, year_from=year, year_to=year
    )
    values = {
        "submission": make_submission(user=teacher, school=teacher.school),
        "visit": make_visit(slot=slot, programme=programme),
        "class_group": group,
        "party_name": name,
        "year_from": year,
        "year_to": year,
        "pupils": 26,
        "supervisors": 2,
        "state": State.ATTENDED,
    }
    return make_booking(**values | fields)


def coming(programme, day=3, **fields):
    """A half day of November."""
    return make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9), **fields)


def sent(page, *slots, **fields):
    """What the page would send: its own fields, and these dates in order of the rows."""
    form, data = page.context["form"], {"send": "1"}
    for row, slot in zip(form.rows, slots, strict=True):
        for name in row.fields:
            if name != "slot":
                data[row.add_prefix(name)] = row[name].value()
        data[row.add_prefix("slot")] = slot.pk if slot else ""
    for field in form.contact:
        if field.name == "school":
            data["school"] = field.value().pk if field.value() else ""
        else:
            data[field.name] = field.value() if field.value() is not None else ""
    return data | fields


# --- What is proposed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "years", "later"),
    [
        ("Groep 6b", (6, 6), "Groep 7b"),
        ("6/7 De Uilen", (6, 7), "7/8 De Uilen"),
        ("Groep 7/8", (7, 8), "Groep 8"),  # who was in groep 8 is gone
        ("groep 7 en 8 van juf An", (7, 8), "groep 8 van juf An"),
        ("6/7/8", (6, 8), "7/8"),
        ("De Uilen", (6, 6), "De Uilen"),
        ("Groep 6 lokaal 12", (6, 6), "Groep 7 lokaal 12"),
    ],
)
def test_class_is_called_a_year_further(name, years, later):
    assert a_year_further(name, *years) == later


def test_class_the_programme_and_the_numbers_go_along_and_nothing_else(teacher):
    """S21: what is proposed; the next test looks at what is booked in the end."""
    before = came(teacher)
    Submission.objects.update(
        facilities="Een rolstoel", photos=PhotoAnswer.YES, purchase_order="PO-12", language="en"
    )
    before.submission.refresh_from_db()

    (proposal,) = of_last_year(teacher, same_children=True)

    assert proposal == Proposal(
        before.visit.programme, Party("Groep 7b", 7, 7, 26, 2), before.class_group_id
    )


# What is proposed, chosen or made anew; every other column is as in a fresh booking.
ASKED = {"party_name", "party_key", "year_from", "year_to", "class_group", "visit", "pupils"}
ASKED |= {"submission", "supervisors", "state", "id", "uid", "created_at", "changed_at", "sequence"}
WHO = {"hub", "school", "user", "contact_name", "email", "phone", "phone_digits", "verified_at"}
WHO |= {"id", "public_id", "reference", "submission_key", "data_hash", "browser", "created_at"}
WHO |= {"search_text"}


def test_no_other_column_of_last_year_goes_along(client, teacher):
    """S21: every column, so that a new one is thought of."""
    before = came(teacher)
    slot = coming(before.visit.programme)
    Booking.objects.update(
        attention="moved", prepared_at=LAST_MAY, followed_up_at=LAST_MAY, came=20, sequence=7,
        said_yes_for=LAST_MAY, said_yes_with=26,
    )  # fmt: skip
    Submission.objects.update(
        facilities="Een rolstoel", photos=PhotoAnswer.YES, purchase_order="PO-12", language="en",
        network="of-then", link_version=4, typed_city="Zwolle",
    )  # fmt: skip
    before.events.create(move="note", to_state=before.state, note="Druk")
    client.force_login(teacher)

    assert client.post(PAGE, sent(client.get(PAGE), slot)).status_code == 302

    booked = Booking.objects.latest("pk")
    assert booked.visit.slot == slot
    for row, fresh, made in ((booked, Booking(), ASKED), (booked.submission, Submission(), WHO)):
        for field in row._meta.concrete_fields:
            if field.name not in made:
                value = getattr(row, field.attname)
                assert value == getattr(fresh, field.attname), field.name
    assert booked.sequence < 7
    assert not booked.events.filter(note="Druk").exists()


def test_for_other_children_the_year_group_and_its_name_stay(teacher):
    came(teacher)
    (proposal,) = of_last_year(teacher, same_children=False)
    assert (proposal.party.name, proposal.party.year_from, proposal.before) == ("Groep 6b", 6, 0)


def test_class_that_continues_it_by_another_name_is_taken(teacher):
    before = came(teacher)
    make_class_group(
        school=teacher.school,
        school_year=2026,
        name="De Valken",
        year_from=7,
        year_to=7,
        continues=before.class_group,
    )
    (proposal,) = of_last_year(teacher, same_children=True)
    assert proposal.party.name == "De Valken"


def test_what_does_not_fit_any_more_or_was_not_hers_is_left_out(teacher):
    came(teacher, "Groep 8", 8)  # they left for secondary school
    came(teacher, "Groep 6", state=State.CANCELLED)
    came(make_teacher(school=teacher.school), "Groep 6c")
    came(teacher, "Groep 6d", programme=make_programme(is_published=False))
    assert of_last_year(teacher, same_children=True) == []


def test_experiences_that_a_class_did_not_book_are_proposed(teacher):
    taster = make_programme(kind=ProgrammeKind.TASTER)
    first, second = (
        make_programme(kind=ProgrammeKind.EXPERIENCE, requires_taster=True) for _one in range(2)
    )
    before = came(teacher, programme=taster)
    make_booking(
        submission=before.submission,
        class_group=before.class_group,
        visit=make_visit(programme=first),
    )
    assert [one.programme for one in experiences_of(teacher, before.class_group_id)] == [second]
    assert experiences_of(make_teacher(), before.class_group_id) == []


@pytest.mark.parametrize(
    ("school_year", "is_hers", "is_linked"),
    [(2025, True, True), (2024, True, False), (2025, False, False)],
)
def test_class_continues_one_of_her_school_of_the_year_before_only(
    teacher, school_year, is_hers, is_linked
):
    school = teacher.school if is_hers else make_school()
    earlier = make_class_group(school=school, school_year=school_year)
    programme = make_programme()
    item = VisitItem(coming(programme), programme, Party("Groep 8", 8, 8, 24, 3))
    asked = unsaved_submission(school=teacher.school, typed_school_name="", email=teacher.email)

    submission = next_school_year.book(VisitRequest(asked, [item]), before=[earlier.pk], by=teacher)

    group = submission.bookings.get().class_group
    assert group.continues == (earlier if is_linked else None)


def test_what_a_class_continues_is_said_once(teacher):
    """A colleague, or staff, said so before: her proposal does not say otherwise."""
    said, earlier = (
        make_class_group(school=teacher.school, school_year=2025, name=name)
        for name in ("Groep 7a", "Groep 7b")
    )
    make_class_group(school=teacher.school, school_year=2026, name="Groep 8", continues=said)
    programme = make_programme()
    item = VisitItem(coming(programme), programme, Party("Groep 8", 8, 8, 24, 3))
    asked = unsaved_submission(school=teacher.school, typed_school_name="", email=teacher.email)

    submission = next_school_year.book(VisitRequest(asked, [item]), before=[earlier.pk], by=teacher)

    assert submission.bookings.get().class_group.continues == said


@pytest.mark.parametrize("year", [YearGroup.GROUP_8, YearGroup.YEAR_6])
def test_class_that_leaves_its_school_this_summer_stays_as_she_typed_it(programme, year, frozen):
    party = Party("De laatste", year, year, 24, 3)
    summer = datetime.date(2027, 9, 14)

    assert Proposal(programme, party, before=1).party_on(summer, party) == party


def test_class_that_tasted_last_year_goes_on_a_year_further(client, teacher):
    """From groep 7 to groep 8: Mijn TEC leads there, and nobody doubts its Proeverij."""
    taster = make_programme(kind=ProgrammeKind.TASTER)
    done, to_do = (
        make_programme(kind=ProgrammeKind.EXPERIENCE, requires_taster=True) for _one in range(2)
    )
    before = came(teacher, "Groep 7a", 7, programme=taster)
    came(teacher, "Groep 7a", 7, programme=done, class_group=before.class_group)
    leaves = came(teacher, "Groep 8", 8, programme=taster)
    [trajectory] = trajectories(teacher)
    assert (trajectory.class_group, trajectory.is_of_last_year) == (before.class_group, True)
    client.force_login(teacher)
    page = f"{PAGE}?klas={before.class_group_id}"
    assert page in client.get("/mijn/").text
    assert experiences_of(teacher, leaves.class_group_id) == []
    slot = coming(to_do)

    client.post(page, sent(client.get(page), slot))

    booked = Submission.objects.latest("pk").bookings.get()
    assert (booked.party_name, booked.year_from, booked.attention) == ("Groep 8a", 8, "")
    assert booked.class_group.continues == before.class_group
    assert [one.class_group for one in trajectories(teacher)] == [booked.class_group]
    assert experiences_of(teacher, before.class_group_id) == []


def test_class_that_plans_before_the_summer_comes_a_year_further(client, teacher, frozen):
    """And not as the class that has its name by then."""
    taster = make_programme(kind=ProgrammeKind.TASTER)
    before = came(teacher, "Groep 7a", 7, programme=taster)
    frozen.move_to(amsterdam(2026, 6, 16, 10))
    client.force_login(teacher)
    group = before.class_group
    for day in (15, 22):  # the second for the class of next year, as it is called by then
        experience = make_programme(kind=ProgrammeKind.EXPERIENCE, requires_taster=True)
        slot = make_slot(programmes=[experience], starts_at=amsterdam(2026, 9, day, 9))
        page = f"{PAGE}?klas={group.pk}"
        shown = client.get(page)

        client.post(page, sent(shown, slot))

        booked = Submission.objects.latest("pk").bookings.get()
        assert (booked.visit.slot, booked.party_name, booked.year_from) == (slot, "Groep 8a", 8)
        is_said = "Na de zomer komt deze klas als Groep 8a (groep 8)." in shown.text
        assert is_said == (group == before.class_group)
        group = booked.class_group
        assert group.continues == before.class_group


# --- The page ------------------------------------------------------------------------------------


def test_class_is_called_a_year_further_beforehand_only_where_it_is(client, teacher, frozen):
    """By the name that she typed, and not on dates before the summer."""
    taster = make_programme(kind=ProgrammeKind.TASTER)
    before = came(teacher, "Groep 7a", 7, programme=taster)
    frozen.move_to(amsterdam(2026, 6, 16, 10))
    client.force_login(teacher)
    experience = make_programme(kind=ProgrammeKind.EXPERIENCE, requires_taster=True)
    make_slot(programmes=[experience], starts_at=amsterdam(2026, 7, 7, 9))
    page = f"{PAGE}?klas={before.class_group_id}"
    shown = client.get(page)
    assert "Na de zomer komt" not in shown.text

    make_slot(programmes=[experience], starts_at=amsterdam(2026, 9, 15, 9))

    typed = sent(shown, None, **{"rij-0-name": "De Uilen van groep 7", "further": "9"})
    words = "Na de zomer komt deze klas als De Uilen van groep 8 (groep 8)."
    assert words in client.post(page, typed).text


def test_three_classes_are_booked_with_three_taps_and_one_mail(client, teacher):
    programme = make_programme(max_groups=3, max_pupils=100)
    for name in ("Groep 6a", "Groep 6b", "Groep 6c"):
        came(teacher, name, programme=programme)
    slots = [coming(programme, day) for day in (3, 4, 5)]
    client.force_login(teacher)
    page = client.get(PAGE)

    for _click in range(2):
        answer = client.post(PAGE, sent(page, *slots))
        assert answer.status_code == 302

    submission = Submission.objects.latest("pk")
    booked = list(submission.bookings.order_by("pk"))
    assert [(one.party_name, one.visit.slot, one.state) for one in booked] == [
        ("Groep 7a", slots[0], State.CONFIRMED),
        ("Groep 7b", slots[1], State.CONFIRMED),
        ("Groep 7c", slots[2], State.CONFIRMED),
    ]
    assert Booking.objects.count() == 6
    assert [one.class_group.continues.name for one in booked] == [
        "Groep 6a",
        "Groep 6b",
        "Groep 6c",
    ]
    assert (submission.facilities, submission.photos, submission.purchase_order) == (
        "",
        PhotoAnswer.ASK,
        "",
    )
    assert not Mail.objects.exists()  # no code: she is signed in


def test_row_without_a_date_stays_out(client, teacher):
    programme = make_programme(max_groups=3)
    came(teacher, "Groep 6a", programme=programme)
    came(teacher, "Groep 6b", programme=programme)
    slot = coming(programme)
    client.force_login(teacher)
    page = client.get(PAGE)
    data = sent(page, None, slot) | {"rij-0-pupils": "", "rij-0-name": ""}
    assert client.post(PAGE, data).status_code == 302
    assert [one.party_name for one in Submission.objects.latest("pk").bookings.all()] == [
        "Groep 7b"
    ]


def test_all_or_nothing_and_what_was_filled_in_stays(client, teacher):
    programme = make_programme(max_groups=3)
    came(teacher, "Groep 6a", programme=programme)
    came(teacher, "Groep 6b", programme=programme)
    free, full = coming(programme, 3), coming(programme, 4)
    client.force_login(teacher)
    data = sent(client.get(PAGE), free, full, **{"rij-0-pupils": "25"})
    make_booking(visit=make_visit(slot=full, programme=programme), pupils=20)

    answer = client.post(PAGE, data)

    assert answer.status_code in {409, 422}
    assert not Booking.objects.filter(visit__slot=free).exists()
    assert answer.context["form"].rows[0]["pupils"].value() == "25"
    assert "deze datum" in answer.content.decode().lower()


def test_two_rows_that_do_not_fit_one_date_together_are_refused_together(client, teacher):
    programme = make_programme(max_groups=3)
    came(teacher, "Groep 6a", programme=programme)
    came(teacher, "Groep 6b", programme=programme)
    slot = coming(programme, max_pupils=40)
    client.force_login(teacher)
    answer = client.post(PAGE, sent(client.get(PAGE), slot, slot))
    assert answer.status_code == 409
    assert Booking.objects.count() == 2


def test_rule_that_one_row_breaks_stands_at_that_row(client, teacher):
    programme = make_programme(max_groups=3, max_pupils_per_class=30)
    came(teacher, "Groep 6a", programme=programme)
    came(teacher, "Groep 6b", programme=programme)
    slots = coming(programme, 3), coming(programme, 4)
    client.force_login(teacher)
    data = sent(client.get(PAGE), *slots, **{"rij-1-pupils": "31"})
    answer = client.post(PAGE, data)
    assert answer.status_code == 422
    rows = answer.context["form"].rows
    assert (list(rows[0].errors), list(rows[1].errors)) == ([], ["pupils"])


def test_fewer_supervisors_are_said_once_at_their_row(client, teacher):
    programme = make_programme(max_groups=3)
    came(teacher, programme=programme)
    client.force_login(teacher)
    data = sent(client.get(PAGE), coming(programme), **{"rij-0-supervisors": "1"})
    answer = client.post(PAGE, data)
    assert (answer.status_code, list(answer.context["form"].rows[0].errors)) == (
        422,
        ["supervisors"],
    )
    assert client.post(PAGE, data | {"rij-0-norm_said": "26-1"}).status_code == 302
    booked = Booking.objects.latest("pk")
    assert booked.events.get(move="hold").data == {"overruled": ["supervisors"]}


def test_visits_of_two_hubs_are_not_one_booking(client, teacher):
    here, there = (
        make_programme(max_groups=3),
        make_programme(venue=make_venue(hub=make_other_hub())),
    )
    came(teacher, "Groep 6a", programme=here)
    came(teacher, "Groep 6b", programme=there)
    client.force_login(teacher)
    answer = client.post(PAGE, sent(client.get(PAGE), coming(here), coming(there)))
    assert answer.status_code == 409
    assert "twee centra" in answer.content.decode()


def test_nothing_chosen_is_said(client, teacher):
    programme = make_programme()
    came(teacher, programme=programme)
    coming(programme)
    client.force_login(teacher)
    answer = client.post(PAGE, sent(client.get(PAGE), None))
    assert answer.status_code == 409
    assert "Kies voor minstens één" in answer.content.decode()


def test_later_dates_are_turned_to_without_losing_a_choice(client, teacher):
    programme = make_programme(max_groups=3)
    came(teacher, "Groep 6a", programme=programme)
    came(teacher, "Groep 6b", programme=programme)
    slots = [coming(programme, day) for day in range(3, 11)]
    client.force_login(teacher)
    data = sent(client.get(PAGE), slots[1], None) | {"further": "1"}

    rows = client.post(PAGE, data).context["form"].rows

    assert [offer.slot_id for offer in rows[0].offers] == [one.pk for one in slots[:6]]
    assert rows[0].is_chosen
    assert [offer.slot_id for offer in rows[1].offers] == [one.pk for one in slots[6:]]
    assert Booking.objects.count() == 2


def test_choice_stays_in_sight_where_its_own_row_turns_to_later_dates(client, teacher):
    programme = make_programme(max_groups=3)
    came(teacher, programme=programme)
    slots = [coming(programme, day) for day in range(3, 11)]
    client.force_login(teacher)
    data = sent(client.get(PAGE), slots[1]) | {"further": "0"}

    [row] = client.post(PAGE, data).context["form"].rows

    shown = [slots[1], *slots[6:]]
    assert [offer.slot_id for offer in row.offers] == [one.pk for one in shown]
    assert row["slot"].value() == str(slots[1].pk)


def test_experiences_of_a_class_are_planned_in_one_go(client, teacher):
    taster = make_programme(kind=ProgrammeKind.TASTER)
    group = make_class_group(school=teacher.school, school_year=2026, name="Groep 7a")
    make_booking(
        submission=make_submission(user=teacher, school=teacher.school),
        class_group=group,
        party_name="Groep 7a",
        visit=make_visit(
            programme=taster,
            slot=make_slot(programmes=[taster], starts_at=amsterdam(2026, 9, 14, 9)),
        ),
    )
    experiences = [
        make_programme(kind=ProgrammeKind.EXPERIENCE, requires_taster=True) for _one in range(3)
    ]
    slots = [coming(one, 3 + number) for number, one in enumerate(experiences)]
    client.force_login(teacher)
    page = client.get(f"{PAGE}?klas={group.pk}")
    answer = client.post(f"{PAGE}?klas={group.pk}", sent(page, *slots))
    assert answer.status_code == 302
    booked = Submission.objects.latest("pk").bookings.all()
    assert {one.visit.programme for one in booked} == set(experiences)
    assert {one.class_group for one in booked} == {group}
    assert ClassGroup.objects.count() == 1


def test_programme_that_leaves_the_list_meanwhile_gives_its_dates_to_no_other(client, teacher):
    first, second = (make_programme(max_groups=3, title=one) for one in ("Film", "Drones"))
    group = came(teacher, "Groep 6b", programme=first).class_group
    came(teacher, "Groep 6b", programme=second, class_group=group)
    both = make_slot(programmes=[first, second], starts_at=amsterdam(2026, 11, 3, 9))
    client.force_login(teacher)
    data = sent(client.get(PAGE), both, None, **{"rij-1-pupils": "21"})
    first.is_published = False
    first.save()

    answer = client.post(PAGE, data)

    assert (answer.status_code, Booking.objects.count()) == (409, 2)
    assert "is al geboekt, of wordt niet meer aangeboden" in answer.content.decode()
    [row] = answer.context["form"].rows
    assert (row.programme, row["pupils"].value(), row.is_chosen) == (second, "21", False)
    shown = {name: typed for name, typed in data.items() if not name.startswith("rij-0")}
    again = client.post(PAGE, shown | {"rij-1-slot": both.pk})
    assert again.status_code == 302
    assert Booking.objects.latest("pk").visit.programme == second


def test_second_click_on_experiences_leads_to_what_the_first_booked(client, teacher):
    group = make_class_group(school=teacher.school, school_year=2026, name="Groep 7a")
    make_booking(
        submission=make_submission(user=teacher, school=teacher.school),
        class_group=group,
        party_name="Groep 7a",
    )
    experiences = [make_programme(kind=ProgrammeKind.EXPERIENCE) for _one in range(2)]
    slot = make_slot(programmes=experiences, starts_at=amsterdam(2026, 11, 3, 9), max_groups=9)
    client.force_login(teacher)
    page = client.get(f"{PAGE}?klas={group.pk}")
    data = sent(page, slot, None)

    first, second = (client.post(f"{PAGE}?klas={group.pk}", data) for _click in range(2))

    assert first.status_code == 302
    assert second.headers.get("Location") == first["Location"]
    assert Booking.objects.count() == 2


def test_experiences_of_a_class_are_offered_after_its_proeverij_to_come(client, teacher):
    taster = make_programme(kind=ProgrammeKind.TASTER)
    group = make_class_group(school=teacher.school, school_year=2026, name="Groep 7a")
    make_booking(
        submission=make_submission(user=teacher, school=teacher.school),
        class_group=group,
        party_name="Groep 7a",
        visit=make_visit(
            programme=taster,
            slot=make_slot(programmes=[taster], starts_at=amsterdam(2026, 11, 5, 9)),
        ),
    )
    experience = make_programme(kind=ProgrammeKind.EXPERIENCE, requires_taster=True)
    slots = [coming(experience, day) for day in (3, 4, 6, 9)]
    client.force_login(teacher)

    [row] = client.get(f"{PAGE}?klas={group.pk}").context["form"].rows

    assert [offer.slot_id for offer in row.offers] == [one.pk for one in slots[2:]]


def test_class_that_planned_every_experience_is_not_led_to_an_empty_plan(client, teacher):
    programmes = [
        make_programme(kind=kind) for kind in (ProgrammeKind.TASTER, ProgrammeKind.EXPERIENCE)
    ]
    group = make_class_group(school=teacher.school, school_year=2026, name="Groep 7a")
    submission = make_submission(user=teacher, school=teacher.school)
    client.force_login(teacher)
    leads = f"{PAGE}?klas={group.pk}"
    seen = []
    for one in programmes:
        make_booking(submission=submission, class_group=group, visit=make_visit(programme=one))
        seen.append(leads in client.get("/mijn/").text)

    assert seen == [True, False]


def test_who_has_no_last_year_reads_so(client, teacher):
    client.force_login(teacher)
    page = client.get(PAGE).content.decode()
    assert "niets geboekt" in page


@pytest.mark.parametrize("classes", [1, 3])
def test_dates_of_a_programme_are_read_once_however_many_classes(
    client, teacher, django_assert_num_queries, classes
):
    programme = make_programme(max_groups=3)
    for number in range(classes):
        came(teacher, f"Groep 6{number}", programme=programme)
    coming(programme)
    client.force_login(teacher)

    with django_assert_num_queries(9):
        client.get(PAGE)


def test_date_that_moved_since_it_was_shown_is_not_booked_unseen(client, teacher):
    programme = make_programme(max_groups=3)
    came(teacher, programme=programme)
    slot = coming(programme)
    client.force_login(teacher)
    page = client.get(PAGE)
    [offer] = page.context["form"].rows[0].offers
    data = sent(page, slot) | {"rij-0-slot": offer.as_shown}
    assert f'value="{offer.as_shown}"' in page.content.decode()
    VisitSlot.objects.filter(pk=slot.pk).update(
        starts_at=slot.starts_at + datetime.timedelta(days=14),
        ends_at=slot.ends_at + datetime.timedelta(days=14),
    )

    answer = client.post(PAGE, data)

    assert answer.status_code == 422
    assert not Booking.objects.filter(visit__slot=slot).exists()
    [row] = answer.context["form"].rows
    assert "dinsdag 17 november 09:00" in row.errors["slot"][0]
    again = data | {"rij-0-slot": row.offers[0].as_shown}
    assert client.post(PAGE, again).status_code == 302
    assert Booking.objects.filter(visit__slot=slot).count() == 1
