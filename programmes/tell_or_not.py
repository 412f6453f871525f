"""What staff change and schools must hear of: shown before it is saved, and told or not.

A form that would tell somebody comes back once, with whom it concerns, the mails and two ways to
save; and again where one of these is otherwise when it is saved.
"""

import hashlib
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.backoffice.planned import link_to
from core.kinds import Planned, kinds
from core.lifecycle import Refused
from core.mail import outbox
from core.mail.queue import Message
from core.mail.reading import readable

TELL, QUIETLY = "tell", "quietly"
# Of a long list the first lines will do.
MOST_SHOWN = 12


class TellingForm(forms.ModelForm):
    """Asks once more where a save tells somebody something."""

    telling = forms.ChoiceField(
        label=_("Who must know"),
        choices=[
            (TELL, _("Save, and tell them by mail")),
            (QUIETLY, _("Save without telling them: for what was only a typing mistake")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    # A print of whom that concerned and of what was typed, as it was shown with the question.
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    concerned: list[Planned] = []
    before: Any  # the row as it was, once it is being saved

    def clean(self) -> Any:
        data: Any = super().clean() or self.cleaned_data
        if self.instance.pk is None:
            return data
        self.concerned = concerned_by(self.instance, set(self.changed_data))
        if not self.concerned:
            return data
        now, seen = self._print(data), data.get("shown")
        if not data.get("telling") or (seen and seen != now):
            self.data = cast("QueryDict", self.data).copy()
            self.data["shown"] = now
            number = len(self.concerned)
            intro = ngettext(
                "This changes what was told about %(number)d appointment. Choose below whether "
                "those whom it concerns hear of it.",
                "This changes what was told about %(number)d appointments. Choose below whether "
                "those whom they concern hear of it.",
                number,
            ) % {"number": number}
            lines = [link_to(one) for one in self.concerned[:MOST_SHOWN]]
            more = ["…"] if number > MOST_SHOWN else []
            anew = [_("Something is otherwise than it was shown. Look at it once more.")]
            raise ValidationError([*(anew if seen else []), intro, *lines, *more])
        return data

    def _print(self, data: dict[str, Any]) -> str:
        ours = ("telling", "shown")
        typed = [(name, _plain(data.get(name))) for name in self.changed_data if name not in ours]
        whom = [(str(one.day), one.text, one.address) for one in self.concerned]
        return hashlib.sha256(repr((sorted(typed), whom)).encode()).hexdigest()


def _plain(value: Any) -> str:
    """A choice as text, whatever it was read from."""
    return str([one.pk for one in value]) if isinstance(value, QuerySet) else str(value)


def concerned_by(thing: Model, changed: Collection[str]) -> list[Planned]:
    return [one for kind in kinds() for one in kind.concerned(thing, changed)]


class TellingAdmin:
    """For an admin whose form is a `TellingForm`: once the row is saved with all that belongs to
    it, each kind keeps what it promised, and tells those concerned unless staff do not want it."""

    promised: ClassVar[set[str]]  # the fields on which something rests
    change_form_template = "admin/programmes/tell_or_not.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        page = context["adminform"]
        if getattr(page.form, "concerned", []):
            page.fieldsets = [(None, {"fields": ("telling", "shown")}), *page.fieldsets]
            # Made when the page is drawn, after the transaction of this view: nobody waits for it.
            mails = partial(self._rehearse, page.form, request.user)
            context["mails"] = SimpleLazyObject(mails)
        mixed_in: Any = super()
        return mixed_in.render_change_form(request, context, *args, **kwargs)

    def _rehearse(self, form: Any, by: Any) -> list[tuple[Message, str]]:
        """The mails as they would go out: what is promised is changed, kept, and undone."""
        rows, mails = type(form.instance)._base_manager, list[Message]()
        before, after = rows.get(pk=form.instance.pk), rows.get(pk=form.instance.pk)
        with outbox.rehearsal() as heard:
            for name in self.promised & form.cleaned_data.keys():
                if after._meta.get_field(name).many_to_many:
                    getattr(after, name).set(form.cleaned_data[name])
                else:
                    setattr(after, name, form.cleaned_data[name])
            after.save()
            with suppress(Refused):  # which is said when it is saved
                for kind in kinds():
                    list(kind.keep(after, before, by=by))
                mails = outbox.told_of(heard)
        return [(mail, readable(mail)) for mail in mails]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and self.promised & set(form.changed_data):
            for kind in kinds():
                kind.stop_promising()
            form.before = type(obj)._base_manager.get(pk=obj.pk)
        mixed_in: Any = super()
        mixed_in.save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        mixed_in: Any = super()
        mixed_in.save_related(request, form, formsets, change)
        if change and self.promised & set(form.changed_data):
            tell = form.cleaned_data.get("telling") != QUIETLY
            for kind in kinds():
                for line in kind.keep(form.instance, form.before, by=request.user, tell=tell):
                    messages.warning(request, line)
