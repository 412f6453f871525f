"""What the pages of the back office have in common; each app's `admin` builds on these."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin as DjangoModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import ActionLocation
from django.core.exceptions import BadRequest
from django.db import models
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.admin import TabularInline as UnfoldTabularInline
from unfold.admin import checkbox
from unfold.decorators import display

from core.addresses import row_number
from core.backoffice.added_once import AddedOnce, deleted_just_now
from core.backoffice.changes import WithChanges
from core.backoffice.versions import VersionedInline, VersionedRows
from core.dates import validate_day
from core.kinds import kinds, leads_of
from core.text.fields import (
    AmountField,
    DayField,
    LineField,
    MailAddressField,
    MomentField,
    ParagraphsField,
    TimeField,
    WholeNumberField,
)
from core.text.searching import words_in
from core.transactions import at_end, retried

# What unfold's filters of a period add to the name of their field.
PERIOD_END = re.compile(r"_(from|to)(_[01])?$")


# What staff type is kept in normal form, as what teachers type.
NORMAL: dict[type, Any] = {
    models.EmailField: MailAddressField,
    models.CharField: LineField,
    models.TextField: ParagraphsField,
    models.DateField: DayField,
    models.DateTimeField: MomentField,
    models.TimeField: TimeField,
    models.IntegerField: WholeNumberField,
    models.PositiveIntegerField: WholeNumberField,
    models.PositiveSmallIntegerField: WholeNumberField,
    models.DecimalField: AmountField,
}

# In lists unfold draws each checkbox and label through several templates, a third of the time of a
# page. There are few different ones: each is drawn once.


@functools.cache
def _checkbox(language: str) -> tuple[SafeString, SafeString]:
    """What stands before and after a row's key."""
    before, after = checkbox.render(ACTION_CHECKBOX_NAME, "KEY").split("KEY")
    return SafeString(before), SafeString(after)  # nosec B703  # as Django rendered it


def badge(text: object, kind: str = "") -> SafeString:
    """`text`, one of few, as a coloured label: 'info', 'success', 'warning', 'danger' or ''."""
    return _badge(str(text), kind)


@functools.cache
def _badge(text: str, kind: str) -> SafeString:
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": kind})


def scoped[Rows: models.QuerySet[Any]](rows: Rows, user: Any) -> Rows:
    """The `rows` that `user` may know of: rows that belong to a hub have `of_hubs`, and another
    hub's are answered like those that do not exist."""
    of_hubs: Any = getattr(rows, "of_hubs", None)
    return rows if of_hubs is None else of_hubs(user)


@dataclass(frozen=True)
class Button:
    """A link above a page (`admin/_buttons.html`) to something that can be done with it."""

    label: str
    address: str
    style: str = ""


class _Scoped:
    """Lists, pages and choices of staff's own hubs; what they type has the limits of what anybody
    types."""

    def get_queryset(self, request: HttpRequest) -> Any:
        mixed_in: Any = super()
        return scoped(mixed_in.get_queryset(request), request.user)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> Any:
        """What a foreign key offers, and what it takes: Django validates by the same rows."""
        mixed_in: Any = super()
        rows = mixed_in.get_field_queryset(db, db_field, request)
        if rows is None:
            rows = db_field.remote_field.model._default_manager.using(db)
        return scoped(rows.all(), request.user)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if normal := NORMAL.get(type(db_field)):
            kwargs.setdefault("form_class", normal)
        mixed_in: Any = super()
        field = mixed_in.formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(db_field, models.DateField):  # a moment, too
            field.validators.append(validate_day)
        if field is not None and isinstance(db_field, models.ForeignKey | models.ManyToManyField):
            keep_to_rows(field.widget)
        return field


def keep_to_rows(widget: Any) -> None:
    """Read anything that is no number as 0, the key of no row. Django's autocomplete widget looks
    up whatever was sent, and text in place of a key ends in a database error."""
    read = widget.value_from_datadict

    def value_from_datadict(*asked: Any) -> Any:
        value = read(*asked)
        if isinstance(value, list):
            return [str(row_number(one)) for one in value]
        return str(row_number(value)) if value else value

    widget.value_from_datadict = value_from_datadict


