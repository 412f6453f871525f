"""The heading of a table of moves says in which module each is made."""

import re
from pathlib import Path

import pytest

import bookings.lifecycle.table
import kits.lifecycle

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("table", [bookings.lifecycle.table, kits.lifecycle])
def test_each_move_is_made_where_the_table_says(table):
    lines = re.findall(r"^- `([a-z_/.]+)`[^:]*: ((?:\w+,\s+)*\w+)$", table.__doc__, re.MULTILINE)
    said = [(move, path) for path, moves in lines for move in re.split(r",\s+", moves)]

    assert sorted(move for move, _path in said) == sorted(table.MOVES)
    elsewhere = {move: path for move, path in said if not _makes(path, move)}
    assert elsewhere == {}


def _makes(path: str, move: str) -> bool:
    """By its name in quotes, outside the table; or by the verb that all kinds share."""
    text = (ROOT / path).read_text()
    return bool(re.search(rf'"{move}"|\bMOVES\.{move}|\bchanging\.{move}\(', text))
