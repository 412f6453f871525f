"""A list of the back office to take along: as it is filtered and searched, or what is ticked."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext, gettext_lazy, ngettext
from import_export.admin import ExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ExportForm
from import_export.resources import ModelResource

from core.backoffice.base import ModelAdmin
from core.backoffice.changes import log_export
from core.backoffice.spreadsheets import dutch_csv, typed, xlsx


class TypedXLSX(XLSX):
    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        return xlsx(dataset.title or "", [dataset.headers, *dataset])


class DutchCSV(CSV):
    def export_data(self, dataset: Any, **kwargs: Any) -> str:
        return dutch_csv([dataset.headers, *dataset])


class Resource(ModelResource):
    """Rows with typed values. `along`: what its columns name of other tables, in one query."""

    along: ClassVar[tuple[str, ...]] = ()
    only: ClassVar[Q | None] = None

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        rows = queryset.filter(self.only) if self.only else queryset
        return rows.select_related(*self.along) if self.along else rows

    def export_field(self, field: Field, instance: Any, **kwargs: Any) -> Any:
        return typed(field.get_value(instance))

    def after_export(self, queryset: Any, dataset: Any, **kwargs: Any) -> None:
        dataset.title = str(self.get_display_name())

    @classmethod
    def get_display_name(cls) -> str:
        """How the choice between several, and the sheet, calls it."""
        name = getattr(cls._meta, "name", None) or cls._meta.model._meta.verbose_name_plural
        return str(capfirst(name))


def resource_of(
    model: type[Model],
    columns: Mapping[str, Any],
    *,
    name: Any = None,
    along: Sequence[str] = (),
    only: Q | None = None,
) -> type[Resource]:
    """A row of the model in these columns: 'submission__school__name', as Django names what hangs
    on it, → heading. `name`: what the rows are called where a list has several kinds of them;
    `only`: which rows of the list are of this kind."""
    order = tuple(columns)
    meta = type("Meta", (), {"model": model, "fields": order, "export_order": order, "name": name})
    fields = {
        attribute: Field(attribute=attribute, column_name=title, readonly=True)
        for attribute, title in columns.items()
    }
    facts = {"Meta": meta, "along": tuple(along), "only": only}
    return type(f"{model.__name__}Rows", (Resource,), facts | fields)


def spreadsheet(
    request: HttpRequest, model: type[Model], title: Any, rows: Sequence[Sequence[Any]], ending: str
) -> HttpResponse:
    """A list that is no list of the admin, as XLSX or CSV; the first row is the heading. 404 for
    another ending."""
    formats: dict[str, Any] = {"xlsx": TypedXLSX(), "csv": DutchCSV()}
    file_format = formats.get(ending)
    if file_format is None:
        raise Http404
    cells = [[typed(value) for value in row] for row in rows]
    data = xlsx(str(title), cells) if ending == "xlsx" else dutch_csv(cells)
    log_export(request.user, model, len(rows) - 1, ending)
    return _download(data, title, file_format)


def _filename(title: Any, file_format: Any) -> str:
    name = slugify(str(title).replace("–", "-"))  # of a school year: 'uren-van-2026-2027'
    return f"{name}-{timezone.localdate():%Y-%m-%d}.{file_format.get_extension()}"


def _download(data: Any, title: Any, file_format: Any) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=file_format.get_content_type(),
        headers={
            "Content-Disposition": f'attachment; filename="{_filename(title, file_format)}"',
            "Cache-Control": "private, no-store",
        },
    )


class TakeAlongForm(ExportForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["resource"].label = gettext_lazy("What")
        fields["format"].label = gettext_lazy("As")
        fields["format"].choices = [
            ("0", gettext_lazy("XLSX, for Excel and other spreadsheets")),
            ("1", gettext_lazy("CSV, for other programs")),
        ]

    def count(self, numbers: Sequence[int]) -> None:
        """Say of each list that can be chosen how many rows it has."""
        field: Any = self.fields["resource"]
        field.choices = [
            (key, f"{name} ({number})")
            for (key, name), number in zip(field.choices, numbers, strict=True)
        ]


class Exporting(ExportMixin):
    """For an admin: its list as XLSX or CSV. Who takes what along is written in the log."""

    export_form_class = TakeAlongForm
    export_template_name = "admin/take_along.html"
    formats: ClassVar = [TypedXLSX, DutchCSV]
    resource_classes: Sequence[type[Resource]]
    actions: Any = ("export_ticked",)
    opts: Any

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whoever keeps the list up to date; looking something up needs no copy of everything."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def export_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As the list itself does with a filter that is none: it says so, and shows all."""
        try:
            answer: HttpResponse = super().export_action(request, *args, **kwargs)
        except IncorrectLookupParameters:
            return redirect(self._list_address({ERROR_FLAG: "1"}))
        return answer

    def _list_address(self, query: Mapping[str, Any]) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return reverse(name, query=query)

    @admin.action(description=gettext_lazy("Take along as a spreadsheet"), permissions=["export"])
    def export_ticked(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """What is ticked, on all pages where all of them are chosen."""
        file_format = TypedXLSX()
        data = self.get_export_data(file_format, request, queryset)
        return _download(data, self.opts.verbose_name_plural, file_format)

    def get_export_data(
        self, file_format: Any, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any
    ) -> Any:
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        mixed_in: Any = self
        chosen = mixed_in.choose_export_resource_class(kwargs.get("export_form"), request)
        number = chosen().filter_export(queryset).count()
        log_export(request.user, self.opts.model, number, file_format.get_extension())
        return data

    def get_export_filename(
        self, request: HttpRequest, queryset: QuerySet[Any], file_format: Any
    ) -> str:
        return _filename(self.opts.verbose_name_plural, file_format)

    def init_request_context_data(self, request: HttpRequest, form: Any) -> Any:
        context = super().init_request_context_data(request, form)
        rows = self.get_export_queryset(request)
        lists = [resource() for resource in self.get_export_resource_classes(request)]
        numbers = [one.filter_export(rows).count() for one in lists]
        form.count(numbers)
        words = ngettext("Take %(number)d row along", "Take %(number)d rows along", numbers[0])
        title = words % {"number": numbers[0]} if len(lists) == 1 else gettext("Take a list along")
        return context | {"title": title, "back": self._list_address(request.GET)}


class ExportingAdmin(Exporting, ModelAdmin):
    """A list that can be taken along."""
