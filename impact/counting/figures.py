"""The table of figures: of each its code, name, definition and unit, which rows add up to it, and
how. A page shows a figure beside these rows, and both come from here.

Figures of one basis are computed together, in one query over its rows without a join to many;
those of the house are in `house.py`.
"""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from bookings.models import State
from core.lifecycle import Role
from impact.counting import conditions, house
from impact.counting.figure import Basis, Figure, Unit, different, here, pupils, rows
from impact.counting.scope import SCHOOL, Scope

_CLASSES = different("class_group")
_SCHOOLS = different(SCHOOL)
_BOARDS = different(f"{SCHOOL}__board")
_MUNICIPALITIES = different(f"{SCHOOL}__municipality", unless="")

_FIGURES = [
    Figure(
        "pupils",
        _("Pupils and participants who came"),
        _(
            "Pupils of classes, and participants of groups, that staff noted as having been here, "
            "on days in the period, both ends included: the number that was noted, or as booked "
            "where none was. Whoever came twice counts twice."
        ),
        Unit.HEADS,
        Basis.VISITS,
        here,
        conditions.attended,
    ),
    Figure(
        "pupils-booked",
        _("Pupils and participants as booked"),
        _(
            "The last number that was agreed, of every booking that was confirmed: of those who "
            "came, who did not come, and who are still to come."
        ),
        Unit.HEADS,
        Basis.VISITS,
        pupils,
        conditions.everything,
    ),
    Figure(
        "pupils-unregistered",
        _("Pupils and participants of whom nobody noted whether they came"),
        _(
            "Of bookings on days before today that were confirmed, and that staff noted neither as "
            "here nor as not come. They are in no figure of who came."
        ),
        Unit.HEADS,
        Basis.VISITS,
        pupils,
        conditions.unregistered,
    ),
    Figure(
        "visits",
        _("Visits of classes and groups"),
        _("Each class or group that came, once for every time. Two classes at once are two."),
        Unit.VISITS,
        Basis.VISITS,
        rows,
        conditions.attended,
    ),
    Figure(
        "visits-unregistered",
        _("Visits of which nobody noted whether they came"),
        _("Confirmed, on days before today, and noted neither as here nor as not come."),
        Unit.VISITS,
        Basis.VISITS,
        rows,
        conditions.unregistered,
    ),
    Figure(
        "classes",
        _("Different classes"),
        _(
            "Classes that came at least once. A class belongs to one school and one school year, "
            "and counts once however often it came. Groups that are no class are not in it."
        ),
        Unit.CLASSES,
        Basis.VISITS,
        _CLASSES,
        conditions.attended,
    ),
    Figure(
        "schools",
        _("Schools reached"),
        _(
            "School sites of which at least one class came. Each counts once in the period: months "
            "and quarters do not add up to the year. A school that was typed counts apart until "
            "staff merge it with the one in DUO’s list."
        ),
        Unit.SCHOOLS,
        Basis.VISITS,
        _SCHOOLS,
        conditions.attended,
    ),
    Figure(
        "boards",
        _("School boards reached"),
        _(
            "Boards (bevoegd gezag, as DUO knows them) of which at least one school came; each "
            "once. A school that is not in DUO’s list yet has none."
        ),
        Unit.BOARDS,
        Basis.VISITS,
        _BOARDS,
        conditions.attended,
    ),
    Figure(
        "municipalities",
        _("Municipalities reached"),
        _("Municipalities in which a school stands of which at least one class came; each once."),
        Unit.MUNICIPALITIES,
        Basis.VISITS,
        _MUNICIPALITIES,
        conditions.attended,
    ),
    Figure(
        "returning-schools",
        _("Schools that came back"),
        _("Schools reached in the period that had come before its first day too; each once."),
        Unit.SCHOOLS,
        Basis.CAME,
        _SCHOOLS,
        conditions.school_came_before,
    ),
    Figure(
        "returning-classes",
        _("Classes that came back"),
        _(
            "Classes that came in the period and had come before: earlier in the year, or last year"
            " as the class that this one continues. Each once."
        ),
        Unit.CLASSES,
        Basis.CAME,
        _CLASSES,
        conditions.class_came_before,
    ),
    Figure(
        "prepared",
        _("Visits prepared in class"),
        _("Visits that took place and of which the teacher said that the class was prepared."),
        Unit.VISITS,
        Basis.VISITS,
        rows,
        conditions.prepared,
    ),
    Figure(
        "gone-on-with",
        _("Visits followed up in class"),
        _(
            "Visits that took place and of which the teacher said that the class went on with it "
            "afterwards. Who said nothing is not in it."
        ),
        Unit.VISITS,
        Basis.VISITS,
        rows,
        conditions.followed_up,
    ),
    Figure(
        "followed-up",
        _("Visits followed up with a kit"),
        _(
            "Visits that took place and with which a lesson kit went to the same class, whatever "
            "its teacher said of going on with it."
        ),
        Unit.VISITS,
        Basis.CAME,
        rows,
        conditions.with_kit,
    ),
    Figure(
        "no-shows",
        _("Did not come"),
        _("Visits that were confirmed, and that staff noted as not come."),
        Unit.VISITS,
        Basis.VISITS,
        rows,
        conditions.missed,
    ),
    Figure(
        "cancelled-by-school",
        _("Cancelled by the school"),
        _(
            "Bookings whose code was typed and that the school called off itself, by the day on "
            "which they would have come. One booking counts once; who cancels and books again has "
            "one cancellation and one visit."
        ),
        Unit.VISITS,
        Basis.ENDED,
        rows,
        conditions.ended(State.CANCELLED, Role.TEACHER),
    ),
    Figure(
        "cancelled-by-us",
        _("Cancelled by us"),
        _(
            "Bookings that staff called off: on the school’s behalf, or because a day closed or a "
            "visit could not go ahead."
        ),
        Unit.VISITS,
        Basis.ENDED,
        rows,
        conditions.ended(State.CANCELLED, Role.STAFF, Role.SITE),
    ),
    Figure(
        "called-off",
        _("Cancelled by us with the whole visit"),
        _(
            "Of these, those of visits that could not go ahead at all: a day that closed, or a "
            "visit that staff called off for all its classes. The rest went one by one, mostly on "
            "the school’s behalf."
        ),
        Unit.VISITS,
        Basis.ENDED,
        rows,
        conditions.called_off,
    ),
    Figure(
        "declined",
        _("Requests that we declined"),
        _("Asked for by a school and declined by staff, by the day that was asked for."),
        Unit.VISITS,
        Basis.ENDED,
        rows,
        conditions.ended(State.DECLINED),
    ),
    Figure(
        "lapsed",
        _("Never confirmed"),
        _(
            "Places that were held, or offered from the waiting list, and that nobody confirmed in "
            "time. Who asked again within a day, for the same programme and year groups or kind of "
            "group, counts once, and not at all if that was confirmed. They are no cancellations, "
            "and in no other figure."
        ),
        Unit.VISITS,
        Basis.LAPSED,
        rows,
        conditions.everything,
    ),
    Figure(
        "loans",
        _("Loans of lesson kits"),
        _("Loans that start in the period and of which the box left the building."),
        Unit.LOANS,
        Basis.LOANS,
        rows,
        conditions.everything,
    ),
    Figure(
        "kit-pupils",
        _("Pupils who worked with a kit"),
        _(
            "Pupils of the classes with those loans. They are not added to the pupils who came: "
            "often they are the same children."
        ),
        Unit.PUPILS,
        Basis.LOANS,
        pupils,
        conditions.everything,
    ),
    Figure(
        "kit-schools",
        _("Schools that borrowed a kit"),
        _("School sites with at least one of those loans, each once."),
        Unit.SCHOOLS,
        Basis.LOANS,
        _SCHOOLS,
        conditions.everything,
    ),
    Figure(
        "waited",
        _("On the waiting list"),
        _(
            "Classes and groups that asked for a place when none was free, by the first day that "
            "they wanted."
        ),
        Unit.WAITS,
        Basis.WAITS,
        rows,
        conditions.everything,
    ),
    Figure(
        "waited-served",
        _("Waited and got a place"),
        _("Of these, those that took a place that we offered."),
        Unit.WAITS,
        Basis.WAITS,
        rows,
        conditions.served,
    ),
    Figure(
        "waited-in-vain",
        _("Waited in vain"),
        _(
            "Of these, those that are on the list no more without a place: withdrawn, an offer "
            "that was not taken, or too late. The rest still waits."
        ),
        Unit.WAITS,
        Basis.WAITS,
        rows,
        conditions.in_vain,
    ),
    *house.FIGURES,
]
FIGURES: Mapping[str, Figure] = {one.code: one for one in _FIGURES}


def figures_of(scope: Scope) -> list[Figure]:
    """Figures that say something of it: the house has no school, programme or source."""
    return [one for one in _FIGURES if one.basis != Basis.HOUSE or not scope.is_limited]


def compute(scope: Scope, codes: Iterable[str] | None = None) -> dict[str, int]:
    """The figures by their codes, all of them unless said; a query for each basis."""
    asked = figures_of(scope) if codes is None else [FIGURES[code] for code in codes]
    found: dict[str, int] = {}
    for basis in Basis:
        of_basis = [one for one in asked if one.basis == basis]
        if not of_basis:
            continue
        if basis == Basis.HOUSE:
            in_house = house.compute(scope)
            found |= {_column(one): in_house[one.code] for one in of_basis}
            continue
        columns = {_column(one): one.measure(one.where(scope)) for one in of_basis}
        found |= getattr(scope, basis).aggregate(**columns)
    return {one.code: found[_column(one)] for one in asked}


def _column(figure: Figure) -> str:
    """Its name in a query, unlike that of any field."""
    return f"figure_{figure.code.replace('-', '_')}"
