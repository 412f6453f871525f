"""Addresses of lesson kits."""

from django.urls import path, register_converter

from . import views_catalogue, views_document, views_reserving
from .models import KitDocument


class DocumentConverter:
    regex = "|".join(KitDocument.KIND_OF_PAGE)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DocumentConverter, "kit_document")

app_name = "kits"

urlpatterns = [
    path("", views_catalogue.catalogue, name="catalogue"),
    path("<slug:slug>/", views_catalogue.kit, name="kit"),
    path("<slug:slug>/reserveren/", views_reserving.reserve, name="reserve"),
    path("<slug:slug>/<kit_document:page_name>.pdf", views_document.document, name="document"),
]
