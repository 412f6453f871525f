"""Addresses of what was borrowed. A link from a mail carries a token."""

from kits.pages import loan, reserve

app_name = "loans"

urlpatterns = reserve.CODE_PAGE.addresses(
    [
        ("", loan.loan, "loan"),
        ("verlengen/", loan.extend, "extend"),
        ("annuleren/", loan.cancel, "cancel"),
        ("melden/", loan.report, "report"),
        ("foto/<id:finding_id>/", loan.photo, "photo"),
        ("leskist.ics", loan.calendar, "calendar"),
        ("brief.pdf", loan.letter, "letter"),
    ]
)
