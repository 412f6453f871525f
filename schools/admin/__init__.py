"""Schools and people in the back office."""

from . import people, school, submission

__all__ = ["people", "school", "submission"]
