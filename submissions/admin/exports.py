"""The columns in exports of submissions."""

from django.utils.translation import gettext_lazy as _

from core.backoffice.exports import resource_of
from submissions.models import Submission

CONTACTS = resource_of(
    Submission,
    {
        "reference": _("reference"),
        "asker_name": _("school or organisation"),
        "school__site_code": _("site code"),
        "school__city": _("place"),
        "contact_name": _("contact person"),
        "email": _("e-mail address"),
        "phone": _("telephone"),
        "get_language_display": _("language"),
        "created_at": _("at"),
        "verified_at": _("confirmed at"),
    },
    name=_("Contacts"),
    along=("school", "organisation"),
)
