"""What every request asks first: which class or group, whose it is, and who we can reach.

A visit and a loan ask the same; what only one of them asks stands in its own forms.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from core.text.fields import (
    LineField,
    MailAddressField,
    ParagraphsField,
    TelephoneField,
    WholeNumberField,
)
from core.text.normal import code as bare_code
from schools.forms import SchoolField, SchoolSearchForm, TypedSchool
from schools.models import GroupKind
from schools.models.class_group import NAME_LENGTH
from schools.years import FIRST_SECONDARY_YEAR, LEVEL_CHOICES, YearGroup
from submissions.codes import DIGITS
from submissions.models import Submission
from submissions.rules import Broken, Party

EMAIL_MESSAGES = {
    "required": _("Fill in your e-mail address."),
    "invalid": _("Fill in an e-mail address, for example name@school.com."),
}

# Far above any class: a limit of the column, not a rule. The rules give better messages.
MOST_PUPILS = 999


def pupils_field() -> WholeNumberField:
    return WholeNumberField(
        label=_("Pupils"),
        validators=[
            MinValueValidator(1, _("Fill in 1 or more.")),
            MaxValueValidator(MOST_PUPILS, _("Fill in 999 or fewer.")),
        ],
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": _("Fill in how many pupils there are.")},
    )


def participants_field() -> WholeNumberField:
    field = pupils_field()
    field.label = _("Participants")
    field.error_messages["required"] = _("Fill in how many people are coming.")
    return field


class PartyForm(forms.Form):
    """A class or group, with the rules that it breaks said at once with what else is wrong: the
    verb will ask them. Staff may overrule them, and hear them from the verb only."""

    for_staff = False

    def broken(self) -> Iterable[Broken]:
        """Rules of a kind; what is not filled in breaks none."""
        return ()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.for_staff:
            for one in self.broken():
                self.add_error(one.field, one.message)
        return data

    @property
    def party(self) -> Party:
        """The class or group as the verbs take it; only after `is_valid()`."""
        raise NotImplementedError


class ClassFieldsForm(PartyForm):
    """One class. `year_groups` are boxes, so that a combination class ticks two."""

    name = LineField(
        label=_("Name of the class"),
        max_length=NAME_LENGTH,
        help_text=_("For example 7b or De Uilen."),
        error_messages={"required": _("Fill in the name of the class.")},
    )
    year_groups = forms.TypedMultipleChoiceField(
        label=_("Year groups"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick more than one for a combination class."),
        error_messages={"required": _("Tick the year group of this class.")},
    )
    level = forms.ChoiceField(
        label=_("Level"),
        choices=LEVEL_CHOICES,
        required=False,
        help_text=_("We only use it to count whom we reach."),
    )
    pupils = pupils_field()

    use_required_attribute = False

    def offer_year_groups(self, lowest: int, highest: int, *, for_staff: bool) -> None:
        """Year groups of the offer; staff, who may overrule that, choose among all. The level is
        asked where a secondary class can come.

        Others that are sent all the same are not unknown: the rule says what is wrong with them.
        """
        if highest < FIRST_SECONDARY_YEAR:
            del self.fields["level"]
        field: Any = self.fields["year_groups"]
        field.choices = YearGroup.choices
        if not for_staff:
            field.widget.choices = [one for one in field.choices if lowest <= one[0] <= highest]

    @property
    def party(self) -> Party:
        data = self.cleaned_data
        groups = data["year_groups"]
        along = data.get("supervisors", 0)  # where it is asked
        # Of a class of a primary school it says nothing.
        level = data.get("level", "") if max(groups) >= FIRST_SECONDARY_YEAR else ""
        return Party(data["name"], min(groups), max(groups), data["pupils"], along, level=level)


class GroupFieldsForm(PartyForm):
    """One group that is no class."""

    name = LineField(
        label=_("Name of the group"),
        max_length=NAME_LENGTH,
        help_text=_("For example Assembly team or Career changers of spring."),
        error_messages={"required": _("Fill in the name of the group.")},
    )
    group_kind = forms.ChoiceField(
        label=_("What kind of group?"),
        choices=GroupKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what kind of group this is.")},
    )
    pupils = participants_field()

    use_required_attribute = False

    @property
    def party(self) -> Party:
        data = self.cleaned_data
        kind = data["group_kind"]
        return Party(data["name"], None, None, data["pupils"], group_kind=kind)


def _purchase_order_field(help_text: Any) -> LineField:
    return LineField(
        label=_("Purchase-order number (optional)"),
        required=False,
        max_length=60,
        help_text=help_text,
    )


class ContactForm(forms.Form):
    """Who we can reach; whose class or group it is, ask the two below."""

    contact_name = LineField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Fill in your name.")},
    )
    email = MailAddressField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_(
            "We send the confirmation to this address, and first a code unless you are signed in"
            " with it."
        ),
        error_messages=EMAIL_MESSAGES,
    )
    phone = TelephoneField(
        label=_("Telephone"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        help_text=_("For the day itself, if something changes at the last moment."),
        error_messages={"required": _("Fill in a telephone number.")},
    )
    purchase_order = _purchase_order_field(_("Only if your school wants it on the invoice."))
    submission_key = forms.CharField(max_length=64, min_length=16, widget=forms.HiddenInput)

    use_required_attribute = False

    @property
    def is_searching_school(self) -> bool:
        """Whether this submit searched a school, to be shown in the same form again."""
        return False

    def __init__(self, *args: Any, for_staff: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if for_staff:
            self.address_staff()

    def address_staff(self) -> None:
        """Staff fill it in, with the asker on the telephone: speak of her, not to her.

        Before anything is asked of the form, which remembers the labels.
        """
        self._reword("contact_name", _("Name of the contact"))
        self._reword("email", _("E-mail address"), _("The confirmation goes to this address."))
        self._reword("phone", _("Telephone"), _("To reach them on the day itself."))
        self._reword("purchase_order", _("Purchase-order number (optional)"))
        # The site is in the language of staff, who may be talking in another.
        self.fields["language"] = forms.TypedChoiceField(
            label=_("Language of the mails"),
            choices=settings.LANGUAGES,
            initial=settings.LANGUAGE_CODE,
            required=False,
            empty_value=settings.LANGUAGE_CODE,
        )
        self.fields["contact_name"].error_messages["required"] = _("Fill in the contact’s name.")
        self.fields["email"].error_messages["required"] = _("Fill in the contact’s e-mail address.")

    def _reword(self, name: str, label: Any, help_text: Any = "") -> None:
        field = self.fields[name]
        field.label, field.help_text = label, help_text
        # Not the address of who sits behind the desk.
        field.widget.attrs["autocomplete"] = "off"

    def asker(self, data: dict[str, Any]) -> dict[str, Any]:
        """Take who asks out of the cleaned data; returns the fields of the submission for it."""
        raise NotImplementedError

    def submission(self, *, browser: str, language: str, what: Any) -> Submission:
        """What is asked, not saved. `what`: all that is asked besides who asks it. `language`: if
        the form does not ask for it."""
        data = {"language": language} | self.cleaned_data
        data |= self.asker(data)
        return Submission(browser=browser, data_hash=self._hash(what), **data)

    def _hash(self, what: Any) -> str:
        """A hash of what was asked for: the same key with another hash is a conflict."""
        asked = json.dumps([what, self.cleaned_data], default=str, sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()


class SchoolContactForm(SchoolSearchForm, ContactForm):
    """The school of a class, and who we can reach."""

    school = SchoolField(label=_("Your school"))

    field_order: Sequence[str] = ("school",)

    def address_staff(self) -> None:
        super().address_staff()
        self._reword("school", _("School"))
        self._reword("phone", _("Telephone"), _("To reach the school on the day itself."))
        self.fields["school"].error_messages |= {
            "required": _("Search for the school and choose it."),
            "choose": _("Choose the school from the list."),
            "nothing_found": _(
                "No school was found for this. Try fewer words, or fill it in below."
            ),
        }
        widget: Any = self.fields["school"].widget
        widget.for_staff = True

    def asker(self, data: dict[str, Any]) -> dict[str, Any]:
        school = data.pop("school")
        if isinstance(school, TypedSchool):
            return {"typed_school_name": school.name, "typed_city": school.city}
        return {"school": school}


# The button by which staff take an organisation that is known, or something known of it.
ORGANISATION_TAKE = "organisation_take"


class OrganisationContactForm(ContactForm):
    """The organisation of a group, and who we can reach. Photographs are a matter of schools."""

    organisation = LineField(
        label=_("Name of the organisation"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Fill in the name of your organisation.")},
    )
    city = LineField(
        label=_("Place"),
        max_length=100,
        error_messages={"required": _("Fill in the place of your organisation.")},
    )

    purchase_order = _purchase_order_field(_("Only if your organisation wants it on the invoice."))

    field_order: Sequence[str] = ("organisation", "city")

    def address_staff(self) -> None:
        super().address_staff()
        self._reword("organisation", _("Organisation"))
        self._reword("city", _("Place"))
        name, city = self.fields["organisation"], self.fields["city"]
        name.error_messages["required"] = _("Fill in the name of the organisation.")
        city.error_messages["required"] = _("Fill in the place of the organisation.")

    def asker(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "typed_organisation": data.pop("organisation"),
            "typed_city": data.pop("city"),
            "photos": "",
        }


def as_typed(form: forms.Form) -> dict[str, Any]:
    """What was sent, as initial values of a form that shows it again."""
    return {name: form[name].data for name in form.fields}


def given(form: forms.Form) -> dict[str, Any]:
    """The same, without what was not sent at all."""
    return {name: value for name, value in as_typed(form).items() if value is not None}


class NoteForm(forms.Form):
    """An optional word to go with a cancellation."""

    note = ParagraphsField(
        label=_("Do you want to tell us something? (optional)"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AddressForm(forms.Form):
    """A mistyped address, corrected on the code page."""

    email = MailAddressField(
        label=_("The right e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages=EMAIL_MESSAGES,
    )

    use_required_attribute = False


# --- Signing in --------------------------------------------------------------------------------


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
        error_messages={"required": _("Type the six digits from our mail.")},
    )

    def clean_code(self) -> str:
        bare = bare_code(self.cleaned_data["code"])
        if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", bare):
            raise forms.ValidationError(_("A code is six digits. Look again in our mail."))
        return bare
