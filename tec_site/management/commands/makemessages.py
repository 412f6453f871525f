"""Django's makemessages with this project's habits; `make messages` runs it.

No guessed ('fuzzy') translations, no dates that change at every run, sorted, and English filled in
by itself: the message ids are English.
"""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.core.management.commands import makemessages

VOLATILE_HEADERS = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team'
    r'|Report-Msgid-Bugs-To):.*"\n',
    re.MULTILINE,
)


class Command(makemessages.Command):
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def write_po_file(self, potfile: str, locale: str) -> None:
        super().write_po_file(potfile, locale)
        catalogue = Path(potfile).parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        if locale == "en":
            fill_with_message_ids(catalogue)
        sort(catalogue)
        text = catalogue.read_text("utf-8")
        catalogue.write_text(VOLATILE_HEADERS.sub("", text), "utf-8")

    def handle(self, *args: Any, **options: Any) -> None:
        options["no_location"] = True
        options["no_wrap"] = True
        options["no_obsolete"] = True
        options["ignore_patterns"] += [".venv/*", "var/*", "tests/*", "benchmarks/*"]
        super().handle(*args, **options)


def fill_with_message_ids(catalogue: Path) -> None:
    _gettext("msgen", "--no-wrap", "--force-po", "-o", str(catalogue), str(catalogue))


def sort(catalogue: Path) -> None:
    """By message: where a text stands in the sources is no reason to move its translation."""
    _gettext("msgcat", "--no-wrap", "--sort-output", "-o", str(catalogue), str(catalogue))


def _gettext(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    assert path, "makemessages has already found gettext"
    subprocess.run([path, *arguments], check=True)  # noqa: S603  # gettext's own
