"""The report for a funder or a school board: what it says, and that it stays as it was sent."""

import csv
import datetime
import io
import re

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from bookings import attendance, moving
from bookings.models import Booking, State
from bookings.refusals import ReasonAsked
from core.documents import can_be_made
from impact import clock
from impact.counting.spans import Span
from impact.models import Evaluation, Report
from impact.reports.facts import changed_since, facts_of
from impact.reports.papers import context_of, pdf_of
from impact.reports.sending import ChangedMeanwhile, send
from impact.reports.spreadsheet import xlsx_of
from impact.results import LEAST
from kits import handling
from kits.models import LoanState
from schools.audience import Audience
from schools.models import SchoolBoard, Sector
from schools.years import YearGroup
from submissions.privacy.erasure import erase_person
from tests.factories import (
    amsterdam,
    make_group,
    make_loan,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_visit,
)
from tests.impact.asking import answered
from tests.impact.counted import (
    came,
    divide,
    make_indicator,
    make_report,
    make_source,
    make_target,
    make_value,
)
from tests.tagged_pdf import of_kind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
needs_pango = pytest.mark.skipif(not can_be_made(), reason="Pango is not installed")
unread = pytest.mark.usefixtures("letters_once")  # what it sends is read by nobody
NOW = amsterdam(2027, 1, 12, 10)


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def client():
    client = Client()
    client.force_login(make_staff())
    return client


def numbers(facts) -> dict[str, int]:
    return {one["code"]: one["number"] for one in facts["figures"] if one["number"]}


