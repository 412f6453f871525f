"""E-mail addresses that we can write to, as every form asks for them."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

# Legal before the @ between quotes; mail programs and lists of addresses stumble over them.
UNUSABLE = re.compile(r'[\s,;"]')


def validate_mail_address(value: str) -> None:
    """One address without quotes; stricter than RFC 5322, which allows '"a,b"@c.nl'."""
    if UNUSABLE.search(value.rpartition("@")[0]):
        raise ValidationError(
            _("Fill in one e-mail address, without spaces, commas, semicolons or quotation marks."),
            code="unusable",
        )
    validate_email(value)


class MailAddressField(forms.EmailField):
    default_validators = [validate_mail_address]
