"""Who pays for whom, in whole pupils that add up (row T32); what was pledged."""

import datetime
import io
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from impact.counting.figures import compute
from impact.counting.sources import apportion, by_source, sources_of
from impact.counting.spans import Span
from impact.counting.volunteers import volunteering
from impact.models import Division, HourRate, Pledge, PledgeState
from impact.reports.facts import facts_of
from impact.reports.spreadsheet import xlsx_of
from roster import people
from roster.models import Role, Shift, ShiftState
from tests.factories import (
    amsterdam,
    make_other_hub,
    make_programme,
    make_staff,
    make_venue,
    the_hub,
)
from tests.impact.counted import (
    AUTUMN,
    YEAR,
    came,
    divide,
    make_pledge,
    make_report,
    make_source,
    scope_of,
)
from tests.roster.rostering import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
BOARD, FUNDING = "/beheer/cijfers/", "/beheer/cijfers/financiering/"


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(amsterdam(2027, 1, 12, 10), tick=False) as travelled:
        yield travelled


@pytest.fixture
def client():
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture
def thirds():
    """Three sources that pay a third each of a programme, and nobody of another."""
    programme = make_programme(max_groups=9, max_pupils=999)
    sources = [make_source(name=name) for name in ("Regio Deal", "Gemeente", "Bedrijven")]
    divide(programme, dict.fromkeys(sources, 1))
    return programme, sources


def parts(span=YEAR, **limits):
    scope = scope_of(span, **limits)
    return by_source(scope, sources_of(scope.hubs))


# --- Parts that add up ------------------------------------------------------------------------


def test_a_third_each_of_a_hundred_pupils_is_a_hundred(thirds):
    programme, _sources = thirds
    came(2026, 11, 3, programme=programme, pupils=50)
    came(2026, 11, 4, programme=programme, pupils=50)
    came(2026, 11, 5, pupils=7)
    assert [(part.label, part.here, part.visits) for part in parts()] == [
        ("Regio Deal", 34, 2),
        ("Gemeente", 33, 2),
        ("Bedrijven", 33, 2),
        ("zonder opgegeven bron", 7, 1),
    ]
    assert compute(scope_of(), ["pupils"])["pupils"] == 107


def test_a_class_of_24_with_two_sources_is_24_and_stands_behind_each_once(client, thirds):
    _programme, (first, second, third) = thirds
    divide(other := make_programme(max_groups=9, max_pupils=999), {first: 60, second: 40})
    booking = came(2026, 11, 3, programme=other)
    assert [part.here for part in parts()] == [14, 10, 0]
    for source, number in ((first, 1), (second, 1), (third, 0)):
        page = client.get(f"/beheer/cijfers/rijen/pupils/?bron={source.pk}")
        assert list(page.context["page"]) == [booking] * number


def test_parts_go_by_the_division_of_the_day():
    programme = make_programme(max_groups=9, max_pupils=999)
    one, two = make_source(), make_source(name="Gemeente")
    divide(programme, {one: 1}, Span(datetime.date(2026, 8, 1), datetime.date(2026, 12, 31)))
    divide(programme, {two: 1}, Span(datetime.date(2027, 1, 1), datetime.date(2027, 7, 31)))
    came(2026, 12, 31, 23, 50, programme=programme, pupils=20)
    came(2027, 1, 1, programme=programme, pupils=21)
    assert [part.here for part in parts()] == [20, 21]
    assert [part.here for part in parts(AUTUMN)] == [20, 0]


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3).filter(any), max_size=6),
    st.lists(st.integers(0, 900), min_size=6, max_size=6),
)
def test_whole_pupils_always_add_up_and_stay_within_one(weights, pupils):
    exact = [Fraction(), Fraction(), Fraction()]
    for shares, number in zip(weights, pupils, strict=False):
        for at, share in enumerate(shares):
            exact[at] += Fraction(share * number, sum(shares))
    total = sum(pupils[: len(weights)])
    whole = apportion(total, exact)
    assert sum(whole) == total
    assert all(abs(one - two) < 1 for one, two in zip(whole, exact, strict=True))


def test_days_of_a_programme_are_divided_once_whoever_writes(thirds):
    programme, [source, *_rest] = thirds
    with pytest.raises(IntegrityError), transaction.atomic():
        divide(programme, {source: 1}, Span(YEAR.last, YEAR.last))
    again = Division(programme=programme, first=YEAR.last, last=YEAR.last, whole=1)
    with pytest.raises(ValidationError):
        again.full_clean()
    divide(programme, {source: 1}, Span.of_school_year(2027))


