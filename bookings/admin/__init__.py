"""Schedule, visits and bookings in the back office.

Every change of a booking or a visit goes through `bookings/lifecycle/`, and its refusals are
shown as messages; the pages here only ask and show.
"""

from bookings.admin import booking, events, schedule, visit, waiting

__all__ = ["booking", "events", "schedule", "visit", "waiting"]
