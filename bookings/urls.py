"""Addresses of booking and of what is booked. A link from a mail carries a token."""

from typing import Any

from django.urls import path, register_converter

from tec_site.tokens import TOKEN_LENGTH

from . import views_booking, views_submission


class TokenConverter:
    regex = f"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TokenConverter, "token")

app_name = "bookings"

_pages: list[tuple[str, Any, str]] = [
    ("", views_submission.booking, "booking"),
    ("annuleren/<int:booking_id>/", views_submission.cancel, "cancel"),
    ("aantallen/<int:booking_id>/", views_submission.numbers, "numbers"),
    ("bezoek.ics", views_submission.calendar, "calendar"),
    ("brief.pdf", views_submission.letter, "letter"),
]

urlpatterns = [
    path("nieuw/<slug:slug>/<int:slot_id>/", views_booking.book, name="book"),
    path("<uuid:public_id>/code/", views_booking.code, name="code"),
    path("<uuid:public_id>/adres/", views_booking.correct_address, name="correct_address"),
    *(path(f"<uuid:public_id>/{page}", view, name=name) for page, view, name in _pages),
    *(
        path(f"<uuid:public_id>/<token:token>/{page}", view, name=name)
        for page, view, name in _pages
    ),
]
