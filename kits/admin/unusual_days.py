"""What is unusual about days on which staff lend a box: said before they agree on them with a
school, which reads them in its confirmation."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import ONE_DAY
from kits import days
from kits.models import Delivery
from kits.rules import LoanItem


def unusual_about(item: LoanItem) -> dict[str, str]:
    """At the field of each, why a school could not ask for it, in words; one query."""
    found, kit = {}, item.kit
    if item.delivery == Delivery.ROUND and not kit.can_be_delivered:
        found["delivery"] = _("This kit does not go along with the transport round.")
    first, before = item.starts_on, item.ends_on + ONE_DAY
    desk = days.desk_calendar(kit.venue, first, before, item.delivery)
    for field, day in (("starts_on", first), ("ends_on", item.ends_on)):
        in_words = date_format(day, "LONG_DAY_FORMAT")
        if day < timezone.localdate():
            found[field] = _("%(day)s has passed.") % {"day": in_words.capitalize()}
        elif not desk.is_open(day):
            words = (
                _("The transport round does not drive on %(day)s.")
                if item.delivery == Delivery.ROUND
                else _("The desk is not open on %(day)s.")
            )
            why = desk.closed_because(day)
            found[field] = words % {"day": f"{in_words} ({why})" if why else in_words}
    if (item.ends_on - first).days > kit.loan_days:
        text = ngettext(
            "This kit is lent for %(number)d day at most.",
            "This kit is lent for %(number)d days at most.",
            kit.loan_days,
        )
        found.setdefault("ends_on", text % {"number": kit.loan_days})
    return found
