"""Two people edit one row: the second is told, and neither loses what she typed.

Each form of the back office carries a print of every value as it was shown. What has another one
in the database when the form comes back was changed by somebody else meanwhile: the form is shown
again, with what was typed here, with the others' values where nothing was typed, and says so.
"""

import datetime
import decimal
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

# Of the hidden field.
SEEN = "seen_version"
LONGEST_SHOWN = 120


class SeenField(forms.CharField):
    """The prints, which are nothing that anybody changes."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class VersionedForm(forms.ModelForm):
    """For a form of a row that exists; of a new one nobody knows yet."""

    seen_version = SeenField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            return
        self._now = {
            name: _print(self.initial[name])
            for name in self.fields
            if name != SEEN and name in self.initial
        }
        self.initial[SEEN] = json.dumps(self._now)

    def clean(self) -> Any:
        """What others did comes first: other rules would judge values that are stale."""
        if self.instance.pk is None or not (meanwhile := self._changed_meanwhile()):
            return super().clean()
        lines = [_intro(self.instance)]
        for name in meanwhile:
            lines.append(self._line(name, is_typed=self._is_typed(name)))
            if not self._is_typed(name):
                _show_initial(self.fields[name])
        _show_initial(self.fields[SEEN])
        raise ValidationError(lines, code="changed_meanwhile")

    def _changed_meanwhile(self) -> list[str]:
        """Fields that another has given another value, and not the one that was typed here."""
        return [
            name
            for name, now in self._now.items()
            if self._seen.get(name, now) != now and self._typed(name) != now
        ]

    @property
    def _seen(self) -> Mapping[str, str]:
        """As the form was shown; what is no print of ours says nothing."""
        try:
            seen = json.loads(self.data.get(self.add_prefix(SEEN)) or "{}")
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}

    def _typed(self, name: str) -> str | None:
        return _print(self.cleaned_data[name]) if name in self.cleaned_data else None

    def _is_typed(self, name: str) -> bool:
        return self._typed(name) != self._seen[name]

    def _line(self, name: str, *, is_typed: bool) -> str:
        field = self.fields[name]
        words = _("%(field)s: now %(value)s.")
        if is_typed:
            words = _("%(field)s: now %(value)s; what you typed still stands in the form.")
        label = capfirst(str(field.label or name))
        return words % {"field": label, "value": _shown(field, self.initial[name])}


def _intro(row: models.Model) -> str:
    """Says who did it, if known."""
    content_type = ContentType.objects.get_for_model(type(row))
    entries = LogEntry.objects.filter(content_type=content_type, object_id=str(row.pk))
    last = entries.select_related("user").order_by("-pk").first()
    text = _(
        "%(who)s changed this while you were busy. Nothing you typed is lost; what you left alone "
        "was brought up to date. Look, and save again."
    )
    return text % {"who": last.user.get_full_name() if last else _("Somebody else")}


def _show_initial(field: Any) -> None:
    """Give the form shown again this field's present value."""
    field.bound_data = lambda data, initial: initial  # a method of this one field


def _print(value: Any) -> str:
    return hashlib.blake2s(comparable(value).encode(), digest_size=6).hexdigest()


def comparable(value: Any) -> str:
    """Text that is equal for a value read from the row and the same one typed."""
    match value:
        case None:
            return ""
        case models.Model():
            return str(value.pk)
        case models.QuerySet() | list() | tuple():
            return ",".join(sorted(map(comparable, value)))
        case datetime.datetime():
            return value.astimezone(datetime.UTC).isoformat()
        case decimal.Decimal():
            return format(value.normalize(), "f")
    return "\n".join(str(value).splitlines())


def _shown(field: forms.Field, value: Any) -> str:
    """A value as the reader of the form knows it."""
    choices: Any = field
    match field:
        case forms.ModelMultipleChoiceField():
            text = ", ".join(map(choices.label_from_instance, value or []))
        case forms.ModelChoiceField():
            row = choices.queryset.filter(pk=value).first() if value else None
            text = choices.label_from_instance(row) if row else ""
        case forms.TypedChoiceField() | forms.ChoiceField():
            labels = {str(key): label for key, label in _flat(choices.choices)}
            text = str(labels.get(str(value), value or ""))
        case forms.BooleanField():
            text = _("yes") if value else _("no")
        case _ if isinstance(value, datetime.datetime):
            text = formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
        case _:
            text = str(formats.localize(value, use_l10n=True)) if value is not None else ""
    return Truncator(text).chars(LONGEST_SHOWN) or _("empty")


def _flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield key, label


# --- In the admin ------------------------------------------------------------------------------


def _versioned(form: type[Any]) -> type[Any]:
    return type(form.__name__, (VersionedForm, form), {})


class WithVersions:
    """For admins and inlines: their change forms are `VersionedForm`s."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        mixed_in: Any = super()
        fieldsets = list(mixed_in.get_fieldsets(request, obj))
        admin: Any = self
        if obj is None or not fieldsets or not admin.has_change_permission(request, obj):
            return fieldsets
        if SEEN not in flatten_fieldsets(fieldsets):
            title, options = fieldsets[-1]
            fieldsets[-1] = (title, {**options, "fields": (*options["fields"], SEEN)})
        return fieldsets


class VersionedRows(WithVersions):
    """For an admin."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """While it is being saved nobody else saves it: who comes second waits here, and then reads
        it anew."""
        mixed_in: Any = super()
        row = mixed_in.get_object(request, *args, **kwargs)
        is_saving = request.method == "POST" and transaction.get_connection().in_atomic_block
        if row is None or not is_saving:
            return row
        # No key: whoever writes a row that refers to this one does not wait for it. She would,
        # while we wait for what she has written (`Kind.stop_promising`).
        rows = type(row)._base_manager.select_for_update(of=("self",), no_key=True)
        locked = rows.filter(pk=row.pk)
        list(locked.values_list("pk"))
        return mixed_in.get_object(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        admin: Any = self
        mixed_in: Any = super()
        if obj is not None and admin.has_change_permission(request, obj):
            kwargs.setdefault("form", _versioned(admin.form))
        return mixed_in.get_form(request, obj, *args, **kwargs)


class VersionedInline(WithVersions):
    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        inline: Any = self
        mixed_in: Any = super()
        if obj is not None and inline.has_change_permission(request, obj):
            kwargs.setdefault("form", _versioned(inline.form))
        return mixed_in.get_formset(request, obj, **kwargs)
