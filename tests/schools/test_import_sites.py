"""Importing DUO's school sites."""

import datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schools.imports.directory import import_files
from schools.imports.reading import BrokenFile
from schools.lifecycle import merge_schools
from schools.models import School, SchoolBoard, Sector
from schools.search import find_schools
from tests.factories import make_school
from tests.schools import duo_files
from tests.schools.duo_files import APELDOORN, HAGENPOORT, site, sites, write

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 9, 15)


def run(*paths, **options):
    reports = import_files(paths, today=TODAY, **options)
    return reports[0] if len(reports) == 1 else reports


def counts(report):
    return tuple(
        len(items)
        for items in (
            report.added,
            report.changed,
            report.closed,
            report.reopened,
            report.skipped,
        )
    )


def rows():
    return list(School.objects.order_by("pk").values())


# --- What is stored -------------------------------------------------------------------------


def test_import_stores_a_site_as_duo_means_it(tmp_path):
    run(write(tmp_path, [HAGENPOORT]))

    school = School.objects.values().get()
    del school["id"], school["board_id"]
    assert school == {
        "site_code": "14YP00",
        "name": "OBS De Hagenpoort",
        "sector": "po",
        "structure": "",
        "street": "Landsherenlaan",
        "house_number": "3",
        "postcode": "7415 CD",
        "city": "Deventer",
        "municipality": "Deventer",
        "municipality_code": "0150",
        "province": "Overijssel",
        "denomination": "Openbaar",
        "website": "https://www.hagenpoort.nl",
        "holiday_region": "noord",
        "is_verified": True,
        "closed_on": None,
        "merged_into_id": None,
        "search_text": " obs de hagenpoort deventer deventer 7415 cd 7415cd 14yp00",
    }
    assert SchoolBoard.objects.values_list("number", "name").get() == ("41853", "")
    assert [school.site_code for school in find_schools("hagenpoort deventer").schools] == [
        "14YP00"
    ]


def test_school_is_found_by_what_it_is_called_now_however_that_was_written(tmp_path):
    run(write(tmp_path, [HAGENPOORT]))
    run(write(tmp_path, [HAGENPOORT | {"VESTIGINGSNAAM": "OBS De Vlieger"}]))
    assert School.objects.matching("vlieger").count() == 1
    assert not School.objects.matching("hagenpoort").exists()

    school = School.objects.get()
    school.city = "Zwolle"
    school.save(update_fields=["city"])
    assert School.objects.matching("vlieger zwolle").get() == school

    with pytest.raises(TypeError, match="search_text"):
        School.objects.filter(pk=school.pk).update(name="Anders")


def test_importing_again_mends_what_a_school_is_found_by(tmp_path):
    run(write(tmp_path, [HAGENPOORT]))
    School.objects.update(search_text="as it was folded by an earlier version")
    run(write(tmp_path, [HAGENPOORT]))
    assert School.objects.matching("hagenpoort deventer").count() == 1


def test_import_stores_the_levels_of_a_secondary_school(tmp_path):
    run(write(tmp_path, [HAGENPOORT | {"ONDERWIJSSTRUCTUUR": "HAVO/VWO"}]))
    school = School.objects.get()
    assert (school.sector, school.structure) == (Sector.SECONDARY, "HAVO/VWO")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("SBO", ("so", "SBO")), ("SO/VSO", ("so", "SO/VSO")), ("BO", ("po", "")), (" ", ("po", ""))],
)
def test_import_knows_special_schools_by_their_kind(tmp_path, kind, expected):
    run(write(tmp_path, [HAGENPOORT | {"SOORT_VESTIGING": kind}]))
    assert School.objects.values_list("sector", "structure").get() == expected


def test_import_reads_one_space_as_empty(tmp_path):
    empty = dict.fromkeys(["STRAATNAAM", "POSTCODE", "DENOMINATIE", "VAKANTIEREGIO"], " ")
    run(write(tmp_path, [HAGENPOORT | empty | {"BEVOEGD GEZAG NUMMER": " "}]))

    fields = ("street", "postcode", "denomination", "holiday_region", "board")
    assert School.objects.values_list(*fields).get() == ("", "", "", "", None)


