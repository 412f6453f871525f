"""Groups that are no class, end to end: form, code, mails, calendar, letter, day list, desk.

A company's team comes to what is for groups; it has no year groups, school, photographs or
supervisors, and no text calls its people pupils.
"""

import datetime
import io
import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from bookings import attendance, clock, lifecycle, visits
from bookings.models import Attention, Booking, State
from bookings.refusals import ClassAlreadyBooked, GroupAlreadyBooked, WrongAudience
from bookings.rules import VisitItem, VisitRequest
from bookings.telling import documents, ical, wording
from bookings.waiting.visit_list import LIST
from core import calendars
from core.kinds import Feed
from core.mail.outbox import Teller
from core.models import Mail
from kits.pages.with_visit import fitting_kits
from programmes.models import ProgrammeKind
from schools.audience import Audience
from schools.models import ClassGroup, GroupKind, Organisation, School
from submissions.lifecycle import identify
from submissions.models import Submission
from submissions.privacy.erasure import erase_person, found_in
from submissions.rules import Party, RulesBroken
from submissions.waiting.wording import Position, position_in_words
from submissions.wording import numbers_of
from tests.booking_form import address, code_in_mail, errors_of, held
from tests.factories import (
    amsterdam,
    make_booking,
    make_group,
    make_kit,
    make_loan,
    make_organisation,
    make_programme,
    make_slot,
    make_submission,
    make_teacher,
    make_visit,
    make_wait,
    unsaved_submission,
)
from tests.programme_form import save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

# What no text about a group may say.
OF_SCHOOLS = re.compile(r"leerling|\bklas|\bschool\b|\bbegeleider|groep [1-8]\b", re.IGNORECASE)


@pytest.fixture
def programme() -> Any:
    return make_programme(
        title="Techniek met je team",
        audience=Audience.GROUPS,
        max_groups=2,
        max_pupils=40,
        min_pupils=4,
        max_pupils_per_class=18,
        price="180.00",
        bring="Dichte schoenen",
        arrange="Eigen vervoer",
        preparation="Bedenk samen wat je wilt maken.",
        preparation_minutes=30,
        follow_up="Hang het werkstuk op.",
    )


@pytest.fixture
def slot(programme: Any) -> Any:
    return make_slot(programmes=[programme], max_groups=2, max_pupils=40)


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "klas-TOTAL_FORMS": 1,
        "klas-INITIAL_FORMS": 0,
        "klas-0-name": "Team Montage",
        "klas-0-group_kind": "company",
        "klas-0-pupils": 12,
        "organisation": "Konnected B.V.",
        "city": "Deventer",
        "contact_name": "Esra Demir",
        "email": "esra@konnected.example",
        "phone": "0570 123456",
        "facilities": "",
        "purchase_order": "",
        "submission_key": "a-random-key-of-the-form",
        "send": "1",
    } | fields


def party(name: str = "Team Montage", people: int = 12, **fields: Any) -> Party:
    return Party(name, None, None, people, **{"group_kind": GroupKind.COMPANY} | fields)


def submission(**fields: Any) -> Submission:
    asked = {"typed_school_name": "", "typed_organisation": "Konnected", "photos": ""}
    return unsaved_submission(**asked | fields)


def asking(slot: Any, programme: Any, *parties: Party, **fields: Any) -> VisitRequest:
    items = [VisitItem(slot, programme, one) for one in parties or [party()]]
    return VisitRequest(submission(**fields), items)


def main_of(page: str) -> str:
    """What a page itself says, without the site's head, foot and hidden fields."""
    return re.sub(r"<[^>]*>", " · ", page[page.index("<main") : page.index("</main>")])


def says_nothing_of_schools(text: str) -> None:
    lines = [line.strip() for line in text.splitlines()]
    assert [line for line in lines if OF_SCHOOLS.search(line)] == []


def told() -> list[Mail]:
    before = set(Mail.objects.values_list("pk", flat=True))
    Teller().tell(seconds=30)
    return list(Mail.objects.exclude(pk__in=before).order_by("pk"))


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


# --- The whole road ------------------------------------------------------------------------------


