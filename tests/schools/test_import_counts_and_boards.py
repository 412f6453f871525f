"""Importing pupil counts and the names of boards."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schools.imports.directory import import_files
from schools.imports.reading import BrokenFile
from schools.models import PupilCount, School, SchoolBoard
from tests.factories import make_school
from tests.schools.duo_files import HAGENPOORT, sites, write

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 9, 15)


def run(*paths):
    return import_files(paths, today=TODAY)


def counts_line(code, **years):
    return {
        "INSTELLINGSCODE": code[:4],
        "VESTIGINGSCODE": code,
        "NAAM_VESTIGING": "De Hagenpoort",
        "SOORT_VESTIGING": "BO",
        "BEVOEGD_GEZAG_NUMMER": "41853",
        "GEMEENTENAAM_VESTIGING": "DEVENTER",
    } | {f"LEERLINGEN_{year[1:]}": value for year, value in years.items()}


def write_counts(folder, *lines, **form):
    return write(folder, list(lines), name="counts.csv", **{"encoding": "utf-8-sig"} | form)


def stored():
    return dict(PupilCount.objects.order_by("year").values_list("year", "pupils"))


def test_counts_are_stored_per_year_and_fewer_than_five_as_unknown(tmp_path):
    make_school(site_code="14YP00")
    (report,) = run(
        write_counts(tmp_path, counts_line("14YP00", y2023="<5", y2024="0", y2025="212"))
    )

    assert stored() == {2023: None, 2024: 0, 2025: 212}
    assert report.added == ["14YP00 2023: <5", "14YP00 2024: 0", "14YP00 2025: 212"]


def test_counts_can_be_imported_again_and_corrected(tmp_path):
    make_school(site_code="14YP00")
    run(write_counts(tmp_path, counts_line("14YP00", y2024="<5", y2025="212")))
    (again,) = run(write_counts(tmp_path, counts_line("14YP00", y2024="<5", y2025="212")))
    (other,) = run(write_counts(tmp_path, counts_line("14YP00", y2024="7", y2025=" ")))

    assert (again.added, again.changed, again.unchanged) == ([], [], 2)
    assert (other.added, other.changed) == ([], ["14YP00 2024: 7"])
    assert stored() == {2024: 7, 2025: 212}


def test_counts_go_back_ten_years(tmp_path):
    make_school(site_code="14YP00")
    years = {f"y{year}": "1" for year in range(1996, 2026)}
    run(write_counts(tmp_path, counts_line("14YP00", **years)))
    assert list(stored()) == list(range(2016, 2026))


def test_counts_of_unknown_sites_are_left_out_and_counted(tmp_path):
    make_school(site_code="14YP00")
    (report,) = run(
        write_counts(tmp_path, counts_line("14YP00", y2025="9"), counts_line("99ZZ00", y2025="8"))
    )
    assert stored() == {2025: 9}
    assert [note.split(" ")[0] for note in report.notes] == ["1"]
    assert report.skipped == []


@pytest.mark.parametrize("value", ["veel", "-1", "12.5", "²", "9999999"])
def test_count_that_is_no_number_skips_its_line(tmp_path, value):
    make_school(site_code="14YP00")
    make_school(site_code="14YP01")
    (report,) = run(
        write_counts(tmp_path, counts_line("14YP00", y2025="9"), counts_line("14YP01", y2025=value))
    )
    assert stored() == {2025: 9}
    assert report.skipped[0].startswith(("regel 3: 14YP01", "line 3: 14YP01"))


def test_counts_with_a_code_twice_change_nothing(tmp_path):
    make_school(site_code="14YP00")
    with pytest.raises(BrokenFile, match="14YP00"):
        run(write_counts(tmp_path, *[counts_line("14YP00", y2025="9")] * 2))
    assert stored() == {}


def test_files_are_applied_in_the_order_they_need_whatever_the_order_given(tmp_path):
    board = {"BEVOEGD GEZAG NUMMER": "41853", "BEVOEGD GEZAG NAAM": "Stichting  Leer"}
    reports = run(
        write_counts(tmp_path, counts_line("14YP00", y2025="212")),
        write(tmp_path, [HAGENPOORT]),
        write(tmp_path, [board], name="b.csv", encoding="utf-8-sig", delimiter=",", quoted=True),
    )

    assert [report.source for report in reports] == ["b.csv", "sites.csv", "counts.csv"]
    assert School.objects.get().board.name == "Stichting Leer"
    assert stored() == {2025: 212}


def test_boards_get_their_names_and_keep_their_schools(tmp_path):
    run(write(tmp_path, [HAGENPOORT]))
    lines = [
        {"BEVOEGD GEZAG NUMMER": "41853", "BEVOEGD GEZAG NAAM": "Stichting Leer", "PLAATS": "X"},
        {"BEVOEGD GEZAG NUMMER": "123", "BEVOEGD GEZAG NAAM": "Nieuw", "PLAATS": "X"},
        {"BEVOEGD GEZAG NUMMER": "41854", "BEVOEGD GEZAG NAAM": " ", "PLAATS": "X"},
    ]
    (report,) = run(write(tmp_path, lines, name="boards.csv"))

    assert dict(SchoolBoard.objects.values_list("number", "name")) == {
        "41853": "Stichting Leer",
        "00123": "Nieuw",
    }
    assert (report.changed, report.added) == (["41853 Stichting Leer"], ["00123 Nieuw"])
    assert len(report.skipped) == 1
    (again,) = run(write(tmp_path, lines[:2], name="boards.csv"))
    assert (again.changed, again.added, again.unchanged) == ([], [], 2)
    # A new import of sites does not take the names away.
    run(write(tmp_path, [HAGENPOORT]))
    assert School.objects.get().board.name == "Stichting Leer"


def test_number_of_statements_for_counts_does_not_grow_with_the_rows(tmp_path):
    run(write(tmp_path, sites(500)))
    codes = list(School.objects.values_list("site_code", flat=True))

    def statements(codes):
        lines = [counts_line(code, y2024="5", y2025="6") for code in codes]
        with CaptureQueriesContext(connection) as captured:
            run(write_counts(tmp_path, *lines))
        return len(captured)

    assert statements(codes[:5]) == statements(codes)
