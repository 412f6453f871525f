"""School years and year groups.

A school year runs from 1 August to 31 July and is written as the year in which it starts:
2026 is '2026-2027'. Year groups of primary and secondary schools share one scale, so that a
range is two numbers: 1 to 8 are *groep* 1 to 8 (primary), 9 to 14 are *leerjaar* 1 to 6
(secondary).
"""

import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.addresses import row_number
from core.dates import FIRST_DAY, LAST_DAY


class YearGroup(models.IntegerChoices):
    GROUP_1 = 1, _("Group 1")
    GROUP_2 = 2, _("Group 2")
    GROUP_3 = 3, _("Group 3")
    GROUP_4 = 4, _("Group 4")
    GROUP_5 = 5, _("Group 5")
    GROUP_6 = 6, _("Group 6")
    GROUP_7 = 7, _("Group 7")
    GROUP_8 = 8, _("Group 8")
    YEAR_1 = 9, _("Secondary year 1")
    YEAR_2 = 10, _("Secondary year 2")
    YEAR_3 = 11, _("Secondary year 3")
    YEAR_4 = 12, _("Secondary year 4")
    YEAR_5 = 13, _("Secondary year 5")
    YEAR_6 = 14, _("Secondary year 6")


FIRST_SECONDARY_YEAR = YearGroup.YEAR_1


class Level(models.TextChoices):
    """Level of a secondary class; first years are often of two levels."""

    PRO = "pro", _("practical training (praktijkonderwijs)")
    VMBO = "vmbo", "vmbo"
    VMBO_HAVO = "vmbo-havo", "vmbo/havo"
    HAVO = "havo", "havo"
    HAVO_VWO = "havo-vwo", "havo/vwo"
    VWO = "vwo", "vwo"


LEVEL_CHOICES = [("", _("another, or not known")), *Level.choices]


def level_label(level: str) -> str:
    return str(dict(LEVEL_CHOICES)[level])


def describe_year_groups(first: int, last: int) -> str:
    """'groep 6', 'groep 6/7', 'groep 5 t/m 8', 'leerjaar 1' or 'groep 8 t/m leerjaar 2'."""
    if first == last:
        return str(YearGroup(first).label).lower()
    same_kind = (first >= FIRST_SECONDARY_YEAR) == (last >= FIRST_SECONDARY_YEAR)
    offset = FIRST_SECONDARY_YEAR - 1 if first >= FIRST_SECONDARY_YEAR else 0
    if not same_kind:
        return str(
            _("%(first)s to %(last)s")
            % {
                "first": str(YearGroup(first).label).lower(),
                "last": str(YearGroup(last).label).lower(),
            }
        )
    word = _("secondary year") if offset else _("group")
    if last == first + 1:
        return f"{word} {first - offset}/{last - offset}"
    return str(
        _("%(word)s %(first)d to %(last)d")
        % {"word": word, "first": first - offset, "last": last - offset}
    )


def school_year_of(day: datetime.date) -> int:
    """The year in which the school year of `day` starts (1 August)."""
    return day.year if day.month >= 8 else day.year - 1


def school_year_start(year: int) -> datetime.date:
    return datetime.date(year, 8, 1)


def school_year_end(year: int) -> datetime.date:
    """The last day (31 July), inclusive."""
    return datetime.date(year + 1, 7, 31)


def current_school_year() -> int:
    return school_year_of(timezone.localdate())


def last_plannable_day() -> datetime.date:
    """The end of the next school year: schools plan no further ahead."""
    return school_year_end(current_school_year() + 1)


def school_year_in(typed: str | None) -> int | None:
    """The school year that an address or a filter names; None where it names none."""
    year = row_number(typed)
    return year if FIRST_DAY.year <= year < LAST_DAY.year else None


def school_year_label(year: int) -> str:
    return f"{year}–{year + 1}"
