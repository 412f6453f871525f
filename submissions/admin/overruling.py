"""Which rules staff overrule, and why."""

from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from core.text.fields import ParagraphsField
from submissions.rules import Broken, Rule


class OverruleForm(forms.Form):
    """Which rules do not count this time, and why."""

    overrule = forms.MultipleChoiceField(
        label=_("Overrule"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Only what is needed. Room and zones cannot be overruled: raise the visit’s maximum."
        ),
    )
    note = ParagraphsField(
        label=_("Why"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Required if you overrule something. The school does not see it."),
    )
    use_required_attribute = False
    # Which rules can be overruled here.
    rules: ClassVar[Collection[Rule]] = tuple(Rule)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        overrule: Any = self.fields["overrule"]
        overrule.choices = [(rule.value, rule.label) for rule in self.rules]

    @classmethod
    def beside(cls, form: Any, data: Any) -> Self:
        """Not checked, but kept, while a school is searched or a class is added in `form`."""
        if data is None or not form.asks_for_more:
            return cls(data)
        return cls.again(data)

    @classmethod
    def again(cls, typed: Any) -> Self:
        """With what was ticked before, shown again and not checked."""
        if typed is None:
            return cls()
        return cls(initial={"overrule": typed.getlist("overrule"), "note": typed.get("note")})

    @property
    def arguments(self) -> dict[str, Any]:
        """For the verb; only after `is_valid()`."""
        data = self.cleaned_data
        return {"overrule": {Rule(name) for name in data["overrule"]}, "note": data["note"]}

    def add_broken(self, broken: Iterable[Broken]) -> None:
        rules = ", ".join(dict.fromkeys(str(one.rule.label) for one in broken))
        self.add_error("overrule", _("This does not meet: %(rules)s.") % {"rules": rules})

    def say_nobody_waits_over_a_rule(self) -> None:
        """To whoever ticked one: to ask for it once more would be in vain."""
        if self.cleaned_data.get("overrule"):
            words = _("The waiting list keeps to the rules: only what is booked at once may not.")
            self.add_error("overrule", words)
