"""The directory of schools while an import is planned: as it is, and as it will be by then.

Nothing is written while planning, so that staff can look at all of it first.
"""

import datetime
from dataclasses import dataclass

from schools.imports.reading import Progress, no_progress
from schools.models import School, SchoolBoard


@dataclass(frozen=True)
class Wanted:
    """What whoever runs the import says: the day, and what is right though it looks wrong."""

    today: datetime.date  # written on schools that close
    allow_closing: bool = False
    allow_changing: bool = False
    progress: Progress = no_progress


@dataclass
class Directory:
    """Each file finds the schools and boards as the files before it leave them."""

    schools: dict[str, School]  # by code
    boards: dict[str, str]  # number → name


def read_directory() -> Directory:
    """All schools and boards, in two queries."""
    schools = School.objects.exclude(site_code=None).select_related("board")
    return Directory(
        {str(school.site_code): school for school in schools},
        dict(SchoolBoard.objects.values_list("number", "name")),
    )
