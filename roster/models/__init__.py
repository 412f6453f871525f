from roster.models.person import AgeClass, Availability, OtherDays, Person, Role
from roster.models.shift import Shift, ShiftEvent
from roster.models.state import ShiftState

__all__ = [
    "AgeClass",
    "Availability",
    "OtherDays",
    "Person",
    "Role",
    "Shift",
    "ShiftEvent",
    "ShiftState",
]
