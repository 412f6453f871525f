"""The small markup in which staff write a *lesbrief*, an *instructiekaart* or a statement.

    # Wat heb je nodig?          a heading
    - zes robots                 an item of a list
    1. Zet de robot aan.         a step; the first number of a list counts, the rest follows
    Anything else                a paragraph, until the next blank line

A line without a mark that follows an item directly goes on with that item. A blank line between
two items does not end their list, so numbering goes on. There is no way to write HTML: blocks
hold plain text, which the template escapes.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["heading", "paragraph", "list", "steps"]

_MARKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("heading", re.compile(r"#+\s+(.*)")),
    ("list", re.compile(r"[-•*]\s+(.*)")),
    ("steps", re.compile(r"(\d{1,3})[.)]\s+(.*)", re.ASCII)),
)


@dataclass
class TextBlock:
    """Plain text: one for a heading or a paragraph, one per item for a list or steps."""

    kind: Kind
    texts: list[str] = field(default_factory=list)
    start: int = 1  # the number of the first step

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def parse(text: str) -> list[TextBlock]:
    """Blocks in order; every text is stripped and not empty. Never fails."""
    blocks: list[TextBlock] = []
    after_blank = True
    for line in map(_clean, text.splitlines()):
        if not line:
            after_blank = True
            continue
        kind, start, words = _read(line)
        last = blocks[-1] if blocks else None
        if last and kind in ("list", "steps") and last.kind == kind:
            last.texts.append(words)
        elif last and kind == "paragraph" and last.kind != "heading" and not after_blank:
            last.texts[-1] += f" {words}"
        else:
            blocks.append(TextBlock(kind, [words], start))
        after_blank = False
    return blocks


def _read(line: str) -> tuple[Kind, int, str]:
    for kind, mark in _MARKS:
        if match := mark.fullmatch(line):
            start = int(match[1]) if kind == "steps" else 1
            return kind, start, match[match.lastindex or 1]
    return "paragraph", 1, line


def _clean(line: str) -> str:
    """Without control characters, which have no place on paper, and spaces at the ends."""
    kept = (" " if character == "\t" else character for character in line)
    return "".join(one for one in kept if unicodedata.category(one) not in ("Cc", "Cs")).strip()
