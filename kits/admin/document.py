"""Teacher guides and pupil cards: saving makes a version, and every version can be read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from core.backoffice.base import ModelAdmin, NoDelete
from core.backoffice.filters import DefaultFilter, RelatedDropdownFilter
from kits.models import KitDocument
from kits.pages.document import serve
from kits.versions import save_version


def link_to_pdf(document: KitDocument) -> str:
    address = reverse("admin:kits_kitdocument_pdf", args=[document.pk])
    words = _("own file") if document.file else _("made of the text")
    return format_html('<a class="underline text-primary-600" href="{}">{}</a>', address, words)


class PlainFileWidget(UnfoldAdminFileFieldWidget):
    """Without a link to the file: uploads have no address of their own."""

    def is_initial(self, value: Any) -> bool:
        return False


class DocumentForm(forms.ModelForm):
    drop_file = forms.BooleanField(
        label=_("use the text again, without our own file"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    class Meta:
        model = KitDocument
        fields = ("kit", "kind", "title", "text", "file")
        widgets = {"file": PlainFileWidget(attrs={"accept": "application/pdf"})}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("drop_file") and "file" not in self.changed_data:
            data["file"] = False  # Django's word for 'clear'
        return data


class CurrentFilter(DefaultFilter):
    title = _("versions")
    parameter_name = "versions"
    default = _("newest only")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("also old ones"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() == "all" else queryset.current()


@admin.register(KitDocument)
class KitDocumentAdmin(NoDelete, ModelAdmin):
    logs_values = True
    form = DocumentForm
    list_display = ("title", "kit", "kind", "version", "created_at", "pdf")
    list_select_related = ("kit",)
    list_filter = (
        CurrentFilter,
        ("kit", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
    )
    search_fields = ("title", "kit__title")
    autocomplete_fields = ("kit",)
    readonly_fields = ("version", "created_at", "pdf")

    def get_queryset(self, request: HttpRequest) -> QuerySet[KitDocument]:
        return super().get_queryset(request).select_related("kit")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Old versions are only read."""
        if obj is not None and not KitDocument.objects.current().filter(pk=obj.pk).exists():
            return False
        return super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return (("kit", "kind"), "title", "text", "file")
        shown: tuple[Any, ...] = (
            ("kit", "kind"),
            ("version", "created_at", "pdf"),
            "title",
            "text",
        )
        if not self.has_change_permission(request, obj):
            return shown
        return (*shown, "file", "drop_file") if obj.file else (*shown, "file")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Another kit or kind is another document.
        return self.readonly_fields if obj is None else (*self.readonly_fields, "kit", "kind")

    def get_urls(self) -> list[Any]:
        page = path(
            "<path:object_id>/pdf/",
            self.admin_site.admin_view(require_safe(self.pdf_page)),
            name="kits_kitdocument_pdf",
        )
        return [page, *super().get_urls()]

    def pdf_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Any version, to be saved and not shown."""
        document = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, document):
            raise PermissionDenied
        if document is None:
            raise Http404
        return serve(document, attachment=True)

    def save_model(self, request: HttpRequest, obj: KitDocument, form: Any, change: bool) -> None:
        if not change or {"title", "text", "file", "drop_file"} & {*form.changed_data}:
            save_version(obj)

    def response_change(self, request: HttpRequest, obj: KitDocument) -> HttpResponse:
        """The row that was opened is an old version now."""
        response = super().response_change(request, obj)
        if "_continue" in request.POST:
            return redirect("admin:kits_kitdocument_change", obj.pk)
        return response

    @display(description="PDF")
    def pdf(self, document: KitDocument) -> str:
        return link_to_pdf(document)