# --- In the back office -----------------------------------------------------------------------


def form_of(programme, shares, whole=100, **fields):
    rows = {"shares-TOTAL_FORMS": len(shares), "shares-INITIAL_FORMS": 0}
    for number, (source, number_of_parts) in enumerate(shares):
        rows |= {f"shares-{number}-source": source.pk, f"shares-{number}-parts": number_of_parts}
    period = {"first": "2026-08-01", "last": "2027-07-31"}
    return {"programme": programme.pk, "whole": whole, **period, **rows, **fields}


def test_parts_that_are_not_the_whole_are_refused(client):
    programme, one, two = make_programme(), make_source(), make_source(name="Gemeente")
    add = "/beheer/impact/division/add/"
    page = client.post(add, form_of(programme, [(one, 50), (two, 30)]))
    assert "De delen zijn samen 80; dat moet 100 zijn." in page.text
    assert client.post(add, form_of(programme, [(one, 1), (two, 2)], whole=3)).status_code == 302
    division = Division.objects.get()
    assert [share.parts for share in division.shares.order_by("pk")] == [1, 2]
    listed = client.get("/beheer/impact/division/")
    assert "Gemeente 2/3, Regio Deal 1/3" in listed.text


def test_share_that_a_colleague_added_meanwhile_counts(client):
    programme, one, two = make_programme(), make_source(), make_source(name="Gemeente")
    division = divide(programme, {one: 100})
    [share] = division.shares.all()
    form = form_of(programme, [(one, 100)]) | {
        "shares-INITIAL_FORMS": 1, "shares-0-id": share.pk, "shares-0-division": division.pk,
    }  # fmt: skip
    division.shares.create(source=two, parts=10)
    page = client.post(f"/beheer/impact/division/{division.pk}/change/", form)
    assert "De delen zijn samen 110; dat moet 100 zijn." in page.text


def test_source_pays_for_programmes_of_its_own_hub(client):
    there = make_source(hub=make_other_hub())
    page = client.post("/beheer/impact/division/add/", form_of(make_programme(), [(there, 100)]))
    assert "Een bron betaalt alleen voor programma’s van de eigen hub." in page.text
    assert not Division.objects.exists()


def test_board_sees_parts_and_one_source_alone(client, thirds, django_assert_max_num_queries):
    programme, [source, *_rest] = thirds
    came(2026, 11, 3, programme=programme, pupils=50)
    came(2026, 11, 4, pupils=7)
    page = client.get(BOARD)
    assert [part.here for part in page.context["parts"]] == [17, 17, 16, 7]
    with django_assert_max_num_queries(12):
        alone = client.get(f"{BOARD}?bron={source.pk}")
    assert alone.context["large"][0][1] == 50
    assert [part.here for part in alone.context["parts"]] == [17, 17, 16]
    assert "Alleen bezoeken die Regio Deal mee betaalt" in alone.text
    assert client.get(f"{BOARD}?bron=9999").status_code == 404
    elsewhere = make_source(hub=make_other_hub(), name="Elders")
    assert client.get(f"{BOARD}?hub=tec&bron={elsewhere.pk}").status_code == 404


# --- In reports -------------------------------------------------------------------------------


def test_report_says_the_parts_alike_in_every_format(thirds):
    programme, [source, *_rest] = thirds
    came(2026, 11, 3, programme=programme, pupils=100)
    came(2026, 11, 4, pupils=7)
    facts = facts_of(make_report())
    assert [one["came"] for one in facts["sources"]] == [34, 33, 33, 7, 107]
    sheet = load_workbook(io.BytesIO(xlsx_of(facts)))["Financieringsbronnen"]
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == [34, 33, 33, 7, 107]
    of_source = facts_of(make_report(source=source, title="Van een bron"))
    numbers = {one["code"]: one["number"] for one in of_source["figures"]}
    assert (numbers["pupils"], of_source["source"]) == (100, "Regio Deal")
    assert [one["came"] for one in of_source["sources"]] == [34, 33, 33, 100]


def test_report_of_a_source_of_another_hub_is_refused():
    report = make_report()
    report.source = make_source(hub=make_other_hub())
    with pytest.raises(ValidationError):
        report.full_clean()


