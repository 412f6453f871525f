"""What is typed at the desk: what was counted, a repair, a list of codes, which labels."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .box import Box
from .desk import Count
from .models import ContentItem, Finding, KitCopy, LessonKit, Repair
from .papers import LABEL_SHEETS
from .uploads import PhotoField

# More of a consumable than belongs in the box is no mistake.
MOST = 999


class CountForm(forms.Form):
    """The tick list: of each item how many are in order and how many are damaged."""

    text = forms.CharField(
        label=gettext_lazy("What is the matter?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )
    photo = PhotoField(label=gettext_lazy("Photo"), required=False)

    def __init__(self, *args: Any, box: Box, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.box = box
        for item in box.items:
            count = box.expected[item.pk]
            most = MOST if item.is_consumable else item.quantity
            self.fields[f"present_{item.pk}"] = _number(
                _("%(item)s: in order") % {"item": item.name}, count.present, most
            )
            self.fields[f"damaged_{item.pk}"] = _number(
                _("%(item)s: damaged") % {"item": item.name}, count.damaged, most
            )

    def lines(self) -> Iterable[tuple[ContentItem, Any, Any]]:
        """Each item with its two fields, for the page."""
        for item in self.box.items:
            yield item, self[f"present_{item.pk}"], self[f"damaged_{item.pk}"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for item in self.box.items:
            present, damaged = (cleaned.get(f"{what}_{item.pk}") for what in ("present", "damaged"))
            if present is None or damaged is None or item.is_consumable:
                continue
            if present + damaged > item.quantity:
                self.add_error(
                    f"present_{item.pk}",
                    _("There are %(number)d in a full box.") % {"number": item.quantity},
                )
        return cleaned

    @property
    def counts(self) -> Mapping[int, Count]:
        return {
            item.pk: Count(
                self.cleaned_data[f"present_{item.pk}"], self.cleaned_data[f"damaged_{item.pk}"]
            )
            for item in self.box.items
        }

    def findings(self) -> list[Finding]:
        """What was written or photographed, about the one item that differs if it is one."""
        text, photo = self.cleaned_data["text"], self.cleaned_data["photo"]
        if not (text or photo):
            return []
        counts, expected = self.counts, self.box.expected
        off = [item for item in self.box.items if counts[item.pk] != expected[item.pk]]
        finding = Finding(
            text=text or ", ".join(map(str, off)) or _("Photo"),
            item=off[0] if len(off) == 1 else None,
        )
        if photo:
            finding.photo = photo
        return [finding]


def _number(label: str, initial: int, most: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control"})
    return forms.IntegerField(
        label=label, initial=initial, min_value=0, max_value=most, widget=widget
    )


class RepairForm(forms.ModelForm):
    class Meta:
        model = Repair
        fields = ("starts_on", "free_again_on", "reason")
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "free_again_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }


class StockTakeForm(forms.Form):
    codes = forms.CharField(
        label=gettext_lazy("Codes of the boxes you see, one a line"),
        max_length=20_000,
        widget=forms.Textarea(
            attrs={"rows": 12, "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class LabelForm(forms.Form):
    """Which labels, on which paper, and from which label of the first sheet on."""

    kit = forms.ModelChoiceField(
        LessonKit.objects.all(),
        label=gettext_lazy("Lesson kit"),
        required=False,
        empty_label=gettext_lazy("All kits"),
    )
    exemplaar = forms.ModelMultipleChoiceField(
        KitCopy.objects.in_service().select_related("kit"),
        label=gettext_lazy("Or only these boxes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    vel = forms.ChoiceField(
        label=gettext_lazy("Label paper (A4)"),
        choices=[(name, sheet.label) for name, sheet in LABEL_SHEETS.items()],
        initial="3x8",
    )
    vanaf = forms.IntegerField(
        label=gettext_lazy("Start at label number"),
        initial=1,
        min_value=1,
        max_value=24,
        help_text=gettext_lazy("For a sheet of which some labels were used before."),
    )

    def copies(self) -> list[KitCopy]:
        chosen = Q()
        if self.cleaned_data["exemplaar"]:
            chosen = Q(pk__in=[copy.pk for copy in self.cleaned_data["exemplaar"]])
        elif self.cleaned_data["kit"]:
            chosen = Q(kit=self.cleaned_data["kit"])
        return list(KitCopy.objects.in_service().select_related("kit").filter(chosen))
