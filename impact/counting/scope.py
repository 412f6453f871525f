"""What is counted over: a span of days, hubs, and where asked for some programmes, one line, or
what a funding source helps pay.

The rows are bookings and loans as they stand now, one for each class or group. Every join is to
the one that a row belongs to (its visit, its school), so that no row is ever counted twice.
"""

import datetime
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple, Self

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.models import Booking, BookingEvent, State, VisitWait
from impact.counting.spans import Span
from kits.models import Loan
from schools.models import Sector
from schools.years import FIRST_SECONDARY_YEAR, Level

DAY = "visit__slot__starts_at"
SCHOOL = "submission__school"
PROGRAMME = "visit__programme"

# As booked: what was promised to come. As attended: what staff noted as having been here.
BOOKED = Q(state__in=State.where(is_promise=True))
ATTENDED = Q(state=State.ATTENDED)
# Of who came: the number that was noted, or as booked where none was.
NUMBER_HERE = Coalesce("came", "pupils")
# Called off or refused after its code was typed.
ENDED = Q(state__in=[State.CANCELLED, State.DECLINED], submission__verified_at__isnull=False)
# Who asks anew within this time has one asking.
ANEW_WITHIN = datetime.timedelta(days=1)


def _typed_alike(name: str) -> Q:
    """Submissions with the same typed under this name, and the same place."""
    names = (f"submission__{name}", "submission__typed_city")
    return ~Q(**{names[0]: ""}) & Q(**{one: OuterRef(one) for one in names})


