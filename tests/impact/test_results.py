"""What staff read of evaluations: figures, quotes, the list; each of their own hubs."""

import datetime
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings import attendance
from bookings.models import Booking, VisitSlot
from impact import clock, lifecycle, refusals
from impact.models import Evaluation, Face
from impact.reports.facts import facts_of
from impact.results import results_of, totals
from impact.small_numbers import fit_parts
from submissions.links import link_to
from tec_site.staff import roles
from tests.factories import (
    amsterdam,
    make_booking,
    make_group,
    make_kit,
    make_loan,
    make_other_hub,
    make_programme,
    make_slot,
    make_staff,
    make_teacher,
    make_venue,
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
)
from tests.impact.counted import make_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
RESULTS = "/beheer/impact/evaluation/uitkomsten/"
LIST = "/beheer/impact/evaluation/"
ROOM = {"max_groups": 20, "max_pupils": 999}


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(VISIT_OVER, tick=False) as travelled:
        yield travelled


@pytest.fixture
def programme():
    return make_programme(title="Drones", max_groups=20, max_pupils=999)


@pytest.fixture
def visit(programme):
    slot = make_slot(programmes=[programme], max_groups=20, max_pupils=999)
    return make_visit(programme=programme, slot=slot)


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def with_role(name: str):
    roles.load()
    person = make_staff(is_superuser=False)
    person.groups.add(Group.objects.get(name=name))
    return person


def answers_of(visit, *faces_and_prepared):
    return [
        answered(make_evaluation(visit=visit), overall=face, prepared=prepared)
        for face, prepared in faces_and_prepared
    ]


# --- Figures ----------------------------------------------------------------------------


def test_means_distribution_and_who_did_not_answer(visit):
    answers_of(visit, (5, 3), (4, 1), (4, None))
    make_evaluation(visit=visit)
    results = results_of(Evaluation.objects.all())
    overall = results.teachers[0]
    assert (results.asked, results.answered, results.silent_percent) == (4, 3, 25)
    assert (overall.numbers, overall.n, round(overall.mean, 2)) == ([0, 0, 0, 2, 1], 3, 4.33)
    assert [bar.percent for bar in overall.bars] == [0, 0, 0, 67, 33]
    assert results.prepared.numbers == [1, 0, 1]


def test_shares_are_of_who_answered_the_question():
    """Row T31: 40 visits, 10 evaluations, 6 of which answer the second question, 3 with 'good'."""
    room = {"max_groups": 50, "max_pupils": 9999}
    programme = make_programme(title="Lasergame", **room)
    slot = make_slot(programmes=[programme], **room)
    visit = make_visit(programme=programme, slot=slot)
    for _number in range(40):
        make_booking(visit=visit)
    clock.ask_due()
    fits = [Face.GREAT] * 3 + [Face.FINE] * 3 + [None] * 4
    for one, fit in zip(Evaluation.objects.with_facts().order_by("pk"), fits, strict=False):
        answered(one, fit=fit)
    results = results_of(Evaluation.objects.all())
    question = results.teachers[1]
    assert (results.asked, results.answered, results.silent) == (40, 10, 30)
    assert (question.n, question.silent) == (6, 4)
    assert [bar.percent for bar in question.bars if bar.number] == [50, 50]
    page = " ".join(signed_in(make_staff()).get(RESULTS).text.split())
    assert "<title> Uitkomsten | TEC balie" in page
    assert "40 klassen en groepen zijn gevraagd, 10 antwoordden; 30 (75 %) antwoordden niet" in page
    assert "n = 6; 4 die antwoordden, lieten deze vraag open" in page
    said = facts_of(make_report())["evaluation"]
    assert [said[one] for one in ("asked", "answered", "silent")] == [40, 10, 30]
    assert [said["questions"][1][one] for one in ("n", "silent")] == [6, 4]


