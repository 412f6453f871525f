"""What staff see and do: the week, a shift, people, hours; each of their own hubs."""

import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from core.backoffice.history import staff_history
from core.kinds import kind_of
from core.mail.outbox import Teller
from core.models import Mail
from roster import clock, lifecycle, links
from roster.models import Availability, OtherDays, Person, Role, Shift
from roster.people import forget, forget_left
from roster.telling.dashboard import matters, on_days
from submissions.privacy.erasure import erase_person, found_in
from tec_site.staff import roles
from tests.factories import NOW, amsterdam, make_other_hub, make_staff, make_teacher
from tests.roster.rostering import absent, fresh, make_person, make_run, make_shift, moves_of, post
from tests.tec_site.test_two_editors import page_of, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]
WEEK = "/beheer/roster/shift/week/"
TUESDAY = datetime.date(2026, 11, 3)


@pytest.fixture
def run():
    return make_run(needed=2, title="Proeverij")


@pytest.fixture
def anna(run):
    return make_person(runs=[run], name="Anna")


def with_role(name, **fields):
    roles.load()
    person = make_staff(is_superuser=False, **fields)
    person.groups.add(Group.objects.get(name=name))
    return person


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def move_page(shift, move):
    return f"/beheer/roster/shift/{shift.pk}/doe/{move}/"


def errors(response):
    return [str(one) for one in response.context["form"].non_field_errors()]


# --- The week ----------------------------------------------------------------------------------


def test_week_has_its_days_with_who_comes_and_what_is_open(desk, run, anna):
    make_shift(run, amsterdam(2026, 11, 3, 9), anna)
    page = desk.get(f"{WEEK}?week=2026-11-05")
    [day] = page.context["days"]
    [visit] = day.visits
    assert (day.day, day.open, page.context["open"]) == (TUESDAY, 1, 1)
    assert [one.shift.person for one in visit.places] == [anna, None]
    assert page.context["monday"] == datetime.date(2026, 11, 2)
    empty = desk.get(WEEK)
    assert (empty.context["days"], empty.context["next"]) == ([], TUESDAY)


def test_week_marks_who_cannot_then(desk, run, anna):
    make_shift(run, person=anna)
    absent(anna, TUESDAY)
    assert "Kan die dag niet." in desk.get(f"{WEEK}?week=2026-11-05").content.decode()


def test_week_takes_as_many_queries_for_three_visits_as_for_one(
    desk, run, django_assert_max_num_queries
):
    desk.get(f"{WEEK}?week=2026-11-05")
    counts = []
    for day in (3, 4, 5):
        make_shift(run, amsterdam(2026, 11, day, 9), make_person(runs=[run]))
        with django_assert_max_num_queries(12) as queries:
            desk.get(f"{WEEK}?week=2026-11-05")
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_week_on_paper_is_a_pdf(desk, run, anna):
    make_shift(run, person=anna)
    paper = desk.get(f"{WEEK[:-1]}.pdf?week=2026-11-05")
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert 'filename="rooster-2026-11-02.pdf"' in paper["Content-Disposition"]


# --- Whose it is (T01, T03) --------------------------------------------------------------------


def test_staff_of_another_hub_and_of_none_see_none_of_it(run, anna):
    shift = make_shift(run, person=anna)
    for hubs in ([make_other_hub()], []):
        person = with_role(roles.MANAGEMENT, hubs=hubs)
        client = signed_in(person)
        assert client.get(f"{WEEK}?week=2026-11-05").context["days"] == []
        assert client.get("/beheer/roster/person/uren/").context["rows"] == []
        assert client.get(move_page(shift, "drop")).status_code == 404
        assert client.post(move_page(shift, "drop"), {"note": ""}).status_code == 404
        assert client.post(f"/beheer/roster/person/{anna.pk}/link/").status_code == 404
        assert on_days(TUESDAY, TUESDAY + datetime.timedelta(days=1), person) == []
        assert matters(person) == []
    assert moves_of(shift) == ["open", "accept"]


def test_shift_is_given_to_people_of_its_hub_only(desk, run):
    shift, other = make_shift(run), make_person(hub=make_other_hub())
    response = desk.post(move_page(shift, "assign"), {"person": other.pk, "note": "Mag"})
    assert list(response.context["form"].errors) == ["person"]
    assert moves_of(shift) == ["open"]