def test_a_group_walks_the_whole_road(client, desk, programme, slot, django_user_model):
    visitor = client.__class__()
    form = visitor.get(address(programme, slot)).content.decode()
    says_nothing_of_schools(main_of(form))
    for name in ("klas-0-year_groups", "klas-0-supervisors", "photos", "school_q"):
        assert name not in form

    sent = visitor.post(address(programme, slot), typed())
    asked = Submission.objects.get()
    assert sent["Location"] == reverse("bookings:code", args=[asked.public_id])
    assert (asked.typed_organisation, asked.typed_city) == ("Konnected B.V.", "Deventer")
    assert (asked.photos, asked.typed_school_name, Organisation.objects.count()) == ("", "", 0)
    says_nothing_of_schools(main_of(visitor.get(sent["Location"]).content.decode()))

    confirmed = visitor.post(sent["Location"], {"code": code_in_mail()})
    asked.refresh_from_db()
    booking = asked.bookings.get()
    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.city) == ("Konnected B.V.", "Deventer")
    assert (asked.organisation, booking.organisation) == (organisation, organisation)
    assert (asked.school, School.objects.count(), ClassGroup.objects.count()) == (None, 0, 0)
    assert (booking.state, booking.class_group) == (State.CONFIRMED, None)
    assert asked.user is not None
    assert asked.user.school is None
    page = main_of(visitor.get(confirmed["Location"]).content.decode())
    for words in ("Konnected B.V.", "Team Montage", "bedrijf", "12 deelnemers", "Organisatie"):
        assert words in page, words
    says_nothing_of_schools(page)

    [mail] = told()
    assert mail.to == "esra@konnected.example"
    for words in ("Konnected B.V.", "Team Montage (bedrijf)", "12 deelnemers", "Je groep komt"):
        assert words in mail.text, words
    says_nothing_of_schools(mail.text)

    letter = text_of(documents.letter(asked))
    for words in ("Konnected B.V., Deventer", "Soort groep", "bedrijf", "Deelnemers", "€ 180,00"):
        assert words in letter, words
    says_nothing_of_schools(letter)

    event = calendars.calendar([ical.for_school(booking)]).decode().replace("\r\n ", "")
    assert "SUMMARY:Techniek met je team met Team Montage" in event
    assert "DESCRIPTION:bedrijf\\, 12 deelnemers\\n" in event
    says_nothing_of_schools(event)

    day = desk.get("/beheer/bookings/booking/dag/?dag=2026-11-03")
    assert day.context["numbers"] == "1 groep, 12 deelnemers"
    lines = re.sub(r"<[^>]*>", " ", day.content.decode())
    for words in ("Team Montage", "Konnected B.V.", "12 deelnemers"):
        assert words in lines, words
    assert "12 leerlingen" not in lines

    sheet = text_of(documents.day_sheet(slot.venue, slot.day))
    assert "Groep Organisatie Deelnemers" in sheet
    assert "Team Montage bedrijf Konnected B.V." in sheet

    gone = visitor.post(
        reverse("bookings:cancel", args=[asked.public_id, booking.pk]), {"note": ""}
    )
    booking.refresh_from_db()
    assert (gone.status_code, booking.state) == (302, State.CANCELLED)
    [mail] = told()
    assert mail.subject.startswith("Geannuleerd: Techniek met je team")
    says_nothing_of_schools(mail.text)
    booking.visit.refresh_from_db()
    assert (booking.visit.groups_taken, booking.visit.pupils_taken) == (0, 0)


def test_the_same_road_in_english(client, programme, slot):
    client.cookies["django_language"] = "en"
    page = main_of(client.get(address(programme, slot)).content.decode())
    for words in ("Your group", "Participants", "Your organisation", "sheltered workshop"):
        assert words in page, words
    client.post(address(programme, slot), typed())
    asked = Submission.objects.get()
    client.post(reverse("bookings:code", args=[asked.public_id]), {"code": code_in_mail()})
    page = main_of(client.get(reverse("bookings:booking", args=[asked.public_id])).content.decode())
    assert "12 participants" in page
    assert not re.search(r"pupil|class\b|school\b|supervisor", page, re.IGNORECASE)
    [mail] = told()
    assert "Your group is coming" in mail.text
    with translation.override("en"):
        assert "Kind of group" in text_of(documents.letter(asked))


