"""The figures in the back office, at `/beheer/cijfers/`."""

from django.urls import path

from impact.desk import views

app_name = "figures"

urlpatterns = [
    path("", views.board, name="board"),
    path("alle/", views.all_figures, name="all"),
    path("scholen/", views.schools, name="schools"),
    path("rijen/<slug:code>/", views.rows, name="rows"),
    path("deel/<slug:table>/", views.rows_of_part, name="part"),
]
