"""Codes of boxes as people type and scan them: case, spaces, dashes and lookalikes forgiven."""

import re
from collections.abc import Iterable

from django.db.models import QuerySet

from kits.models import KitCopy

# Letters that are read for digits, as in Crockford's base32.
_LOOKALIKES = str.maketrans("oil", "011")
_ADDRESS = re.compile(r"https?://\S*?/([^/\s]+)/?")


def plain(typed: str) -> str:
    """What is compared: letters and digits, lookalikes made one. An address gives its end."""
    address = _ADDRESS.fullmatch(typed.strip())
    code = address[1] if address else typed
    return "".join(filter(str.isalnum, code.casefold())).translate(_LOOKALIKES)


def find_copy(typed: str, copies: QuerySet[KitCopy]) -> KitCopy | None:
    """The one of the boxes that was meant; None if there is none, or more than one it could be."""
    if "\0" in typed:  # PostgreSQL does not take it, and no code has it
        return None
    exact = copies.select_related("kit").filter(code=typed.strip()).first()
    if exact:
        return exact
    wanted = plain(typed)
    if not wanted:
        return None
    found = [pk for pk, code in copies.values_list("pk", "code") if plain(code) == wanted]
    return copies.select_related("kit").get(pk=found[0]) if len(found) == 1 else None


def sort_out(lines: Iterable[str], copies: Iterable[KitCopy]) -> tuple[list[KitCopy], list[str]]:
    """The copies that the lines name, each once and in that order, and the lines that name none."""
    by_code = {plain(copy.code): copy for copy in copies}
    found: dict[int, KitCopy] = {}
    unknown: dict[str, str] = {}
    for line in filter(None, map(str.strip, lines)):
        copy = by_code.get(plain(line))
        if copy:
            found[copy.pk] = copy
        else:
            unknown[plain(line)] = line
    return list(found.values()), list(unknown.values())
