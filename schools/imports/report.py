"""What an import does, for whoever runs it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """Each list holds one description per school, count or holiday; notes are whole sentences."""

    source: str
    what: str = ""
    lines: int = 0
    unchanged: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # What is to be written of each kind, in this order: rows of plain values (`writing.py`).
    rows: dict[str, list[Any]] = field(default_factory=dict)