def read(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def address(report: Report, end: str = "") -> str:
    return f"/beheer/cijfers/verslagen/{report.pk}/{end}"


# --- What it says ----------------------------------------------------------------------------


def test_autumn_of_2024_is_what_the_region_published():
    """17 schools and 1,500 pupils between September and December 2024."""
    schools = [make_school(municipality="Deventer") for _one in range(17)]
    for number in range(60):
        day = (2024, 9 + number % 4, 1 + number // 4)
        came(*day, school=schools[number % 17], pupils=25, name=f"Groep {number}")
    came(2024, 8, 30, pupils=30)
    came(2025, 1, 1, pupils=30)
    came(2024, 10, 1, pupils=30, state=State.NO_SHOW)
    found = facts_of(make_report(first="2024-09-01", last="2024-12-31", title="Najaar 2024"))
    assert (numbers(found)["pupils"], numbers(found)["schools"]) == (1500, 17)
    assert found["months"]["together"] == [1500, 1530, 60, 17]
    assert sum(row[4] for row in found["months"]["rows"]) > 17
    assert found["schools"] == [{"name": "Deventer", "reached": 17, "of": 17}]


def test_three_years_of_a_hub_are_counted_each_in_its_own():
    for year, number in ((2024, 1), (2025, 3), (2026, 2)):
        for one in range(number):
            came(year, 11, 4, pupils=20, name=f"Groep {one}")
    reports = [
        make_report(first=f"{year}-08-01", last=f"{year + 1}-07-31", title=str(year))
        for year in (2024, 2025, 2026)
    ]
    assert [numbers(facts_of(one))["pupils"] for one in reports] == [20, 60, 40]


def test_targets_of_the_funder_and_our_own_stand_in_it():
    came(2026, 9, 8, pupils=40)
    mine = make_target()
    make_target(indicator=mine.indicator, funder="Regio Deal", amount=30)
    make_target(indicator=mine.indicator, funder="TechKwadraat")
    members = make_indicator()
    make_value(indicator=members, amount="40.50")
    make_target(indicator=members, amount=60, overruled="on_track", explanation="Nog in gesprek.")
    make_target(indicator=members, starts_on="2027-01-01", due_on="2027-12-31")
    targets = facts_of(make_report(funder="Regio Deal"))["targets"]
    keys = "name", "norm", "reached", "status_in_words", "how", "explanation"
    assert [tuple(one[key] for key in keys) for one in targets] == [
        ("Leerlingen", 100, 40, "Loopt niet volgens plan", "berekend", ""),
        ("Leerlingen", 30, 40, "Voldaan", "berekend", ""),
        ("Leden en partners", 60, 40.5, "Loopt volgens plan", "met de hand ingevuld",
         "Nog in gesprek."),
    ]  # fmt: skip
    assert targets[2]["source"] == "Jaarverslag (01-10-2026)"


def test_target_that_goes_on_stands_in_it_as_on_its_last_day():
    came(2026, 9, 8, pupils=40)
    came(2027, 1, 5, pupils=25)
    make_target(due_on=datetime.date(2027, 7, 31), amount=1000)
    [target] = facts_of(make_report())["targets"]
    assert target["reached"] == 40


def test_line_of_a_report_about_days_to_come_is_that_of_today():
    """Half of it has passed: nobody is behind on what is asked in summer."""
    make_target(starts_on="2026-07-12", due_on=datetime.date(2027, 7, 14), amount=368)
    [target] = facts_of(make_report(last=datetime.date(2027, 7, 14)))["targets"]
    assert target["expected"] == 185


def test_report_of_a_school_board_is_of_its_schools_only():
    board = SchoolBoard.objects.create(number="41234", name="Stichting Quo Vadis")
    [came_school, _stayed] = [make_school(name=name, board=board) for name in ("Ster", "Maan")]
    came(2026, 9, 8, school=came_school, pupils=21)
    came(2026, 9, 8, pupils=30)
    found = facts_of(make_report(board=board))
    assert (numbers(found)["pupils"], found["targets"]) == (21, [])
    assert [(one["name"], one["came"]) for one in found["schools"]] == [("Ster", 21), ("Maan", 0)]


@pytest.mark.parametrize("answers", [LEAST - 1, LEAST])
def test_fewer_than_five_answers_have_no_mean(answers, clock_of_the_day):
    """Asked, answered and silent are told apart; who left a question open is in no base."""
    for number in range(7):
        came(2026, 11, 3, name=f"Groep {number}")
    clock_of_the_day.move_to(amsterdam(2026, 11, 4, 10))
    clock.ask_due()
    for number, evaluation in enumerate(Evaluation.objects.order_by("pk")[:6]):
        answered(evaluation, overall=4 if number < answers else None)
    found = facts_of(make_report())["evaluation"]
    assert (found["asked"], found["answered"], found["silent"]) == (7, 6, 1)
    overall = found["questions"][0]
    want = 4 if answers == LEAST else None
    assert (overall["n"], overall["silent"], overall["mean"]) == (answers, 6 - answers, want)


@pytest.mark.parametrize(("others", "want"), [(0, 4), (1, None), (4, None), (5, 4)])
def test_mean_of_a_board_tells_nothing_of_the_few_others(others, want, clock_of_the_day):
    board = SchoolBoard.objects.create(number="41234", name="Stichting Quo Vadis")
    school = make_school(board=board)
    for number in range(5 + others):
        of = {"school": school} if number < 5 else {}
        came(2026, 11, 3, name=f"Groep {number}", **of)
    clock_of_the_day.move_to(amsterdam(2026, 11, 4, 10))
    clock.ask_due()
    for evaluation in Evaluation.objects.all():
        answered(evaluation, overall=4)
    found = facts_of(make_report(board=board))["evaluation"]
    assert (found["answered"], found["questions"][0]["mean"]) == (5, want)


@pytest.mark.parametrize("before", [2025, 2026], ids=["all years", "the school year"])
@pytest.mark.parametrize(("others", "want"), [(0, 4), (1, None), (4, None), (5, 4)])
def test_mean_of_some_days_tells_nothing_of_the_few_answers_of_others(
    before, others, want, clock_of_the_day
):
    """Who reads figures sees the results of the school year, and of all."""
    for year, month, number in ((before, 9, others), (2026, 11, 5)):
        clock_of_the_day.move_to(amsterdam(year, month, 4, 10))
        for one in range(number):
            came(year, month, 3, name=f"Groep {one}")
        clock.ask_due()
        for evaluation in Evaluation.objects.filter(day=datetime.date(year, month, 3)):
            answered(evaluation, overall=4)
    span = {"first": datetime.date(2026, 10, 1), "last": datetime.date(2026, 12, 31)}
    found = facts_of(make_report(**span))["evaluation"]
    assert (found["answered"], found["questions"][0]["mean"]) == (5, want)


def test_report_of_a_source_asks_only_teachers_whose_visit_it_helps_pay(clock_of_the_day):
    source = make_source()
    paid = make_programme(max_groups=9, max_pupils=999)
    divide(paid, {source: 1})
    for number, day in enumerate((2, 3, 4, 5, 6, *[3] * 6)):
        of = {"programme": paid} if number < 5 else {}
        came(2026, 11, day, name=f"Groep {number}", **of)
    clock_of_the_day.move_to(amsterdam(2026, 11, 7, 10))
    clock.ask_due()
    for evaluation in Evaluation.objects.all():
        is_paid = evaluation.booking.visit.programme == paid
        answered(evaluation, overall=5 if is_paid else 1)

    found = facts_of(make_report(source=source))["evaluation"]

    assert (found["asked"], found["answered"]) == (5, 5)
    assert found["questions"][0]["mean"] == 5


def test_correction_is_explained_where_the_school_is_of_the_board_of_a_report():
    board, other = (SchoolBoard.objects.create(number=number) for number in ("41234", "41235"))
    mine, theirs = (came(2026, 11, 3, school=make_school(board=one)) for one in (board, other))
    make_report(board=board, title="Van een bestuur")
    Report.objects.update(sent_at=NOW, facts={}, pdf=b"%PDF-", xlsx=b"PK")

    assert Report.objects.counting(mine) == ["Van een bestuur"]
    assert Report.objects.counting(theirs) == []


def test_correction_is_explained_where_the_source_of_a_report_helped_pay_for_it():
    source = make_source()
    paid, other = (make_programme(max_groups=9, max_pupils=999) for _number in range(2))
    divide(paid, {source: 1}, Span(datetime.date(2026, 9, 1), datetime.date(2026, 11, 3)))
    in_it, too_late = (came(2026, 11, day, programme=paid) for day in (3, 4))
    another = came(2026, 11, 3, programme=other)
    report = make_report(source=source, title="Van een bron")
    Report.objects.update(sent_at=NOW, facts={}, pdf=b"%PDF-", xlsx=b"PK")

    assert Report.objects.counting(in_it) == [report.title]
    assert not Report.objects.counting(too_late)
    assert not Report.objects.counting(another)


def test_how_secondary_education_is_split_is_said_on_page_and_in_workbook(client):
    """By what was said of the class, or the only level of its school."""
    secondary = make_school(sector=Sector.SECONDARY, structure="VBO/MAVO")
    came(2026, 9, 8, school=secondary, year_group=YearGroup.YEAR_1)
    report = make_report()
    said = "gesplitst naar het niveau dat bij het boeken"
    page = client.get(address(report)).text
    assert "Voortgezet onderwijs: vmbo" in page
    assert said in page
    assert said in client.get("/beheer/cijfers/alle/").text
    method = load_workbook(io.BytesIO(xlsx_of(facts_of(report))))["Methode"]
    assert said in {row[0]: row[1] for row in method.values}["Per programmalijn"]


# --- Its workbook ----------------------------------------------------------------------------


def test_workbook_has_typed_cells_and_no_formula():
    programme_title = '=HYPERLINK("https://x.example")'
    came(2026, 9, 8, pupils=24).visit.programme.__class__.objects.update(title=programme_title)
    make_target(explanation="+31 570\n-1")
    book = load_workbook(io.BytesIO(xlsx_of(facts_of(make_report(title="@nu")))))
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert programme_title in {cell.value for cell in cells}
    figures = {row[0].value: row[1].value for row in book["Cijfers"]}
    assert figures["Leerlingen en deelnemers die kwamen"] == 24
    assert book["Doelen"]["E2"].value.date().isoformat() == "2026-12-31"
    month = list(book["Per maand"].values)
    assert month[-1] == ("Samen", 24, 24, 1, 1)


@needs_pango
def test_page_paper_workbook_and_open_file_count_a_group_alike_and_call_nobody_in_it_a_pupil(
    client,
):
    came(2026, 9, 8, pupils=24)
    programme = make_programme(audience=Audience.GROUPS, max_pupils=99)
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 15, 9), max_pupils=99)
    visit = make_visit(slot=slot, programme=programme)
    make_group(visit=visit, pupils=14, came=12, state=State.ATTENDED)
    report = make_report()
    facts = facts_of(report)
    book = load_workbook(io.BytesIO(xlsx_of(facts)))
    page = read(client.get(address(report)).text)
    pages = PdfReader(io.BytesIO(pdf_of(facts, is_draft=False))).pages
    paper = read(" ".join(page.extract_text() for page in pages))
    lines = csv.DictReader(io.StringIO(client.get("/open/cijfers.csv").content.decode("utf-8-sig")))
    opened = {line["name_nl"]: int(line["number"] or 0) for line in lines}
    sheet = {row[0].value: row[1].value for row in book["Cijfers"]}
    for name, number in (("die kwamen", 36), ("volgens de boekingen", 38)):
        name = f"Leerlingen en deelnemers {name}"
        assert (sheet[name], opened[name]) == (number, number)
        assert name in page
        assert name in paper
    assert "Leerlingen en deelnemers die kwamen: 36; bezoeken van klassen en groepen: 2" in paper
    assert list(book["Per maand"].values)[-1] == ("Samen", 36, 38, 2, 1)
    for text in (page, paper):
        assert "Gekomen Geboekt Bezoeken Scholen" in text
        assert "Samen 36 38 2 1" in text
    heads = {cell.value for one in book for row in one.iter_rows(max_row=1) for cell in row}
    assert "Leerlingen" not in heads


