"""The forms of signing in; `CodeForm` also confirms bookings."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.codes import DIGITS
from tec_site.mail_addresses import MailAddressField

EMAIL_MESSAGES = {
    "required": _("Fill in your e-mail address."),
    "invalid": _("Fill in an e-mail address, for example name@school.com."),
}


class EmailForm(forms.Form):
    email = MailAddressField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
        help_text=_("The address with which you booked. You do not need a password."),
        error_messages=EMAIL_MESSAGES,
    )


class CodeForm(forms.Form):
    """Six digits, with or without spaces; `cleaned_data["code"]` has them bare.

    What is not six digits costs no try.
    """

    code = forms.CharField(
        label=_("Code"),
        max_length=30,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "class": "code",
            }
        ),
        help_text=_("Six digits, from the mail we have just sent you."),
        error_messages={"required": _("Type the six digits from our mail.")},
    )

    def clean_code(self) -> str:
        bare = re.sub(r"[\s.\-–]", "", self.cleaned_data["code"])
        if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", bare):
            raise forms.ValidationError(_("A code is six digits. Look again in our mail."))
        return bare
