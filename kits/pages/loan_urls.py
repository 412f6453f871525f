"""Addresses of what was borrowed. A link from a mail carries a token."""

from django.urls import path

from kits.pages import loan, reserve, waiting
from kits.pages.moving import MoveLoanView
from submissions.pages.shared import also_by_link

app_name = "loans"

urlpatterns = [
    path("<uuid:public_id>/code/", reserve.LoanCodeView.as_view(), name="code"),
    path("<uuid:public_id>/adres/", reserve.LoanAddressView.as_view(), name="correct_address"),
    path("<uuid:public_id>/wachtlijst/code/", waiting.LoanWaitCodeView.as_view(), name="wait_code"),
    path(
        "<uuid:public_id>/wachtlijst/adres/",
        waiting.LoanWaitAddressView.as_view(),
        name="wait_correct_address",
    ),
    *also_by_link(
        [
            path("", loan.loan, name="loan"),
            path("verzetten/", MoveLoanView.as_view(), name="move"),
            path("verlengen/", loan.extend, name="extend"),
            path("annuleren/", loan.LoanCancelView.as_view(), name="cancel"),
            path("gegevens/", loan.LoanDetailsView.as_view(), name="details"),
            path("melden/", loan.report, name="report"),
            path("foto/<id:finding_id>/", loan.photo, name="photo"),
            path("wachtlijst/", waiting.LoanWaitView.as_view(), name="wait"),
            path("leskist.ics", loan.LoanCalendarView.as_view(), name="calendar"),
            path("brief.pdf", loan.LoanLetterView.as_view(), name="letter"),
        ]
    ),
]
