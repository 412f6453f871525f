"""Addresses on the pages of what was booked or borrowed."""

from typing import Any

from django import template
from django.urls import reverse

from submissions import links
from submissions.access import path_of
from submissions.models import Companion

register = template.Library()


@register.simple_tag(takes_context=True)
def submission_url(context: dict[str, Any], page: str, **kwargs: Any) -> str:
    """Another page ('bookings:cancel') of the submission, by link where one came by link."""
    return path_of(context["submission"], page, context.get("token"), **kwargs)


@register.filter
def is_list(value: Any) -> bool:
    return isinstance(value, list)


@register.simple_tag
def invitation_url(companion: Companion) -> str:
    """The page of an invitation, for whom it is to."""
    token = links.invitation_token(companion.invitation)
    return reverse("sharing:invitation", args=[companion.invitation, token])
