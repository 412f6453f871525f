"""Schools and people in the back office."""

from schools.admin import organisation, people, school

__all__ = ["organisation", "people", "school"]