def test_person_runs_programmes_of_her_hub_only(desk, run, anna):
    there = make_run()
    there.venue.hub = make_other_hub()
    there.venue.save()
    data = shown(desk.get(page_of(anna))) | {"programmes": [run.pk, there.pk]}
    response = desk.post(page_of(anna), data)
    assert list(response.context["adminform"].form.errors) == ["programmes"]
    assert list(anna.programmes.all()) == [run]


@pytest.mark.parametrize(
    ("role", "looks", "decides", "people"),
    [
        (roles.VOLUNTEER, 200, 403, 403),
        (roles.DESK, 200, 200, 200),
        (roles.MANAGEMENT, 200, 200, 200),
    ],
)
def test_volunteers_look_and_the_desk_decides(run, anna, role, looks, decides, people):
    shift, client = make_shift(run), signed_in(with_role(role))
    assert client.get(WEEK).status_code == looks
    assert client.get(page_of(shift)).status_code == looks
    assert client.get(move_page(shift, "assign")).status_code == decides
    assert client.get(page_of(anna)).status_code == people


def test_volunteers_read_no_certificate_absence_telephone_or_note_of_each_other(run, anna, frozen):
    """Who comes they read, on every page where the roster stands."""
    shift = make_shift(run, person=anna)
    lifecycle.release(shift=shift, by=make_staff(), note="Griep")
    lifecycle.assign(shift=shift, person=anna, by=make_staff(), note="Toch beter")
    absent(anna, TUESDAY)
    Person.objects.filter(pk=anna.pk).update(certificate_renew_by=datetime.date(2026, 11, 2))
    frozen.move_to(amsterdam(2026, 11, 3, 7))
    private = "Kan die dag niet.", "VOG", anna.phone, "Griep", "Toch beter"
    pages = WEEK, page_of(shift), "/beheer/", "/beheer/bookings/booking/dag/?dag=2026-11-03"
    read = {}
    for role in (roles.VOLUNTEER, roles.DESK):
        client = signed_in(with_role(role))
        texts = [client.get(page).content.decode() for page in pages]
        assert all("Anna" in text for text in texts)
        read[role] = {words for text in texts for words in private if words in text}
    assert read == {roles.VOLUNTEER: set(), roles.DESK: set(private)}


# --- A shift -----------------------------------------------------------------------------------


def test_page_of_a_shift_says_who_can_and_the_form_why_others_cannot(desk, run, anna):
    shift, bo = make_shift(run), make_person(runs=[run], name="Bo")
    absent(bo, TUESDAY)
    assert desk.get(page_of(shift)).context["candidates"] == [anna]
    choices = desk.get(move_page(shift, "assign")).context["form"].fields["person"].choices
    assert choices[1:] == [
        ("Kan", [(anna.pk, "Anna")]),
        ("Kan niet, voor zover we weten", [(bo.pk, "Bo: Kan die dag niet.")]),
    ]


def test_overruling_asks_for_a_note(desk, run, anna):
    shift = make_shift(run)
    absent(anna, TUESDAY)
    page, data = move_page(shift, "assign"), {"person": anna.pk, "note": ""}
    assert errors(desk.post(page, data)) == [
        "Zeg waarom je de inzet toch aan deze persoon geeft: Kan die dag niet."
    ]
    assert desk.post(page, data | {"note": "Zij belde"}).status_code == 302
    assert fresh(shift).person == anna
    assert "Kan die dag niet." in desk.get(page_of(shift)).content.decode()  # in the history


def test_taken_shift_is_given_to_somebody_else_by_the_same_button(desk, run, anna):
    shift, bo = make_shift(run, person=anna), make_person(runs=[run])
    names = [one.address.split("/")[-2] for one in desk.get(page_of(shift)).context["buttons"]]
    assert names == ["assign", "drop"]
    desk.post(move_page(shift, "assign"), {"person": bo.pk, "note": ""})
    assert fresh(shift).person == bo


def seen_by(page):
    return {"seen": page.context["seen"]}


