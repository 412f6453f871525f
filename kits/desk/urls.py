"""The kit desk in the back office, at `/beheer/balie/`."""

from django.urls import path

from kits.desk import list_views, views

app_name = "desk"

urlpatterns = [
    path("", views.home, name="home"),
    path("lijsten/", list_views.out_and_in, name="lists"),
    path("rit/", list_views.transport_round, name="round"),
    path("boodschappen/", list_views.shopping, name="shopping"),
    path("voorraad/", list_views.stock, name="stock"),
    path("etiketten/", list_views.labels, name="labels"),
    path("gebruik/", list_views.use, name="use"),
    path("foto/<id:pk>/", views.photo, name="photo"),
    path("<text:code>/", views.box, name="box"),
    path("<text:code>/reparatie/", list_views.repair, name="repair"),
]
