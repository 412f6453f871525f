"""When a person is erased by the clock: at the end of the school year that follows the last one in
which anything was heard of her, or is still to come.

Every act postpones: signing in, asking, answering, changing by the link of a mail, a calendar that
follows her visits. Her pages and mails say the school year in words.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from core import kinds
from core.dates import start_of_day
from schools.models import User
from schools.years import school_year_of, school_year_start
from submissions.kinds import submitted
from submissions.models import Companion, Submission


def limit_on(day: datetime.date) -> datetime.datetime:
    """The moment since which silent teachers may be erased on `day`: the start of the school year
    before the one of that day."""
    return start_of_day(school_year_start(school_year_of(day) - 1))


def needed_since(moment: datetime.datetime) -> Q:
    """Submissions about which somebody must be reached, at `moment` or later."""
    needed = Q(pk__in=[])
    for kind in submitted():
        needed |= Q(pk__in=kind.needed_since(moment))
    return needed


def silent_since(limit: datetime.datetime) -> QuerySet[User]:
    """Teachers of whom nothing was heard since, and who have nothing still to come."""
    day = timezone.localdate(limit)
    recent = Submission.objects.filter(Q(created_at__gte=limit) | needed_since(limit))
    shared = Companion.objects.alive().filter(submission__in=recent)
    silent = User.objects.filter(
        Q(last_login=None) | Q(last_login__lt=limit),
        Q(seen_on=None) | Q(seen_on__lt=day),
        is_staff=False,
        joined_at__lt=limit,
    )
    found: tuple[Any, ...] = (recent, shared)
    for rows in found:
        silent = silent.exclude(pk__in=rows.filter(user__isnull=False).values("user"))
        silent = silent.exclude(email__in=rows.exclude(email="").values("email"))
    for kind in kinds.kinds():
        acts = kind.event._base_manager.filter(at__gte=limit, by__isnull=False)
        silent = silent.exclude(pk__in=acts.values("by"))
    return silent


def due(limit: datetime.datetime) -> QuerySet[User]:
    """Silent teachers whose month is over."""
    return silent_since(limit).filter(erase_on__lte=timezone.localdate())


def saw(user: User) -> None:
    """Note that her calendar asked for her visits: once a month, and not if we know something
    fresher of her."""
    month_ago = timezone.now() - settings.ERASURE_TOLD_BEFORE
    if max(user.last_login or user.joined_at, user.joined_at) < month_ago:
        fresh = Q(seen_on=None) | Q(seen_on__lt=timezone.localdate(month_ago))
        User.objects.filter(fresh, pk=user.pk).update(seen_on=timezone.localdate())
