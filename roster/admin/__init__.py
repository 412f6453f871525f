from roster.admin import person, shift

__all__ = ["person", "shift"]
