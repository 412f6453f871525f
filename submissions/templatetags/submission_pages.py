"""Addresses on the pages of what was booked or borrowed."""

from typing import Any

from django import template

from submissions.access import path_of

register = template.Library()


@register.simple_tag(takes_context=True)
def submission_url(context: dict[str, Any], page: str, **kwargs: Any) -> str:
    """Another page ('bookings:cancel') of the submission, by link where one came by link."""
    return path_of(context["submission"], page, context.get("token"), **kwargs)