def test_results_of_a_programme_for_groups_speak_of_no_class_teachers_or_pupils():
    group = make_group()
    clock.ask_due()
    answered(Evaluation.objects.with_facts().get(booking=group), prepared=None)
    desk = signed_in(make_staff())
    for query in (f"?programma={group.visit.programme_id}", f"?bezoek={group.visit_id}"):
        page = desk.get(RESULTS + query).text
        inside = " ".join(page[page.index('class="desk-title"') :].split())
        assert "1 groep is gevraagd, 1 antwoordde; 0 (0 %) antwoordde niet." in inside
        assert "Hoe het bij de lessen of het werk past" in inside
        for words in ("klas", "Leerkrachten", "Leerlingen", "leerlingen kozen"):
            assert words not in inside


def test_results_of_all_speak_of_groups_too_which_were_not_asked_how_prepared_a_class_was(visit):
    group = make_group()
    clock.ask_due()
    answered(Evaluation.objects.with_facts().get(booking=group), prepared=None)
    answers_of(visit, (5, 3), (4, None))
    page = " ".join(signed_in(make_staff()).get(RESULTS).text.split())
    assert "3 klassen en groepen zijn gevraagd, 3 antwoordden; 0 (0 %) antwoordden niet" in page
    assert '<h2 class="desk-title">Antwoorden</h2>' in page
    assert "Leerkrachten" not in page
    prepared = results_of(Evaluation.objects.all()).prepared
    assert (prepared.n, prepared.silent) == (1, 1)


def test_pupils_are_summed_over_classes(visit):
    for tally in (TALLY, TALLY | {"faces_1": 0, "again_yes": 9, "again_maybe": 1, "again_no": 0}):
        evaluation = make_evaluation(visit=visit)
        lifecycle.count(evaluation=evaluation, tallies=tally, by=None)
    faces, again, before, _after = results_of(Evaluation.objects.all()).pupils
    assert (faces.numbers, faces.n) == ([1, 0, 6, 16, 24], 47)
    assert (again.numbers, before.n) == ([9, 1, 0], 0)
    assert results_of(Evaluation.objects.all()).classes == 2


@pytest.mark.parametrize(("others", "is_told"), [(4, False), (5, True)])
def test_fewer_than_five_are_not_split(visit, others, is_told):
    answers_of(visit, *[(5, 3)] * 5, *[(3, 1), (3, 2)] * 2, *[(3, 2)] * (others - 4))
    split = results_of(Evaluation.objects.all()).splits[0]
    assert split.is_shown == is_told
    page = signed_in(make_staff()).get(RESULTS).text
    assert ("5,0 (n = 5)" in page) == is_told
    assert ("Minder dan vijf antwoorden" in page) != is_told


def test_who_did_not_say_how_prepared_the_class_was_is_on_neither_side(visit):
    answers_of(visit, *[(5, 3)] * 5, *[(3, 1)] * 4, (1, None))
    split = results_of(Evaluation.objects.all()).splits[0]
    assert (split.prepared.n, split.others.n, split.is_shown) == (5, 4, False)


def reader() -> Client:
    return signed_in(with_role(roles.READER))


@pytest.mark.parametrize(("number", "is_told"), [(4, False), (5, True)])
def test_who_reads_figures_only_sees_no_answers_of_fewer_than_five(visit, number, is_told):
    answers_of(visit, *[(5, 3)] * number)
    page = reader().get(RESULTS)
    assert ("gemiddeld 5,0 van 5" in page.text) == is_told
    assert [total.mean for total, _address in page.context["totals"]] == [5.0 if is_told else None]
    assert "gemiddeld 5,0 van 5" in signed_in(make_staff()).get(RESULTS).text


