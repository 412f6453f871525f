"""What a teacher is asked afterwards, and what her class counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.text.fields import LineField, ParagraphsField, WholeNumberField
from impact import rules
from impact.models import FACES, TALLIES, Evaluation, Face, Prepared
from impact.questions import OF_CLASS, PREPARED, asked_of_teacher

_NEVER_NAMES = _("Never names of pupils.")


def _face_field(*, is_required: bool) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=[(str(face.value), face.label) for face in Face],
        coerce=int,
        empty_value=None,
        required=is_required,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Choose the face that fits best.")},
    )


def _text_field(label: Any, help_text: Any, *, most: int, rows: int = 2) -> ParagraphsField:
    return ParagraphsField(
        label=label,
        help_text=help_text,
        max_length=most,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class _OfEvaluation(forms.Form):
    """The words of the questions follow what the evaluation is about."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, evaluation: Evaluation) -> None:
        super().__init__(data)
        self.evaluation = evaluation


class TeacherForm(_OfEvaluation):
    prepared = forms.TypedChoiceField(
        label=PREPARED,
        help_text=_("For example by a lesson of your own beforehand."),
        choices=[(str(one.value), capfirst(one.label)) for one in Prepared],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    plans = _text_field(_("What will you do with it in class?"), _NEVER_NAMES, most=1000)
    worth = _text_field(
        _("What would make it worth paying for?"),
        _("Or worth paying more, where it already has a price."),
        most=1000,
    )
    quote = _text_field(
        _("What would you tell a colleague, in a sentence?"), _NEVER_NAMES, most=300
    )
    may_quote = forms.BooleanField(
        label=_("You may show this sentence on your website"),
        help_text=_("Without a tick only we read it. Changed your mind? Tell us, and it goes."),
        required=False,
    )
    quote_name = LineField(
        label=_("Under which name?"),
        help_text=_("For example: Anouk, teacher of year group 7. Needed with the tick only."),
        max_length=80,
        required=False,
    )

    def __init__(self, data: Any = None, *, evaluation: Evaluation) -> None:
        super().__init__(data, evaluation=evaluation)
        faces = {name: _face_field(is_required=name == "overall") for name in FACES}
        self.fields = faces | self.fields
        for name, label in asked_of_teacher(evaluation).items():
            self.fields[name].label = label
        if evaluation.asked.audience.is_groups:
            del self.fields["prepared"]
            self.fields["plans"].help_text = self.fields["quote"].help_text = ""
            self.fields["quote_name"].help_text = _(
                "For example: Mo, of the assembly team. Needed with the tick only."
            )

    @property
    def faces(self) -> list[BoundField]:
        return [self[name] for name in FACES]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("may_quote"):
            data["quote_name"] = ""  # no name is kept that nobody may show
        elif not data.get("quote") and "quote" not in self.errors:
            self.add_error("quote", _("Write the sentence that we may show, or take the tick off."))
        elif not data.get("quote_name") and "quote_name" not in self.errors:
            self.add_error("quote_name", _("Fill in the name that may stand under it."))
        return data


@dataclass(frozen=True)
class Group:
    """The boxes of one question that the class answered."""

    name: str
    legend: Any
    boxes: list[BoundField]
    is_of_faces: bool

    @property
    def errors(self) -> list[str]:
        return [str(error) for box in self.boxes for error in box.errors]


class TallyForm(_OfEvaluation):
    """How many pupils chose what. A question of which every box is empty was not asked; in one
    with a number, an empty box is none."""

    def __init__(self, data: Any = None, *, evaluation: Evaluation) -> None:
        super().__init__(data, evaluation=evaluation)
        if evaluation.asked.audience.is_groups:
            return
        for name in (name for names in TALLIES.values() for name in names):
            self.fields[name] = _number_field(Evaluation._meta.get_field(name))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        pupils = rules.most_in(self.evaluation.asked)
        for group, total in rules.too_many(data, pupils).items():
            words = ngettext(
                "Together these are %(total)d, and the class has %(pupils)d pupil.",
                "Together these are %(total)d, and the class has %(pupils)d pupils.",
                pupils,
            )
            first = next(name for name in TALLIES[group] if data.get(name))
            self.add_error(first, words % {"total": total, "pupils": pupils})
        for group, names in TALLIES.items():
            if rules.took_part(data, group) is not None:
                data |= {name: data.get(name) or 0 for name in names if name in self.fields}
        return data

    @property
    def groups(self) -> Iterator[Group]:
        for group, names in TALLIES.items():
            boxes = [self[name] for name in names if name in self.fields]
            if boxes:
                yield Group(group, OF_CLASS[group], boxes, group == "faces")

    @property
    def is_touched(self) -> bool:
        """Whether anything was typed, or is wrong: then it is not folded away."""
        return self.is_bound and any(
            self.data.get(box.html_name) or box.errors for one in self.groups for box in one.boxes
        )


class OnlyTallyForm(TallyForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and all(rules.took_part(data, group) is None for group in TALLIES):
            self.add_error("faces_1", _("Fill in at least one number."))
        return data


class EvaluationForm(TeacherForm, TallyForm):
    """Both on one page: the numbers may come along, and may come later."""


def _number_field(column: Any) -> WholeNumberField:
    words = str(column.verbose_name).rpartition(": ")[2]
    return WholeNumberField(
        label=capfirst(words),
        required=False,
        validators=[MinValueValidator(0), MaxValueValidator(999)],
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 0}),
    )
