"""Until when a loan can be extended; and where it cannot, the one reason."""

import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import ONE_DAY, days_between
from kits.desk_days import free_again_on
from kits.lendable_days import Period, Return, look_at
from kits.models import Loan
from schools.years import last_plannable_day


class Extension(NamedTuple):
    """The days on which the box can come back later than now; without any, why not."""

    returns: list[Return]
    reason: str


def extension_of(loan: Loan) -> Extension:
    """Days after today and the present return on which it could end with the same copy."""
    last = max(loan.ends_on, timezone.localdate())
    if loan.copy.is_withdrawn:
        return Extension([], _("The box cannot stay longer: we are taking it out of use."))
    period = look_at(
        loan.kit, loan.starts_on, loan.starts_on, loan.delivery, loan.booking, but=loan
    )
    later = [one for one in period.returns(loan.starts_on) if one.date > last]
    others = (away.start for away in period.copies.away if away.copy == loan.copy_id)
    promised = min(others, default=datetime.date.max)
    found = [one for one in later if free_again_on(loan.kit, one.date) <= promised]
    return Extension(found, "" if found else _why_not(loan, period, last, promised, later))


def _why_not(
    loan: Loan,
    period: Period,
    last: datetime.date,
    promised: datetime.date,
    later: list[Return],
) -> str:
    """The first thing that stands in the way."""
    longest = loan.starts_on + datetime.timedelta(days=loan.kit.loan_days)
    horizon = last_plannable_day()
    if later and loan.copy.repairs.filter(starts_on=promised).exists():
        return _("The box cannot stay longer: it is going to be repaired.")
    if later:
        return _("The box cannot stay longer: another class has it after you.")
    if longest <= last:
        words = ngettext(
            "The box cannot stay longer: %(number)d day is the longest time we lend it.",
            "The box cannot stay longer: %(number)d days is the longest time we lend it.",
            loan.kit.loan_days,
        )
        return words % {"number": loan.kit.loan_days}
    if horizon <= last:
        words = _("The box cannot stay longer: we do not plan beyond %(day)s yet.")
        return words % {"day": date_format(horizon, "LONG_DATE_FORMAT")}
    return _closed(period, last + ONE_DAY, min(longest, horizon))


def _closed(period: Period, first: datetime.date, until: datetime.date) -> str:
    """No box changes hands on these days: why, where it is a holiday or a closed day."""
    days = days_between(first, until)
    reason = next((why for why in map(period.desk.closed_because, days) if why), "")
    said = {"day": date_format(until, "LONG_DAY_FORMAT"), "reason": reason}
    if reason:
        words = _(
            "Up to and including %(day)s the box may stay, but no boxes are brought back by then: "
            "%(reason)s."
        )
    else:
        words = _(
            "Up to and including %(day)s the box may stay, but there is no day on which to bring "
            "it back."
        )
    return words % said
