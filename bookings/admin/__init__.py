"""Schedule, visits and bookings in the back office.

Every change of a booking or a visit goes through `bookings/lifecycle/`, and its refusals are
shown as messages; the pages here only ask and show.
"""

from bookings.admin import booking, events, waiting
from bookings.admin.schedule import patterns, slots
from bookings.admin.visits import visit

__all__ = ["booking", "events", "patterns", "slots", "visit", "waiting"]
