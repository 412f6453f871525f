"""How amounts are written (`core/formats/amounts.py`)."""

from django import template

from core.formats.amounts import few_decimals

register = template.Library()
register.filter(few_decimals)
