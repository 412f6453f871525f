"""The page of the mail's link: answered once, by whoever, with nothing lost."""

import datetime
import io

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from bookings import attendance
from bookings.models import State
from core.lifecycle import IllegalMove
from impact import lifecycle, links, refusals
from impact.lifecycle import MOVES
from impact.models import FACES, TALLIES, WORDS, Evaluation, EvaluationState
from impact.telling import documents
from schools.audience import Audience
from submissions.links import token_of as submission_token
from submissions.privacy.erasure import erase_person
from submissions.sharing.lifecycle import correct_email
from tests.chain import chain_is_sound
from tests.factories import (
    amsterdam,
    make_booking,
    make_group,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
)
from tests.impact.asking import (
    QUOTE,
    TALLY,
    TEACHER,
    VISIT_OVER,
    address,
    answered,
    make_evaluation,
    post,
)

pytestmark = pytest.mark.django_db
LATE = amsterdam(2026, 12, 5, 9)


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(VISIT_OVER, tick=False) as travelled:
        yield travelled


def kept(evaluation) -> dict:
    return Evaluation.objects.values().get(pk=evaluation.pk)


def received(response) -> bool:
    return "Ontvangen op 4 november 2026" in response.text


# --- Once ----------------------


def test_looking_changes_nothing_and_sending_is_kept():
    evaluation = make_evaluation()
    before = kept(evaluation)
    page = Client().get(address(evaluation))
    assert (page.status_code, kept(evaluation)) == (200, before)

    sent = post(evaluation, **TEACHER, **QUOTE, **TALLY, again_yes=20)

    assert (sent.status_code, sent["Location"]) == (302, address(evaluation))
    row = kept(evaluation)
    assert {name: row[name] for name in [*TEACHER, *QUOTE, *TALLY]} == TEACHER | QUOTE | TALLY
    # Of a question that was asked an empty box is none; the others were not asked.
    assert [row[name] for name in TALLIES["again"]] == [20, 0, 0]
    assert [row[name] for name in TALLIES["before"]] == [None, None, None]
    assert row["state"] == EvaluationState.ANSWERED
    assert row["answered_at"] == row["counted_at"] == VISIT_OVER
    assert received(Client().get(address(evaluation)))
    assert chain_is_sound(evaluation.events.all())


def test_the_same_once_more_is_received_and_nothing_else():
    """The second of two clicks, Back, or a reload."""
    evaluation = make_evaluation()
    first, row = post(evaluation, **TEACHER, **QUOTE), kept(evaluation)
    second = post(evaluation, **TEACHER, **QUOTE)
    assert (first.status_code, second.status_code) == (302, 302)
    assert (kept(evaluation), evaluation.events.count()) == (row, 2)


def test_colleague_who_comes_second_learns_that_it_was_answered_and_not_what():
    evaluation = answered(make_evaluation(), plans="Een brug van karton.")
    row = kept(evaluation)
    second = post(evaluation, **TEACHER | {"overall": 2, "plans": "Iets heel anders."})
    assert (second.status_code, received(second), kept(evaluation)) == (409, True, row)
    assert "karton" not in second.text
    assert "Iets heel anders." in second.text  # her own words, to be taken along


def test_answers_that_come_at_the_same_moment_are_one(monkeypatch):
    evaluation = make_evaluation()
    stale = Evaluation.objects.with_facts().get(pk=evaluation.pk)
    answered(evaluation)
    with pytest.raises(refusals.AlreadyReceived):
        answered(stale, overall=1)
    assert kept(evaluation)["overall"] == 5


@pytest.mark.parametrize("state", EvaluationState)
@pytest.mark.parametrize("move", MOVES)
def test_every_move_from_every_state(move, state):
    evaluation = make_evaluation()
    if state == EvaluationState.ANSWERED:
        answered(evaluation, **QUOTE)
    if state in MOVES[move].sources:
        changes = {"answered_at": VISIT_OVER} if move == "answer" else {}
        MOVES.apply(evaluation, move, by=None, changes=changes)
        assert evaluation.state == (MOVES[move].target or state)
    else:
        with pytest.raises(IllegalMove):
            MOVES.apply(evaluation, move, by=None)


# --- What is asked ----------------------


