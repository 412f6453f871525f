"""What the summary on top of a page says: at which field (None: at none), and the message."""

from typing import Any

Said = list[tuple[Any, str]]


def at_fields(*forms: Any) -> Said:
    return [(field, str(error)) for form in forms for field in form for error in field.errors]


def errors_of(*forms: Any) -> Said:
    """The errors of these forms; of each first what is said at none of its fields."""
    found: Said = []
    for form in forms:
        found += [(None, str(error)) for error in form.non_field_errors()]
        found += at_fields(form)
    return found
