"""What the back office shows of submissions, and what it asks of everything that is asked for."""

from submissions.admin import submission

__all__ = ["submission"]
