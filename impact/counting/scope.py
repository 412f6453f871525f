"""What is counted over: a span of days, hubs, and where asked for some programmes or one line.

The rows are bookings and loans as they stand now, one for each class or group. Every join is to
the one that a row belongs to (its visit, its school), so that no row is ever counted twice.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from django.db.models import Case, CharField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.models import Booking, BookingEvent, State
from impact.counting.spans import Span
from kits.models import Loan
from schools.models import Sector
from schools.years import FIRST_SECONDARY_YEAR

DAY = "visit__slot__starts_at"
SCHOOL = "submission__school"

# As booked: what was promised to come. As attended: what staff noted as having been here.
BOOKED = Q(state__in=State.where(is_promise=True))
ATTENDED = Q(state=State.ATTENDED)
# Of who came: the number that was noted, or as booked where none was.
NUMBER_HERE = Coalesce("came", "pupils")
# Called off or refused after its code was typed; a hold that nobody confirmed is no cancellation.
ENDED = Q(state__in=[State.CANCELLED, State.DECLINED], submission__verified_at__isnull=False)


class Line(StrEnum):
    """Programme lines, by the class that came; the values are the start of what SQL groups by."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    SPECIAL = "special"
    GROUPS = "groups"

    @property
    def label(self) -> Any:
        return {
            Line.PRIMARY: _("primary education"),
            Line.SECONDARY: _("secondary education"),
            Line.SPECIAL: _("special education"),
            Line.GROUPS: pgettext_lazy("programme line", "groups that are no class"),
        }[self]

    @property
    def rows(self) -> Q:
        """Those of this line: every row is of one."""
        is_group, is_special = ~Q(group_kind=""), Q(**{f"{SCHOOL}__sector": Sector.SPECIAL})
        in_class = ~is_group & ~is_special
        is_secondary = Q(year_from__gte=FIRST_SECONDARY_YEAR)
        return {
            Line.GROUPS: is_group,
            Line.SPECIAL: ~is_group & is_special,
            Line.SECONDARY: in_class & is_secondary,
            Line.PRIMARY: in_class & ~is_secondary,
        }[self]


# Secondary with the levels of the school behind it: of a class nobody asks the level.
LINE_AND_LEVEL = Case(
    When(Line.GROUPS.rows, then=Value(Line.GROUPS.value)),
    When(Line.SPECIAL.rows, then=Value(Line.SPECIAL.value)),
    When(
        Line.SECONDARY.rows,
        then=Concat(Value(f"{Line.SECONDARY} "), f"{SCHOOL}__structure"),
    ),
    default=Value(Line.PRIMARY.value),
    output_field=CharField(),
)


@dataclass(frozen=True)
class Scope:
    span: Span
    hubs: tuple[int, ...] = ()
    programmes: tuple[int, ...] = ()  # none chosen: all of them
    line: Line | None = None
    school: int | None = None
    board: int | None = None

    def over(self, span: Span) -> Self:
        return replace(self, span=span)

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
    def visits(self) -> Any:
        """Bookings of the span that were promised to come, whether or not they did."""
        return self.bookings.filter(BOOKED, self.span.moments(DAY))

    @property
    def came(self) -> Any:
        """Those of them that did."""
        return self.visits.filter(ATTENDED)

    @property
    def ended(self) -> Any:
        """Bookings of the span that were called off or refused, each with `ended_by`: the role of
        who did so last. Once, however often it was called off and taken up again."""
        moves = BookingEvent.objects.filter(
            booking=OuterRef("pk"), to_state__in=[State.CANCELLED, State.DECLINED]
        )
        last = Subquery(moves.order_by("-pk").values("by_role")[:1])
        return self.bookings.filter(ENDED, self.span.moments(DAY)).annotate(ended_by=last)

    @property
    def loans(self) -> Any:
        """Loans that start in the span and of which the box left the building. None where some
        programmes are chosen: a kit is of no programme."""
        rows = Loan.objects.where(went_out=True).filter(self.whose, self.span.days("starts_on"))
        return rows.none() if self.programmes else rows.order_by()
