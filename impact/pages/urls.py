"""Addresses of looking back. The link of the mail carries a token."""

from django.urls import path

from impact.pages import evaluation, sheet
from submissions.pages.shared import also_by_link

app_name = "evaluations"

urlpatterns = also_by_link(
    [
        path("", evaluation.overview, name="overview"),
        path("<id:pk>/", evaluation.EvaluationView.as_view(), name="evaluation"),
        path("<id:pk>/klas/", evaluation.TallyView.as_view(), name="tallies"),
        path("<id:pk>/citaat/", evaluation.unquote, name="unquote"),
        path("klassenblad/", sheet.sheet, name="sheet"),
        path("klassenblad.pdf", sheet.sheet_pdf, name="sheet_pdf"),
    ]
)
