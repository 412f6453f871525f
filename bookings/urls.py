"""Addresses of bookings, below `boekingen/`."""

from django.urls import path

from . import views

app_name = "bookings"
urlpatterns = [
    path("<uuid:public_id>/", views.booking, name="booking"),
    path("<uuid:public_id>/agenda.ics", views.calendar_file, name="calendar_file"),
]