@pytest.mark.parametrize(
    ("encoding", "form", "said"),
    [
        ("cp1252", {}, "Windows-1252, ;"),
        ("utf-8", {}, "UTF-8, ;"),
        ("utf-8-sig", {"delimiter": ",", "quoted": True}, "UTF-8 BOM, ,"),
        ("utf-8-sig", {"quoted": True}, "UTF-8 BOM, ;"),
        ("cp1252", {"delimiter": "\t"}, "Windows-1252, tab"),
    ],
)
def test_import_detects_encoding_and_delimiter(tmp_path, encoding, form, said):
    row = HAGENPOORT | {"VESTIGINGSNAAM": "It Fûnemint ’t “Café” €; ï, x"}
    report = run(write(tmp_path, [row], encoding=encoding, **form))

    assert School.objects.get().name == "It Fûnemint ’t “Café” €; ï, x"
    assert report.what.endswith(f"({said})")


def test_import_reads_older_names_of_columns(tmp_path):
    row = {
        {"INSTELLINGSCODE": "BRIN NUMMER", "VESTIGINGSCODE": "VESTIGINGSNUMMER"}.get(k, k): v
        for k, v in HAGENPOORT.items()
    }
    run(write(tmp_path, [row | {"VESTIGINGSNUMMER": "00"}, row | {"VESTIGINGSNUMMER": "14YP01"}]))
    assert list(School.objects.order_by("site_code").values_list("site_code", flat=True)) == [
        "14YP00",
        "14YP01",
    ]


# --- Again, and again -----------------------------------------------------------------------


def test_import_is_idempotent(tmp_path):
    path = write(tmp_path, [HAGENPOORT, site("15AB00", **APELDOORN)])
    first = run(path)
    before = rows()
    second = run(path)

    assert (counts(first), first.unchanged) == ((2, 0, 0, 0, 0), 0)
    assert (counts(second), second.unchanged) == ((0, 0, 0, 0, 0), 2)
    assert rows() == before


def test_import_says_what_changed_and_finds_the_school_by_its_new_name(tmp_path):
    run(write(tmp_path, [HAGENPOORT]))
    renamed = HAGENPOORT | {"VESTIGINGSNAAM": "IKC De Brug", "BEVOEGD GEZAG NUMMER": "40001"}
    report = run(write(tmp_path, [renamed]))

    assert counts(report) == (0, 1, 0, 0, 0)
    assert report.changed[0].startswith("14YP00 IKC De Brug, Deventer: ")
    assert len(report.changed[0].split(": ")[1].split(", ")) == 2
    assert School.objects.get().board.number == "40001"
    assert len(find_schools("de brug").schools) == 1
    assert find_schools("hagenpoort").schools == []


def test_import_lets_two_sites_swap_addresses(tmp_path):
    here = {"STRAATNAAM": "Hierweg", "POSTCODE": "7411 AA"}
    there = {"STRAATNAAM": "Daarweg", "POSTCODE": "7412 BB"}
    run(write(tmp_path, [site("15AB00", **here), site("15AB01", **there)]))
    keys = dict(School.objects.values_list("site_code", "pk"))
    report = run(write(tmp_path, [site("15AB00", **there), site("15AB01", **here)]))

    assert counts(report) == (0, 2, 0, 0, 0)
    assert dict(School.objects.values_list("site_code", "street")) == {
        "15AB00": "Daarweg",
        "15AB01": "Hierweg",
    }
    assert dict(School.objects.values_list("site_code", "pk")) == keys


def test_import_closes_a_site_that_vanished_and_reopens_it_when_it_returns(tmp_path):
    run(write(tmp_path, sites(10)))
    key = School.objects.get(site_code="10AB09").pk

    closed = run(write(tmp_path, sites(9)))
    assert (counts(closed), closed.closed) == (
        (0, 0, 1, 0, 0),
        ["10AB09 School 10AB09, Deventer"],
    )
    assert School.objects.get(pk=key).closed_on == TODAY

    again = run(write(tmp_path, sites(9)))
    assert counts(again) == (0, 0, 0, 0, 0)

    back = run(write(tmp_path, sites(10)))
    assert (counts(back), back.reopened) == (
        (0, 0, 0, 1, 0),
        ["10AB09 School 10AB09, Deventer"],
    )
    assert School.objects.get(pk=key).closed_on is None


