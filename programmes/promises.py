"""What was promised in a programme's rooms, kept when staff choose other rooms or a length."""

from collections.abc import Callable, Iterable

from .models import Programme

# Raises Refused where it cannot be kept, and returns what staff must know if it can.
Keeper = Callable[[Programme], Iterable[str]]
_keepers: list[Keeper] = []


def register(keeper: Keeper) -> None:
    """For the apps that promise rooms; this one does not know them."""
    _keepers.append(keeper)


def keep(programme: Programme) -> list[str]:
    """Called with the programme as it is now, in the transaction that changes it."""
    return [line for keeper in _keepers for line in keeper(programme)]
