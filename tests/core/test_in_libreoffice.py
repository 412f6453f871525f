"""Spreadsheets as a real program reads them, and again after it saved them (PITFALLS T07)."""

import csv
import datetime
import shutil
import subprocess
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from core.backoffice.spreadsheets import dutch_csv, xlsx

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="no LibreOffice (soffice) here")


def day(*when: int) -> datetime.datetime:
    return datetime.datetime(*when)  # noqa: DTZ001  # a cell knows no time zone


HEADING = ["klas", "telefoon", "nummer", "bedrag", "dag", "moment", "aantal", "naam"]
ROW = [
    *("7-8", "0570123456", "00123", Decimal("1234.50")),
    *(datetime.date(2026, 8, 7), day(2026, 11, 3, 9, 0), 24, "=1+1"),
]


def saved(path, kind, folder, *, infilter=""):
    """What LibreOffice makes of the file, saved as `kind`."""
    [made] = all_saved([path], kind, folder, infilter=infilter)
    return made


def all_saved(paths, kind, folder, *, infilter=""):
    """The same of several files, for which it starts once: that takes most of the time."""
    command = [
        *(OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless"),
        *([f"--infilter={infilter}"] if infilter else []),
        *("--convert-to", kind, "--outdir", str(folder / "saved"), *map(str, paths)),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return [folder / "saved" / f"{path.stem}.{kind.partition(':')[0]}" for path in paths]


def test_cells_of_a_sheet_are_the_same_after_saving_and_reopening(tmp_path):
    path = tmp_path / "lijst.xlsx"
    path.write_bytes(xlsx("Lijst", [HEADING, ROW]))
    [_heading, row] = load_workbook(saved(path, "xlsx", tmp_path)).active.values
    assert row == (
        *("7-8", "0570123456", "00123", 1234.5),
        *(day(2026, 8, 7), day(2026, 11, 3, 9, 0), 24, "'=1+1"),
    )


def test_sheet_saved_as_text_reads_as_a_dutch_person_wrote_it(tmp_path):
    path = tmp_path / "lijst.xlsx"
    path.write_bytes(xlsx("Lijst", [HEADING, ROW]))
    text = saved(path, "csv:Text - txt - csv (StarCalc):59,34,76,1", tmp_path).read_text()
    [row] = csv.DictReader(text.splitlines(), delimiter=";")
    assert (row["klas"], row["telefoon"], row["nummer"]) == ("7-8", "0570123456", "00123")
    assert (row["dag"], row["moment"]) == ("07-08-2026", "03-11-2026 09:00")
    assert row["naam"] == "'=1+1"


def test_text_file_is_read_by_a_dutch_spreadsheet_with_days_and_numbers(tmp_path):
    """Semicolons, UTF-8, Dutch (1043), and days recognised, as Excel does on a double click. What
    is text has the mark of it, and nothing is lost."""
    path = tmp_path / "lijst.csv"
    path.write_text(dutch_csv([HEADING, ROW]), newline="")
    dutch = "Text - txt - csv (StarCalc):59,34,76,1,,1043,,true"
    found = saved(path, "xlsx", tmp_path, infilter=dutch)
    [heading, row] = load_workbook(found).active.values
    values = dict(zip(heading, row, strict=True))
    assert values["bedrag"] == 1234.5
    assert values["dag"] == day(2026, 8, 7)
    assert values["moment"] == day(2026, 11, 3, 9, 0)
    assert values["naam"] == "'=1+1"
    texts = values["klas"], values["telefoon"], values["nummer"]
    assert texts == ("'7-8", "'0570123456", "'00123")
