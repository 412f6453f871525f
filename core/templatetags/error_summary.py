"""The errors of a form, for the summary on top of its page (`templates/_error_summary.html`)."""

from typing import Any

from django import template
from django.forms import BaseForm

from core.pages.errors import Said, errors_of

register = template.Library()


@register.filter
def errors_in_order(form: Any) -> Said:
    """Of a page with several forms sent together what that says itself (`AskingForm.errors`)."""
    return errors_of(form) if isinstance(form, BaseForm) else form.errors