def test_report_names_pledges_without_staffs_remarks():
    make_pledge(remarks="Bel Jan Jansen", is_in_kind=True)
    make_pledge(promised_on="2025-01-05", about="Al binnen", source=make_source())
    gone = make_pledge(source=make_source(name="Weg"), ended_on="2026-11-01")
    facts = facts_of(make_report())
    assert [(one["source"], one["how"], one["state"]) for one in facts["pledges"]] == [
        ("Bedrijf X", "in natura", "mondeling"),
        ("Regio Deal", "geld", "mondeling"),  # still open from before
    ]
    assert "Jansen" not in str(facts)
    assert gone.about in str(Pledge.objects.all())


# --- Pledges ----------------------------------------------------------------------------------


def test_pledge_goes_from_verbal_to_paper_to_received(client):
    pledge = make_pledge()
    assert pledge.state == PledgeState.VERBAL
    change = f"/beheer/impact/pledge/{pledge.pk}/change/"
    form = {
        "source": pledge.source.pk, "about": pledge.about, "amount": "5000",
        "promised_on": "2026-10-01",
    }  # fmt: skip
    page = client.post(change, form | {"received_on": "2026-12-01"})
    assert "pas ontvangen als het op papier staat" in page.text
    page = client.post(change, form | {"written_on": "2026-11-01"})
    assert "Voeg het papier toe" in page.text
    paper = SimpleUploadedFile("brief.pdf", b"%PDF-1.7 brief")
    written = form | {"written_on": "2026-11-01"}
    assert client.post(change, written | {"paper": paper}).status_code == 302
    assert Pledge.objects.get().state == PledgeState.WRITTEN
    assert client.get(f"/beheer/cijfers/toezegging/{pledge.pk}/").content == b"%PDF-1.7 brief"
    assert client.post(change, written | {"received_on": "2026-12-01"}).status_code == 302
    assert Pledge.objects.get().state == PledgeState.RECEIVED
    page = client.post(change, written | {"received_on": "2026-12-01", "ended_on": "2026-12-02"})
    assert page.status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": 0},
        {"written_on": "2026-11-01"},
        {"paper": ContentFile(b"%PDF-", "x.pdf")},
        {"received_on": "2026-11-01"},
        {"ended_on": "2026-09-01"},
    ],
)
def test_database_refuses_what_no_pledge_can_be(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_pledge(**fields)


@pytest.mark.parametrize(
    ("promised", "fields", "is_asked"),
    [
        ("2026-12-12", {}, True),  # 31 days ago
        ("2026-12-13", {}, False),
        ("2026-10-01", {"ended_on": "2026-11-01"}, False),
        (
            "2026-10-01",
            {"written_on": "2026-11-01", "paper": ContentFile(b"%PDF-", "x.pdf")},
            False,
        ),
    ],
)
def test_pledge_that_stays_verbal_needs_attention(client, promised, fields, is_asked):
    pledge = make_pledge(promised_on=promised, **fields)
    page = client.get("/beheer/")
    assert (f"/beheer/impact/pledge/{pledge.pk}/change/" in page.text) == is_asked
    assert ("na 31 dagen nog niet op papier" in page.text) == is_asked
    assert Pledge.objects.get().is_verbal_too_long == is_asked  # as the page of funding says it


def test_pledge_of_before_that_came_to_nothing_is_not_still_open():
    november, december = datetime.date(2026, 11, 1), datetime.date(2026, 12, 31)
    still = make_pledge(promised_on="2026-09-01")
    make_pledge(promised_on="2026-09-01", ended_on="2026-10-01", source=still.source)
    assert list(Pledge.objects.of_days(november, december)) == [still]


def test_pledge_of_before_is_of_the_days_on_which_it_was_received():
    paper = ContentFile(b"%PDF-", "x.pdf")
    pledge = make_pledge(
        promised_on="2026-06-01", written_on="2026-06-10", paper=paper, received_on="2026-10-01"
    )
    october, november = datetime.date(2026, 10, 1), datetime.date(2026, 11, 1)
    assert list(Pledge.objects.of_days(october, november)) == [pledge]
    assert not Pledge.objects.of_days(november, datetime.date(2026, 12, 31)).exists()


def test_pledges_add_up_by_state_and_kind(client):
    make_pledge(amount="1250.50")
    make_pledge(amount=800, is_in_kind=True, source=make_source())
    make_pledge(amount=99, ended_on="2026-11-01", source=make_source(name="Weg"))
    make_pledge(amount=7, promised_on="2027-08-01", source=make_source(name="Later"))
    page = client.get(FUNDING)
    sums = {one.state: (one.money, one.in_kind) for one in page.context["sums"]}
    assert sums == {
        "verbal": (Decimal("1250.50"), 800),
        "written": (0, 0),
        "received": (0, 0),
    }
    assert "1.250,50" in page.text


def test_pledges_of_one_source_are_looked_at_apart(client):
    one = make_pledge(amount=100, source=make_source())
    make_pledge(amount=7, source=make_source(name="Gemeente"))
    page = client.get(f"{FUNDING}?bron={one.source_id}")
    assert page.context["pledges"] == [one]
    assert page.context["sums"][0].money == 100


# --- Volunteers -------------------------------------------------------------------------------


def worked(person, month, day, hours, **visited):
    start = amsterdam(2026, month, day, 9)
    return Shift.objects.create(
        visit=came(2026, month, day, **visited).visit,
        number=1,
        person=person,
        holder=str(person.pk),
        starts_at=start,
        ends_at=start + datetime.timedelta(hours=hours),
        state=ShiftState.WORKED,
    )


def test_hours_of_volunteers_are_worth_the_rate_of_their_day():
    anna, piet = make_person(name="Anna"), make_person(name="Piet", role=Role.STAFF)
    worked(anna, 9, 8, 3)
    worked(anna, 11, 3, 2)
    worked(piet, 9, 8, 5)
    found = volunteering(scope_of())
    assert (found.people, found.hours, found.value) == (1, 5.0, None)
    HourRate.objects.create(hub=the_hub(), since="2026-08-01", amount=10)
    HourRate.objects.create(hub=the_hub(), since="2026-11-01", amount="12.50")
    assert volunteering(scope_of()).value == Decimal("55.00")
    facts = facts_of(make_report())
    assert facts["volunteers"] == {"people": 1, "hours": 5.0, "value": 55}
    assert "Anna" not in str(facts)


def test_hours_of_who_joined_the_staff_since_are_worth_what_they_were():
    anna = make_person()
    worked(anna, 9, 8, 3)
    anna.role = Role.STAFF
    anna.save()
    people.keep_role(anna, Role.VOLUNTEER)
    worked(anna, 10, 6, 2)
    HourRate.objects.create(hub=the_hub(), since="2026-08-01", amount=10)
    found = volunteering(scope_of())
    assert (found.people, found.hours, found.value) == (1, 3.0, Decimal("30.00"))


def test_hours_at_two_hubs_count_once_each_at_its_own_rate():
    theirs = make_other_hub()
    there = make_programme(venue=make_venue(hub=theirs))
    worked(make_person(), 9, 8, 3)
    worked(make_person(hub=theirs), 9, 8, 2, programme=there)
    HourRate.objects.create(hub=the_hub(), since="2026-08-01", amount=10)
    HourRate.objects.create(hub=theirs, since="2026-08-01", amount=20)

    found = volunteering(scope_of(hubs=(the_hub().pk, theirs.pk)))

    assert (found.people, found.hours, found.value) == (2, 5.0, Decimal("70.00"))


def test_volunteer_of_two_hubs_is_one():
    theirs = make_other_hub()
    there = make_programme(venue=make_venue(hub=theirs))
    for day, hub, programme in ((8, the_hub(), None), (9, theirs, there)):
        person = make_person(hub=hub, email="anna@tec.example")
        worked(person, 9, day, 2, programme=programme)
        people.hold_under(person)
    both = scope_of(hubs=(the_hub().pk, theirs.pk))

    assert (volunteering(both).people, volunteering(both).hours) == (1, 4.0)
    assert compute(both, ["volunteers", "volunteer-hours"]) == {
        "volunteers": 1,
        "volunteer-hours": 4,
    }


def test_rate_begins_on_its_day_be_it_the_last_of_the_period():
    worked(make_person(), 9, 7, 1)
    worked(make_person(), 9, 8, 1)
    for since, amount in (("2026-08-01", 10), ("2026-09-08", 15)):
        HourRate.objects.create(hub=the_hub(), since=since, amount=amount)
    until = Span(YEAR.first, datetime.date(2026, 9, 8))
    assert volunteering(scope_of(until)).value == 25
    day_before = Span(YEAR.first, datetime.date(2026, 9, 7))
    assert volunteering(scope_of(day_before)).value == 10
