"""To whom staff write, and what."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.addresses import row_number
from core.dates import FIRST_DAY, parse_day
from core.text.fields import LineField, ParagraphsField, PickedDayField
from programmes.models import Hub
from submissions.kinds import submitted
from submissions.writing.mailing import Mailing, MailingWords
from submissions.writing.recipients import Circle, Rows


def _text_field(label: Any, **options: Any) -> ParagraphsField:
    return ParagraphsField(
        label=label, max_length=5000, widget=forms.Textarea(attrs={"rows": 7}), **options
    )


class WritingForm(forms.Form):
    hub = forms.ModelChoiceField(Hub.objects.none(), label=gettext_lazy("Hub"))
    first = PickedDayField(label=gettext_lazy("From"))
    last = PickedDayField(
        label=gettext_lazy("Up to and including"),
        required=False,
        help_text=gettext_lazy("Empty: and later."),
    )
    thing = forms.ChoiceField(label=gettext_lazy("Only of"), required=False)
    subject = LineField(label=gettext_lazy("Subject"), max_length=150)
    subject_en = LineField(label=gettext_lazy("Subject in English"), max_length=150, required=False)
    text = _text_field(
        gettext_lazy("Text"),
        help_text=gettext_lazy(
            "Under it stands what she comes for or borrows, with the link to it. No greeting: that "
            "is there already."
        ),
    )
    text_en = _text_field(
        gettext_lazy("Text in English"),
        required=False,
        help_text=gettext_lazy(
            "For whoever reads us in English. Empty: everybody reads the Dutch."
        ),
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, user: Any, query: Any, rows: Rows | None = None) -> None:
        """`rows`: those that were chosen in a list, in the place of days."""
        hubs = list(Hub.objects.of_hubs(user))
        today = timezone.localdate()
        asked = {name: parse_day(query.get(name, "")) for name in ("van", "tot")}
        initial = {
            "hub": hubs[0] if len(hubs) == 1 else row_number(query.get("hub")) or None,
            "first": asked["van"] or today,
            "last": asked["tot"],
            "thing": query.get("wat", ""),
        }
        super().__init__(data, initial=initial)
        self.rows, self.only_hub = rows, hubs[0] if len(hubs) == 1 else None
        choice: Any = self.fields["hub"]
        choice.queryset, choice.empty_label = Hub.objects.of_hubs(user), _("Choose a hub")
        if self.only_hub:
            del self.fields["hub"]
        if rows is not None:
            for name in ("first", "last", "thing"):
                del self.fields[name]
            return
        choice = self.fields["thing"]
        groups = [
            (
                str(kind.model._meta.verbose_name_plural).capitalize(),
                [(f"{kind.name}-{one.pk}", str(one)) for one in kind.things(user)],
            )
            for kind in submitted()
        ]
        choice.choices = [("", _("everything")), *(group for group in groups if group[1])]

    def clean(self) -> Any:
        data: Any = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            raise ValidationError({"last": _("The last day comes before the first.")})
        if bool(data.get("subject_en")) != bool(data.get("text_en")):
            lacks = "subject_en" if data.get("text_en") else "text_en"
            raise ValidationError({lacks: _("In English both, the subject and the text, or none.")})
        return data

    @property
    def mailing(self) -> Mailing:
        """After `is_valid()`."""
        data: dict[str, Any] = self.cleaned_data
        kind, _dash, key = data.get("thing", "").partition("-")
        circle = Circle(
            hub=self.only_hub or data["hub"],
            first=data.get("first") or FIRST_DAY,
            last=data.get("last"),
            kind=kind,
            thing=int(key) if key else None,
            rows=self.rows,
        )
        texts = ("subject", "text", "subject_en", "text_en")
        return Mailing(circle, MailingWords(**{name: data[name] for name in texts}))
