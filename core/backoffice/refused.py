"""A form of which a verb refuses the save: it comes back as it was typed, and says why."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from core.lifecycle import Refused


class RefusableForm(forms.ModelForm):
    refusal: Refused | None = None  # why what is asked here cannot be

    def clean(self) -> Any:
        data = super().clean() or self.cleaned_data
        if self.refusal is not None:
            self.add_error(self.refusal.field, self.refusal)
        return data


class RefusableAdmin:
    """For an admin whose form is a `RefusableForm`."""

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        mixed_in: Any = super()
        form = mixed_in.get_form(request, *args, **kwargs)  # a class of this request's own
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Once more where a verb refused: all that the first try wrote is undone by then."""
        mixed_in: Any = super()
        view = mixed_in.changeform_view
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            request.refusal = refusal
            return view(request, *args, **kwargs)
