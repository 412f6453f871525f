"""The address of finding a school."""

from django.urls import path

from schools import views

app_name = "schools"
urlpatterns = [path("scholen/zoeken/", views.search, name="search")]
