"""Addresses of booking and of what is booked. A link from a mail carries a token."""

from django.urls import path

from bookings.pages import book, booking, preparation, waiting
from bookings.pages.class_page import class_page
from bookings.pages.moving import MoveView
from bookings.pages.plan import PlanView
from bookings.pages.several_classes import PartsView
from bookings.pages.still_coming import StillComingView
from submissions.pages.shared import also_by_link

app_name = "bookings"

urlpatterns = [
    path("samen/", PlanView.as_view(), name="plan"),
    path("klas/<id:class_id>/", class_page, name="class"),
    path("nieuw/<slug:slug>/<id:slot_id>/", book.BookView.as_view(), name="book"),
    path("wens/<slug:slug>/", waiting.WishView.as_view(), name="wish"),
    path("<uuid:public_id>/code/", book.BookingCodeView.as_view(), name="code"),
    path("<uuid:public_id>/adres/", book.BookingAddressView.as_view(), name="correct_address"),
    path(
        "<uuid:public_id>/wachtlijst/code/", waiting.VisitWaitCodeView.as_view(), name="wait_code"
    ),
    path(
        "<uuid:public_id>/wachtlijst/adres/",
        waiting.VisitWaitAddressView.as_view(),
        name="wait_correct_address",
    ),
    *also_by_link(
        [
            path("", booking.booking, name="booking"),
            path("annuleren/<id:booking_id>/", booking.BookingCancelView.as_view(), name="cancel"),
            path("klassen/", PartsView.as_view(), name="parts"),
            path("verzetten/<id:booking_id>/", MoveView.as_view(), name="move"),
            path("aantallen/<id:booking_id>/", booking.numbers, name="numbers"),
            path("komen/", StillComingView.as_view(), name="still_coming"),
            path(
                "voorbereiding/<id:booking_id>/",
                preparation.PreparationView.as_view(),
                name="preparation",
            ),
            path("vervolg/<id:booking_id>/", preparation.FollowUpView.as_view(), name="follow_up"),
            path("ouders/<id:booking_id>/", preparation.parents, name="parents"),
            path("ouders/<id:booking_id>/brief.pdf", preparation.parents_pdf, name="parents_pdf"),
            path("leerlingen/<id:booking_id>/", preparation.pupils, name="pupils"),
            path("gegevens/", booking.BookingDetailsView.as_view(), name="details"),
            path("wachtlijst/", waiting.VisitWaitView.as_view(), name="wait"),
            path("wachtlijst/aantallen/<id:wait_id>/", waiting.numbers, name="wait_numbers"),
            path("bezoek.ics", booking.BookingCalendarView.as_view(), name="calendar"),
            path("brief.pdf", booking.BookingLetterView.as_view(), name="letter"),
        ]
    ),
]
