"""Which rows add up to a figure, of those of its basis."""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from bookings.models import State
from core.dates import start_of_day
from core.lifecycle import Role
from impact.counting.scope import ATTENDED, DAY, SCHOOL, Scope
from kits.models import Loan
from submissions.models import Ending, WaitState


def everything(_scope: Scope) -> Q:
    return Q()


def attended(_scope: Scope) -> Q:
    return ATTENDED


def unregistered(_scope: Scope) -> Q:
    """Bookings before today of which nobody noted whether they came."""
    today = start_of_day(timezone.localdate())
    return Q(state=State.CONFIRMED, **{f"{DAY}__lt": today})


def missed(_scope: Scope) -> Q:
    return Q(state=State.NO_SHOW)


def prepared(_scope: Scope) -> Q:
    return ATTENDED & Q(prepared_at__isnull=False)


def followed_up(_scope: Scope) -> Q:
    return ATTENDED & Q(followed_up_at__isnull=False)


def with_kit(_scope: Scope) -> Q:
    """A box went out for the same booking."""
    went_out = Loan.objects.where(went_out=True)
    return ATTENDED & Q(Exists(went_out.filter(booking=OuterRef("pk"))))


def served(_scope: Scope) -> Q:
    return Q(state=WaitState.TAKEN)


def in_vain(_scope: Scope) -> Q:
    return Q(state__in=WaitState.where(is_off=True))


def school_came_before(scope: Scope) -> Q:
    """Their school came on a day before the span."""
    before = scope.bookings.filter(ATTENDED, **{f"{DAY}__lt": scope.span.starts_at})
    return ATTENDED & Q(Exists(before.filter(**{SCHOOL: OuterRef(SCHOOL)})))


def class_came_before(scope: Scope) -> Q:
    """The class, or the one that it continues, came on an earlier moment."""
    earlier = scope.bookings.filter(ATTENDED, **{f"{DAY}__lt": OuterRef(DAY)})
    same = Q(class_group=OuterRef("class_group"))
    same |= Q(class_group=OuterRef("class_group__continues"))
    return ATTENDED & Q(Exists(earlier.filter(same)))


def ended(state: State, *roles: Role) -> Callable[[Scope], Q]:
    return lambda _scope: Q(state=state, ended_by__in=roles) if roles else Q(state=state)


def called_off(_scope: Scope) -> Q:
    return Q(state=State.CANCELLED, ended_why=Ending.CALLED_OFF)
