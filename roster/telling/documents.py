"""The roster of a week on paper."""

import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.dates import ONE_WEEK
from core.documents import render_pdf
from roster.telling.dashboard import days_of


def week_sheet(monday: datetime.date, user: Any) -> bytes:
    """A PDF of the hubs of `user`. Raises DocumentsUnavailable."""
    days = days_of(monday, monday + ONE_WEEK, user)
    hubs = {one.visit.slot.venue.hub for day in days for one in day.visits}
    names = sorted(hub.organizer_name for hub in hubs)
    return render_pdf(
        "pdf/roster_week.html", {"monday": monday, "days": days, "organizer": ", ".join(names)}
    )


def week_filename(monday: datetime.date) -> str:
    return _("roster-%(day)s.pdf") % {"day": monday.isoformat()}
