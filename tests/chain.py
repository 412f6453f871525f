"""The events of anything with a state, held against each other."""

from collections.abc import Iterable
from itertools import pairwise

from core.lifecycle import Event


def chain_is_sound(events: Iterable[Event]) -> bool:
    """Whether each event starts in the state in which the one before it ended."""
    return all(later.from_state == earlier.to_state for earlier, later in pairwise(events))
