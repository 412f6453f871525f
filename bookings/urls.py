"""Addresses of booking and of what is booked. A link from a mail carries a token."""

from typing import Any

from django.urls import path

import tec_site.address_parts  # noqa: F401  # `<token:…>`, `<id:…>`

from . import views_booking, views_submission

app_name = "bookings"

_pages: list[tuple[str, Any, str]] = [
    ("", views_submission.booking, "booking"),
    ("annuleren/<id:booking_id>/", views_submission.cancel, "cancel"),
    ("aantallen/<id:booking_id>/", views_submission.numbers, "numbers"),
    ("bezoek.ics", views_submission.calendar, "calendar"),
    ("brief.pdf", views_submission.letter, "letter"),
]

urlpatterns = [
    path("nieuw/<slug:slug>/<id:slot_id>/", views_booking.book, name="book"),
    path("<uuid:public_id>/code/", views_booking.code, name="code"),
    path("<uuid:public_id>/adres/", views_booking.correct_address, name="correct_address"),
    *(path(f"<uuid:public_id>/{page}", view, name=name) for page, view, name in _pages),
    *(
        path(f"<uuid:public_id>/<token:token>/{page}", view, name=name)
        for page, view, name in _pages
    ),
]