def test_shift_that_she_takes_by_her_link_meanwhile_is_not_taken_off_her(desk, run, anna):
    shift, bo = make_shift(run), make_person(runs=[run])
    page = move_page(shift, "assign")
    data = {"person": bo.pk, "note": ""} | seen_by(desk.get(page))
    post(anna, "take", shift_id=shift.pk)
    answer = desk.post(page, data)
    assert errors(answer) == ["Hier is intussen iets gewijzigd. Kijk eerst in de geschiedenis."]
    assert (fresh(shift).person, moves_of(shift)) == (anna, ["open", "accept"])
    desk.post(page, data | seen_by(answer))
    assert fresh(shift).person == bo


def test_shift_that_she_drops_by_her_link_meanwhile_is_looked_at_before_it_is_given(
    desk, run, anna
):
    shift, bo = make_shift(run, person=anna), make_person(runs=[run])
    page = move_page(shift, "assign")
    data = {"person": bo.pk, "note": ""} | seen_by(desk.get(page))
    post(anna, "drop", shift_id=shift.pk)
    assert errors(desk.post(page, data)) != []
    assert fresh(shift).is_open


def test_what_the_site_does_meanwhile_keeps_nobody_from_giving_a_shift(desk, run, anna):
    shift = make_shift(run)
    page = move_page(shift, "assign")
    data = {"person": anna.pk, "note": ""} | seen_by(desk.get(page))
    lifecycle.offer(shift=shift, by=None)
    assert desk.post(page, data).status_code == 302
    assert moves_of(shift) == ["open", "offer", "assign"]


def test_history_says_what_she_did_herself_and_what_staff_and_the_site_did(desk, staff, run, anna):
    shift = make_shift(run)
    post(anna, "take", shift_id=shift.pk)
    post(anna, "drop", shift_id=shift.pk)
    desk.post(move_page(shift, "assign"), {"person": anna.pk, "note": ""})
    herself = "zelf, via de eigen link"
    assert [(line.text, line.who) for line in reversed(staff_history(shift))] == [
        ("Open", "de site"),
        ("Anna neemt de inzet", herself),
        ("Anna meldt zich af", herself),
        ("Vraag wie kan", "de site"),
        ("Gegeven aan Anna", staff.get_full_name()),
    ]
    found = desk.get("/beheer/roster/shiftevent/", {"by_role": "helper"}).context["cl"]
    assert [event.move for event in found.result_list] == ["drop", "accept"]
    [spec] = [one for one in found.filter_specs if one.title == "door"]
    shown_roles = [choice["display"] for choice in spec.choices(found)]
    assert shown_roles[1:] == [herself, "medewerker", "de site"]
    assert herself in desk.get(page_of(found.result_list[0])).text


def test_hours_typed_as_times_end_after_midnight_where_they_must(desk, frozen):
    run = make_run(duration=330)
    anna = make_person(runs=[run])
    start = amsterdam(2026, 11, 3, 19)
    shift = make_shift(run, start, anna, ends_at=amsterdam(2026, 11, 4, 1))
    frozen.move_to(amsterdam(2026, 11, 5, 9))
    page = move_page(shift, "record")
    desk.post(page, {"came": "19:00", "went": "22:00", "note": ""})
    assert fresh(shift).worked_until == amsterdam(2026, 11, 3, 22)
    desk.post(page, {"came": "19:30", "went": "00:15", "note": ""})
    assert fresh(shift).worked_until == amsterdam(2026, 11, 4, 0, 15)
    response = desk.post(page, {"came": "19:00", "went": "18:00", "note": ""})
    assert errors(response) == [
        "Dat is 23 uur, veel langer dan de inzet. Klopt dat? Zeg het dan hieronder."
    ]


def test_time_that_does_not_exist_is_a_form_error(frozen):
    run = make_run()
    shift = make_shift(run, amsterdam(2027, 3, 28, 1), make_person(runs=[run]))
    frozen.move_to(amsterdam(2027, 3, 29, 9))
    client, data = signed_in(make_staff()), {"came": "02:30", "went": "04:00"}
    assert errors(client.post(move_page(shift, "record"), data)) == [
        "Deze tijd bestaat niet: die nacht wordt de klok verzet."
    ]


# --- People ------------------------------------------------------------------------------------


