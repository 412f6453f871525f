"""What happens to a booking: the table of moves (`table.py`), and the verbs of asking and deciding.

The other verbs are with what they are about; the table says where."""

from bookings.lifecycle.asking import book, hold, join_or_open, verify
from bookings.lifecycle.deciding import (
    add_note,
    ask_to_cancel,
    behind_question,
    cancel,
    change_numbers,
    confirm,
    correct_level,
    decline,
    flag,
    flag_dependents,
    reinstate,
    reschedule,
    settle,
    unseen_doubt,
)
from bookings.lifecycle.table import COMING, MOVES, BookingLifecycle, lock, make_way

__all__ = [
    "COMING",
    "MOVES",
    "BookingLifecycle",
    "add_note",
    "ask_to_cancel",
    "behind_question",
    "book",
    "cancel",
    "change_numbers",
    "confirm",
    "correct_level",
    "decline",
    "flag",
    "flag_dependents",
    "hold",
    "join_or_open",
    "lock",
    "make_way",
    "reinstate",
    "reschedule",
    "settle",
    "unseen_doubt",
    "verify",
]