def test_no_answer_follows_from_the_difference_of_two_filters(visit):
    """Six in all, five of one programme: what is left over is the answer of one teacher."""
    answers_of(visit, *[(5, 3)] * 5)
    programme = make_programme(title="VR", max_groups=20, max_pupils=999)
    slot = make_slot(programmes=[programme], max_groups=20, max_pupils=999)
    another = make_visit(programme=programme, slot=slot)
    [one] = answers_of(another, (1, 3))
    client = reader()
    assert "gemiddeld 4,3 van 5" in client.get(RESULTS).text
    assert {total.mean for total, _address in client.get(RESULTS).context["totals"]} == {None}
    for query in (f"?programma={visit.programme_id}", f"?programma={one.subject.pk}"):
        page = client.get(RESULTS + query)
        assert "van 5, n = " not in page.text
        assert '<tr><td colspan="3" class="desk-quiet">Minder dan vijf antwoorden, of' in page.text
    answers_of(another, *[(1, 3)] * 4)
    assert [total.mean for total, _address in client.get(RESULTS).context["totals"]] == [5, 1]
    for query, mean in ((f"?programma={visit.programme_id}", "5,0"), ("?jaar=2026", "3,0")):
        assert f"gemiddeld {mean} van 5, n = " in client.get(RESULTS + query).text


@pytest.mark.parametrize("silent", [4, 5])
def test_question_that_few_answered_elsewhere_is_not_shown_here(visit, silent):
    """Of two programmes with five answers each; one teacher of the other said how it fitted."""
    answers_of(visit, *[(5, 3)] * 5)
    robots = make_programme(title="Robots", **ROOM)
    another = make_visit(programme=robots, slot=make_slot(programmes=[robots], **ROOM))
    for number in range(5):
        answered(make_evaluation(visit=another), fit=None if number < silent else 3)
    for query in (f"?programma={visit.programme_id}", f"?bezoek={visit.pk}"):
        overall, fit, guidance = reader().get(RESULTS + query).context["results"].teachers
        assert (overall.is_shown, fit.is_shown, guidance.is_shown) == (True, silent == 5, True)


def test_smallest_part_goes_untold_where_the_rest_is_too_few():
    assert fit_parts({"a": 9, "b": 6, "c": 2}) == {"a"}  # c alone would follow from the whole
    assert fit_parts({"a": 9, "b": 6}) == {"a", "b"}
    assert fit_parts({"a": 9, "b": 3, "c": 2}) == {"a"}
    assert fit_parts({"a": 5, "b": 1}) == set()


def test_years_beside_each_other_leave_no_few_over_of_all_years(visit):
    """3, 5 and 6 answers: with two of the years told, those of the third would follow."""
    for year, number in ((2026, 3), (2025, 5), (2024, 6)):
        for one in answers_of(visit, *[(5, 3)] * number):
            Evaluation.objects.filter(pk=one.pk).update(day=datetime.date(year, 10, 6))
    client = reader()

    told = {
        year: "gemiddeld 5,0 van 5" in client.get(f"{RESULTS}?jaar={year}").text
        for year in (2026, 2025, 2024)
    }

    assert told == {2026: False, 2025: False, 2024: True}
    assert "gemiddeld 5,0 van 5, n = 14" in client.get(RESULTS).text


def test_mean_of_a_year_leaves_no_few_over_of_the_mean_of_all_years(visit):
    """8 this year and 4 the year before, in the table of all programmes: the mean of 12 and that
    of 8 would tell that of the 4. Of another programme there are enough each year."""
    robots = make_programme(title="Robots", **ROOM)
    another = make_visit(programme=robots, slot=make_slot(programmes=[robots], **ROOM))
    for of_visit, year, number in (
        *((visit, 2026, 8), (visit, 2025, 4)),
        *((another, 2026, 9), (another, 2025, 9)),
    ):
        for one in answers_of(of_visit, *[(5, 3)] * number):
            Evaluation.objects.filter(pk=one.pk).update(day=datetime.date(year, 10, 6))

    def means(query: str) -> dict[str, float | None]:
        found = reader().get(RESULTS + query).context["totals"]
        return {total.thing.title: total.mean for total, _address in found}

    assert means("") == {"Drones": 5, "Robots": 5}
    assert means("?jaar=2026") == {"Drones": None, "Robots": 5}


