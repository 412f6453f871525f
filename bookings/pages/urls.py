"""Addresses of booking and of what is booked. A link from a mail carries a token."""

from django.urls import path

from bookings.pages import book, booking
from bookings.pages.moving import MoveView
from bookings.pages.parts import PartsView
from bookings.pages.plan import PlanView
from submissions.pages.shared import also_by_link

app_name = "bookings"

urlpatterns = [
    path("samen/", PlanView.as_view(), name="plan"),
    path("nieuw/<slug:slug>/<id:slot_id>/", book.book, name="book"),
    path("<uuid:public_id>/code/", book.BookingCodeView.as_view(), name="code"),
    path("<uuid:public_id>/adres/", book.BookingAddressView.as_view(), name="correct_address"),
    *also_by_link(
        [
            path("", booking.booking, name="booking"),
            path("annuleren/<id:booking_id>/", booking.BookingCancelView.as_view(), name="cancel"),
            path("klassen/", PartsView.as_view(), name="parts"),
            path("verzetten/<id:booking_id>/", MoveView.as_view(), name="move"),
            path("aantallen/<id:booking_id>/", booking.numbers, name="numbers"),
            path("gegevens/", booking.BookingDetailsView.as_view(), name="details"),
            path("bezoek.ics", booking.BookingCalendarView.as_view(), name="calendar"),
            path("brief.pdf", booking.BookingLetterView.as_view(), name="letter"),
        ]
    ),
]
