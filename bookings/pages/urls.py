"""Addresses of booking and of what is booked. A link from a mail carries a token."""

from django.urls import path

from bookings.pages import book, booking

app_name = "bookings"

urlpatterns = [
    path("nieuw/<slug:slug>/<id:slot_id>/", book.book, name="book"),
    *book.CODE_PAGE.addresses(
        [
            ("", booking.booking, "booking"),
            ("annuleren/<id:booking_id>/", booking.cancel, "cancel"),
            ("aantallen/<id:booking_id>/", booking.numbers, "numbers"),
            ("bezoek.ics", booking.calendar, "calendar"),
            ("brief.pdf", booking.letter, "letter"),
        ]
    ),
]