def visits_beside(visit, *numbers, year=2026):
    """More visits of its programme, in that school year, each with so many answers."""
    made = []
    for day, number in enumerate(numbers, 28):  # of October: recent enough to be asked about
        start = amsterdam(2026, 10, day, 9 if year == 2026 else 13)
        slot = make_slot(programmes=[visit.programme], starts_at=start, **ROOM)
        one = make_visit(programme=visit.programme, slot=slot)
        rows = answers_of(one, *[(5, 3)] * number)
        then = slot.starts_at.replace(year=year)
        length = slot.ends_at - slot.starts_at
        VisitSlot.objects.filter(pk=slot.pk).update(starts_at=then, ends_at=then + length)
        Evaluation.objects.filter(pk__in=[row.pk for row in rows]).update(day=then.date())
        made.append(one)
    return made


def is_told(client, query: str) -> bool:
    return "gemiddeld 5,0 van 5" in client.get(RESULTS + query).text


@pytest.mark.parametrize("query", ["", "&jaar=2026"])
def test_visits_of_a_programme_beside_each_other_leave_no_few_over_of_it(visit, query):
    """6, 5 and 3 answers: with two of the visits told, those of the third would follow."""
    answers_of(visit, *[(5, 3)] * 6)
    visits = [visit, *visits_beside(visit, 5, 3)]
    client = reader()
    assert is_told(client, f"?programma={visit.programme_id}{query}")
    told = [is_told(client, f"?bezoek={one.pk}{query}") for one in visits]
    assert told == [True, False, False]


def test_visits_of_a_school_year_leave_no_few_over_of_that_year(visit):
    """8 and 4 answers this year, 9 and 3 the year before: of both years together so few would not
    be left over, but each year is told as well."""
    answers_of(visit, *[(5, 3)] * 8)
    visits = [visit, *visits_beside(visit, 4), *visits_beside(visit, 9, 3, year=2025)]
    # Of another programme, so that all answers of a year leave more.
    of_another = make_visit(programme=make_programme(max_groups=20, max_pupils=999))
    visits_beside(of_another, 15)
    visits_beside(of_another, 15, year=2025)
    client = reader()
    for year in (2026, 2025):
        assert is_told(client, f"?programma={visit.programme_id}&jaar={year}")
    assert [is_told(client, f"?bezoek={one.pk}") for one in visits] == [False] * 4


def test_only_visit_of_a_year_leaves_no_few_over_of_the_other_years(visit):
    """8 this year, 4 the year before, and 12 of all years: the 4 would follow."""
    answers_of(visit, *[(5, 3)] * 8)
    [last_year] = visits_beside(visit, 4, year=2025)
    client = reader()
    assert is_told(client, f"?programma={visit.programme_id}")
    assert [is_told(client, f"?bezoek={one.pk}") for one in (visit, last_year)] == [False, False]


def test_visit_of_a_programme_that_is_not_told_in_its_year_is_not_told_either(visit):
    """5 answers this year, beside 6 and 3 of other programmes: with these 5 the 3 would follow. Of
    all years the 5 are told, as there are 12 of the last programme then."""
    answers_of(visit, *[(5, 3)] * 5)
    six, three = (
        make_visit(programme=make_programme(max_groups=20, max_pupils=999)) for _one in range(2)
    )
    visits_beside(six, 6)
    visits_beside(three, 3)
    visits_beside(three, 9, year=2025)
    client = reader()
    assert is_told(client, f"?programma={visit.programme_id}")
    assert not is_told(client, f"?programma={visit.programme_id}&jaar=2026")
    assert not is_told(client, f"?bezoek={visit.pk}")


def test_visit_of_a_school_year_with_enough_beside_it_is_told(visit):
    answers_of(visit, *[(5, 3)] * 8)
    visits_beside(visit, 4)
    [last_year] = visits_beside(visit, 9, year=2025)
    assert is_told(reader(), f"?bezoek={last_year.pk}")


