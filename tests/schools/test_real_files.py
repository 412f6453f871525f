"""DUO's files as published. Reading one takes seconds: each is read once, and all is asked of it
then."""

import datetime
import time

import pytest

from schools.imports.directory import import_files
from schools.imports.reading import BrokenFile
from schools.models import PupilCount, School
from schools.search import find_schools
from tests.schools import duo_files
from tests.schools.duo_files import HAGENPOORT, write

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 9, 15)
MEANT = {
    "hagenpoort deventer": "Openbare Basisschool De Hagenpoort, Deventer",
    "OBS De Hagenpoort": "Openbare Basisschool De Hagenpoort, Deventer",
    "St.Jozef": "St Jozef, Blokker",
    "hagenpoort in deventer": "Openbare Basisschool De Hagenpoort, Deventer",
    "Hagenpoort, Deventer NL": "Openbare Basisschool De Hagenpoort, Deventer",
    "Montessori en Breda": "Montessori + Breda, Breda",
    "hagepoort": "Openbare Basisschool De Hagenpoort, Deventer",
    "hagenpoort zwolle": "Openbare Basisschool De Hagenpoort, Deventer",
    "dokter ariens neede": "Dr. Ariëns Daltonschool, Neede",
    "theo thijssen assen": "o.b.s.Theo Thijssen, Assen",
}


def run(*paths):
    return import_files(paths, today=TODAY)


def numbers(report):
    lists = report.added, report.changed, report.closed, report.reopened, report.skipped
    return [len(one) for one in lists]


def test_primary_schools_within_fifteen_seconds_and_again_without_a_change(tmp_path):
    """Then with their pupils, searched as teachers do, and half of the file, which is refused."""
    path = duo_files.real_file(duo_files.PRIMARY)
    started = time.process_time()  # a busy machine is no failure
    [first] = run(path)
    took = time.process_time() - started

    assert (numbers(first), School.objects.count()) == ([6122, 0, 0, 0, 0], 6122)
    assert took < 15
    assert School.objects.get(site_code="14YP00").holiday_region == "noord"
    assert not School.objects.filter(city__regex=r"[A-Z]{4}").exists()

    assert {query: str(find_schools(query).schools[0]) for query in MEANT} == MEANT
    assert [s.site_code for s in find_schools("hagenpoort deventer").schools] == ["14YP00"]
    assert {one.city for one in find_schools("s'Gravenhage").schools} == {"'s-Gravenhage"}

    second, counts = run(duo_files.real_file(duo_files.PUPILS), path)
    assert (numbers(second), second.unchanged) == ([0, 0, 0, 0, 0], 6122)
    assert (len(counts.added), counts.skipped) == (60_920, [])
    assert PupilCount.objects.filter(pupils=None).exists()

    lines = path.read_bytes().splitlines(keepends=True)
    half = tmp_path / "half.csv"
    half.write_bytes(b"".join(lines[: len(lines) // 2]))
    with pytest.raises(BrokenFile, match="3062"):
        run(half)
    assert School.objects.filter(closed_on=None).count() == 6122


def test_secondary_schools_have_levels_and_close_no_primary_school(tmp_path):
    run(write(tmp_path, [HAGENPOORT]))
    [report] = run(duo_files.real_file(duo_files.SECONDARY))

    assert numbers(report) == [56, 0, 0, 0, 0]
    assert School.objects.get(site_code="32KM00").structure == "HAVO"
    assert set(
        School.objects.filter(municipality="Apeldoorn").values_list("holiday_region", flat=True)
    ) == {"midden"}