def test_school_that_was_merged_is_not_opened_by_a_file_that_still_has_it(tmp_path):
    run(write(tmp_path, [*sites(10), site("16AB00")]))
    run(write(tmp_path, [*sites(9), site("16AB00")]))
    old, new = (School.objects.get(site_code=code) for code in ("10AB09", "16AB00"))
    merge_schools(source=old, target=new)

    again = run(write(tmp_path, [*sites(10), site("16AB00")]))

    assert counts(again) == (0, 0, 0, 0, 1)
    assert "is met een andere school samengevoegd" in again.skipped[0]
    old.refresh_from_db()
    assert (old.closed_on, old.merged_into) == (TODAY, new)


def test_import_names_a_site_that_came_back_under_another_code(tmp_path):
    name = {"VESTIGINGSNAAM": "De Ster"}
    run(write(tmp_path, [*sites(9), site("15AB00", **name)]))
    report = run(write(tmp_path, [*sites(9), site("16AB00", **name), site("17AB00")]))

    assert counts(report) == (2, 0, 1, 0, 0)
    assert len(report.notes) == 1
    assert report.notes[0].startswith("15AB00 De Ster, Deventer ")
    assert "16AB00" in report.notes[0]


def test_import_names_each_new_site_that_may_be_the_one_that_came_back(tmp_path):
    name = {"VESTIGINGSNAAM": "De Ster"}
    run(write(tmp_path, [*sites(9), site("15AB00", **name)]))
    report = run(write(tmp_path, [*sites(9), site("16AB00", **name), site("17AB00", **name)]))

    assert [note.partition(" gaat ")[2] for note in report.notes] == [
        "misschien verder als 16AB00.",
        "misschien verder als 17AB00.",
    ]


def test_import_leaves_schools_of_teachers_alone(tmp_path):
    typed = make_school(site_code=None, name="De Droom", is_verified=False)
    claimed = make_school(site_code="14YP00", name="Hagenp.", is_verified=False)
    before = rows()

    report = run(write(tmp_path, [HAGENPOORT]))

    assert rows() == before
    assert {typed, claimed} == set(School.objects.all())
    assert len(report.skipped) == 1
    assert "2" in report.skipped[0]


# --- For whom a file speaks -----------------------------------------------------------------


def test_regional_file_closes_nothing_elsewhere_nor_in_another_sector(tmp_path):
    levels = {"ONDERWIJSSTRUCTUUR": "HAVO"}
    everywhere = [site(f"20AB{n:02d}", **APELDOORN, **levels) for n in range(20)]
    run(
        write(tmp_path, everywhere),
        write(tmp_path, sites(3), name="primary.csv"),
    )
    report = run(write(tmp_path, sites(2, first=50, **levels)))

    assert counts(report) == (2, 0, 0, 0, 0)
    assert School.objects.exclude(closed_on=None).count() == 0


def test_file_of_all_provinces_closes_schools_in_municipalities_that_it_no_longer_has(tmp_path):
    country = [site(f"20AB{n:02d}", PROVINCIE=f"Provincie {n}") for n in range(12)]
    gone = site("30AB00", **APELDOORN)
    run(write(tmp_path, [*country, gone]))
    report = run(write(tmp_path, country))

    assert report.closed == ["30AB00 School 30AB00, Apeldoorn"]


def test_half_a_file_is_refused_unless_asked_for(tmp_path):
    run(write(tmp_path, sites(10)))
    before = rows()

    with pytest.raises(BrokenFile) as refusal:
        run(write(tmp_path, sites(7)))
    assert rows() == before
    assert refusal.value.allow == "closing"
    with pytest.raises(CommandError, match="--allow-closing"):
        call_command("import_schools", write(tmp_path, sites(7)))

    report = run(write(tmp_path, sites(7)), allow_closing=True)
    assert counts(report) == (0, 0, 3, 0, 0)


def test_a_fifth_may_close_and_a_single_school_always(tmp_path):
    run(write(tmp_path, sites(10)))
    assert counts(run(write(tmp_path, sites(8))))[2] == 2
    run(write(tmp_path, sites(2), name="two.csv"), allow_closing=True)
    assert counts(run(write(tmp_path, sites(1))))[2] == 1


def test_schools_with_a_code_that_duo_cannot_have_given_stay_open(tmp_path):
    for number in range(10):
        make_school(site_code=f"ZZ{number:02d}00", municipality_code="0150")

    report = run(write(tmp_path, [HAGENPOORT]))

    assert counts(report) == (1, 0, 0, 0, 0)
    assert School.objects.open().count() == 11


