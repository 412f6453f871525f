"""Addresses of what was borrowed. A link from a mail carries a token."""

from typing import Any

from django.urls import path

import tec_site.address_parts  # noqa: F401  # `<token:…>`, `<id:…>`

from . import views_loan, views_reserving

app_name = "loans"

_pages: list[tuple[str, Any, str]] = [
    ("", views_loan.loan, "loan"),
    ("verlengen/", views_loan.extend, "extend"),
    ("annuleren/", views_loan.cancel, "cancel"),
    ("melden/", views_loan.report, "report"),
    ("foto/<id:finding_id>/", views_loan.photo, "photo"),
    ("leskist.ics", views_loan.calendar, "calendar"),
    ("brief.pdf", views_loan.letter, "letter"),
]

urlpatterns = [
    path("<uuid:public_id>/code/", views_reserving.code, name="code"),
    path("<uuid:public_id>/adres/", views_reserving.correct_address, name="correct_address"),
    *(path(f"<uuid:public_id>/{page}", view, name=name) for page, view, name in _pages),
    *(
        path(f"<uuid:public_id>/<token:token>/{page}", view, name=name)
        for page, view, name in _pages
    ),
]
