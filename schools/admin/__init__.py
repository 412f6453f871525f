"""Schools and people in the back office."""

from schools.admin import people, school

__all__ = ["people", "school"]
