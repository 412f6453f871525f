"""What stops an import before anything is written: a file that is whole, and yet not right.

Header names can be exchanged, a file can be saved in an encoding twice. Each line by itself looks
fine then; the columns as a whole do not.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from schools.imports.reading import BrokenFile, Line, Table

# A school changes its name now and then, a fifth of all schools never does in one month.
MOST_CHANGED = 0.2
# A file without more than this share of the schools that we know is not the whole sector.
MOST_MISSING = 0.2
MOST_UNUSABLE = 0.2  # of its lines
# Fewer than this is no pattern: a small file may be one board's, or a list of corrections.
A_FEW = 20
A_HANDFUL = 5
PROVINCES = {
    "drenthe", "flevoland", "friesland", "fryslân", "fryslan", "gelderland", "groningen", "limburg",
    "noord-brabant", "noord-holland", "overijssel", "utrecht", "zeeland", "zuid-holland",
}  # fmt: skip
SCHOOL_WORDS = re.compile(
    r"school|onderwijs|kindcentrum|college|lyceum|skoalle|campus|gymnasium|mavo|havo|vmbo|"
    r"\b(basissch|bs|[oprcgik]?bs|i?kc|pcbo?|sws|de|het|'t)\b",
    re.IGNORECASE,
)
STREET_WORDS = re.compile(
    r"(straat|str|weg|laan|plein|dijk|kade|singel|pad|hof|gracht|steeg|dreef|plantsoen|markt|"
    r"park|wal|ring|baan|veld|berg|horst|akker|kamp|hout|wijk|burg|oord|lei|poort|vaart)\b",
    re.IGNORECASE,
)
DENOMINATION_WORDS = re.compile(
    r"openb|katholiek|christ|protest|bijzonder|gereform|reform|islam|hindoe|joods|israel|evangel|"
    r"antropos|samenwerk|interconf|oecumen|vrije|overig",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Look:
    """What the values of a column look like, and how many of a hundred do at least."""

    column: str
    fits: Callable[[str], object]
    least: int = 90


# Of the real files of August and October 2026 each has at least five in a hundred more.
LOOKS = (
    Look("VESTIGINGSNAAM", SCHOOL_WORDS.search, 50),
    Look("STRAATNAAM", STREET_WORDS.search, 50),
    Look("HUISNUMMER-TOEVOEGING", re.compile(r"[0-9]").match),
    Look("BEVOEGD GEZAG NUMMER", re.compile(r"[0-9]{1,5}").fullmatch),
    Look("GEMEENTENUMMER", re.compile(r"[0-9]{1,4}").fullmatch),
    Look("GEMEENTENAAM", re.compile(r"[^\W\d]").search),
    Look("PLAATSNAAM", re.compile(r"[^\W\d]").search),
    Look("PROVINCIE", lambda text: text.lower() in PROVINCES),
    Look("DENOMINATIE", DENOMINATION_WORDS.search, 80),
    Look("INTERNETADRES", re.compile(r"[^\s@]+\.[^\s@]{2,}").search, 75),
)


def look_at_columns(table: Table) -> None:
    """Raises BrokenFile if a column holds something else than its name says."""
    for look in LOOKS:
        values = [(line, value) for line in table.lines if (value := line[look.column])]
        others = [(line, value) for line, value in values if not look.fits(value)]
        if len(others) >= A_FEW and len(others) * 100 > (100 - look.least) * len(values):
            line, value = others[0]
            raise BrokenFile(
                _(
                    "holds something else under %(column)s: %(count)d of %(total)d values do not "
                    "look like it, the first in line %(line)d: ‘%(value)s’. Are two names in the "
                    "first line exchanged?"
                )
                % {
                    "column": look.column,
                    "count": len(others),
                    "total": len(values),
                    "line": line.number,
                    "value": value,
                }
            )
    _look_at_municipalities(table.lines)


def _look_at_municipalities(lines: Sequence[Line]) -> None:
    """A number of a municipality has one name; places and municipalities are not exchanged."""
    names: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        names[line["GEMEENTENUMMER"]].add(line["GEMEENTENAAM"].upper())
    several = [number for number, found in names.items() if len(found) > 1]
    if len(several) > max(2, MOST_CHANGED * len(names)):
        number = several[0]
        raise BrokenFile(
            _(
                "gives municipality %(number)s several names: %(names)s. Is GEMEENTENAAM exchanged "
                "with another column in the first line?"
            )
            % {"number": number, "names": ", ".join(sorted(names[number])[:3])}
        )


def refuse_unusable(skipped: Sequence[str], *, of: int) -> None:
    """Raises BrokenFile if too many of so many lines were skipped; each says why."""
    if len(skipped) > MOST_UNUSABLE * of:
        raise BrokenFile(
            _("has %(count)d unusable lines of %(total)d; the first is %(first)s")
            % {"count": len(skipped), "total": of, "first": skipped[0]}
        )


def refuse_half_a_file(missing: int, expected: int, closing: Sequence[str]) -> None:
    """Raises BrokenFile if too many of the schools that we know are missing, and it would close
    these."""
    # One school is never suspicious, however few there are.
    if missing > max(1, MOST_MISSING * expected):
        raise BrokenFile(
            _(
                "lacks %(missing)d of the %(expected)d open schools that we know: is it half a "
                "file? It would close %(closing)d schools, the first being %(first)s"
            )
            % {
                "missing": missing,
                "expected": expected,
                "closing": len(closing),
                "first": closing[0],
            },
            allow="closing",
        )


@dataclass(frozen=True)
class Change:
    """One row's value before and after."""

    label: str
    before: str
    after: str


