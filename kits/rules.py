"""What a class must satisfy to borrow a kit: its year group and its number of pupils.

As in `bookings/rules.py`: the verb asks, the form shows, and staff may overrule each, with a
note. About the days: `lifecycle.refuse_dates`.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kits.models import LessonKit
from schools.years import describe_year_groups
from submissions.rules import Broken, ClassRequest, Rule

RULES = (Rule.YEAR_GROUP, Rule.NUMBERS)


def broken_rules(kit: LessonKit, asked: ClassRequest) -> list[Broken]:
    found = []
    if asked.year_from < kit.year_from or asked.year_to > kit.year_to:
        message = _("This kit is for %(for_whom)s, not for %(asked)s.") % {
            "for_whom": kit.for_whom,
            "asked": describe_year_groups(asked.year_from, asked.year_to),
        }
        found.append(Broken(Rule.YEAR_GROUP, "year_groups", message))
    if asked.pupils > kit.max_pupils:
        message = ngettext(
            "This kit serves %(number)d pupil at once.",
            "This kit serves %(number)d pupils at once.",
            kit.max_pupils,
        ) % {"number": kit.max_pupils}
        found.append(Broken(Rule.NUMBERS, "pupils", message))
    return found