def test_pages_of_who_asked_for_a_group_say_nothing_of_schools(client, programme, slot):
    booking = make_group(visit=make_visit(slot=slot, programme=programme))
    client.force_login(booking.submission.user)
    details = reverse("bookings:details", args=[booking.submission.public_id])
    for page in (details, reverse("my_tec"), reverse("hand_over")):
        says_nothing_of_schools(main_of(client.get(page).text))
    form = main_of(client.get(details).text)
    assert "Een andere organisatie, een ander e-mailadres of een andere datum? Bel ons." in form
    assert "Alleen als je organisatie dat op de factuur wil." in form


def test_group_that_waits_reads_of_no_class_or_pupils(client, programme, slot):
    booking = make_group(visit=make_visit(slot=slot, programme=programme))
    asked = make_submission(
        user=booking.submission.user,
        organisation=booking.organisation,
        email="esra@konnected.example",
        photos="",
    )
    columns = {"year_from": None, "year_to": None, "supervisors": 0, "class_group": None}
    team = {"group_kind": GroupKind.COMPANY, "party_name": "Team Lassen", "pupils": 12}
    wait = make_wait(programme=programme, slot=slot, submission=asked, **columns, **team)
    client.force_login(asked.user)
    page = reverse("bookings:wait", args=[asked.public_id])
    numbers = reverse("bookings:wait_numbers", args=[asked.public_id, wait.pk])
    more = client.post(numbers, {"pupils": 13})
    for text in (client.get(page).text, client.get(numbers).text, more.text):
        says_nothing_of_schools(main_of(text))
    assert "Met meer hebben jullie een grotere plek nodig" in more.text
    assert "Minder deelnemers" in main_of(client.get(page).text)
    wish = main_of(client.get(reverse("bookings:wish", args=[programme.slug])).text)
    assert "Met minder deelnemers of een andere contactpersoon" in wish

    assert "Jullie wachten op" in main_of(client.get(page).text)
    assert position_in_words(Position(number=1, larger=2)) == (
        "Jullie zijn nummer 1 op de lijst; 2 anderen wachten op een grotere plek."
    )
    client.post(page, {"withdraw": "1"})
    assert "Jullie wachtten op" in main_of(client.get(page).text)


def test_what_is_around_the_visit_of_a_group_is_told_without_a_class(
    client, programme, slot, frozen
):
    booking = make_group(visit=make_visit(slot=slot, programme=programme))
    client.force_login(booking.submission.user)
    arguments = [booking.submission.public_id, booking.pk]
    for name in ("preparation", "follow_up"):
        says_nothing_of_schools(
            main_of(client.get(reverse(f"bookings:{name}", args=arguments)).text)
        )
    frozen.move_to(slot.starts_at - datetime.timedelta(days=2))
    clock.remind_due()
    [mail] = told()
    assert "De voorbereiding is nog niet afgevinkt." in mail.text
    says_nothing_of_schools(mail.text)

    frozen.move_to(slot.ends_at + datetime.timedelta(days=1))
    client.post(reverse("bookings:follow_up", args=arguments), {"gedaan": "ja"})
    page = main_of(client.get(reverse("bookings:booking", args=arguments[:1])).text)
    assert "De groep is er daarna mee verder gegaan." in page
    assert "Daarna: verder ermee" in page
    says_nothing_of_schools(page.replace(booking.submission.email, ""))


def test_several_groups_change_in_words_of_groups(client, programme, slot):
    visit = make_visit(slot=slot, programme=programme, max_groups=2, max_pupils=40)
    booking = make_group(visit=visit)
    other = make_group(visit=visit, submission=booking.submission, party_name="Team Lassen")
    client.force_login(booking.submission.user)
    page = reverse("bookings:parts", args=[booking.submission.public_id])
    text = client.get(page).text
    says_nothing_of_schools(main_of(text))
    assert "<title>Meer groepen wijzigen" in text
    numbers = {f"klas-{one.pk}-pupils": 10 for one in (booking, other)}
    answer = client.post(page, numbers, follow=True)
    assert "2 groepen gewijzigd. Eén mail zegt alles." in main_of(answer.text)