def test_figures_of_a_visit_take_as_many_queries_beside_many(visit, django_assert_max_num_queries):
    answers_of(visit, *[(5, 3)] * 6)
    client = reader()
    client.get(f"{RESULTS}?bezoek={visit.pk}")
    with CaptureQueriesContext(connection) as alone:
        client.get(f"{RESULTS}?bezoek={visit.pk}")
    visits_beside(visit, 5, 5, 6)
    with django_assert_max_num_queries(len(alone)):
        client.get(f"{RESULTS}?bezoek={visit.pk}")


@pytest.mark.parametrize(("others", "is_told"), [(4, False), (5, True)])
def test_split_by_what_was_ticked_as_done(visit, others, is_told):
    visit.programme.preparation = "Zoek techniek in de klas."
    visit.programme.save()
    for face, is_done in [*[(5, True)] * 5, *[(3, False)] * others]:
        evaluation = answered(make_evaluation(visit=visit), overall=face, prepared=None)
        if is_done:
            Booking.objects.filter(pk=evaluation.booking_id).update(prepared_at=VISIT_OVER)
    silent = make_evaluation(visit=visit)
    Booking.objects.filter(pk=silent.booking_id).update(prepared_at=VISIT_OVER)
    make_evaluation()  # of a programme without anything to prepare: on neither side

    found = results_of(Evaluation.objects.all()).by_preparation

    assert (found.done.asked, found.done.answered, found.done.silent_percent) == (6, 5, 17)
    assert (found.others.asked, found.others.silent) == (others, 0)
    assert found.splits[0].is_shown == is_told
    page = signed_in(make_staff()).get(RESULTS).text
    assert "6, 1 (17 %)" in page
    assert ("5,0 (n = 5)" in page) == is_told


def test_who_did_not_come_is_not_counted_as_silent(visit):
    evaluation = make_evaluation(visit=visit)
    attendance.miss(booking=evaluation.booking, by=make_staff())
    assert results_of(Evaluation.objects.all()).asked == 0


def test_what_was_answered_counts_also_where_it_was_noted_afterwards_that_nobody_came(visit):
    [evaluation] = answers_of(visit, (5, 3))
    attendance.miss(booking=evaluation.booking, by=make_staff(), note="Andere klas.")
    found = results_of(Evaluation.objects.all())
    assert (found.asked, found.answered) == (1, 1)


@pytest.mark.parametrize("rows", [1, 3])
def test_figures_take_the_same_queries_for_many(visit, django_assert_num_queries, rows):
    answers_of(visit, *[(5, 3)] * rows)
    with django_assert_num_queries(1):
        results_of(Evaluation.objects.all())
    with django_assert_num_queries(3):  # kits of none are not asked for
        totals(Evaluation.objects.all())


def test_results_of_programme_kit_and_visit(programme, visit, clock_of_the_day):
    answers_of(visit, (5, 3))
    another = make_evaluation()
    loan = make_loan(copy=make_kit(title="Robots").copies.get(), state="done")
    loan.events.create(move="take_back", to_state="returned", at=amsterdam(2026, 11, 3, 9))
    clock.ask_due()
    client = signed_in(make_staff())
    asked = {
        address: client.get(f"{RESULTS}{address}").context["results"].asked
        for address in (
            "",
            f"?programma={programme.pk}",
            f"?programma={another.subject.pk}",
            f"?kist={loan.kit.pk}",
            f"?bezoek={visit.pk}",
            "?jaar=2026",
            "?jaar=2025",
            f"?programma={programme.pk}&jaar=2025",
        )
    }
    assert list(asked.values()) == [3, 1, 1, 1, 1, 3, 0, 0]
    for row in (programme, visit, loan.kit):
        page = client.get(f"/beheer/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/")
        [button] = [one for one in page.context["buttons"] if one.label == "Evaluaties"]
        assert client.get(button.address).status_code == 200
    assert client.get(f"{RESULTS}?programma=999999").status_code == 404


