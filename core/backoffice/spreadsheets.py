"""Spreadsheets that a Dutch Excel reads: each cell is of the type of its value.

What people typed is always text: no cell is a formula, whatever it begins with (OWASP, CSV
injection).
"""

import csv
import datetime
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# A telephone number begins with what a formula may begin with, and is none.
TELEPHONE = re.compile(r"\+\d[\d -]*")
# Text that a Dutch spreadsheet takes for something else when it opens a CSV: a class '7-8' becomes
# 7 August, 00123 loses its zeros, 1.234 becomes a number.
MISTAKEN = re.compile(
    r"0\d+|\d{16,}|\d+[eE][+-]?\d+|\d{1,3}(\.\d{3})+|\d+,\d+|\d{1,3}:\d\d(:\d\d)?"
    r"|\d{1,2}[-/.]\d{1,2}([-/.]\d{1,4})?|\d{4}[-/]\d{1,2}([-/]\d{1,2})?"
)
NARROW, WIDE = 12, 60  # a column, in characters
FORMATS = {
    datetime.datetime: "dd-mm-yyyy hh:mm",
    datetime.date: "dd-mm-yyyy",
    Decimal: "#,##0.00",
}


def as_text(value: Any) -> Any:
    """`value`, with an apostrophe before what a spreadsheet would take for a formula."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def typed(value: Any) -> Any:
    """`value` as a cell knows it: moments in local time, and else numbers, days and text."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).replace(tzinfo=None, second=0, microsecond=0)
    if isinstance(value, int | float | Decimal | datetime.date) and not isinstance(value, bool):
        return value
    return str(value)


def xlsx(title: str, rows: Iterable[Sequence[Any]]) -> bytes:
    """A sheet that stays harmless when it is saved as CSV and opened again."""
    return workbook([(title, ([_guarded(value) for value in row] for row in rows))])


def workbook(sheets: Iterable[tuple[str, Iterable[Sequence[Any]]]]) -> bytes:
    """An XLSX file of sheets, each with its title and rows; the first row is the heading."""
    # Not above: it takes 6 MB, also of a web process that never makes a spreadsheet.
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        _fill(book.create_sheet(re.sub(r"[\\/?*\[\]:]", " ", title)[:31]), rows)
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def _fill(sheet: Any, rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font

    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
                cell.data_type = "s"  # openpyxl takes what begins with '=' for a formula
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            else:
                cell.value = value
                cell.number_format = FORMATS.get(type(value), cell.number_format)
            if number == 1:
                cell.font = Font(bold=True)
    for column in sheet.columns:
        longest = max(len(str(cell.value or "")) for cell in column)
        width = min(max(longest + 2, NARROW), WIDE)
        sheet.column_dimensions[column[0].column_letter].width = width
    sheet.freeze_panes = "A2"  # the heading stays in view


def _guarded(value: Any) -> Any:
    return value if isinstance(value, str) and TELEPHONE.fullmatch(value) else as_text(value)


def dutch_csv(rows: Iterable[Sequence[Any]]) -> str:
    """With semicolons, decimal commas, days as 31-12-2026, and the mark by which Excel knows UTF-8.

    A CSV cannot say what is text, so an apostrophe does, as people type it in a spreadsheet.
    """
    stored = io.StringIO()
    stored.write("\ufeff")
    csv.writer(stored, delimiter=";", lineterminator="\r\n").writerows(
        [_in_csv(value) for value in row] for row in rows
    )
    return stored.getvalue()


def _in_csv(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return f"{value:%d-%m-%Y %H:%M}"
    if isinstance(value, datetime.date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, str) and MISTAKEN.fullmatch(value):
        return f"'{value}"
    return as_text(value)
