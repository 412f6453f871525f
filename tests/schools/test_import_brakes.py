"""A file that is whole and yet not right changes nothing, and the message says what to do."""

import datetime
from itertools import combinations

import pytest
from django.core.management import CommandError, call_command

from schools.imports.directory import import_files
from schools.imports.reading import BrokenFile
from schools.imports.sites import COLUMNS
from schools.models import School, SchoolBoard
from tests.schools import duo_files
from tests.schools.duo_files import site, sites, write

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 9, 1)


def run(*paths, **options):
    return import_files(paths, today=TODAY, **options)


def values(*names):
    return list(School.objects.order_by("site_code").values_list("site_code", *names))


def exchanged(rows, one, other):
    return [row | {one: row[other], other: row[one]} for row in rows]


# --- Header names that are exchanged --------------------------------------------------------------


def test_exchanged_names_in_the_header_change_nothing(tmp_path):
    rows = [
        site(
            f"{10 + n // 100}AB{n % 100:02d}",
            VESTIGINGSNAAM=f"OBS De Ster {n}",
            STRAATNAAM=f"Dorpsstraat {n}",
            PLAATSNAAM=f"DORP {n}",
            INTERNETADRES=f"www.ster{n}.nl",
            **{"HUISNUMMER-TOEVOEGING": f"{n + 1}"},
        )
        for n in range(60)
    ]
    run(write(tmp_path, rows))
    columns = "name", "street", "city", "municipality", "province", "board__number"
    before = values(*columns)
    for pair in combinations(COLUMNS, 2):
        try:
            run(write(tmp_path, exchanged(rows, *pair)))
        except BrokenFile:
            assert values(*columns) == before, pair
        else:
            pytest.fail(f"{pair} were taken for each other")


@pytest.mark.parametrize(
    ("one", "other", "column"),
    [
        ("VESTIGINGSNAAM", "STRAATNAAM", "VESTIGINGSNAAM"),
        ("STRAATNAAM", "INTERNETADRES", "STRAATNAAM"),
        ("PROVINCIE", "DENOMINATIE", "PROVINCIE"),
        ("GEMEENTENUMMER", "HUISNUMMER-TOEVOEGING", "Deventer"),
    ],
)
def test_real_file_with_exchanged_names_is_refused_at_the_first_import(
    tmp_path, one, other, column
):
    text = duo_files.real_file(duo_files.PRIMARY).read_bytes().decode("cp1252")
    header, line_end, rest = text.partition("\r\n")
    titles = header.split(";")
    first, second = titles.index(one), titles.index(other)
    titles[first], titles[second] = titles[second], titles[first]
    path = tmp_path / "verwisseld.csv"
    path.write_bytes((";".join(titles) + line_end + rest).encode("cp1252"))
    with pytest.raises(BrokenFile, match=r"verwisseld\.csv .*verwisseld"):
        run(path)
    assert not School.objects.exists()


def test_message_names_the_column_the_line_and_the_value(tmp_path):
    rows = exchanged(sites(40, STRAATNAAM="Dorpsstraat"), "PROVINCIE", "DENOMINATIE")
    with pytest.raises(BrokenFile) as refused:
        run(write(tmp_path, rows))
    assert str(refused.value) == (
        "sites.csv bevat onder DENOMINATIE iets anders: 40 van de 40 waarden lijken er niet op, "
        "de eerste op regel 2: ‘Overijssel’. Zijn twee namen in de eerste regel verwisseld?"
    ) or "onder PROVINCIE" in str(refused.value)


# --- A brake on changing -------------------------------------------------------------------------


def test_file_that_renames_more_than_a_fifth_changes_nothing(tmp_path):
    run(write(tmp_path, sites(50)))
    before = values("name")
    renamed = [row | {"VESTIGINGSNAAM": f"Basisschool {n}"} for n, row in enumerate(sites(50))]
    path = write(tmp_path, renamed[:11] + sites(39, first=11))
    with pytest.raises(BrokenFile) as refused:
        run(path)
    assert refused.value.allow == "changing"
    assert "11 van de 50" in str(refused.value)
    assert "10AB00: ‘School 10AB00’ zou ‘Basisschool 0’ worden" in str(refused.value)
    assert values("name") == before
    with pytest.raises(CommandError, match="--allow-changing"):
        call_command("import_schools", path)
    call_command("import_schools", path, allow_changing=True, verbosity=0)
    assert School.objects.filter(name__startswith="Basisschool").count() == 11


def test_a_fifth_and_a_handful_may_change(tmp_path):
    run(write(tmp_path, sites(50)))
    run(write(tmp_path, sites(10, VESTIGINGSNAAM="School Anders") + sites(40, first=10)))
    assert School.objects.filter(name="School Anders").count() == 10


def test_boards_are_not_renamed_by_the_hundred(tmp_path):
    SchoolBoard.objects.bulk_create(
        SchoolBoard(number=f"{n:05d}", name=f"Stichting {n}") for n in range(1, 31)
    )
    rows = [
        {"BEVOEGD GEZAG NUMMER": f"{n:05d}", "BEVOEGD GEZAG NAAM": f"Straat {n}"}
        for n in range(1, 31)
    ]
    with pytest.raises(BrokenFile) as refused:
        run(write(tmp_path, rows))
    assert refused.value.allow == "changing"
    assert SchoolBoard.objects.get(number="00001").name == "Stichting 1"


# --- Letters -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["’t Kompas", "Mozaïek", "De Háven", "”De Ster”", "Bûtenplak"])
def test_file_that_was_encoded_twice_is_refused(tmp_path, name):
    twice = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in name.encode())
    with pytest.raises(BrokenFile) as refused:
        rows = [*sites(30), site("99ZZ00", VESTIGINGSNAAM=f"OBS {twice}")]
        run(write(tmp_path, rows, encoding="utf-8"))
    assert f"waar ‘OBS {name}’ is bedoeld" in str(refused.value)
    assert not School.objects.exists()


@pytest.mark.parametrize("name", ["Moza‹ek", "Het Mozaiek\ufffd", "B–tenpl¢k"])
def test_letters_of_another_encoding_are_refused(tmp_path, name):
    with pytest.raises(BrokenFile, match="UTF-8"):
        run(write(tmp_path, [*sites(30), site("99ZZ00", VESTIGINGSNAAM=name)], encoding="utf-8"))
    assert not School.objects.exists()


def test_what_is_copied_into_a_file_is_cleaned(tmp_path):
    copied = [site("10AB00", VESTIGINGSNAAM="\u200bDe\u00a0 Ster\u202c")]
    run(write(tmp_path, copied, encoding="utf-8"))
    assert School.objects.get().name == "De Ster"
    [report] = run(write(tmp_path, [site("10AB00", VESTIGINGSNAAM="De Ster")]))
    assert report.unchanged == 1
