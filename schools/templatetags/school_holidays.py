"""Names of holidays in the narrow cells of a calendar."""

import re

from django import template

register = template.Library()


@register.filter
def hyphenable(name: str) -> str:
    """'Kerst-vakantie' where it does not fit: not every browser can hyphenate Dutch."""
    return re.sub(r"(?<=\w)vakantie", "\u00advakantie", name)