class ModelAdmin(_Scoped, AddedOnce, VersionedRows, WithChanges, UnfoldModelAdmin):
    """The base of every admin: scoped to hubs, safe for two editors and for two clicks, with lists
    that need neither a count of all rows nor a choice among a thousand."""

    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    # The library's templates ask for these in each row and of each field. Where nothing is said,
    # Django looks through the names of all that an admin has: a quarter of a long list's time.
    list_sections = ()
    conditional_fields: ClassVar[dict[str, str]] = {}

    @display(description=UnfoldModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Model) -> SafeString:
        before, after = _checkbox(get_language() or "")
        return format_html("{}{}{}", before, obj.pk, after)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Folded as all that is searched: each word is in one of `search_fields`."""
        if not search_term or not self.search_fields:
            return queryset, False
        return queryset.filter(words_in(self.model, self.search_fields, search_term)), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A period's two ends are as good as its field, of which Django knows that it may."""
        return super().lookup_allowed(PERIOD_END.sub("", lookup), value, request)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = super().changeform_view
        changing = _ends_with_turns(view) if request.method == "POST" else view
        return changing(request, *args, **kwargs)

    def buttons(self, request: HttpRequest, row: Any) -> list[Button]:
        """Above the page of a row: they lead to what later apps have of it (`Kind.leads_from`). A
        subclass adds what else can be done with it."""
        return [Button(one.label, one.address) for one in leads_of(row, request.user)]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (row := context.get("original")) is not None:
            context["buttons"] = self.buttons(request, row)
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = super().delete_view
        deleting = _ends_with_turns(view) if request.method == "POST" else view
        return deleting(request, *args, **kwargs)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """The second of two clicks that delete a row ends as the first did."""
        if request.method == "POST" and (first := deleted_just_now(request, opts, object_id)):
            return self.response_delete(request, first.object_repr, object_id)
        mixed_in: Any = super()
        return mixed_in._get_obj_does_not_exist_redirect(request, opts, object_id)

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not all(map(row_number, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest("A row that is selected has a number.")
        view = super().response_action
        if request.POST.get("action") == "delete_selected":
            view = _ends_with_turns(view)
        return view(request, *args, **kwargs)

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        super().message_user(request, _with_article(message, self.opts), *args, **kwargs)

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: Any = None,
        action_location: Any = ActionLocation.CHANGE_LIST,
    ) -> Any:
        """Django's own: unfold's does not know Django 6.1's argument yet."""
        return DjangoModelAdmin.get_action_choices(
            self, request, [("", _("Choose an action"))], action_location
        )


def _with_article(message: Any, opts: Any) -> Any:
    """Django has one word for 'the' before the name of a model; Dutch has two."""
    common, neuter = pgettext("the two words for 'the'", "The / The").split(" / ")
    nouns = pgettext("nouns of the back office with the second word for 'the'", "-").split(", ")
    start = f"{common} {opts.verbose_name} "
    if opts.verbose_name not in nouns or not str(message).startswith(start):
        return message
    rest = str(message).removeprefix(common)
    # As safe as it was: only its first word is another one.
    return SafeString(neuter + rest) if isinstance(message, SafeString) else neuter + rest  # nosec B703


class TabularInline(_Scoped, VersionedInline, UnfoldTabularInline):
    """Rows of a table: each box says of itself what the head of its column says."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = capfirst(db_field.verbose_name)
            related = getattr(field.widget, "widget", None)  # inside the links to add and change
            if related is not None:
                related.attrs["aria-label"] = capfirst(db_field.verbose_name)
        return field


def _ends_with_turns(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view that ends by offering, in its transaction, any room that staff's change made."""

    @retried
    def changing(*args: Any, **kwargs: Any) -> Any:
        response = view(*args, **kwargs)
        at_end(_give_turns, None)
        return response

    return changing


def _give_turns(_about: set[Any]) -> None:
    for kind in kinds():
        kind.give_turns()


class NoDelete:
    """Rows that history hangs on."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class SaidInCalendars:
    """Rows of which calendars say something, such as a school's name: once one is saved, each kind
    lets calendars know (`Kind.keep`). Nobody gets a mail."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = type(obj)._base_manager.get(pk=obj.pk) if change else None
        mixed_in: Any = super()
        mixed_in.save_model(request, obj, form, change)
        if before is not None:
            for kind in kinds():
                kind.keep(obj, before, by=request.user, tell=False)


class ReadOnly(NoDelete):
    """Rows that verbs, the worker or an import write, and nobody edits."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
