"""A list of the back office to take along: as it is filtered and searched, or what is ticked."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext_lazy, ngettext
from import_export.admin import ExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import ModelResource
from unfold.contrib.import_export.forms import ExportForm

from core.backoffice.base import ModelAdmin
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


def rows_of(
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


class Exporting(ExportMixin):
    """For an admin: its list as XLSX or CSV. Who takes what along is written in the log."""

    export_form_class = ExportForm
    formats: ClassVar = [TypedXLSX, DutchCSV]
    resource_classes: Sequence[type[Resource]]
    opts: Any

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whoever keeps the list up to date; looking something up needs no copy of everything."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    actions: Any = ("export_ticked",)

    @admin.action(description=gettext_lazy("Take along as a spreadsheet"), permissions=["export"])
    def export_ticked(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """What is ticked, on all pages where all of them are chosen."""
        file_format = TypedXLSX()
        data = self.get_export_data(file_format, request, queryset)
        name = self.get_export_filename(request, queryset, file_format)
        return HttpResponse(
            data,
            content_type=file_format.get_content_type(),
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def get_export_data(
        self, file_format: Any, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any
    ) -> Any:
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        number, staff = queryset.count(), cast("Any", request.user)
        words = ngettext(
            "%(number)d row taken along as %(format)s.",
            "%(number)d rows taken along as %(format)s.",
            number,
        )
        LogEntry.objects.create(
            user_id=staff.pk,
            content_type=ContentType.objects.get_for_model(self.opts.model),
            object_repr=str(self.opts.verbose_name_plural),
            action_flag=CHANGE,
            change_message=words % {"number": number, "format": file_format.get_extension()},
        )
        return data

    def get_export_filename(
        self, request: HttpRequest, queryset: QuerySet[Any], file_format: Any
    ) -> str:
        name = slugify(self.opts.verbose_name_plural)
        return f"{name}-{timezone.localdate():%Y-%m-%d}.{file_format.get_extension()}"

    def init_request_context_data(self, request: HttpRequest, form: Any) -> Any:
        context = super().init_request_context_data(request, form)
        number = self.get_export_queryset(request).count()
        words = ngettext("Take %(number)d row along", "Take %(number)d rows along", number)
        return context | {"title": words % {"number": number}}


class ExportAdmin(Exporting, ModelAdmin):
    """A list that can be taken along."""