# --- Sent --------------------------------------------------------------------------------------


def test_tables_have_the_labels_with_which_they_were_sent():
    """Or those of now, where they were sent before labels were kept."""
    facts = facts_of(make_report())
    labels = facts["months"]["columns"]
    assert labels == ["Gekomen", "Geboekt", "Bezoeken", "Scholen"]
    facts["months"]["columns"] = ["Kinderen", *labels[1:]]
    assert _labels_in_workbook(facts) == ["Kinderen", *labels[1:]]
    assert context_of(facts)["facts"]["tables"][0]["columns"] == ["Kinderen", *labels[1:]]
    del facts["months"]["columns"]
    assert _labels_in_workbook(facts) == labels
    assert context_of(facts)["facts"]["tables"][0]["columns"] == labels


def _labels_in_workbook(facts) -> list[str]:
    sheet = load_workbook(io.BytesIO(xlsx_of(facts)))["Per maand"]
    return [cell.value for cell in sheet[1]][1:]


@needs_pango
def test_what_was_sent_stays_whatever_happens_afterwards(client):
    """A number corrected, a visit cancelled, a teacher erased: the page says by how much."""
    first, second = came(2026, 9, 8, name="Ümit"), came(2026, 10, 6, pupils=20, name="8a")
    report = make_report(introduction="Beste lezer")
    assert client.post(address(report, "versturen/")).status_code == 302
    before = [client.get(address(report, end)).content for end in ("verslag.pdf", "verslag.xlsx")]
    report.refresh_from_db()
    sent = dict(report.facts)
    assert "Sinds het versturen is geen cijfer gewijzigd." in client.get(address(report)).text
    attendance.recount(booking=first, by=make_staff(), came=26, note="Nageteld")
    Booking.objects.filter(pk=second.pk).update(state=State.CANCELLED)
    erase_person(email=first.submission.email)
    report.refresh_from_db()
    after = [client.get(address(report, end)).content for end in ("verslag.pdf", "verslag.xlsx")]
    assert (after, report.facts) == (before, sent)
    now = facts_of(report)
    assert dict(changed_since(sent, now))["Leerlingen en deelnemers die kwamen"] == 26 - 44
    looked_at = client.get(address(report))
    assert looked_at.context["facts"]["figures"] == sent["figures"]
    page = looked_at.text
    assert "Leerlingen en deelnemers die kwamen -18" in page
    assert "Ümit" not in page + str(sent)
    change = f"/beheer/impact/report/{report.pk}/change/"
    assert client.post(change, {"title": "Anders"}).status_code == 403
    assert "Vastleggen als verstuurd" not in page


