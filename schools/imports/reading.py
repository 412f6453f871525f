"""One file of open data as a table, whatever its encoding and delimiter.

DUO publishes Windows-1252 with semicolons, UTF-8 with a byte order mark with semicolons, and
quoted commas; older files name some columns differently. A file that is cut short, is not
text or has a ragged line is refused as a whole.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from django.utils.translation import gettext as _

from core.text import normal

if TYPE_CHECKING:
    from _csv import Reader

type Progress = Callable[[str, int, int], None]

DELIMITERS = {";": ";", ",": ",", "\t": "tab"}
# What a column is called in other years → its name here.
OTHER_NAMES = {
    "BRIN NUMMER": "INSTELLINGSCODE",
    "VESTIGINGSNUMMER": "VESTIGINGSCODE",
    "NAAM VESTIGING": "VESTIGINGSNAAM",
    "SOORT PRIMAIR ONDERWIJS": "SOORT VESTIGING",
}


def no_progress(label: str, done: int, total: int) -> None:
    """For callers without a terminal."""


class BrokenFile(Exception):
    """The file cannot be used; the message says why, in words for whoever runs it."""

    def __init__(self, message: str, *, allow: str = "") -> None:
        super().__init__(message)
        # 'closing' or 'changing': it is used all the same for whoever says that it is right.
        self.allow = allow

    def of(self, name: str) -> Self:
        """The same, naming the file."""
        return type(self)(f"{name} {self}", allow=self.allow)


@dataclass(frozen=True)
class Line:
    """One line under the header: its number in the file and its values by column name."""

    number: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return normal.line(self.values[column])


@dataclass(frozen=True)
class Table:
    name: str
    encoding: str
    delimiter: str
    columns: list[str]
    lines: list[Line]
    # The last line has no line end: if it cannot be read either, the file was cut short.
    ends_abruptly: bool

    @property
    def form(self) -> str:
        return f"{self.encoding}, {DELIMITERS[self.delimiter]}"


@dataclass(frozen=True)
class Source:
    """A file by its name and what is in it."""

    name: str
    data: bytes


def open_file(path: Path) -> Source:
    """Raises BrokenFile."""
    try:
        return Source(path.name, path.read_bytes())
    except OSError as error:
        raise BrokenFile(_("cannot be opened: %s") % error.strerror).of(path.name) from error


def read_table(source: Source) -> Table:
    """Read a CSV file; raises BrokenFile. Values are stripped, so DUO's ' ' is empty."""
    text, encoding = decode(source.data)
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    if delimiter not in header:
        raise BrokenFile(_("has no columns: its first line holds no ; , or tab"))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [_column_name(title) for title in next(reader)]
        lines = _lines(reader, columns)
    except csv.Error as error:
        raise BrokenFile(
            _("line %(line)d cannot be read: %(error)s") % {"line": reader.line_num, "error": error}
        ) from error
    if not lines:
        raise BrokenFile(_("has a header but no lines under it"))
    return Table(source.name, encoding, delimiter, columns, lines, not text.endswith("\n"))


def decode(data: bytes) -> tuple[str, str]:
    """The text of `data` and the name of its encoding; raises BrokenFile."""
    if not data.strip():
        raise BrokenFile(_("is empty"))
    if b"\0" in data:
        raise BrokenFile(_("is not a text file (is it a spreadsheet? Save it as CSV first)"))
    if data.startswith(b"\xef\xbb\xbf"):
        candidates = [("utf-8-sig", "UTF-8 BOM")]
    else:
        candidates = [("utf-8", "UTF-8"), ("cp1252", "Windows-1252")]
    for codec, name in candidates:
        try:
            return data.decode(codec), name
        except UnicodeDecodeError:
            continue
    raise BrokenFile(_("is not readable as UTF-8 or Windows-1252 text"))


def _column_name(title: str) -> str:
    name = " ".join(title.replace("_", " ").upper().split())
    return OTHER_NAMES.get(name, name)


def _lines(reader: "Reader", columns: list[str]) -> list[Line]:
    double = {column for column in columns if column and columns.count(column) > 1}
    if double:
        raise BrokenFile(_("has the column %s twice") % sorted(double)[0])
    lines = []
    for row in reader:
        if not row:
            continue
        if len(row) != len(columns):
            raise BrokenFile(
                _(
                    "line %(line)d has %(found)d columns where the header has %(expected)d; "
                    "was the file cut short?"
                )
                % {"line": reader.line_num, "found": len(row), "expected": len(columns)}
            )
        values = (value.strip() for value in row)
        lines.append(Line(reader.line_num, dict(zip(columns, values, strict=True))))
    return lines
