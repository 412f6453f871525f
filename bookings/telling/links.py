"""Where the button of a mail about bookings leads."""

from bookings.models import Booking, BookingEvent
from submissions.kinds import SubmissionLink
from submissions.sharing.readers import Reader


class BookingLink(SubmissionLink):
    name = "booking"
    page = "bookings:booking"
    model = Booking


class StillComingLink(BookingLink):
    """The link that opens the question whether they still come."""

    name = "still_coming"
    page = "bookings:still_coming"


class ProposalLink(BookingLink):
    """The link that opens the date that we proposed last, for a class of hers."""

    name = "proposal"

    def link_for(self, reader: Reader) -> str:
        proposed = BookingEvent.objects.filter(
            booking__submission=reader.submission, move="propose", notice="proposed"
        )
        newest = proposed.select_related("booking").order_by("-pk")
        event = next((one for one in newest if reader.has(one.booking)), None)
        if event is None:
            return super().link_for(reader)
        page = self.page_for(reader, "bookings:move", booking_id=event.booking_id)
        return f"{page}?naar={event.data['slot']}"
