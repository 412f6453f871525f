"""`{% if loan|is_late %}`: whether somebody could have brought the box back by now."""

from django import template

from kits import desk_days

register = template.Library()
register.filter("is_late", desk_days.is_late)
