"""The kit desk in the back office, at `/beheer/balie/`."""

from django.urls import path

from . import views_desk, views_desk_lists

app_name = "desk"

urlpatterns = [
    path("", views_desk.home, name="home"),
    path("lijsten/", views_desk_lists.lists, name="lists"),
    path("rit/", views_desk_lists.transport_round, name="round"),
    path("boodschappen/", views_desk_lists.shopping, name="shopping"),
    path("voorraad/", views_desk_lists.stock, name="stock"),
    path("etiketten/", views_desk_lists.labels, name="labels"),
    path("gebruik/", views_desk_lists.use, name="use"),
    path("foto/<id:pk>/", views_desk.photo, name="photo"),
    path("<text:code>/", views_desk.box, name="box"),
    path("<text:code>/reparatie/", views_desk_lists.repair, name="repair"),
]
