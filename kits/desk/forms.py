"""What is typed at the desk: what was counted, a repair, a list of codes, which labels."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.addresses import row_number
from core.text.fields import LineField, ParagraphsField, PickedDayField, WholeNumberField
from core.uploads import PhotoField
from kits.desk.box import Box
from kits.desk.labels_and_round import LABEL_SHEETS
from kits.handling import Count
from kits.models import ContentItem, Finding, KitCopy, LessonKit, Repair

# What is counted of an item, in the order of the page.
COUNTED = {"missing": gettext_lazy("missing"), "damaged": gettext_lazy("damaged")}


class CountLine(NamedTuple):
    """One item of the list as the page shows it."""

    item: ContentItem
    counters: list[Any]  # bound fields, each with what it counts as `short`
    photo: Any


class CountField(WholeNumberField):
    def __init__(self, *, short: str | Promise, **kwargs: Any) -> None:
        """`short`: what is counted, where the item is said already."""
        widget = forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control"})
        super().__init__(min_value=0, widget=widget, **kwargs)
        self.short = short


class CountForm(forms.Form):
    """What a full box would have and this one has not: per item, from nothing missing upwards.

    Of a part one counts what is missing and what is damaged, of a consumable what is used up.
    """

    text = ParagraphsField(
        label=gettext_lazy("What is the matter?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )
    photo = PhotoField(label=gettext_lazy("Photo of the whole"), required=False)

    def __init__(self, *args: Any, box: Box, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.box = box
        for item in box.items:
            count = box.expected[item.pk]
            self._add(item, "missing", item.quantity - count.present - count.damaged)
            if not item.is_consumable:
                self._add(item, "damaged", count.damaged)
            self.fields[f"photo_{item.pk}"] = PhotoField(
                label=_("Photo of %(item)s") % {"item": item.name}, required=False
            )

    def _add(self, item: ContentItem, what: str, initial: int) -> None:
        words = _("used up") if item.is_consumable else COUNTED[what]
        self.fields[f"{what}_{item.pk}"] = CountField(
            label=f"{item.name}: {words}",
            short=words,
            initial=max(initial, 0),
            max_value=item.quantity,
            error_messages={"max_value": _full_box(item)},
        )

    @property
    def lines(self) -> list[CountLine]:
        return [
            CountLine(item, [self[name] for name in self._counters(item)], self[f"photo_{item.pk}"])
            for item in self.box.items
        ]

    def _counters(self, item: ContentItem) -> list[str]:
        return [name for what in COUNTED if (name := f"{what}_{item.pk}") in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for item in self.box.items:
            numbers = [cleaned.get(name) or 0 for name in self._counters(item)]
            if sum(numbers) > item.quantity:
                self.add_error(self._counters(item)[0], _full_box(item))
        return cleaned

    @property
    def different(self) -> list[ContentItem]:
        """The items of which something else was counted than the page expected."""
        changed = set(self.changed_data)
        return [item for item in self.box.items if changed & set(self._counters(item))]

    @property
    def counts(self) -> Mapping[int, Count]:
        return {item.pk: self._count(item) for item in self.box.items}

    def _count(self, item: ContentItem) -> Count:
        missing = self.cleaned_data[f"missing_{item.pk}"]
        damaged = self.cleaned_data.get(f"damaged_{item.pk}", 0)
        return Count(item.quantity - missing - damaged, damaged)

    def findings(self) -> list[Finding]:
        """One for each item of which there is a photo, one for the words and the photo of all."""
        found = [
            Finding(item=item, text=self._words(item), photo=photo)
            for item in self.box.items
            if (photo := self.cleaned_data[f"photo_{item.pk}"])
        ]
        text, photo = self.cleaned_data["text"], self.cleaned_data["photo"]
        if text or photo:
            off = self.different
            found.append(
                Finding(
                    item=off[0] if len(off) == 1 else None,
                    text=text or ", ".join(map(str, off)) or _("Photo"),
                    photo=photo or "",
                )
            )
        return found

    def _words(self, item: ContentItem) -> str:
        """'1 missing, 2 damaged'."""
        fields: Any = self.fields
        counted = [(self.cleaned_data[name], fields[name]) for name in self._counters(item)]
        words = [f"{number} {field.short}" for number, field in counted if number]
        return ", ".join(words) or _("Photo")


def _full_box(item: ContentItem) -> str:
    return _("There are %(number)d in a full box.") % {"number": item.quantity}


class RepairForm(forms.ModelForm):
    class Meta:
        model = Repair
        fields = ("starts_on", "free_again_on", "reason")
        field_classes = {
            "reason": LineField,
            "starts_on": PickedDayField,
            "free_again_on": PickedDayField,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, again = data.get("starts_on"), data.get("free_again_on")
        if first and again and again <= first:
            self.add_error("free_again_on", _("Choose a later day than the first."))
        return data


class StockTakeForm(forms.Form):
    codes = ParagraphsField(
        label=gettext_lazy("Codes of the boxes you see, one a line"),
        max_length=20_000,
        widget=forms.Textarea(
            attrs={"rows": 12, "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class BoxesField(forms.ModelMultipleChoiceField):
    """Boxes ticked off; a number that no database takes is none of them."""

    def clean(self, value: Any) -> Any:
        return super().clean([row_number(typed) for typed in value or ()])


class LabelForm(forms.Form):
    """Which labels, on which paper, and from which label of the first sheet on."""

    kit = forms.ModelChoiceField(
        LessonKit.objects.none(),
        label=gettext_lazy("Lesson kit"),
        required=False,
        empty_label=gettext_lazy("All kits"),
    )
    exemplaar = BoxesField(
        KitCopy.objects.none(),
        label=gettext_lazy("Or only these boxes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    vel = forms.ChoiceField(
        label=gettext_lazy("Label paper (A4)"),
        choices=[(name, sheet.label) for name, sheet in LABEL_SHEETS.items()],
        initial="3x8",
    )
    vanaf = WholeNumberField(
        label=gettext_lazy("Start at label number"),
        initial=1,
        min_value=1,
        max_value=24,
        help_text=gettext_lazy("For a sheet of which some labels were used before."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.boxes = KitCopy.objects.of_hubs(user).in_service().select_related("kit__venue__hub")
        fields["kit"].queryset = LessonKit.objects.of_hubs(user)
        fields["exemplaar"].queryset = self.boxes

    def copies(self) -> list[KitCopy]:
        chosen = Q()
        if self.cleaned_data["exemplaar"]:
            chosen = Q(pk__in=[copy.pk for copy in self.cleaned_data["exemplaar"]])
        elif self.cleaned_data["kit"]:
            chosen = Q(kit=self.cleaned_data["kit"])
        return list(self.boxes.filter(chosen))
