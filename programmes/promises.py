"""What was promised in a programme's rooms, kept when staff choose other rooms or a length."""

from collections.abc import Callable, Iterable
from typing import Any

from programmes.models import Programme

# Nobody promises rooms any more until the transaction ends, and whoever was doing so is done.
Stop = Callable[[], None]
# Of a programme, how many minutes it took before, and who changes it: raises Refused where it
# cannot be kept, and returns what staff must know if it can.
Keeper = Callable[[Programme, int, Any], Iterable[str]]
_registered: list[tuple[Stop, Keeper]] = []


def register(stop: Stop, keeper: Keeper) -> None:
    """For the apps that promise rooms; this one does not know them."""
    _registered.append((stop, keeper))


def stop() -> None:
    """Called in the transaction that changes a programme, before it writes."""
    for stop_promising, _keeper in _registered:
        stop_promising()


def keep(programme: Programme, *, took: int, by: Any) -> list[str]:
    """Called with the programme as it is now, later in that transaction."""
    return [line for _stop, keeper in _registered for line in keeper(programme, took, by)]
