"""Under which heading each figure stands, on pages and paper."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from impact.counting.figures import FIGURES

HEADINGS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        pgettext_lazy("heading of figures", "Who came"),
        (
            *("pupils", "pupils-booked", "pupils-unregistered", "visits", "visits-unregistered"),
            *("classes", "schools", "boards", "municipalities"),
        ),
    ),
    (
        gettext_lazy("Who came back, and what was done around the visit"),
        ("returning-schools", "returning-classes", "prepared", "gone-on-with", "followed-up"),
    ),
    (
        gettext_lazy("What did not go ahead"),
        (
            *("no-shows", "cancelled-by-school", "cancelled-by-us", "called-off", "declined"),
            "lapsed",
        ),
    ),
    (
        gettext_lazy("Who waited"),
        ("waited", "waited-served", "waited-in-vain"),
    ),
    (
        pgettext_lazy("heading of figures", "Lesson kits"),
        ("loans", "kit-pupils", "kit-schools", "box-days", "kits-refused"),
    ),
    (
        gettext_lazy("The house and its people"),
        (
            *("half-days", "half-days-used", "places", "zone-hours-open", "zone-hours"),
            *("zone-use", "volunteers", "volunteer-hours"),
        ),
    ),
)


def under_headings[T](of: Mapping[str, T]) -> list[tuple[Any, list[T]]]:
    """These, by the code of their figure, under their headings; headings without any are left out.
    A report may have figures that are there no more: they come last."""
    found = [(title, [of[code] for code in codes if code in of]) for title, codes in HEADINGS]
    gone: Iterable[str] = [code for code in of if code not in FIGURES]
    found.append((_("Other figures"), [of[code] for code in gone]))
    return [(title, rows) for title, rows in found if rows]
