"""Addresses of lesson kits."""

from django.urls import re_path

from . import views_document

app_name = "kits"

urlpatterns = [
    re_path(
        r"^(?P<slug>[-\w]+)/(?P<page_name>lesbrief|instructiekaart)\.pdf$",
        views_document.document,
        name="document",
    ),
]