def test_desk_reads_what_to_arrange_for_a_group_without_a_class(desk, programme, slot):
    booking = make_group(visit=make_visit(slot=slot, programme=programme))
    Submission.objects.filter(pk=booking.submission_id).update(facilities="Een rolstoel")
    day = f"/beheer/bookings/booking/dag/?dag={slot.day}"
    for page in (day, f"/beheer/bookings/booking/{booking.pk}/change/"):
        text = desk.get(page).text
        assert "Een rolstoel" in text
        assert "voor de klas" not in text


def test_numbers_change_without_supervisors(client, programme, slot):
    booking = make_group(visit=make_visit(slot=slot, programme=programme))
    client.force_login(booking.submission.user)
    numbers = reverse("bookings:numbers", args=[booking.submission.public_id, booking.pk])
    page = client.get(numbers).content.decode()
    assert 'name="supervisors"' not in page
    says_nothing_of_schools(main_of(page))
    client.post(numbers, {"pupils": 15})
    booking.refresh_from_db()
    assert (booking.pupils, booking.supervisors) == (15, 0)
    assert wording.sentence(booking.events.latest("pk")) == (
        "Aantallen gewijzigd: van 12 deelnemers naar 15 deelnemers."
    )
    refused = client.post(numbers, {"pupils": 19})
    assert refused.context["form"].errors["pupils"] == ["Hoogstens 18 deelnemers per groep."]


def test_form_says_what_is_wrong_in_words_of_groups(client, programme, slot):
    empty = dict.fromkeys(("klas-0-name", "klas-0-pupils", "organisation", "city"), "")
    page = client.post(address(programme, slot), typed(**empty, **{"klas-0-group_kind": ""}))
    assert errors_of(page) == {
        "klas-0-name": "Vul de naam van de groep in.",
        "klas-0-group_kind": "Kies wat voor groep dit is.",
        "klas-0-pupils": "Vul in hoeveel mensen er komen.",
        "organisation": "Vul de naam van je organisatie in.",
        "city": "Vul de plaats van je organisatie in.",
    }
    twice = {
        "klas-TOTAL_FORMS": 2, "klas-1-name": "team montage", "klas-1-group_kind": "other",
        "klas-1-pupils": 5,
    }  # fmt: skip
    page = client.post(address(programme, slot), typed(**twice))
    assert errors_of(page) == {"klas-1-name": "Je hebt al een groep met deze naam ingevuld."}


def test_a_second_group_can_be_added_and_removed(client, programme, slot):
    page = client.post(address(programme, slot), typed(add="1"))
    assert len(page.context["form"].classes.forms) == 2
    text = page.content.decode()
    for words in ("Groep 2", "Groep 1 weghalen", "Konnected B.V.", "Team Montage"):
        assert words in text, words
    page = client.post(address(programme, slot), typed(**{"klas-TOTAL_FORMS": 2}, remove="1"))
    assert len(page.context["form"].classes.forms) == 1


def test_form_knows_for_whom_somebody_booked_before(client, programme, slot):
    booking = make_group(organisation=make_organisation(name="Konnected", city="Raalte"))
    client.force_login(booking.submission.user)
    page = client.get(address(programme, slot)).content.decode()
    assert 'value="Konnected"' in page
    assert 'value="Raalte"' in page


def test_same_organisation_is_one_however_it_is_written(programme, slot):
    for number, name in enumerate(("Konnected B.V.", "KONNECTED  bv")):
        asked = asking(slot, programme, party(f"Team {number}"), typed_organisation=name)
        lifecycle.book(asked, by=make_teacher())
    other = asking(
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 4, 9)),
        programme,
        typed_organisation="Konnected B.V.",
        typed_city="Apeldoorn",
    )
    lifecycle.book(other, by=make_teacher())
    assert [str(one) for one in Organisation.objects.order_by("pk")] == [
        "Konnected B.V., Deventer",
        "Konnected B.V., Apeldoorn",
    ]


# --- Rules ---------------------------------------------------------------------------------------