@needs_pango
@unread
def test_correction_of_what_was_reported_asks_for_a_reason(client):
    """A number, who came, a visit that is over: with a note, and without one nothing changes."""
    staff = make_staff()
    counted, unsure = came(2026, 9, 8), came(2026, 10, 6, state=State.CONFIRMED)
    outside = came(2027, 1, 5)
    report = make_report()
    attendance.recount(booking=counted, by=staff, came=25)  # not sent yet
    send(report=report, by=staff)
    page = f"/beheer/bookings/booking/{counted.pk}/doe/recount/"
    refused = client.post(page, {"came": 26}).text
    assert "telt mee in wat al verstuurd is: Najaar 2026" in refused
    counted.refresh_from_db()
    assert counted.came == 25
    assert client.post(page, {"came": 26, "note": "Juf belde: het waren er 26"}).status_code == 302
    for verb in (
        lambda note: attendance.miss(booking=counted, by=staff, note=note),
        lambda note: attendance.attend(booking=counted, by=staff, note=note),
        lambda note: moving.cancel_as_staff(booking=unsure, by=staff, note=note),
    ):
        with pytest.raises(ReasonAsked):
            verb("")
        verb("Lijst kwijt geweest")
    attendance.recount(booking=outside, by=staff, came=7)  # in no report