def test_certificate_that_was_seen_ends_after_three_years_and_says_who_saw_it(desk, staff, anna):
    data = {"certificate_seen_on": "14-9-2026", "certificate_renew_by": ""}
    assert desk.post(page_of(anna), shown(desk.get(page_of(anna))) | data).status_code == 302
    anna.refresh_from_db()
    assert (anna.certificate_renew_by, anna.certificate_seen_by) == (
        datetime.date(2029, 9, 14), staff,
    )  # fmt: skip


def test_who_leaves_lets_her_shifts_go_and_those_who_can_are_asked(desk, run, anna):
    shift = make_shift(run, person=anna)
    data = shown(desk.get(page_of(anna))) | {"left_on": "15-9-2026"}
    assert desk.post(page_of(anna), data).status_code == 302
    assert moves_of(shift) == ["open", "accept", "drop", "offer"]


def test_who_leaves_later_keeps_her_shifts_until_then(desk, run, anna):
    shift = make_shift(run, person=anna)
    data = shown(desk.get(page_of(anna))) | {"left_on": "16-9-2026"}
    response = desk.post(page_of(anna), data)
    assert response.context["adminform"].form.errors == {"left_on": ["Die dag moet nog komen."]}
    assert moves_of(shift) == ["open", "accept"]


def test_another_address_moves_her_shifts_under_it_or_is_refused(desk, run, anna):
    """Refused it comes back as it was typed, and says why."""
    shift = make_shift(run, person=anna)
    data = shown(desk.get(page_of(anna)))
    assert desk.post(page_of(anna), data | {"email": "anna@nieuw.nl"}).status_code == 302
    assert fresh(shift).holder == "anna@nieuw.nl"
    there = make_run()
    there.venue.hub = make_other_hub()
    there.venue.save()
    same = make_person(runs=[there], hub=there.venue.hub, email="anna@daar.nl")
    make_shift(there, person=same)
    typed = {"email": "anna@daar.nl", "phone": "06 87654321"}
    answer = desk.post(page_of(anna), shown(desk.get(page_of(anna))) | typed)
    [error] = answer.context["adminform"].form.non_field_errors()
    assert error == "Heeft dan al andere inzet."
    assert {name: shown(answer)[name] for name in typed} == typed
    anna.refresh_from_db()
    assert (anna.email, fresh(shift).holder) == ("anna@nieuw.nl", "anna@nieuw.nl")


def test_her_link_is_mailed_and_renewed_on_request(desk, anna):
    page = f"/beheer/roster/person/{anna.pk}/link/"
    desk.post(page)
    desk.post(page, {"renew": "on"})
    anna.refresh_from_db()
    assert (Mail.objects.filter(to=anna.email).count(), anna.link_version) == (2, 2)


def test_corrected_address_is_offered_her_link_and_what_went_to_the_old_one(desk, run, anna):
    """And nothing of a colleague's, nor again what she has."""
    bert = make_person(runs=[run], name="Bert")
    shift = make_shift(run, person=anna)
    lifecycle.accept(shift=Shift.objects.with_facts().exclude(pk=shift.pk).get(), person=bert)
    Teller().tell(seconds=10)
    before = links.token_of(anna)
    old = set(Mail.objects.filter(template="shift_yours").values_list("to", flat=True))
    assert old == {anna.email, bert.email}
    Person.objects.filter(pk=bert.pk).update(email="bert@goed.example")

    data = shown(desk.get(page_of(anna))) | {"email": "anna@goed.example"}
    answer = desk.post(page_of(anna), data, follow=True)

    link_page = f"/beheer/roster/person/{anna.pk}/link/"
    assert answer.redirect_chain == [(link_page, 302)]
    assert "Opgeslagen. Het adres is nu anna@goed.example." in answer.text
    missed = Mail.objects.filter(to=anna.email, template="shift_yours").get()
    form = answer.context["form"]
    assert [key for key, _label in form.fields["mails"].choices] == [missed.pk]
    assert form.fields["renew"].initial is True
    desk.post(link_page, {"mails": [missed.pk], "renew": "on"})
    new = Mail.objects.filter(to="anna@goed.example").order_by("template")
    assert [mail.template for mail in new] == ["shift_link", "shift_yours"]
    assert Mail.objects.filter(to=bert.email, template="shift_yours").count() == 1
    assert links.whose(anna.pk, before) is None
    assert "mails" not in desk.get(link_page).context["form"].fields


