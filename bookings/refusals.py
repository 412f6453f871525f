"""The ways in which a verb of `bookings/lifecycle/` says no, each in words for the person asking.

Those of places (VisitFull, ZonesTaken, DoesNotFit) are in `places.py`.
"""

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from bookings.models import VisitSlot
from core.lifecycle import Refused
from submissions.rules import IN_THE_PAST


class TooLate(Refused):
    """To cancel or move by herself. Its page then asks staff; this is read by who had that page, or
    the one of several classes, open while the day passed."""

    message = _(
        "The last day to cancel or move this yourself has passed. You can ask us: we contact you, "
        "and until then the place stays yours."
    )


class TooLateForNumbers(TooLate):
    """As `templates/bookings/booking_numbers.html` says it, in the place of the form."""

    message = _("The last day to change this yourself has passed. Please call us.")


class ClassAlreadyBooked(Refused):
    """`class_index` says which of the classes asked for, where that is known."""

    message = _("This class already takes part in this visit.")

    def __init__(self, class_index: int | None = None, **facts: str) -> None:
        self.class_index = class_index
        super().__init__(**facts)


class ClassWaitsForCode(ClassAlreadyBooked):
    """Somebody holds the place for it; perhaps she herself, in a browser without its cookies."""

    message = _(
        "This was asked for already and waits for its code until %(until)s. Type the code in the "
        "browser in which it was asked for. Can you not do that? After %(until)s you can ask again."
    )

    def __init__(self, class_index: int, until: datetime.datetime) -> None:
        super().__init__(class_index, until=date_format(timezone.localtime(until), "TIME_FORMAT"))


class GroupAlreadyBooked(ClassAlreadyBooked):
    message = _("This group already takes part in this visit.")


class WrongAudience(Refused):
    """A class asks for what is for groups, or the other way round."""

    message = _("This programme is for others now. Please choose another one.")


class NothingHeld(Refused):
    message = _("There is nothing left to confirm: this booking was cancelled.")


class NothingToMove(Refused):
    """A visit in which nobody is booked has no rooms to take along."""

    message = _("Nobody is booked in this visit, so there is nothing to move.")


class NeverConfirmed(Refused):
    message = _("The school never confirmed this booking; ask it to book again.")


class Forgotten(Refused):
    message = _("Who asked for this is erased from our records: nobody would hear that it goes on.")


class SlotPast(Refused):
    message = IN_THE_PAST


class QuestionChanged(Refused):
    """'Yes, we come' was the answer to another date or number."""

    message = _("Meanwhile the date or the number has changed. Please look at it once more.")


class DateChanged(Refused):
    """Staff gave a slot another time or place while its form was filled in."""

    message = _(
        "This date has another time or place now: %(when)s, %(where)s. Does that suit you? Then "
        "send it once more."
    )

    def __init__(self, slot: VisitSlot) -> None:
        start = timezone.localtime(slot.starts_at)
        when = date_format(start, "LONG_DAY_TIME_FORMAT")
        super().__init__(when=when, where=slot.venue.name)


class BelowBooked(Refused):
    message = _("More is booked already than this maximum allows.")


class ReasonAsked(Refused):
    message = _(
        "This visit counts in what was sent already: %(sent)s. That stays as it is; write down why "
        "you correct it."
    )


class NotYet(Refused):
    message = _("The visit has not started yet.")


class AudienceTold(Refused):
    field = "audience"
    message = ngettext_lazy(
        "%(number)d booking of this programme, or place on its waiting list, is still to come. "
        "Leave it for whom it is until that is over, or make another programme for the others.",
        "%(number)d bookings of this programme, or places on its waiting list, are still to come. "
        "Leave it for whom it is until those are over, or make another programme for the others.",
        "number",
    )


class RoomsTaken(Refused):
    """Staff choose rooms, or a length, for a programme that is booked already."""

    message = _(
        "Another visit needs these rooms on %(slot)s, when this programme is booked. Move one of "
        "the two first. Nothing was saved."
    )
