"""Codes of boxes as people type and scan them: case, spaces, dashes and lookalikes forgiven."""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from core.text.normal import code, line
from kits.models import KitCopy

# Letters that are read for digits, as in Crockford's base32.
_LOOKALIKES = str.maketrans("oil", "011")
_ADDRESS = re.compile(r"https?://\S*?/([^/\s]+)/?")


def plain(typed: str) -> str:
    """What is compared: letters and digits, lookalikes made one. An address gives its end."""
    address = _ADDRESS.fullmatch(line(typed))
    return code(address[1] if address else typed).translate(_LOOKALIKES)


def find_copy(typed: str, copies: QuerySet[KitCopy]) -> KitCopy | None:
    """The one of the boxes that was meant; None if there is none, or more than one it could be."""
    exact = copies.select_related("kit").filter(code=line(typed)).first()
    if exact:
        return exact
    wanted = plain(typed)
    if not wanted:
        return None
    found = [pk for pk, own in copies.values_list("pk", "code") if plain(own) == wanted]
    return copies.select_related("kit").get(pk=found[0]) if len(found) == 1 else None


def sort_out(lines: Iterable[str], copies: Iterable[KitCopy]) -> tuple[list[KitCopy], list[str]]:
    """The copies that the lines name, each once and in that order, and the lines that name none, or
    more than one it could be."""
    exact: dict[str, KitCopy] = {}
    alike: dict[str, list[KitCopy]] = defaultdict(list)
    for copy in copies:
        exact[copy.code] = copy
        alike[plain(copy.code)].append(copy)
    found: dict[int, KitCopy] = {}
    unknown: dict[str, str] = {}
    for typed in filter(None, map(line, lines)):
        meant = [exact[typed]] if typed in exact else alike[plain(typed)]
        if len(meant) == 1:
            found[meant[0].pk] = meant[0]
        else:
            unknown[plain(typed)] = typed
    return list(found.values()), list(unknown.values())