@needs_pango
@unread
def test_first_note_of_who_came_asks_for_no_reason():
    booking = came(2026, 10, 6, state=State.CONFIRMED)
    send(report=make_report(), by=make_staff())
    attendance.attend(booking=booking, by=make_staff())


@needs_pango
@unread
def test_the_desk_changes_nothing_of_a_loan_that_was_reported():
    """Its box comes back early, is counted, or never comes: no figure asks for a correction."""
    staff = make_staff()
    back, lost = (make_loan(state=LoanState.OUT) for _one in range(2))
    report = make_report()
    send(report=report, by=staff)
    report.refresh_from_db()
    assert numbers(report.facts)["loans"] == 2
    counts = {item.pk: handling.Count(item.quantity) for item in back.kit.contents.all()}
    handling.receive(loan=back, counts=counts, by=staff)
    handling.write_off(loan=lost, by=staff, note="Niemand heeft hem")
    assert changed_since(report.facts, facts_of(report)) == []


@needs_pango
@unread
def test_report_is_sent_once_and_only_as_it_was_read():
    staff, report = make_staff(), make_report()
    stale = Report.objects.get(pk=report.pk)
    Report.objects.filter(pk=report.pk).update(title="Herzien")
    with pytest.raises(ChangedMeanwhile):
        send(report=stale, by=staff)
    report.refresh_from_db()
    send(report=report, by=staff)
    with pytest.raises(ChangedMeanwhile):
        send(report=report, by=staff)
    report.refresh_from_db()
    assert (report.is_sent, report.facts["title"]) == (True, "Herzien")


