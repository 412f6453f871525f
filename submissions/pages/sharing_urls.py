"""Addresses of sharing with a colleague. A link from a mail carries a token."""

from django.urls import path

from submissions.pages import sharing
from submissions.pages.invitation import InvitationView
from submissions.pages.shared import also_by_link

app_name = "sharing"

urlpatterns = [
    path(
        "uitnodiging/<uuid:invitation>/<token:token>/",
        InvitationView.as_view(),
        name="invitation",
    ),
    *also_by_link(
        [
            path("", sharing.ShareView.as_view(), name="share"),
            path("intrekken/<id:pk>/", sharing.withdraw, name="withdraw"),
            path("uitstappen/", sharing.leave, name="leave"),
        ]
    ),
]