def test_numbers_are_the_only_rule_of_a_group(programme, slot):
    for people, words in ((19, "Hoogstens 18"), (3, "Minstens 4")):
        with pytest.raises(RulesBroken) as refused:
            lifecycle.hold(asking(slot, programme, party(people=people)), by=None)
        assert str(refused.value) == f"{words} deelnemers per groep."
    held = lifecycle.hold(asking(slot, programme, party(people=18)), by=None)
    assert held.bookings.get().year_groups == "bedrijf"


def test_the_same_group_comes_once_to_a_visit(programme, slot):
    teacher = make_teacher()
    lifecycle.book(asking(slot, programme), by=teacher)
    with pytest.raises(GroupAlreadyBooked) as refused:
        lifecycle.hold(asking(slot, programme, party("team montage")), by=None)
    assert (refused.value.class_index, str(refused.value)) == (
        0,
        "Deze groep doet al mee aan dit bezoek.",
    )
    lifecycle.book(asking(slot, programme, typed_organisation="Een ander"), by=teacher)


def test_the_database_refuses_the_same_group_when_both_wait_for_their_code(programme, slot):
    first = lifecycle.hold(asking(slot, programme), by=None)
    second = lifecycle.hold(asking(slot, programme), by=None)
    lifecycle.verify(submission=first)
    with pytest.raises(GroupAlreadyBooked):
        lifecycle.verify(submission=second)
    assert Organisation.objects.count() == 1
    assert Booking.objects.get(submission=second).state == State.HELD


def test_a_group_cannot_be_moved_to_where_it_comes_already(programme, slot):
    other = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9), max_groups=2)
    staff = make_teacher(is_staff=True)
    organisation = make_organisation()
    for one in (slot, other):
        make_group(visit=make_visit(slot=one, programme=programme), organisation=organisation)
    first = Booking.objects.earliest("pk")
    with pytest.raises(GroupAlreadyBooked):
        lifecycle.reschedule(booking=first, slot=other, by=staff)
    with pytest.raises(GroupAlreadyBooked):
        visits.move_visit(visit=first.visit, slot=other, by=staff)


@pytest.mark.parametrize("asks", ["a class", "a school", "a group"])
def test_who_asks_for_what_is_for_others_is_refused(programme, slot, asks):
    if asks == "a class":
        asked = asking(slot, programme, Party("7b", 7, 7, 12, 2))
    elif asks == "a school":
        asked = asking(slot, programme, typed_school_name="De Ster", typed_organisation="")
    else:
        programme = make_programme()
        asked = asking(make_slot(programmes=[programme]), programme)
    with pytest.raises(WrongAudience):
        lifecycle.hold(asked, by=None)
    assert not Submission.objects.exists()


def test_a_form_for_classes_is_shown_again_for_groups_when_staff_change_for_whom(client):
    programme = make_programme(audience=Audience.GROUPS)
    slot = make_slot(programmes=[programme])
    sent = {"klas-TOTAL_FORMS": 1, "klas-INITIAL_FORMS": 0, "klas-0-name": "7b", "send": "1"}
    page = client.post(address(programme, slot), sent)
    assert page.status_code == 422
    assert "organisation" in errors_of(page)


def test_for_whom_a_programme_is_stays_while_somebody_comes_or_waits(desk):
    programme = make_programme(title="Robots")
    slot = make_slot(programmes=[programme])
    booking = make_booking(visit=make_visit(slot=slot, programme=programme))
    wait = make_wait(slot=slot, programme=programme)

    answer = save(desk, programme, title="Robots!", audience=Audience.GROUPS)

    form = answer.context["adminform"].form
    assert form.errors == {
        "audience": [
            "2 boekingen of plekken op de wachtlijst van dit programma lopen nog. Laat staan voor "
            "wie het is tot die voorbij zijn, of maak voor de anderen een eigen programma."
        ]
    }
    assert (form["audience"].value(), form["title"].value()) == ("groups", "Robots!")
    programme.refresh_from_db()
    assert (programme.audience, programme.title) == (Audience.SCHOOLS, "Robots")

    assert save(desk, programme, title="Robots!").status_code == 302
    lifecycle.cancel(booking=booking, by=None)
    still = save(desk, programme, audience=Audience.GROUPS).context["adminform"].form
    assert str(still.errors["audience"][0]).startswith("1 boeking of plek op de wachtlijst ")
    LIST.withdraw(wait.submission, by=None)
    assert save(desk, programme, audience=Audience.GROUPS).status_code == 302
    programme.refresh_from_db()
    assert programme.audience == Audience.GROUPS


