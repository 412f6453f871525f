"""Addresses of lesson kits."""

from django.urls import path, register_converter

from kits.models import KitDocument
from kits.pages import catalogue, document, reserve


class DocumentConverter:
    regex = "|".join(KitDocument.KIND_OF_PAGE)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DocumentConverter, "kit_document")

app_name = "kits"

urlpatterns = [
    path("", catalogue.catalogue, name="catalogue"),
    path("<slug:slug>/", catalogue.kit, name="kit"),
    path("<slug:slug>/reserveren/", reserve.ReserveView.as_view(), name="reserve"),
    path("<slug:slug>/<kit_document:page_name>.pdf", document.document, name="document"),
]