def test_skipped_lines_close_nothing(tmp_path):
    run(write(tmp_path, sites(10)))
    broken = sites(10)
    broken[3]["POSTCODE"] = "74155 C"
    report = run(write(tmp_path, broken))

    assert counts(report) == (0, 0, 0, 0, 1)
    assert report.skipped[0].startswith(("regel 5:", "line 5:"))
    assert "74155 C" in report.skipped[0]


# --- Broken files ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("VESTIGINGSCODE", "14Y"),
        ("VESTIGINGSCODE", " "),
        ("POSTCODE", "abc"),
        ("VESTIGINGSNAAM", " "),
        ("PLAATSNAAM", " "),
        ("VAKANTIEREGIO", "Oost"),
        ("VESTIGINGSNAAM", "x" * 201),
    ],
)
def test_unusable_line_is_skipped_with_its_number_and_reason(tmp_path, column, value):
    good = sites(5)
    report = run(write(tmp_path, [*good, HAGENPOORT | {column: value}]))

    assert counts(report) == (5, 0, 0, 0, 1)
    assert report.skipped[0].startswith(("regel 7: ", "line 7: "))


def good_text():
    return duo_files.csv_text([HAGENPOORT, *sites(4)])


BROKEN = {
    "empty": b"",
    "blank": b"\r\n \r\n",
    "binary": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR;;;",
    "not_text": b"a;b\r\n\x81\x8d;x\r\n",
    "header_only": good_text().splitlines(keepends=True)[0].encode(),
    "no_columns": b"schools\r\n14YP00\r\n",
    "wrong_columns": b"a;b;c\r\n1;2;3\r\n",
    "column_missing": good_text().replace("POSTCODE", "POST").encode(),
    "column_twice": good_text().replace("PROVINCIE", "POSTCODE").encode(),
    "cut_in_a_line": good_text().encode()[:-60],
    "cut_in_the_last_value": good_text().rstrip("\r\n").removesuffix("rd").encode(),
    "extra_column": good_text().replace("Hagenpoort;", "Hagen;poort;").encode(),
    "open_quote": good_text().replace("OBS De", '"OBS De').encode(),
    "same_code_twice": (good_text() + good_text().splitlines(keepends=True)[1]).encode(),
    "mostly_unusable": good_text().replace("Noord", "Oost").encode(),
    "bom_but_not_utf8": b"\xef\xbb\xbf" + good_text().replace("OBS", "É").encode("cp1252"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file_changes_nothing_and_names_itself(tmp_path, name):
    make_school(site_code="14YP00", name="Zoals het was")
    path = tmp_path / f"{name}.csv"
    path.write_bytes(BROKEN[name])
    whole = write(tmp_path, sites(3, first=20), name="whole.csv")
    before = rows()

    with pytest.raises(BrokenFile, match=rf"^{name}\.csv .{{5,}}"):
        run(whole, path)

    assert rows() == before
    assert SchoolBoard.objects.count() == 0


def test_file_that_is_not_there_is_a_command_error(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.csv"):
        call_command("import_schools", tmp_path / "nowhere.csv")


# --- The command and its speed --------------------------------------------------------------


@time_machine.travel("2026-09-15 10:00+02:00", tick=False)
def test_command_prints_counts_examples_and_what_is_left_out(tmp_path, capsys):
    call_command("import_schools", write(tmp_path, sites(12)))
    added = capsys.readouterr().out
    call_command("import_schools", write(tmp_path, sites(11)), verbosity=2)
    closed = capsys.readouterr().out

    assert "      12  " in added
    assert added.count("School 10AB") == 10
    assert "… " in added
    assert closed.count("School 10AB") == 1
    assert School.objects.get(site_code="10AB11").closed_on == TODAY


def statements(path, **options):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        run(path, **options)
    return len(captured)


def test_number_of_statements_does_not_grow_with_the_number_of_rows(tmp_path):
    few = statements(write(tmp_path, sites(10)))
    many = statements(write(tmp_path, sites(2000)))
    renamed = write(tmp_path, sites(2000, VESTIGINGSNAAM="School Anders"))
    changed = statements(renamed, allow_changing=True)

    calendars = 2  # of visits, and of boxes that are brought
    assert (few, many, changed) == (few, few, few + calendars)
    assert few <= 10
