"""The preparation and 'done', the letter to parents, the page for pupils, the page of a class."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from bookings import attendance, lifecycle, preparing
from bookings.models import State
from bookings.planning.trajectory import next_steps
from bookings.refusals import NotYet
from bookings.telling.wording import history_of
from core.lifecycle import IllegalMove
from core.uploads import clean_handout
from programmes.models import ProgrammeKind
from schools.models import ClassGroup
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def programme():
    return make_programme(
        preparation="Zoek techniek in de klas.",
        preparation_minutes=45,
        teachers_part="Loop mee.",
        follow_up="Teken wat je maakte.",
        for_pupils="We bouwen een brug.",
        bring="Dichte schoenen",
    )


@pytest.fixture
def booked(programme):
    return make_booking(visit=make_visit(programme=programme))


@pytest.fixture
def owner(booked, client):
    client.force_login(booked.submission.user)
    return client


def page(booking, name="preparation"):
    return reverse(f"bookings:{name}", args=[booking.submission.public_id, booking.pk])


def detail(booking, client):
    response = client.get(reverse("bookings:booking", args=[booking.submission.public_id]))
    return response.content.decode()


# --- Done ----------------------------------------------------------------------------------------


def test_done_is_one_tap_and_another_takes_it_back(booked, owner):
    owner.get(page(booked))
    booked.refresh_from_db()
    assert booked.prepared_at is None
    for _tap in range(2):
        owner.post(page(booked), {"gedaan": "ja"})
    booked.refresh_from_db()
    assert booked.prepared_at is not None
    owner.post(page(booked), {"gedaan": "nee"})
    booked.refresh_from_db()
    assert booked.prepared_at is None
    moves = booked.events.order_by("pk").values_list("move", flat=True)
    assert list(moves) == ["made", "prepare", "unprepare"]


def test_what_is_cancelled_is_not_prepared(booked, owner):
    lifecycle.cancel(booking=booked, by=make_staff())
    with pytest.raises(IllegalMove):
        preparing.prepare(booking=booked, by=None)
    assert owner.post(page(booked), {"gedaan": "ja"}).status_code == 302


def test_going_on_in_class_is_one_tap_once_the_visit_is_over(booked, owner, frozen):
    """And counts in the figures once staff noted that the class was here."""
    tap = {"gedaan": "ja"}
    assert page(booked, "follow_up") not in detail(booked, owner)
    owner.post(page(booked, "follow_up"), tap)  # too soon
    with pytest.raises(NotYet):
        preparing.follow_up(booking=booked, by=None)
    frozen.move_to(amsterdam(2026, 11, 4, 9))
    assert page(booked, "follow_up") in detail(booked, owner)
    for _tap in range(2):
        assert owner.post(page(booked, "follow_up"), tap).url.endswith("#daarna")
    booked.refresh_from_db()
    assert booked.followed_up_at is not None
    sequence = booked.sequence
    attendance.attend(booking=booked, by=make_staff())
    owner.post(page(booked, "follow_up"), {"gedaan": "nee"})
    booked.refresh_from_db()
    assert booked.followed_up_at is None
    moves = booked.events.order_by("pk").values_list("move", flat=True)
    assert list(moves) == ["made", "follow_up", "attend", "unfollow"]
    assert [line.text for line in history_of([booked])] == [
        "De klas is er nog niet mee verder gegaan.",
        "De klas is geweest.",
        "De klas is er daarna mee verder gegaan.",
    ]
    assert booked.sequence == sequence + 1  # of the attendance: it is nothing for calendars


def test_class_that_did_not_come_has_nothing_to_go_on_with(booked, owner, frozen):
    frozen.move_to(amsterdam(2026, 11, 4, 9))
    attendance.miss(booking=booked, by=make_staff())
    assert page(booked, "follow_up") not in detail(booked, owner)
    with pytest.raises(IllegalMove):
        preparing.follow_up(booking=booked, by=None)


def test_page_says_before_what_to_do_and_afterwards_how_to_go_on(booked, owner, frozen):
    before = detail(booked, owner)
    assert "Zoek techniek in de klas." in before
    assert "Loop mee." in before
    assert "Teken wat je maakte." not in before
    frozen.move_to(amsterdam(2026, 11, 4, 9))
    after = detail(booked, owner)
    assert "Zoek techniek in de klas." not in after
    assert "Teken wat je maakte." in after


# --- Files ---------------------------------------------------------------------------------------


def test_file_of_a_programme_is_saved_and_never_shown(programme, client):
    row = programme.files.create(
        title="Werkblad <1>", file=ContentFile(b"%PDF-1.7 x", "../kwaad.pdf")
    )
    response = client.get(row.file.url)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="werkblad-1.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert client.get(row.file.url.replace(".pdf", ".html")).status_code == 404


@pytest.mark.parametrize("content", [b"<script>alert(1)</script>", b"MZ\x90", b"", b"GIF89a"])
def test_file_is_known_by_what_is_in_it(content):
    with pytest.raises(ValidationError):
        clean_handout(SimpleUploadedFile("werkblad.pdf", content))


# --- On paper ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("photos", "words"),
    [
        ("yes", "Er kunnen foto’s van de klas gemaakt worden."),
        ("ask", "Er worden alleen foto’s gemaakt van leerlingen die op de foto mogen."),
        ("no", "Er worden geen foto’s van de leerlingen gemaakt."),
    ],
)
def test_letter_to_parents_says_when_what_and_photographs(booked, owner, photos, words):
    booked.submission.photos = photos
    booked.submission.save()
    text = owner.get(page(booked, "parents")).content.decode()
    to_print, _tag, to_adapt = text.partition("<textarea")
    for one in ("dinsdag 3 november 2026", "Dichte schoenen", words):
        assert (one in to_print, one in to_adapt) == (True, True)


def test_foot_of_the_letter_to_parents_keeps_the_page_on_a_line_beside_long_names(booked, owner):
    name = (
        "Christelijke Samenwerkingsbasisschool De Regenboogvlinder in het Groene Hart van de Stad"
    )
    booked.submission.school.name, booked.party_name = name[:80], "Groep 7 Sterrenkijkers en meer"
    booked.submission.school.save()
    booked.save()
    paper = PdfReader(io.BytesIO(owner.get(page(booked, "parents_pdf")).content))
    assert "pagina 1 van 1" in paper.pages[0].extract_text()


def test_page_for_pupils_speaks_to_them(booked, owner):
    text = owner.get(page(booked, "pupils")).content.decode()
    assert "We bouwen een brug." in text
    assert "Dichte schoenen" in text


@pytest.mark.parametrize("name", ["parents", "parents_pdf", "pupils"])
def test_what_is_off_has_no_letter(booked, owner, name):
    lifecycle.cancel(booking=booked, by=make_staff())
    assert owner.get(page(booked, name)).status_code == 404


# --- The line of a class -------------------------------------------------------------------------


@pytest.fixture
def line():
    """A Proeverij and two Experiences, all with dates in November."""
    taster = make_programme(kind=ProgrammeKind.TASTER, title="Proeverij")
    kinds = {"kind": ProgrammeKind.EXPERIENCE, "requires_taster": True}
    experiences = [make_programme(title=title, **kinds) for title in ("Stad", "Kas")]
    for number, one in enumerate([taster, *experiences]):
        make_slot(programmes=[one], starts_at=amsterdam(2026, 11, 10 + number, 9))
    return [taster, *experiences]


def visited(programme, class_group, user, **when):
    slot = make_slot(programmes=[programme], starts_at=amsterdam(*when.get("at", (2026, 9, 8, 9))))
    return make_booking(
        visit=make_visit(slot=slot, programme=programme),
        submission=make_submission(user=user, school=class_group.school),
        class_group=class_group,
        party_name=class_group.name,
        state=when.get("state", State.CONFIRMED),
    )


def titles(rows):
    return [(step.title, [day.day for day in step.days]) for step in next_steps(rows)]


def test_class_without_a_proeverij_is_offered_that_first(line, booked):
    assert titles([booked]) == [("Proeverij", [10])]


def test_class_goes_on_with_the_experiences_it_has_not_had(line):
    group, user = make_class_group(), make_teacher()
    rows = [visited(line[0], group, user)]
    assert titles(rows) == [("Kas", [12]), ("Stad", [11])]
    rows.append(visited(line[2], group, user, at=(2026, 11, 20, 9)))
    assert titles(rows) == [("Stad", [11])]


def test_what_groep_7_did_counts_in_groep_8(line, client):
    school = make_school()
    user = make_teacher(school=school)
    before = make_class_group(school=school, school_year=2025, name="Groep 7")
    now = ClassGroup.objects.create(
        school=school, school_year=2026, name="Groep 8", year_from=8, year_to=8, continues=before
    )
    taster = visited(line[0], before, user, at=(2026, 3, 10, 9), state=State.ATTENDED)
    preparing_row = visited(line[1], now, user, at=(2026, 11, 20, 9))
    assert titles([preparing_row]) == [("Kas", [12])]
    client.force_login(user)
    response = client.get(reverse("bookings:class", args=[now.pk]))
    progress = [(one.step.programme.title, one.step.progress) for one in response.context["told"]]
    assert progress == [("Proeverij", "done"), ("Kas", "to_do"), ("Stad", "planned")]
    assert taster.submission.public_id.hex in response.content.decode().replace("-", "")


def test_class_of_somebody_else_has_no_page(booked, client):
    client.force_login(make_teacher())
    address = reverse("bookings:class", args=[booked.class_group_id])
    assert client.get(address).status_code == 404


def test_what_classes_prepare_alike_is_told_once_with_a_tap_for_each(booked, owner, programme):
    other = make_booking(
        submission=booked.submission,
        class_group=None,
        party_name="7b",
        visit=make_visit(
            slot=make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9)),
            programme=programme,
        ),
    )
    page = detail(booked, owner)
    assert page.count("Zoek techniek in de klas.") == 1
    assert f"{booked.party_name}: gedaan" in page
    assert f"{other.party_name}: gedaan" in page
