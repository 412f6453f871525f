"""Addresses on a submission's pages: by link where one came by link."""

from typing import Any

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def submission_url(context: dict[str, Any], page: str, **kwargs: Any) -> str:
    kwargs["public_id"] = context["submission"].public_id
    if context.get("token"):
        kwargs["token"] = context["token"]
    return reverse(f"bookings:{page}", kwargs=kwargs)
