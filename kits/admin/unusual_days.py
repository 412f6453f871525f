"""What is unusual about days on which staff lend a box: said before they agree on them with a
school, which reads them in its confirmation."""

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import ONE_DAY
from kits import desk_days
from kits.models import Delivery
from kits.rules import LoanItem


def unusual_about(item: LoanItem) -> dict[str, str]:
    """At the field of each, why a school could not ask for it, in words; one query."""
    found, kit = {}, item.kit
    if item.delivery == Delivery.ROUND and not kit.can_be_delivered:
        found["delivery"] = _("This kit does not go along with the transport round.")
    found |= unusual_days(item)
    if (item.ends_on - item.starts_on).days > kit.loan_days:
        text = ngettext(
            "This kit is lent for %(number)d day at most.",
            "This kit is lent for %(number)d days at most.",
            kit.loan_days,
        )
        found.setdefault("ends_on", text % {"number": kit.loan_days})
    return found


def unusual_days(item: LoanItem) -> dict[str, str]:
    """Which of the two days has passed, or is none on which boxes change hands; one query."""
    desk = desk_days.desk_calendar(
        item.kit.venue, item.starts_on, item.ends_on + ONE_DAY, item.delivery, item.booking
    )
    both = {"starts_on": item.starts_on, "ends_on": item.ends_on}
    said = {name: _why(desk, day, item.delivery) for name, day in both.items()}
    return {name: why for name, why in said.items() if why}


def _why(desk: desk_days.DeskCalendar, day: datetime.date, delivery: str) -> str:
    in_words = date_format(day, "LONG_DAY_FORMAT")
    if day < timezone.localdate():
        return _("%(day)s has passed.") % {"day": in_words.capitalize()}
    if desk.is_open(day):
        return ""
    if reason := desk.closed_because(day):
        in_words = f"{in_words} ({reason})"
    if delivery == Delivery.ROUND:
        return _("The transport round does not drive on %(day)s.") % {"day": in_words}
    return _("The desk is not open on %(day)s.") % {"day": in_words}
