"""Fields of forms, and columns, that keep what is typed in its normal form (`core.text.normal`).

A column does so wherever it is written or looked up: by a form, an import, a command or a query.
"""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.dates import validate_day
from core.text import normal
from core.text.typed_days import read_day

# Legal before the @ between quotes; mail programs and lists of addresses stumble over them.
UNUSABLE = re.compile(r'[\s,;"]')
# Longest number of the world (ITU-T E.164), and the shortest that leads to a school.
MOST_DIGITS, FEWEST_DIGITS = 15, 8
TELEPHONE = re.compile(r"[0-9+() .\-/]+(?: ?(?:tst|toestel|ext|x|#)\.? ?[0-9]{1,5})?", re.I)
# '1,234' stays what it is: some mean a thousand by it.
WITH_COMMA = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),[0-9]{1,2}")


def validate_mail_address(value: str) -> None:
    """One address without quotes; stricter than RFC 5322, which allows '"a,b"@c.nl'."""
    if UNUSABLE.search(value.rpartition("@")[0]):
        raise ValidationError(
            _("Fill in one e-mail address, without spaces, commas, semicolons or quotation marks."),
            code="unusable",
        )
    validate_email(value)


def validate_telephone(value: str) -> None:
    """One number, as people write it; perhaps with an extension."""
    digits = sum(one.isdigit() for one in value)
    if not TELEPHONE.fullmatch(value) or not FEWEST_DIGITS <= digits <= MOST_DIGITS:
        raise ValidationError(
            _("Fill in a telephone number, for example 06 12345678."), code="invalid"
        )


# --- In forms ------------------------------------------------------------------------------------


class LineField(forms.CharField):
    """One line of text: line ends become spaces, so nothing typed ends a header or a line."""

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        return normal.line(typed) or self.empty_value if typed else typed


class ParagraphsField(forms.CharField):
    """Text of several lines."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        return normal.paragraphs(typed) or self.empty_value if typed else typed


class MailAddressField(forms.EmailField):
    default_validators = [validate_mail_address]

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        return normal.mail_address(typed) if typed else typed


class TelephoneField(forms.CharField):
    widget = forms.TextInput(attrs={"type": "tel"})
    default_validators = [validate_telephone]

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        return normal.telephone(typed) or self.empty_value if typed else typed


class DayField(forms.DateField):
    """A day as people write it in either language: '8-1-2027', '08/01/2027', 'vr 8 jan. 2027'."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        typed = normal.keyboard(value)
        try:
            return super().to_python(typed)
        except ValidationError:
            day = read_day(typed)
            if day is None:
                raise
            return day


class WholeNumberField(forms.IntegerField):
    """A number of people or things, as it is copied from a mail or a list."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(normal.keyboard(value) if isinstance(value, str) else value)


class AmountField(forms.DecimalField):
    """An amount with the comma of our pages or a point: '75,50', '€ 1.234,50', '75.50'."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        typed = normal.keyboard(value).removeprefix("€").strip()
        if WITH_COMMA.fullmatch(typed):
            typed = typed.replace(".", "").replace(",", ".")
        return super().to_python(typed)


class TimeField(forms.TimeField):
    def to_python(self, value: Any) -> Any:
        return super().to_python(normal.keyboard(value) if isinstance(value, str) else value)


class DayInput(forms.DateInput):
    """A field in which browsers let one pick a day."""

    input_type = "date"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class PickedDayField(DayField):
    """A day of our time, to be picked in a form of our own."""

    widget = DayInput
    default_validators = [validate_day]


class MomentField(forms.SplitDateTimeField):
    """Such a day and a time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        given: dict[str, Any] = {
            "required": False,
            "localize": self.localize,
            "disabled": self.disabled,
        }
        day, time = DayField(**given), TimeField(**given)
        for field, shown in zip((day, time), self.fields, strict=True):
            field.error_messages["invalid"] = shown.error_messages["invalid"]
        self.fields = (day, time)


# --- In tables -----------------------------------------------------------------------------------


class _Normal:
    """A column whose values are in normal form. To migrations it is Django's own."""

    form_field: type[forms.CharField]

    def normal(self, text: str) -> str:
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        column: Any = super()
        return self._normal(column.to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        column: Any = super()
        return self._normal(column.get_prep_value(value))

    def pre_save(self, row: Any, add: bool) -> Any:
        column: Any = super()
        value = self._normal(column.pre_save(row, add))
        this: Any = self
        setattr(row, this.attname, value)
        return value

    def formfield(self, **kwargs: Any) -> Any:
        column: Any = super()
        return column.formfield(**{"form_class": self.form_field} | kwargs)

    def deconstruct(self) -> Any:
        column: Any = super()
        name, _path, args, kwargs = column.deconstruct()
        this: Any = self
        plain = next(one for one in type(this).__mro__ if one.__module__.startswith("django."))
        return name, f"django.db.models.{plain.__name__}", args, kwargs

    def _normal(self, value: Any) -> Any:
        return self.normal(value) if isinstance(value, str) else value


class LineColumn(_Normal, models.CharField):
    form_field = LineField

    def normal(self, text: str) -> str:
        return normal.line(text)


class ParagraphsColumn(_Normal, models.TextField):
    form_field = ParagraphsField

    def normal(self, text: str) -> str:
        return normal.paragraphs(text)


class MailAddressColumn(_Normal, models.EmailField):
    """An address, found however it is spelled: `filter(email=typed)`."""

    form_field = MailAddressField

    def normal(self, text: str) -> str:
        return normal.mail_address(text)


class TelephoneColumn(_Normal, models.CharField):
    form_field = TelephoneField

    def normal(self, text: str) -> str:
        return normal.telephone(text)
