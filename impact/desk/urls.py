"""The figures in the back office, at `/beheer/cijfers/`."""

from django.urls import path

from impact.desk import funding, indicators, quiet, reports, views

app_name = "figures"

urlpatterns = [
    path("", views.board, name="board"),
    path("alle/", views.all_figures, name="all"),
    path("scholen/", views.schools, name="schools"),
    path("stille-scholen/", quiet.quiet_list, name="quiet"),
    path("stille-scholen.<slug:ending>", quiet.quiet_sheet, name="quiet_sheet"),
    path("stille-scholen/<id:pk>/", quiet.note_contact, name="quiet_school"),
    path(
        "stille-scholen/<id:school_id>/regel/<id:pk>/weg/",
        quiet.take_back,
        name="quiet_take_back",
    ),
    path("rijen/<slug:code>/", views.rows, name="rows"),
    path("deel/<slug:table>/", views.rows_of_part, name="part"),
    path("indicatoren/", indicators.overview, name="indicators"),
    path("indicatoren/jaarcijfers/", indicators.set_up_yearly, name="set_up"),
    path("bewijs/<id:pk>/", indicators.proof, name="proof"),
    path("financiering/", funding.overview, name="funding"),
    path("toezegging/<id:pk>/", funding.paper, name="paper"),
    path("verslagen/<id:pk>/", reports.page, name="report"),
    path("verslagen/<id:pk>/versturen/", reports.send_it, name="send"),
    path("verslagen/<id:pk>/verslag.pdf", reports.pdf, name="pdf"),
    path("verslagen/<id:pk>/verslag.xlsx", reports.xlsx, name="xlsx"),
]