def test_code_of_a_lapsed_hold_brings_no_class_to_what_is_for_groups_now(desk, client):
    programme = make_programme()
    lapsed = held(client, programme, make_slot(programmes=[programme]))
    lifecycle.MOVES.lapse_all(lapsed.bookings.all())
    assert save(desk, programme, audience=Audience.GROUPS).status_code == 302

    with pytest.raises(WrongAudience):
        lifecycle.verify(submission=lapsed)


def test_what_is_over_keeps_no_programme_from_being_for_others(desk, frozen):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    make_booking(visit=make_visit(slot=slot, programme=programme))
    frozen.move_to(amsterdam(2026, 12, 1, 9))

    assert save(desk, programme, audience=Audience.GROUPS).status_code == 302


def test_a_proeverij_and_a_trajectory_are_of_classes_only(client):
    """A group that comes to a Proeverij prepares no class, and its going troubles none."""
    taster = make_visit(
        programme=make_programme(kind=ProgrammeKind.TASTER, audience=Audience.GROUPS)
    )
    group = make_group(visit=taster)
    later = make_slot(starts_at=amsterdam(2026, 11, 10, 9))
    experience = make_visit(
        slot=later, programme=make_programme(venue=later.venue, kind=ProgrammeKind.EXPERIENCE)
    )
    another = make_group(visit=experience, attention="")
    client.force_login(group.submission.user)
    assert client.get(reverse("my_tec")).context["blocks"] == []
    lifecycle.cancel(booking=group, by=group.submission.user)
    another.refresh_from_db()
    assert another.attention == ""
    # Though staff made it a programme for classes since.
    experience.programme.audience, experience.programme.requires_taster = Audience.SCHOOLS, True
    experience.programme.save()
    lifecycle.cancel(booking=another, by=group.submission.user)
    lifecycle.reinstate(booking=another, by=make_teacher(is_staff=True))
    another.refresh_from_db()
    assert another.attention != Attention.PREREQUISITE_GONE


# --- Facts of the database -----------------------------------------------------------------------


CLASS = {"year_from": 7, "year_to": 7}
WRONG_PARTIES = {
    "a group with year groups": {**CLASS, "group_kind": "company"},
    "a group with one year group": {"year_from": 7, "group_kind": "company"},
    "neither a class nor a group": {"group_kind": ""},
    "a class with one year group": {"group_kind": "", "year_from": 7},
}


@pytest.mark.parametrize("wrong", WRONG_PARTIES.values(), ids=WRONG_PARTIES)
def test_a_party_is_a_class_or_a_group(wrong):
    booking = make_group()
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(**wrong)


def test_a_group_has_no_class_and_a_class_no_organisation():
    group, of_class = make_group(), make_booking()
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=group.pk).update(class_group=of_class.class_group)
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=of_class.pk).update(organisation=group.organisation)


