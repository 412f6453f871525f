"""Addresses of a person's own page; the link of her mail carries a token."""

from django.urls import path

from roster.pages import days, own

app_name = "roster"

_HERS = "<id:pk>/<token:token>/"
urlpatterns = [
    path(_HERS, own.own_page, name="own"),
    path(f"{_HERS}neem/<id:shift_id>/", own.take, name="take"),
    path(f"{_HERS}afmelden/<id:shift_id>/", own.drop, name="drop"),
    path(f"{_HERS}nieuwe-link/", own.renew, name="renew"),
    path(f"{_HERS}wanneer/", days.DaysView.as_view(), name="days"),
    path(f"{_HERS}wanneer/<id:days_id>/weg/", days.remove, name="remove_days"),
    path(f"{_HERS}inzet.ics", own.feed, name="feed"),
]