def refuse_wide_change(changes: Mapping[str, Sequence[Change]], *, known: int) -> None:
    """Raises BrokenFile if one column changes for more than a fifth of the rows that we know."""
    for column, changed in changes.items():
        if len(changed) > max(A_HANDFUL, MOST_CHANGED * known):
            first = changed[0]
            raise BrokenFile(
                _(
                    "changes the %(column)s of %(count)d of the %(known)d that we know, the first "
                    "being %(label)s: ‘%(before)s’ would become ‘%(after)s’. Are two names in the "
                    "first line exchanged, or is it another year’s file?"
                )
                % {
                    "column": column,
                    "count": len(changed),
                    "known": known,
                    "label": first.label,
                    "before": first.before,
                    "after": first.after,
                },
                allow="changing",
            )


# --- Letters -----------------------------------------------------------------------------------

# Windows-1252 has no letter for these five; programs that read it pass them on.
_HOLES = {chr(code): bytes([code]) for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
# Signs that stand between two letters only where a byte was read as another encoding's.
_WRONG = re.compile(r"[^\W\d_][‚„†‡ˆ‰‹›˜™¢¤¦§¨©¬®¯²³¶¸¹¼½¾¿¡][^\W\d_]|\ufffd")


def look_at_letters(table: Table) -> None:
    """Raises BrokenFile if letters were read in the wrong encoding, once or twice."""
    lines = [line for line in table.lines if not "".join(line.values.values()).isascii()]
    texts = [(line.number, text) for line in lines for text in line.values.values()]
    for number, text in texts:
        if text.isascii():
            continue
        meant = _encoded_once(text)
        if meant != text:
            raise BrokenFile(
                _(
                    "was saved in an encoding twice: line %(line)d has ‘%(text)s’ where "
                    "‘%(meant)s’ is meant. Download it anew and do not save it in between"
                )
                % {"line": number, "text": text, "meant": meant}
            )
        if _WRONG.search(text):
            raise BrokenFile(
                _(
                    "has letters that cannot be right: line %(line)d has ‘%(text)s’. Download it "
                    "anew, or save it as UTF-8"
                )
                % {"line": number, "text": text}
            )


def _encoded_once(text: str) -> str:
    """What a text is that UTF-8 was read into as Windows-1252; itself if it was not."""
    try:
        return b"".join(_HOLES.get(one) or one.encode("cp1252") for one in text).decode("utf-8")
    except UnicodeError:
        return text
