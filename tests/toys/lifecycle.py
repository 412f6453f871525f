from core.lifecycle import NEW, Lifecycle, Move
from core.transactions import retried
from tests.toys.models import State, Toy

MOVES = Lifecycle(
    reserve=Move("reserveer", (NEW,), State.RESERVED, "reserved"),
    cancel=Move("annuleer", (State.RESERVED,), State.CANCELLED, "cancelled"),
)


@retried
def reserve(*, toy: Toy, by, note: str = "") -> Toy:
    MOVES.apply(toy, "reserve", by=by, note=note)
    return toy


@retried
def cancel(*, toy: Toy, by, note: str = "") -> Toy:
    MOVES.apply(toy, "cancel", by=by, note=note)
    return toy
