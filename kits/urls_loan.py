"""Addresses of what was borrowed. A link from a mail carries a token."""

from . import views_loan, views_reserving

app_name = "loans"

urlpatterns = views_reserving.CODE_PAGE.addresses(
    [
        ("", views_loan.loan, "loan"),
        ("verlengen/", views_loan.extend, "extend"),
        ("annuleren/", views_loan.cancel, "cancel"),
        ("melden/", views_loan.report, "report"),
        ("foto/<id:finding_id>/", views_loan.photo, "photo"),
        ("leskist.ics", views_loan.calendar, "calendar"),
        ("brief.pdf", views_loan.letter, "letter"),
    ]
)