def test_a_submission_is_of_a_school_or_of_an_organisation():
    asked = make_submission()
    for wrong in ({"organisation": make_organisation()}, {"typed_organisation": "Konnected"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Submission._base_manager.filter(pk=asked.pk).update(**wrong)


def test_the_same_group_holds_one_place_in_a_visit():
    booking = make_group(visit=make_visit(max_groups=2, max_pupils=60))
    with pytest.raises(ClassAlreadyBooked):
        make_group(visit=booking.visit, submission=booking.submission)


def test_an_organisation_is_there_once():
    Organisation.objects.create(name="Konnected B.V.", city="Deventer")
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(name="konnected bv", city="deventer")


def test_kits_are_for_schools():
    loan = make_loan()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(loan).objects.filter(pk=loan.pk).update(
            group_kind="company", year_from=None, year_to=None, class_group=None
        )


def test_only_a_programme_for_schools_asks_a_proeverij_before():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_programme(audience=Audience.GROUPS, requires_taster=True)


# --- What else knows bookings --------------------------------------------------------------------


def test_no_kit_goes_back_to_class_with_a_group(client):
    booking = make_group()
    kit = make_kit(venue=booking.visit.programme.venue)
    assert list(fitting_kits(booking)) == []
    client.force_login(booking.submission.user)
    page = client.get(f"/leskisten/{kit.slug}/", {"bezoek": str(booking.submission.public_id)})
    assert page.status_code == 200
    asked = {"bezoek": str(booking.submission.public_id), "van": "2026-11-09", "tot": "2026-11-23"}
    assert client.get(f"/leskisten/{kit.slug}/reserveren/", asked).status_code == 200


def test_feed_of_the_desk_says_the_organisation_and_is_renewed_with_its_name():
    booking = make_group(organisation=make_organisation(name="Konnected"))
    [event] = ical.events(Feed.DESK, ical.followed(Feed.DESK, 0))
    assert str(event["SUMMARY"]).endswith(": Team Montage, Konnected")
    before = ical.words(Booking.objects.all())
    organisation = Organisation.objects.get(pk=booking.organisation_id)
    organisation.name = "Konnected Deventer"
    organisation.save(update_fields=["name"])
    assert ical.words(Booking.objects.all()) != before


def test_feed_takes_as_many_queries_for_three_groups(django_assert_num_queries):
    for _number in range(3):
        make_group()
    with django_assert_num_queries(1):
        assert len(ical.events(Feed.DESK, ical.followed(Feed.DESK, 0))) == 3


def test_classes_and_groups_are_counted_apart():
    rows = [make_booking(pupils=24), make_booking(pupils=1), make_group(pupils=12)]
    assert numbers_of(rows) == "2 klassen en 1 groep, 25 leerlingen en 12 deelnemers"
    assert numbers_of([]) == "0 klassen, 0 leerlingen"


def test_history_speaks_of_a_group():
    booking = make_group(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 14, 9))))
    staff = make_teacher(is_staff=True)
    said = [
        wording.sentence(attendance.miss(booking=booking, by=staff)),
        wording.sentence(attendance.attend(booking=booking, by=staff)),
    ]
    assert said == ["De groep is niet gekomen.", "De groep is geweest."]


def test_erasing_a_person_leaves_the_group_and_its_number():
    booking = make_group(
        party_name="Team van Esra Demir", organisation=make_organisation(name="Esra Demir Advies")
    )
    second = make_group(
        visit=booking.visit.__class__.objects.get(pk=make_visit(max_groups=3, max_pupils=90).pk),
        submission=booking.submission,
        party_name="Esra Demir 1",
    )
    third = make_group(visit=second.visit, submission=booking.submission, party_name="Esra Demir 2")
    email = booking.submission.email
    for one in (booking, second, third):
        lifecycle.cancel(booking=one, by=None)
    done = erase_person(email=email)
    assert (done["organisations"], done["submissions"]) == (1, 1)
    names = [Booking.objects.get(pk=one.pk).party_name for one in (booking, second, third)]
    assert names == ["bedrijf", "bedrijf", "bedrijf (2)"]
    assert found_in(["Demir", "demir", email]) == []
    booking.refresh_from_db()
    assert (booking.pupils, booking.group_kind) == (12, GroupKind.COMPANY)


def test_identify_keeps_an_organisation_that_is_known():
    asked = make_submission(user=None, school=None, organisation=make_organisation())
    identify(asked)
    assert (asked.school, Organisation.objects.count()) == (None, 1)


# --- The catalogue -------------------------------------------------------------------------------


def titles(page: Any) -> list[str]:
    return [programme.title for programme, _free, _first in page.context["cards"]]


def test_catalogue_tells_for_whom(client, programme):
    make_programme(title="Drones", year_from=5, year_to=8)
    assert sorted(titles(client.get("/programmas/"))) == ["Drones", "Techniek met je team"]
    assert titles(client.get("/programmas/?voor=groups")) == ["Techniek met je team"]
    assert titles(client.get("/programmas/?voor=schools")) == ["Drones"]
    assert titles(client.get("/programmas/?groep=7")) == ["Drones"]
    assert titles(client.get("/programmas/?groep=7&voor=groups")) == []


