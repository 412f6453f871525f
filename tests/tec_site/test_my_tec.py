import pytest

from bookings.models import State
from bookings.planning.progress import Progress, trajectories
from core.kinds import kinds
from kits.models import LoanState
from programmes.models import ProgrammeKind
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_loan,
    make_programme,
    make_school,
    make_slot,
    make_submission,
    make_teacher,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
BACKEND = "django.contrib.auth.backends.ModelBackend"
DONE, PLANNED, TO_DO = Progress.DONE, Progress.PLANNED, Progress.TO_DO


@pytest.fixture
def teacher():
    return make_teacher(school=make_school(), name="Anouk de Vries")


def book(teacher, day, *, programme=None, state=State.CONFIRMED, class_group=None, **fields):
    programme = programme or make_programme()
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, *day, 9))
    return make_booking(
        visit=make_visit(slot=slot, programme=programme),
        submission=make_submission(user=teacher),
        class_group=class_group or make_class_group(school=teacher.school),
        state=state,
        **fields,
    )


def test_stranger_is_asked_to_sign_in(client):
    response = client.get("/mijn/")

    assert (response.status_code, response["Location"]) == (302, "/inloggen/?next=/mijn/")


def test_only_reading_is_allowed(client, teacher):
    client.force_login(teacher, BACKEND)

    assert client.post("/mijn/").status_code == 405


def test_who_has_only_a_kit_reads_of_no_visits_alone(client, teacher):
    make_loan(submission=make_submission(user=teacher))
    client.force_login(teacher, BACKEND)
    page = client.get("/mijn/").text
    assert "Dag Anouk, dit zijn jullie bezoeken en leskisten." in page
    assert "Zet dit in je eigen agenda" in page


def test_coming_visits_come_first_and_cancelled_ones_go_below(client, teacher):
    later = book(teacher, (11, 10))
    sooner = book(teacher, (11, 3), state=State.REQUESTED)
    cancelled = book(teacher, (11, 17), state=State.CANCELLED)
    past = book(teacher, (9, 8), state=State.ATTENDED)
    book(make_teacher(school=teacher.school), (11, 4))
    client.force_login(teacher, BACKEND)

    response = client.get("/mijn/")

    assert [one.rows for one in response.context["coming"]] == [[sooner, later]]
    assert [list(one.rows) for one in response.context["past"]] == [[cancelled, past]]
    assert f'href="/boekingen/{sooner.submission.public_id}/"' in response.text
    assert f'href="{past.visit.programme.get_absolute_url()}#data"' in response.text
    assert 'href="/mijn/agenda/"' in response.text
    assert "Dag Anouk" in response.text


def test_without_visits_it_says_where_to_start(client, teacher):
    client.force_login(teacher, BACKEND)

    text = client.get("/mijn/").text

    assert "Je hebt nog geen bezoeken" in text
    assert 'class="btn btn-primary" href="/programmas/"' in text


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_stay_the_same(client, teacher, django_assert_num_queries, rows):
    for number in range(rows):
        book(teacher, (11, 3 + number))
        book(teacher, (9, 1 + number), state=State.ATTENDED)
    client.force_login(teacher, BACKEND)

    # Two for each kind (no evaluation is past, and a shift is no teacher's), four for visits; one
    # for the hubs at the foot.
    with django_assert_num_queries(8 + 2 * len(kinds()) - 4):
        client.get("/mijn/")


def test_what_is_past_turns_page_by_page_of_its_own_kind(client, teacher):
    for number in range(21):
        book(teacher, (9, 1 + number % 14), state=State.ATTENDED)
    loan = make_loan(submission=make_submission(user=teacher), state=LoanState.DONE)
    client.force_login(teacher, BACKEND)

    first = client.get("/mijn/?bron=brief")
    [visits, loans] = first.context["past"]
    assert (len(visits.rows), list(loans.rows)) == (20, [loan])
    assert (visits.before, visits.after, loans.after) == ("", "?bron=brief&bezoeken=2", "")

    [visits, loans] = client.get(f"/mijn/{visits.after}").context["past"]
    assert (len(visits.rows), list(loans.rows)) == (1, [loan])
    assert (visits.before, visits.after) == ("?bron=brief&bezoeken=1", "")


# --- How far a class is -------------------------------------------------------------------------


def steps(teacher) -> list[Progress]:
    [one] = trajectories(teacher)
    return [step.progress for step in one.steps]


@pytest.fixture
def experiences():
    return [
        make_programme(kind=ProgrammeKind.EXPERIENCE, slug=f"e-{number}") for number in range(3)
    ]


def test_trajectory_counts_what_was_and_what_is_planned(teacher, experiences):
    group = make_class_group(school=teacher.school)
    taster = make_programme(kind=ProgrammeKind.TASTER)
    book(teacher, (9, 1), programme=taster, class_group=group, state=State.ATTENDED)
    book(teacher, (9, 8), programme=experiences[0], class_group=group, state=State.ATTENDED)
    book(teacher, (9, 9), programme=experiences[0], class_group=group, state=State.ATTENDED)
    book(teacher, (11, 3), programme=experiences[1], class_group=group)
    book(teacher, (11, 4), programme=experiences[2], class_group=group, state=State.CANCELLED)

    assert steps(teacher) == [DONE, DONE, PLANNED, TO_DO]
    assert trajectories(teacher)[0].experiences_done == 1


@pytest.mark.parametrize("state", [State.NO_SHOW, State.CANCELLED, State.REQUESTED])
def test_what_did_not_happen_does_not_count(teacher, experiences, state):
    book(teacher, (9, 1), programme=make_programme(kind=ProgrammeKind.TASTER), state=state)

    assert steps(teacher) == [TO_DO] * 4


def test_last_years_class_counts_for_the_one_that_continues_it(teacher, experiences):
    before = make_class_group(school=teacher.school, school_year=2025)
    now = make_class_group(school=teacher.school, continues=before)
    taster = make_programme(kind=ProgrammeKind.TASTER)
    book(teacher, (9, 1), programme=taster, class_group=before, state=State.ATTENDED)
    book(teacher, (11, 3), programme=experiences[0], class_group=now)

    assert steps(teacher) == [DONE, PLANNED, TO_DO, TO_DO]
