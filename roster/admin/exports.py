"""The columns in exports of shifts."""

from django.utils.translation import gettext_lazy as _

from core.backoffice.exports import resource_of
from roster.models import Shift

SHIFTS = resource_of(
    Shift,
    {
        "starts_at": _("from"),
        "ends_at": _("until"),
        "visit__programme__title": _("programme"),
        "visit__slot__venue__name": _("venue"),
        "visit__slot__venue__hub__name": _("hub"),
        "get_state_display": _("state"),
        "person__name": _("name"),
        "person__get_role_display": _("role"),
        "person__email": _("e-mail address"),
        "worked_from": _("worked from"),
        "worked_until": _("worked until"),
    },
    along=("visit__programme", "visit__slot__venue__hub", "person"),
)
