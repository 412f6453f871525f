"""Spreadsheets that a Dutch Excel reads (PITFALLS T07)."""

import csv
import datetime
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from core.backoffice.spreadsheets import dutch_csv, typed, xlsx
from tests.factories import amsterdam

VALUES = [
    "7-8",
    "0570123456",
    "00123",
    "+31 6 12345678",
    Decimal("1234.50"),
    24,
    datetime.date(2026, 12, 10),
    typed(amsterdam(2026, 10, 25, 13)),
    "Ümit Çelik-van ’t Hof",
    "",
]


def sheet_of(rows):
    return load_workbook(io.BytesIO(xlsx("Boekingen: alle", rows))).active


def test_each_cell_is_of_the_type_of_its_value():
    at_midnight = amsterdam(2026, 12, 10).replace(tzinfo=None)
    cells = sheet_of([["kop"] * len(VALUES), VALUES])[2]
    assert [cell.value for cell in cells[:-1]] == [
        *("7-8", "0570123456", "00123", "+31 6 12345678", 1234.5, 24),
        at_midnight,
        VALUES[7],
        "Ümit Çelik-van ’t Hof",
    ]
    assert [cell.data_type for cell in cells[:-1]] == [*"ssss", "n", "n", "d", "d", "s"]
    assert [cells[at].number_format for at in (4, 6, 7)] == [
        "#,##0.00",
        "dd-mm-yyyy",
        "dd-mm-yyyy hh:mm",
    ]


def test_csv_has_semicolons_decimal_commas_and_the_mark_of_utf8():
    text = dutch_csv([VALUES])
    assert text.startswith("\ufeff")
    [row] = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")
    assert row == [
        *("'7-8", "'0570123456", "'00123", "'+31 6 12345678", "1234,50", "24"),
        *("10-12-2026", "25-10-2026 13:00", "Ümit Çelik-van ’t Hof", ""),
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_is_typed_is_never_a_formula(start):
    text = f'{start}HYPERLINK("http://kwaad.example")'
    [cell] = sheet_of([[text]])[1]
    assert (cell.data_type, cell.value.startswith("'")) == ("s", True)
    assert dutch_csv([[text]]).removeprefix("\ufeff").lstrip('"').startswith("'")


def test_title_of_a_sheet_has_no_sign_that_excel_refuses():
    assert sheet_of([["a"]]).title == "Boekingen  alle"


@pytest.mark.parametrize(
    "text", ["7-8", "5/6", "6.7", "00123", "1.234", "1,5", "7:30", "3e4", "2026-09", "1" * 16]
)
def test_text_that_a_spreadsheet_takes_for_something_else_is_marked_in_csv(text):
    assert dutch_csv([[text]]).strip("\ufeff\r\n") == f"'{text}"


@pytest.mark.parametrize("text", ["24", "7a", "2026-2027", "7411 AA", "0570 12 34 56", "groep 7-8"])
def test_text_that_stays_what_it_is_has_no_mark(text):
    assert dutch_csv([[text]]).strip("\ufeff\r\n") == text
