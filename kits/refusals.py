"""The ways in which a verb of `lifecycle.py` says no, in words for a teacher or a volunteer."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.lifecycle import Refused


class NoCopyFree(Refused):
    message = _("No box is free for this whole period. Choose other days.")


class NotAHandoverDay(Refused):
    message = _("Boxes are not collected or returned on that day. Choose another day.")


class LoanTooLong(Refused):
    message = _("That is longer than this kit is lent.")


class TooSoon(Refused):
    message = _("This date is too soon: we need some days to prepare.")


class TooFarAhead(Refused):
    message = _("This date is too far ahead.")


class DatesPassed(Refused):
    message = _("The dates have passed meanwhile. Choose other days.")


class NotLentAnyMore(Refused):
    message = _("This kit is not lent any more. Choose another one.")


class NotLater(Refused):
    message = _("Choose a later day than the one on which the box comes back now.")


class TooLate(Refused):
    message = _("The box is packed already. Please call us.")


class NothingHeld(Refused):
    message = _("There is nothing left to confirm: this reservation was cancelled.")


class CopyNotHere(Refused):
    message = _("This box has not come back from the loan before. Look for another one.")


class CopyNotCounted(Refused):
    message = _("This box is back, but not counted yet. Count it first, or look for another one.")


class CopyInRepair(Refused):
    message = _("This box is out of service today. Give this class another one.")


class OtherCopy(Refused):
    message = _("This loan has another box by now. Look again.")


class CopyUnfit(Refused):
    message = _("This box lacks something without which it cannot go out.")


class CopyRepairedThen(Refused):
    message = _("This box is being repaired then.")


class CopyWithdrawn(Refused):
    message = _("This box was withdrawn: it is not lent any more.")


class CopyPromised(Refused):
    message = _("This box is promised to somebody else then.")


class CountMissing(Refused):
    message = _("Count every item on the list first.")


class VenueTold(Refused):
    field = "venue"
    message = ngettext_lazy(
        "%(number)d loan of this kit is promised or out, and its school knows this venue only. "
        "Wait until the box is back, or cancel the loan; or duplicate the kit for the other venue.",
        "%(number)d loans of this kit are promised or out, and their schools know this venue only. "
        "Wait until the boxes are back, or cancel the loans; or duplicate the kit for the other "
        "venue.",
        "number",
    )


class KitTold(Refused):
    field = "kit"
    message = ngettext_lazy(
        "%(number)d loan of its present kit counts on this box. Give that loan another box, or "
        "wait until this one is back and checked.",
        "%(number)d loans of its present kit count on this box. Give those loans other boxes, or "
        "wait until this one is back and checked.",
        "number",
    )