def test_page_of_a_programme_for_groups(client, programme, slot):
    text = main_of(client.get(programme.get_absolute_url()).content.decode())
    for words in ("groepen", "4 tot 18 deelnemers per groep", "2 groepen tegelijk", "per groep",
                  "09:00 2 plekken, tot"):  # fmt: skip
        assert words in text, words
    says_nothing_of_schools(text)


# --- The desk ------------------------------------------------------------------------------------


def test_staff_book_for_a_group_by_telephone(desk, staff, programme, slot):
    page = f"/beheer/bookings/booking/add/?programme={programme.pk}&slot={slot.pk}"
    form = desk.get(page)
    assert list(form.context["form"].contact.fields)[:2] == ["organisation", "city"]
    assert "Organisatie en contact" in form.content.decode()
    empty = desk.post(page, typed(organisation="", city="", note=""))
    errors = empty.context["form"].contact.errors
    assert [errors[name][0] for name in ("organisation", "city")] == [
        "Vul de naam van de organisatie in.",
        "Vul de plaats van de organisatie in.",
    ]
    refused = desk.post(page, typed(**{"klas-0-pupils": 19}, note=""))
    assert refused.context["form"].classes.forms[0].errors["pupils"] == [
        "Hoogstens 18 deelnemers per groep."
    ]
    overruled = typed(**{"klas-0-pupils": 19}, overrule=["numbers"], note="Mag een keer.")
    booked = desk.post(page, overruled)
    booking = Booking.objects.get()
    assert booked.url == reverse("admin:bookings_booking_change", args=[booking.pk])
    assert (booking.state, booking.pupils, str(booking.organisation)) == (
        State.CONFIRMED,
        19,
        "Konnected B.V., Deventer",
    )
    text = desk.get(booked.url).content.decode()
    for words in ("Konnected B.V., Deventer", "Soort groep", "bedrijf", "1 van 2 groepen"):
        assert words in text, words
    [mail] = told()
    assert mail.to == "esra@konnected.example"
    assert wording.sentence(booking.events.get(move="verify")) == "Door TEC namens jullie geboekt."


def test_staff_change_the_number_of_a_group(desk):
    booking = make_group()
    page = reverse("admin:bookings_booking_move", args=[booking.pk, "change_numbers"])
    assert next(iter(desk.get(page).context["form"].fields)) == "pupils"
    assert "supervisors" not in desk.get(page).context["form"].fields
    same = desk.post(page, {"pupils": 12})
    assert same.context["form"].non_field_errors() == ["Deze aantallen zijn dezelfde als eerst."]
    desk.post(page, {"pupils": 13})
    booking.refresh_from_db()
    assert (booking.pupils, booking.supervisors) == (13, 0)


@pytest.mark.parametrize("words", ["konnected", "Konnected Deventer", "team montage"])
def test_staff_find_a_group_by_its_organisation(desk, words):
    make_booking()
    booking = make_group(organisation=make_organisation(name="Konnected"))
    found = desk.get("/beheer/bookings/booking/", {"q": words, "when": "all"})
    assert [one.pk for one in found.context["cl"].result_list] == [booking.pk]


def test_staff_find_what_is_only_typed(programme, slot):
    held = lifecycle.hold(asking(slot, programme, typed_organisation="Sallcon"), by=None)
    assert list(Submission.objects.matching("sallcon")) == [held]


def test_organisations_in_the_back_office(desk):
    organisation = make_organisation(name="Konnectd", city="Deventer")
    make_organisation(name="Sallcon")
    listed = desk.get(reverse("admin:schools_organisation_changelist"), {"q": "konnectd deventer"})
    assert list(listed.context["cl"].result_list) == [organisation]
    page = reverse("admin:schools_organisation_change", args=[organisation.pk])
    assert "submission__organisation__id__exact" in desk.get(page).content.decode()
    desk.post(page, {"name": "Konnected", "city": "Deventer"})
    organisation.refresh_from_db()
    assert (organisation.name, organisation.name_key) == ("Konnected", "konnected, deventer")
    refused = desk.post(page, {"name": "Sallcon", "city": "deventer"})
    assert list(refused.context["errors"]) == [["Deze organisatie is al bekend."]]