REDRAFTED = {
    "title": lambda: "Herzien",
    "first": lambda: datetime.date(2026, 8, 2),
    "last": lambda: datetime.date(2027, 1, 10),
    "introduction": lambda: "Anders dan het was.",
    "unknown": lambda: "Hoeveel ouders er meekwamen.",
    "funder": lambda: make_source(name="Een ander"),
    "source": lambda: make_source(name="Een ander"),
    "board": lambda: SchoolBoard.objects.create(number="41236", name="Een ander"),
}


@needs_pango
@unread
@pytest.mark.parametrize("field", REDRAFTED)
def test_draft_that_a_colleague_changed_is_not_sent_as_it_was(field):
    report = make_report()
    Report.objects.filter(pk=report.pk).update(**{field: REDRAFTED[field]()})
    with pytest.raises(ChangedMeanwhile):
        send(report=report, by=make_staff())
    assert not Report.objects.get().is_sent


@needs_pango
def test_pdf_is_tagged_and_says_what_is_not_known(client):
    came(2026, 9, 8)
    came(2026, 9, 9, state=State.CONFIRMED, pupils=31)
    report = make_report(unknown="Van de festivals is geen aantal bekend.")
    reader = PdfReader(io.BytesIO(client.get(address(report, "verslag.pdf")).content))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert (
        "Leerlingen en deelnemers die kwamen: 24; bezoeken van klassen en groepen: 1, scholen: 1."
        in text
    )
    assert (
        "Bezoeken waarvan niet is vastgelegd of ze kwamen: 1, waarvoor er 31 geboekt waren." in text
    )
    assert "Van de festivals is geen aantal bekend." in text
    assert "Een concept" in text
    assert len(of_kind(reader, "/Table")) >= 3
    assert len(of_kind(reader, "/H1")) == 1


@pytest.mark.parametrize(
    ("second_class", "estimated"),
    [("7a", "24, een schatting"), ("7b", "tussen 24 en 48, een schatting")],
)
def test_different_children_are_one_number_where_the_bounds_meet(client, second_class, estimated):
    school = make_school()
    came(2026, 9, 8, school=school, name="7a")
    came(2026, 9, 9, school=school, name=second_class)
    assert f"Verschillende kinderen: {estimated}" in client.get(address(make_report())).text
    words = "Tussen 24 en 48 kinderen." if "tussen" in estimated else "<p>24 kinderen."
    assert words in client.get("/beheer/cijfers/alle/?jaar=2026").text


def test_hours_of_volunteers_say_that_they_are_rounded():
    """The sum in kind beside them is of every quarter of an hour."""
    figures = {one["code"]: one for one in facts_of(make_report())["figures"]}
    assert figures["volunteer-hours"]["definition"].endswith("Afgerond op hele uren.")


@needs_pango
def test_definitions_are_not_measured_letter_by_letter(monkeypatch):
    """A report took two seconds: WeasyPrint sought how narrow each column of text can be."""
    from weasyprint.layout import preferred

    measured = []
    measure = preferred.split_first_line

    def noted(text, *args, **others):
        measured.append(text)
        return measure(text, *args, **others)

    monkeypatch.setattr(preferred, "split_first_line", noted)
    facts = facts_of(make_report())
    pdf_of(facts, is_draft=False)
    assert "Samen" in measured  # in the columns of another table
    assert not {one["definition"] for one in facts["figures"]} & set(measured)


def test_draft_follows_the_rows_and_is_edited_in_the_back_office(client):
    report = make_report()
    came(2026, 9, 8)
    assert "Een concept: dit zijn de cijfers van nu." in client.get(address(report)).text
    page = client.get(f"/beheer/impact/report/{report.pk}/change/")
    assert [button.address for button in page.context["buttons"]] == [address(report)]
    came(2026, 9, 9)
    assert numbers(facts_of(report))["pupils"] == 48