def test_other_details_of_a_person_lead_to_no_mail(desk, anna):
    data = shown(desk.get(page_of(anna))) | {"phone": "06 87654321"}
    answer = desk.post(page_of(anna), data)
    assert answer["Location"] == "/beheer/roster/person/"


def test_who_left_is_forgotten_and_her_hours_stay(desk, run, frozen):
    anna = make_person(runs=[run], name="Anna Wiersma")
    shift = make_shift(run)
    note = "Anna Wiersma is ziek geweest."
    lifecycle.assign(shift=shift, person=anna, by=make_staff(), note=note)
    absent(anna, datetime.date(2026, 12, 1))
    desk.post(f"/beheer/roster/person/{anna.pk}/link/")
    data = shown(desk.get(page_of(anna)))
    desk.post(page_of(anna), data | {"phone": "06 87654321"})
    frozen.move_to(amsterdam(2026, 11, 5, 9))
    clock.finish()
    data = shown(desk.get(page_of(anna))) | {"left_on": "4-11-2026"}
    desk.post(page_of(anna), data)
    assert desk.post(f"/beheer/roster/person/{anna.pk}/vergeten/").status_code == 302
    assert found_in(["Wiersma", anna.email, "87654321"]) == []
    anna.refresh_from_db()
    assert (anna.name, anna.email) == ("…", "")
    assert (Availability.objects.count(), OtherDays.objects.count()) == (0, 0)
    [(person, _role, worked)] = desk.get("/beheer/roster/person/uren/").context["rows"]
    assert (person.name, worked) == ("…", 2.0)
    assert LogEntry.objects.filter(object_repr="…").exists()


@pytest.mark.parametrize(("was_wrong", "stays"), [(False, True), (True, False)])
def test_volunteer_who_joins_the_staff_keeps_her_hours_as_one(
    desk, run, anna, frozen, was_wrong, stays
):
    """Unless she was of the staff all the time. What she works from now on is staff's."""
    make_shift(run, person=anna)
    coming = make_shift(run, amsterdam(2026, 11, 10, 9), anna)
    frozen.move_to(amsterdam(2026, 11, 5, 9))
    clock.finish()
    data = shown(desk.get(page_of(anna))) | {"role": Role.STAFF, "was_wrong": "on" * was_wrong}
    assert desk.post(page_of(anna), data).status_code == 302

    def rows():
        page = desk.get("/beheer/roster/person/uren/")
        return {role: worked for _person, role, worked in page.context["rows"]}

    assert rows() == {"vrijwilliger" if stays else "medewerker": 2.0}
    frozen.move_to(amsterdam(2026, 11, 12, 9))
    clock.finish()
    assert fresh(coming).state == "worked"
    assert rows() == ({"vrijwilliger": 2.0, "medewerker": 2.0} if stays else {"medewerker": 4.0})


def test_each_past_shift_stays_of_the_role_that_she_had_then(desk, run, anna, frozen):
    """Also after a second change, which is none of those before the first one."""
    for day, role in ((3, Role.STAFF), (10, Role.VOLUNTEER), (17, Role.STAFF)):
        make_shift(run, amsterdam(2026, 11, day, 9), anna)
        frozen.move_to(amsterdam(2026, 11, day + 1, 9))
        clock.finish()
        desk.post(page_of(anna), shown(desk.get(page_of(anna))) | {"role": role})
    hers = Shift.objects.filter(person=anna)
    assert [one.day.day for one in hers.by_role(Role.VOLUNTEER)] == [3, 17]
    assert [one.day.day for one in hers.by_role(Role.STAFF)] == [10]


def test_who_is_given_a_shift_after_all_has_it_in_her_own_role(desk, run, anna, frozen):
    """Not in that of who had it when it began."""
    bert, shift = make_person(runs=[run], name="Bert"), make_shift(run, person=anna)
    frozen.move_to(amsterdam(2026, 11, 5, 9))
    desk.post(page_of(anna), shown(desk.get(page_of(anna))) | {"role": Role.STAFF})
    Person.objects.filter(pk=bert.pk).update(role=Role.STAFF)
    lifecycle.assign(shift=shift, person=bert, by=make_staff(), note="Was er.")
    clock.finish()
    assert Shift.objects.by_role(Role.STAFF).filter(person=bert).get() == shift