def test_another_hubs_results_are_not_there():
    venue = make_venue(hub=make_other_hub())
    programme = make_programme(venue=venue)
    slot = make_slot(programmes=[programme])
    evaluation = make_evaluation(visit=make_visit(programme=programme, slot=slot))
    client = signed_in(with_role(roles.MANAGEMENT))
    assert client.get(RESULTS).context["results"].asked == 0
    assert client.get(f"{RESULTS}?programma={programme.pk}").status_code == 404
    assert client.get(f"{LIST}{evaluation.pk}/change/").status_code == 302
    assert client.post(f"{LIST}{evaluation.pk}/doe/show/").status_code == 404


# --- Who ------------------------------------------------------------------------------------


def test_roles_read_and_only_management_shows_quotes(visit):
    evaluation = answered(make_evaluation(visit=visit), **QUOTE)
    show = f"{LIST}{evaluation.pk}/doe/show/"
    got = {}
    for name in (roles.VOLUNTEER, roles.DESK, roles.MANAGEMENT):
        client = signed_in(with_role(name))
        pages = [client.get(page) for page in (RESULTS, LIST, f"{LIST}{evaluation.pk}/change/")]
        got[name] = [page.status_code for page in [*pages, client.get(show)]]
    assert list(got.values()) == [[403, 403, 403, 403], [200, 200, 200, 403], [200] * 4]


def test_reader_of_figures_sees_no_name_and_no_words(visit):
    evaluation = answered(make_evaluation(visit=visit), **QUOTE)
    reader = make_staff(is_superuser=False)
    reader.user_permissions.add(Permission.objects.get(codename="view_figures"))
    client = signed_in(reader)
    page = client.get(f"{RESULTS}?programma={visit.programme_id}")
    assert page.status_code == 200
    for word in (QUOTE["quote"], QUOTE["quote_name"], evaluation.submission.asker_name):
        assert word not in page.text
    assert client.get(LIST).status_code == 403


# --- Quotes -----------------------------------------------------------------------------------


def test_quote_with_consent_is_shown_under_the_name_and_taken_off(visit, client):
    quoted = answered(make_evaluation(visit=visit), **QUOTE | {"quote": "<b>Iedereen</b> bleef."})
    silent = answered(make_evaluation(visit=visit), quote="Niet voor buiten.")
    desk, page = signed_in(make_staff()), visit.programme.get_absolute_url()
    assert "bleef" not in client.get(page).text
    where = f"{LIST}{quoted.pk}/doe"
    assert desk.post(f"{where}/show/", {"note": ""}).status_code == 302
    shown = client.get(page).text
    assert "&lt;b&gt;Iedereen&lt;/b&gt; bleef." in shown
    assert f"<figcaption>{QUOTE['quote_name']}</figcaption>" in shown
    with pytest.raises(refusals.NoConsent):
        lifecycle.show(evaluation=silent, by=make_staff())
    desk.post(f"{where}/hide/", {"note": ""})
    assert "bleef" not in client.get(page).text
    assert [event.move for event in quoted.events.all()] == ["ask", "answer", "show", "hide"]


def test_what_a_teacher_typed_bears_her_language_with_the_name_under_it(visit, client):
    evaluation = make_evaluation(visit=visit)
    lifecycle.answer(evaluation=evaluation, answers=TEACHER | QUOTE, by=evaluation.submission.user)
    lifecycle.show(evaluation=evaluation, by=make_staff())
    for page in (visit.programme.get_absolute_url(), address(evaluation)):
        assert '<figure class="quote" lang="nl"><blockquote>' in client.get(page).text
    page = signed_in(make_staff()).get(f"{LIST}{evaluation.pk}/change/").text
    for words in (QUOTE["quote"], TEACHER["plans"]):
        assert f'<dd lang="nl">{words}</dd>' in page


