"""What staff changed in a row, with the values before and after.

The log keeps values as the row has them, and shows them in the reader's language. Only of
models whose admin says so (`logs_values`): nothing that somebody typed about a person is kept here,
where erasing does not come.
"""

import datetime
import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.backoffice.versions import comparable

LONGEST_KEPT = 200


class WithChanges:
    logs_values = False

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        mixed_in: Any = super()
        message = mixed_in.construct_change_message(request, form, formsets, add)
        if add:
            return message
        others = [one for one in message if "added" in one or "deleted" in one]
        changed = [form, *(one for formset in formsets or () for one in formset.initial_forms)]
        parts = [_change_in(one, with_values=self.logs_values) for one in changed]
        return [*filter(None, parts), *others]

    def history_view(self, *args: Any, **kwargs: Any) -> Any:
        mixed_in: Any = super()
        response = mixed_in.history_view(*args, **kwargs)
        if isinstance(response, TemplateResponse) and response.context_data:
            for entry in response.context_data["action_list"]:
                entry.get_change_message = functools.partial(str, entry_in_words(entry))
        return response


def _change_in(form: Any, *, with_values: bool) -> dict[str, Any] | None:
    """An entry of the log, as Django reads it, with what changed besides; None where nothing has
    another value than before."""
    columns = {field.name for field in form.instance._meta.get_fields()}
    values = [
        [name, _kept(form.fields[name], form.initial.get(name)), _kept(form.fields[name], value)]
        for name, value in form.cleaned_data.items()
        if name in form.changed_data
        and name in form.initial
        and name in columns
        and comparable(form.initial[name]) != comparable(value)
    ]
    if not values or form.cleaned_data.get("DELETE"):
        return None
    row: models.Model = form.instance
    names = [name for name, _before, _after in values]
    entry = {"fields": names, "model": row._meta.label}
    entry |= {"values": values} if with_values else {"names": names}
    if form.prefix:
        entry |= {"name": str(row._meta.verbose_name), "object": str(row)}
    return {"changed": entry}


def _kept(field: forms.Field, value: Any) -> Any:
    match value:
        case None | bool() | int():
            pass
        case models.Model():
            return str(value)
        case models.QuerySet() | list() | tuple():
            return sorted(map(str, value))
        case datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return Truncator(str(value)).chars(LONGEST_KEPT)
    if isinstance(field, forms.ModelChoiceField) and value:
        rows: Any = field.queryset
        return str(rows.filter(pk=value).first() or "")
    return value


def log_values(
    by: Any,
    changes: Iterable[tuple[models.Model, Iterable[tuple[str, Any, Any]]]],
    *,
    why: str = "",
) -> None:
    """A line for each row that was changed elsewhere than in its form: by an action on many, a
    sweep, an import. (column, before, after); nothing of what stayed the same. `why`: what staff
    noted, or what it was read from."""
    entries = []
    for row, values in changes:
        changed = [[name, _plain(old), _plain(new)] for name, old, new in values]
        changed = [one for one in changed if one[1] != one[2]]
        if changed:
            names = [name for name, _old, _new in changed]
            entry = {"fields": names, "model": row._meta.label, "values": changed}
            entries.append(_entry(by, row, CHANGE, {"changed": entry | {"why": why}}))
    LogEntry.objects.bulk_create(entries)


def log_done(by: Any, row: models.Model, words: Callable[[], Any], *, flag: int = CHANGE) -> None:
    """A line for what was done with a row on a page or by an action: `words` says it, in the
    language of the moment, and the log keeps it in each for its reader."""
    said = {}
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            said[language] = str(words())
    _entry(by, row, flag, {"done": said}).save()


# How the log's line of an export begins; its words are made when it is read.
EXPORTED = '[{"exported": '


def log_export(by: Any, model: type[models.Model], rows: int, ending: str) -> None:
    """Log who exported how many of what."""
    LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(model),
        object_repr=str(model._meta.verbose_name_plural),
        action_flag=CHANGE,
        change_message=json.dumps([{"exported": {"rows": rows, "ending": ending}}]),
    )