def test_notes_that_name_who_is_forgotten_go_and_others_stay(run):
    an, bo = make_person(runs=[run], name="An (ü)"), make_person(runs=[run], name="Bo")
    by, shift = make_staff(), make_shift(run, person=an)
    lifecycle.release(shift=shift, by=by, note="Griep.")  # of her, without her name
    notes = "Belde voor an (ü).", "An (ü)\nbelde", "Van (ü)", "An (ü", "Voor van der Ven"
    for note in notes:
        lifecycle.assign(shift=shift, person=bo, by=by, note=note)
        lifecycle.release(shift=shift, by=by)
    forget(an)
    kept = shift.events.exclude(note="").order_by("pk")
    assert [event.note for event in kept] == list(notes[2:])


@pytest.mark.parametrize("is_teacher", [True, False])
def test_mails_to_who_is_forgotten_stay_where_they_are_a_teacher_s(is_teacher):
    an = make_person(email="an@school.example")
    if is_teacher:
        make_teacher(email=an.email)
    Mail.objects.create(to=an.email, subject="Jullie komen op 3 november")
    forget(an)
    assert Mail.objects.exists() is is_teacher


def test_erasing_an_address_forgets_who_left_and_nobody_who_works_here(anna):
    left = make_person(email="bo@x.nl", left_on=datetime.date(2026, 9, 1))
    erase_person(email="bo@x.nl")
    erase_person(email=anna.email)
    left.refresh_from_db()
    anna.refresh_from_db()
    assert (left.name, anna.name) == ("…", "Anna")


def test_clock_forgets_whom_nobody_needs_after_the_next_school_year(anna, frozen):
    Person.objects.update(left_on=datetime.date(2026, 7, 31))
    frozen.move_to(amsterdam(2027, 7, 31, 9))
    assert forget_left() == 0
    frozen.move_to(amsterdam(2027, 8, 1, 9))
    assert (forget_left(), forget_left()) == (1, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"certificate_seen_on": None},
        {"certificate_renew_by": datetime.date(2026, 1, 4)},
        {"certificate_renew_by": None},
    ],
)
def test_database_refuses_half_a_certificate(fields):
    person = make_person()
    with pytest.raises(IntegrityError, match="certificate"), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(**fields)
    for name, value in fields.items():
        setattr(person, name, value)
    with pytest.raises(ValidationError):
        person.validate_constraints()


# --- The overview and the day list -------------------------------------------------------------


def test_overview_names_who_cannot_what_is_open_and_certificates(staff, run, anna, frozen):
    make_shift(run, amsterdam(2026, 9, 22, 9), anna)
    absent(anna, datetime.date(2026, 9, 22))
    Person.objects.update(certificate_renew_by=NOW.date() + datetime.timedelta(days=59))
    assert [one.text for one in matters(staff)] == [
        "Anna, di 22 sep 2026 09:00–11:00, Proeverij: Kan die dag niet.",
        "Voor 1 inzet in de komende twee weken is nog niemand",
        "De VOG van 1 persoon is niet gezien, of verloopt binnenkort",
    ]


def test_day_list_says_who_of_us_is_here(desk, run, anna):
    make_shift(run, person=anna)
    [entry] = on_days(TUESDAY, TUESDAY + datetime.timedelta(days=1), make_staff())
    assert entry.summary == "1 van ons, 1 inzet open"
    text = desk.get("/beheer/bookings/booking/dag/?dag=2026-11-03").content.decode()
    assert "1 van ons, 1 inzet open" in text
    assert "Anna" in text


def test_day_list_does_not_count_who_did_not_come(run, anna, frozen):
    shift = make_shift(run, person=anna)
    frozen.move_to(amsterdam(2026, 11, 3, 10))
    lifecycle.miss(shift=shift, by=make_staff())
    [entry] = on_days(TUESDAY, TUESDAY + datetime.timedelta(days=1), make_staff())
    assert entry.summary == "1 inzet open"


def test_visit_leads_to_its_shifts(desk, run):
    shift = make_shift(run)
    [lead] = kind_of(Shift).leads_from(shift.visit, make_staff())
    found = desk.get(lead.address).context["cl"].result_list
    assert {one.visit_id for one in found} == {shift.visit_id}
