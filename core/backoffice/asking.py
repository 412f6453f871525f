"""The page on which staff are asked, in one form, what something needs of a row."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse


def ask_page(
    request: HttpRequest,
    row: Model,
    form: forms.BaseForm,
    *,
    title: Any,
    about: Any = None,
    explanation: Any = "",
    submit: Any = None,
    style: str = "primary",
    seen: int | None = None,
) -> TemplateResponse:
    """Under its title what it is about, which is the row unless said; back to the row's page.
    `submit` is on the button, the title unless said; `seen` is sent back with the form."""
    meta = row._meta
    context = {
        **admin.site.each_context(request),
        "opts": meta,
        "title": title,
        "about": row if about is None else about,
        "explanation": explanation,
        "form": form,
        "submit": submit or title,
        "style": style,
        "seen": seen,
        "back": reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]),
    }
    return TemplateResponse(request, "admin/desk_form.html", context)