def test_first_question_is_asked_for_and_nothing_is_lost():
    evaluation = make_evaluation()
    response = post(evaluation, plans="Een brug bouwen.", faces_5=3)
    assert response.status_code == 422
    assert [*response.context["form"].errors] == ["overall"]
    assert "Een brug bouwen." in response.text
    assert '<details class="fold" open>' in response.text
    assert kept(evaluation)["answered_at"] is None


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"may_quote": "on", "quote_name": "Anouk"}, "quote"),
        ({"may_quote": "on", "quote": "Mooi"}, "quote_name"),
        ({"overall": 6}, "overall"),
        ({"prepared": "x"}, "prepared"),
        ({"faces_1": 20, "faces_5": 5}, "faces_1"),
        ({"again_no": 25}, "again_no"),
        ({"before_yes": -1}, "before_yes"),
        ({"after_no": "veel"}, "after_no"),
        ({"plans": "x" * 1001}, "plans"),
        ({"quote": "x" * 301}, "quote"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(data, field):
    response = post(make_evaluation(), **TEACHER | data)
    assert (response.status_code, [*response.context["form"].errors]) == (422, [field])


def test_name_without_a_tick_is_not_kept():
    evaluation = make_evaluation()
    post(evaluation, **TEACHER, quote="Mooi", quote_name="Anouk de Vries")
    row = kept(evaluation)
    assert (row["quote"], row["quote_name"], row["may_quote"]) == ("Mooi", "", False)


def test_line_ends_and_markup_stay_text():
    evaluation = make_evaluation()
    post(evaluation, **TEACHER | {"plans": "a\r\nb\r\n<script>"}, quote_name="x\r\ny")
    assert kept(evaluation)["plans"] == "a\nb\n<script>"


def test_group_that_is_no_class_is_asked_no_tallies():
    group = make_group()
    evaluation = make_evaluation_of(group)
    page = Client().get(address(evaluation)).text
    assert ("faces_1" in page, "prepared" in page, "jullie werk" in page) == (False, False, True)
    post(evaluation, overall=5, faces_1=3)
    assert kept(evaluation)["counted_at"] is None
    assert Client().get(address(evaluation, "sheet")).status_code == 404


def test_group_that_is_no_class_reads_of_groups_and_of_no_class_or_pupils():
    programme = make_programme(audience=Audience.GROUPS, max_groups=2, max_pupils=99)
    slot = make_slot(programmes=[programme], max_groups=2, max_pupils=99)
    group = make_group(visit=make_visit(slot=slot, programme=programme))
    other = make_group(submission=group.submission, visit=group.visit, party_name="Team Lak")
    evaluation, _other = make_evaluation_of(group), make_evaluation_of(other)
    pages = [Client().get(address(evaluation, page)).text for page in ("evaluation", "overview")]
    post(evaluation, overall=5)
    pages.append(Client().get(address(evaluation)).text)
    assert [words in page for words, page in zip(GROUPS, pages, strict=True)] == [True] * 3
    for page in pages:
        inside = page[page.index("<main") : page.index("</main>")]
        assert not any(word in inside for word in ("klas", "leerling", "groep 7"))


GROUPS = ("de groepen na jullie; alleen", "per groep, en het helpt ons", "Jullie andere groepen")


def make_evaluation_of(booking):
    lifecycle_asked = lifecycle.ask
    assert lifecycle_asked(booking, day=booking.school_day)
    return Evaluation.objects.with_facts().get(booking=booking)


# --- The numbers of the class, later ----------------------


def test_numbers_may_come_later_and_once():
    evaluation = answered(make_evaluation())
    assert address(evaluation, "tallies") in Client().get(address(evaluation)).text
    assert post(evaluation, "tallies", **TALLY).status_code == 302
    row = kept(evaluation)
    again = post(evaluation, "tallies", **TALLY | {"faces_1": 2})
    assert (again.status_code, kept(evaluation)) == (409, row)
    assert address(evaluation, "tallies") not in Client().get(address(evaluation)).text


def test_numbers_may_come_first():
    evaluation = make_evaluation()
    post(evaluation, "tallies", **TALLY)
    page = Client().get(address(evaluation))
    assert "faces_1" not in page.text
    post(evaluation, **TEACHER)
    row = kept(evaluation)
    assert ({name: row[name] for name in TALLY}, row["overall"]) == (TALLY, 5)


def test_answer_with_other_numbers_than_came_first_is_refused_and_the_first_stay():
    """Of a page that was open already when a colleague counted."""
    evaluation = make_evaluation()
    lifecycle.count(evaluation=evaluation, tallies=TALLY, by=None)
    row = kept(evaluation)

    with pytest.raises(refusals.AlreadyReceived):
        lifecycle.answer(evaluation=evaluation, answers=TEACHER | TALLY | {"faces_1": 9}, by=None)

    assert kept(evaluation) == row


def test_no_number_at_all_is_no_answer():
    response = post(make_evaluation(), "tallies")
    assert (response.status_code, [*response.context["form"].errors]) == (422, ["faces_1"])


# --- When it is no longer possible ----------------------


def test_after_thirty_days_it_says_so_and_gives_back_what_was_typed(clock_of_the_day):
    evaluation = make_evaluation()
    clock_of_the_day.move_to(amsterdam(2026, 12, 4, 23))
    assert "jullie lessen" in Client().get(address(evaluation)).text
    clock_of_the_day.move_to(LATE)
    assert "De tijd om te antwoorden is voorbij" in Client().get(address(evaluation)).text
    late = post(evaluation, **TEACHER)
    assert (late.status_code, "Een brug bouwen." in late.text) == (409, True)
    assert kept(evaluation)["overall"] is None
    for page in ("evaluation", "tallies"):
        assert post(evaluation, page, **TALLY).status_code == 409
    with pytest.raises(refusals.AnsweringIsOver):
        answered(evaluation)


def test_who_did_not_come_after_all_cannot_answer():
    evaluation = make_evaluation()
    attendance.miss(booking=evaluation.booking, by=make_staff())
    assert "Er is niets om op terug te kijken" in Client().get(address(evaluation)).text
    assert post(evaluation, **TEACHER).status_code == 409
    with pytest.raises(refusals.NotAsked):
        answered(evaluation)


def test_erased_person_is_told_that_we_know_nothing_and_a_tab_that_was_open_changes_nothing():
    evaluation = make_evaluation()
    where, sheet = address(evaluation), address(evaluation, "sheet")
    erase_person(email=evaluation.submission.email)
    row = kept(evaluation)
    for response in (
        Client().get(where),
        Client().get(address_of_overview(where)),
        Client().get(sheet),
        Client().post(where, TEACHER),
    ):
        assert (response.status_code, "We weten niets meer van jullie" in response.text) == (
            410,
            True,
        )
    assert kept(evaluation) == row


def address_of_overview(where: str) -> str:
    return where.rstrip("/").rpartition("/")[0] + "/"


def test_link_to_an_address_that_was_corrected_ends():
    evaluation = make_evaluation()
    where = address(evaluation)
    correct_email(submission=evaluation.submission, email="nieuw@school.example")
    assert Client().get(where).status_code == 404
    evaluation.submission.refresh_from_db()
    assert Client().get(address(evaluation)).status_code == 200


def test_links_of_bookings_and_evaluations_do_not_open_each_other():
    evaluation = make_evaluation()
    submission = evaluation.submission
    own, other = links.token_of(submission), submission_token(submission)
    assert Client().get(f"/boekingen/{submission.public_id}/{own}/").status_code == 404
    assert Client().get(f"/evaluatie/{submission.public_id}/{other}/").status_code == 404
    another = make_evaluation()
    page = f"/evaluatie/{submission.public_id}/{own}/{another.pk}/"
    assert Client().get(page).status_code == 404


# --- Where it can be reached besides ----------------------


def test_one_class_leads_to_its_questions_and_several_to_a_list():
    evaluation = make_evaluation()
    assert Client().get(address(evaluation, "overview"))["Location"] == address(evaluation)
    programme = make_programme(max_groups=2, max_pupils=99)
    visit = make_visit(programme=programme, slot=make_slot(programmes=[programme], max_pupils=99))
    submission = make_submission()
    first, second = (
        make_evaluation(visit=visit, submission=submission, party_name=name)
        for name in ("Groep 7", "Groep 8")
    )
    answered(first)
    page = Client().get(address(first, "overview"))
    assert [page.status_code, received(page)] == [200, True]
    assert (address(first) in page.text, address(second) in page.text) == (True, True)


def test_own_page_and_mijn_tec_lead_there_while_it_is_due():
    evaluation = make_evaluation()
    submission, client = evaluation.submission, Client()
    client.force_login(submission.user, "django.contrib.auth.backends.ModelBackend")
    own = f"/evaluatie/{submission.public_id}/{evaluation.pk}/"
    linked = address(evaluation)
    page = f"/boekingen/{submission.public_id}/"
    by_link = f"{page}{submission_token(submission)}/"
    pages = [client.get("/mijn/"), client.get(page), Client().get(by_link)]
    assert [own in one.text or linked in one.text for one in pages] == [True, True, True]
    assert linked in pages[2].text
    assert client.post(own, TEACHER).status_code == 302
    assert evaluation.events.last().by == submission.user
    pages = [client.get("/mijn/"), client.get(page)]
    assert [own in one.text for one in pages] == [False, False]


def test_mijn_tec_asks_to_the_last_day_on_which_it_can_be_answered(clock_of_the_day):
    evaluation = make_evaluation()
    teacher = evaluation.submission.user
    for days, asked in ((0, [evaluation]), (1, [])):
        day = evaluation.until + datetime.timedelta(days=days)
        clock_of_the_day.move_to(amsterdam(day.year, day.month, day.day, 16))
        assert list(Evaluation.objects.visible_to(teacher).due()) == asked


def test_class_that_came_with_more_than_were_booked_counts_them_all(clock_of_the_day):
    evaluation = make_evaluation(pupils=20, state=State.ATTENDED, came=24)
    sheet = Client().get(address(evaluation, "sheet")).text
    assert sheet.count('class="slip"') == 24
    assert post(evaluation, "tallies", **TALLY).status_code == 302
    evaluation.refresh_from_db()
    assert evaluation.counted_at is not None

    fewer = make_evaluation(pupils=24, state=State.ATTENDED, came=20)  # or staff counted wrong
    assert post(fewer, "tallies", **TALLY).status_code == 302


def test_sheet_is_there_before_the_visit_with_a_slip_for_each_pupil(clock_of_the_day):
    clock_of_the_day.move_to(amsterdam(2026, 9, 20, 9))
    booking = make_booking(pupils=20)
    submission = booking.submission
    page = Client().get(f"/boekingen/{submission.public_id}/{submission_token(submission)}/")
    where = f"/evaluatie/{submission.public_id}/{links.token_of(submission)}/klassenblad/"
    assert where in page.text
    sheet = Client().get(where).text
    assert (sheet.count('class="slip"'), "Groep 7" in sheet) == (20, True)
    # Turned on every second slip.
    order = [sheet.index(f"faces/{n}.svg", sheet.index("slip-faces")) for n in (1, 5)]
    assert order == sorted(order)


def test_tables_to_count_a_class_in_stand_on_one_page():
    submission = make_submission()
    visit = make_visit(max_groups=3, max_pupils=99)
    for name in ("7a", "7b", "7c"):
        make_booking(visit=visit, submission=submission, party_name=name)
    paper = PdfReader(io.BytesIO(documents.class_sheet(submission)))
    first, second, *_slips = (page.extract_text() for page in paper.pages)
    assert [page.count("Nog een keer?") for page in (first, second)] == [2, 1]
    assert ("7c, 24 leerlingen" in first, "7c, 24 leerlingen" in second) == (False, True)


# --- Erased ----------------------


def test_erasing_empties_words_and_takes_the_quote_from_the_page_and_keeps_the_counts(client):
    evaluation = answered(make_evaluation(), **QUOTE, **TALLY, worth="Een bus.")
    staff, page = make_staff(), evaluation.subject.get_absolute_url()
    lifecycle.show(evaluation=evaluation, by=staff, note="Mooi gezegd door Anouk")
    assert QUOTE["quote"] in client.get(page).text
    erase_person(email=evaluation.submission.email)
    row = kept(evaluation)
    assert [row[name] for name in WORDS] == [""] * len(WORDS)
    assert (row["may_quote"], row["is_shown"]) == (False, False)
    assert [row[name] for name in [*FACES, "prepared", *TALLY]] == [5, 4, 3, 3, *TALLY.values()]
    assert {event.note for event in evaluation.events.all()} == {""}
    assert QUOTE["quote"] not in client.get(page).text