def log_added(by: Any, rows: Iterable[models.Model], *, why: str = "") -> None:
    """As `log_values`, of rows that are new."""
    entries = [_entry(by, row, ADDITION, {"added": {"why": why}}) for row in rows]
    LogEntry.objects.bulk_create(entries)


def _entry(by: Any, row: models.Model, flag: int, part: Any) -> LogEntry:
    return LogEntry(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=str(row)[:200],
        action_flag=flag,
        change_message=json.dumps([part], ensure_ascii=False),  # erasing looks for names in it
    )


def _plain(value: Any) -> Any:
    """The value as it is kept in the log."""
    match value:
        case None | bool() | int():
            return value
        case datetime.date() | datetime.time():
            return value.isoformat()
        case list() | tuple():
            return sorted(map(str, value))
    return Truncator(str(value)).chars(LONGEST_KEPT)


# --- Reading it --------------------------------------------------------------------------------


def entry_in_words(entry: Any) -> str:
    """In Django's own words, but for what was kept with its values."""
    try:
        parts = json.loads(entry.change_message)
    except ValueError:
        parts = None
    if not isinstance(parts, list):
        return LogEntry.get_change_message(entry)
    first = parts[0] if parts else {}
    if "exported" in first:
        return _exported(**first["exported"])
    if "done" in first:
        return first["done"][get_language() or settings.LANGUAGE_CODE]
    return " ".join([*_changes_of(entry, parts), *_reasons_of(parts)])


def _changes_of(entry: Any, parts: list[dict[str, Any]]) -> Iterator[str]:
    """Ours with their values, and those that Django kept in its own way."""
    ours = [part["changed"] for part in parts if "model" in part.get("changed", ())]
    for change in ours:
        yield from _lines(change)
    others = [part for part in parts if "model" not in part.get("changed", ())]
    if others or not ours:
        # Django does not know our reason for adding something.
        known = [{"added": {}} if "why" in part.get("added", ()) else part for part in others]
        plain = LogEntry(action_flag=entry.action_flag, change_message=json.dumps(known))
        yield plain.get_change_message()


def _reasons_of(parts: list[dict[str, Any]]) -> list[str]:
    reasons = {one["why"] for part in parts for one in part.values() if one.get("why")}
    return [_("Why: %s") % why for why in sorted(reasons)]


def _exported(rows: int, ending: str) -> str:
    words = ngettext(
        "%(number)d row taken along as %(format)s.",
        "%(number)d rows taken along as %(format)s.",
        rows,
    )
    return words % {"number": rows, "format": ending}


def _lines(change: Mapping[str, Any]) -> Iterator[str]:
    model = apps.get_model(change["model"])
    labels = [str(capfirst(_column(model, name).verbose_name)) for name in change.get("names", ())]
    if labels:
        line = _("Changed: %(fields)s.") % {"fields": ", ".join(labels)}
        yield f"{change['object']}: {line}" if "object" in change else line
    for name, before, after in change.get("values", ()):
        field = _column(model, name)
        line = _("%(field)s: %(before)s → %(after)s.") % {
            "field": capfirst(field.verbose_name),
            "before": _shown(field, before),
            "after": _shown(field, after),
        }
        yield f"{change['object']}: {line}" if "object" in change else line


def _column(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _shown(field: Any, value: Any) -> str:
    """The value as the reader writes it."""
    if value in (None, "", []):
        return _("empty")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value)
    if field.choices:
        return str(dict(field.flatchoices).get(field.to_python(value), value))
    match field:
        case models.DateTimeField():
            moment = parse_datetime(value)
            return date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else value
        case models.DateField():
            day = parse_date(value)
            return date_format(day, "DATE_FORMAT") if day else value
        case models.DecimalField():
            return number_format(field.to_python(value), field.decimal_places)
    return str(value)