def test_teacher_takes_her_quote_back_and_it_is_off_the_public_page(visit, client):
    evaluation = make_evaluation(visit=visit)
    teacher = evaluation.submission.user
    answers = TEACHER | QUOTE
    lifecycle.answer(evaluation=evaluation, answers=answers, by=teacher)
    lifecycle.show(evaluation=evaluation, by=make_staff())
    public = visit.programme.get_absolute_url()
    assert QUOTE["quote"] in client.get(public).text
    page, unquote = address(evaluation), address(evaluation, "unquote")
    assert QUOTE["quote"] in client.get(page).text
    assert f'{page}"' in client.get(link_to(evaluation.submission, "bookings:booking")).text
    client.get(unquote)  # opening changes nothing
    assert Evaluation.objects.get(pk=evaluation.pk).is_shown

    for _tap in range(2):
        assert client.post(unquote)["Location"] == page

    assert QUOTE["quote"] not in client.get(public).text
    evaluation.refresh_from_db()
    assert (evaluation.may_quote, evaluation.quote_name, evaluation.quote) == (
        False,
        "",
        QUOTE["quote"],  # it is still what she told us
    )
    assert "Citeer mij niet meer" not in client.get(page).text
    with pytest.raises(refusals.NoConsent):
        lifecycle.show(evaluation=evaluation, by=make_staff())
    assert [event.move for event in evaluation.events.order_by("pk")][-2:] == ["show", "unquote"]


def test_history_of_before_calls_taking_back_a_quote_as_it_is_called_now(visit):
    evaluation = answered(make_evaluation(visit=visit), **QUOTE)
    evaluation.events.create(move="take_back", to_state=evaluation.state)
    migration = import_module("impact.migrations.0003_unquote")

    migration.rename("take_back", "unquote")(apps, None)

    assert evaluation.events.latest("pk").move == "unquote"


def test_colleague_neither_reads_nor_takes_back_the_words_of_who_answered(visit, client):
    evaluation = make_evaluation(visit=visit)
    lifecycle.answer(evaluation=evaluation, answers=TEACHER | QUOTE, by=make_teacher())

    assert QUOTE["quote"] not in client.get(address(evaluation)).text
    assert client.post(address(evaluation, "unquote")).status_code == 404


def test_quote_about_a_kit_is_on_the_page_of_the_kit(client):
    loan = make_loan(state="done")
    assert lifecycle.ask(loan, day=amsterdam(2026, 11, 3).date())
    evaluation = answered(Evaluation.objects.with_facts().get(), **QUOTE)
    lifecycle.show(evaluation=evaluation, by=make_staff())
    assert QUOTE["quote"] in client.get(loan.kit.get_absolute_url()).text


# --- The list ---------------------------------------------------------------------------------


def test_list_is_filtered_by_programme_year_hub_and_quotes(visit):
    quoted = answered(make_evaluation(visit=visit), **QUOTE)
    other = make_evaluation()
    client = signed_in(make_staff())

    def found(query: str) -> set[int]:
        return {row.pk for row in client.get(f"{LIST}?{query}").context["cl"].result_list}

    both = {quoted.pk, other.pk}
    assert found("") == both
    assert found(f"booking__visit__programme__id__exact={visit.programme_id}") == {quoted.pk}
    assert (found("year=2026"), found("year=2025"), found("year=x")) == (both, set(), both)
    assert (found("quote=may"), found("quote=waits"), found("quote=shown")) == (
        {quoted.pk},
        {quoted.pk},
        set(),
    )
    assert found("state__exact=asked") == {other.pk}
    assert found("q=bleven") == set()
    assert found("q=blijven") == {quoted.pk}


@pytest.mark.parametrize("rows", [1, 3])
def test_list_takes_the_same_queries_for_many(visit, rows, django_assert_max_num_queries):
    for _number in range(rows):
        answered(make_evaluation(visit=visit))
    client = signed_in(make_staff())
    client.get(LIST)
    with django_assert_max_num_queries(14):
        client.get(LIST)