class ProgrammeLine(StrEnum):
    """Programme lines, by the class that came; the values are the start of what SQL groups by."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    SPECIAL = "special"
    GROUPS = "groups"

    @property
    def label(self) -> Any:
        return {
            ProgrammeLine.PRIMARY: _("primary education"),
            ProgrammeLine.SECONDARY: _("secondary education"),
            ProgrammeLine.SPECIAL: _("special education"),
            ProgrammeLine.GROUPS: pgettext_lazy("programme line", "groups that are no class"),
        }[self]

    @property
    def rows(self) -> Q:
        """Rows of this line; each row is of one."""
        is_group, is_special = ~Q(group_kind=""), Q(**{f"{SCHOOL}__sector": Sector.SPECIAL})
        in_class = ~is_group & ~is_special
        is_secondary = Q(year_from__gte=FIRST_SECONDARY_YEAR)
        return {
            ProgrammeLine.GROUPS: is_group,
            ProgrammeLine.SPECIAL: ~is_group & is_special,
            ProgrammeLine.SECONDARY: in_class & is_secondary,
            ProgrammeLine.PRIMARY: in_class & ~is_secondary,
        }[self]


# Of a secondary class the level that was said, or the only one that its school has.
_LEVELS_OF_DUO = {
    Level.PRO: ["PRO"],
    Level.VMBO: ["VBO", "MAVO", "VBO/MAVO", "VMBO"],
    Level.HAVO: ["HAVO"],
    Level.VWO: ["VWO"],
}
LEVEL = Case(
    When(~Q(level=""), then=F("level")),
    *(
        When(**{f"{SCHOOL}__structure__in": structures}, then=Value(level.value))
        for level, structures in _LEVELS_OF_DUO.items()
    ),
    default=Value(""),
    output_field=CharField(),
)
# Secondary with the level behind it.
LINE_AND_LEVEL = Case(
    When(ProgrammeLine.GROUPS.rows, then=Value(ProgrammeLine.GROUPS.value)),
    When(ProgrammeLine.SPECIAL.rows, then=Value(ProgrammeLine.SPECIAL.value)),
    When(
        ProgrammeLine.SECONDARY.rows,
        then=Concat(Value(f"{ProgrammeLine.SECONDARY} "), LEVEL),
    ),
    default=Value(ProgrammeLine.PRIMARY.value),
    output_field=CharField(),
)


class Paid(NamedTuple):
    """A source helps pay for a programme on these days."""

    programme: int
    span: Span


@dataclass(frozen=True)
class Scope:
    span: Span
    hubs: tuple[int, ...] = ()
    programmes: tuple[int, ...] = ()  # none chosen: all of them
    line: ProgrammeLine | None = None
    school: int | None = None
    board: int | None = None
    paid: tuple[Paid, ...] | None = None  # by one source, of all days; None: whoever pays

    def over(self, span: Span) -> Self:
        return replace(self, span=span)

    @property
    def is_limited(self) -> bool:
        """To some visits or schools: what is of no visit, school or class is in none of it."""
        return bool(self.programmes or self.line or self.school or self.board) or (
            self.paid is not None
        )

    @property
    def whose(self) -> Q:
        """Whose rows these are, whatever they are and whenever."""
        found = Q(submission__hub__in=self.hubs)
        if self.line:
            found &= self.line.rows
        if self.school:
            found &= Q(**{SCHOOL: self.school})
        if self.board:
            found &= Q(**{f"{SCHOOL}__board": self.board})
        return found

    @property
    def bookings(self) -> Any:
        """Of any day and in any state."""
        rows = Booking.objects.filter(self.whose).order_by()
        return rows.filter(visit__programme__in=self.programmes) if self.programmes else rows

    @property
    def on_days(self) -> Q:
        """On days of the span; of a source, those on which it helps pay for the programme."""
        found = self.span.moments(DAY)
        if self.paid is None:
            return found
        programmes: dict[Span, list[int]] = {}
        for one in self.paid:
            if one.span.first <= self.span.last and one.span.last >= self.span.first:
                programmes.setdefault(one.span, []).append(one.programme)
        helped = Q(pk__in=[])
        for span, paid in programmes.items():
            helped |= Q(visit__programme__in=paid) & span.moments(DAY)
        return found & helped

    @property
    def visits(self) -> Any:
        """Bookings of the span that were promised to come, whether or not they did."""
        return self.bookings.filter(BOOKED, self.on_days)

    @property
    def came(self) -> Any:
        """The `visits` attended."""
        return self.visits.filter(ATTENDED)

    @property
    def ended(self) -> Any:
        """Bookings of the span that were called off or refused, each with the role that called it
        off last, `ended_by`, and the code of why where one is known, `ended_why`. Each
        once, however often it was called off and taken up again."""
        moves = BookingEvent.objects.filter(
            booking=OuterRef("pk"), to_state__in=[State.CANCELLED, State.DECLINED]
        )
        last = moves.order_by("-pk").annotate(code=KT("data__why"))
        return self.bookings.filter(ENDED, self.on_days).annotate(
            ended_by=Subquery(last.values("by_role")[:1]),
            ended_why=Subquery(last.values("code")[:1]),
        )

    @property
    def lapsed(self) -> Any:
        """Bookings of the span that nobody confirmed in time, without those after which the same
        school or organisation asked anew. Neither address nor browser tells, as erasing takes both;
        the asker as chosen or typed does, with the programme, the year groups or kind of group,
        within a day."""
        anew = self.bookings.filter(
            created_at__gt=OuterRef("created_at"),
            created_at__lte=OuterRef("created_at") + ANEW_WITHIN,
            **{one: OuterRef(one) for one in (PROGRAMME, "group_kind")},
        ).exclude(submission=OuterRef("submission"))
        years = Q(**{one: OuterRef(one) for one in ("year_from", "year_to")})
        same = Q(**{SCHOOL: OuterRef(SCHOOL)}) | _typed_alike("typed_school_name")
        same |= _typed_alike("typed_organisation")
        rows = self.bookings.filter(self.on_days, state=State.LAPSED)
        return rows.exclude(Exists(anew.filter(same, years | ~Q(group_kind=""))))

    @property
    def loans(self) -> Any:
        """Loans that start in the span and of which the box left the building. None where some
        programmes or a source are chosen: a kit is of no programme."""
        rows = Loan.objects.where(went_out=True).filter(self.whose, self.span.days("starts_on"))
        return rows.none() if self.programmes or self.paid is not None else rows.order_by()

    @property
    def waits(self) -> Any:
        """Places on the waiting list for visits, confirmed, by the first day that was wanted. None
        of a source: nobody pays for those absent."""
        asked = VisitWait.objects.filter(
            self.whose, self.span.days("first_day"), asked_at__isnull=False
        )
        if self.programmes:
            asked = asked.filter(programme__in=self.programmes)
        return asked.none() if self.paid is not None else asked.order_by()
