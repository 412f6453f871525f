"""What staff read of evaluations: figures, quotes, the list; each of their own hubs."""

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.test import Client

from bookings import attendance
from impact import clock, lifecycle
from impact.models import Evaluation
from impact.results import results_of, totals
from tec_site.staff import roles
from tests.factories import (
    amsterdam,
    make_kit,
    make_loan,
    make_other_hub,
    make_programme,
    make_slot,
    make_staff,
    make_venue,
    make_visit,
)
from tests.impact.asking import QUOTE, TALLY, VISIT_OVER, answered, make_evaluation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
RESULTS = "/beheer/impact/evaluation/uitkomsten/"
LIST = "/beheer/impact/evaluation/"


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
    assert split.is_fit_to_tell == is_told
    page = signed_in(make_staff()).get(RESULTS).text
    assert ("5,0 (n = 5)" in page) == is_told
    assert ("Minder dan vijf antwoorden" in page) != is_told


def test_who_did_not_come_is_not_counted_as_silent(visit):
    evaluation = make_evaluation(visit=visit)
    attendance.miss(booking=evaluation.booking, by=make_staff())
    assert results_of(Evaluation.objects.all()).asked == 0


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
    with pytest.raises(lifecycle.NoConsent):
        lifecycle.show(evaluation=silent, by=make_staff())
    desk.post(f"{where}/hide/", {"note": ""})
    assert "bleef" not in client.get(page).text
    assert [event.move for event in quoted.events.all()] == ["ask", "answer", "show", "hide"]


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
