"""Addresses of booking and of what is booked. A link from a mail carries a token."""

from django.urls import path

from . import views_booking, views_submission

app_name = "bookings"

urlpatterns = [
    path("nieuw/<slug:slug>/<id:slot_id>/", views_booking.book, name="book"),
    *views_booking.CODE_PAGE.addresses(
        [
            ("", views_submission.booking, "booking"),
            ("annuleren/<id:booking_id>/", views_submission.cancel, "cancel"),
            ("aantallen/<id:booking_id>/", views_submission.numbers, "numbers"),
            ("bezoek.ics", views_submission.calendar, "calendar"),
            ("brief.pdf", views_submission.letter, "letter"),
        ]
    ),
]
