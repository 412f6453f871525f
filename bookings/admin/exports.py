"""The columns in exports of bookings and visits."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, State, Visit
from core.backoffice.exports import resource_of

ALONG = (
    "submission__school__board",
    "submission__organisation",
    "submission__hub",
    "visit__slot__venue",
    "visit__programme",
)

BOOKINGS = resource_of(
    Booking,
    {
        "submission__reference": _("reference"),
        "starts_at": _("start"),
        "ends_at": _("end"),
        "visit__programme__title": _("programme"),
        "visit__slot__venue__name": _("venue"),
        "submission__hub__name": _("hub"),
        "submission__asker_name": _("school or organisation"),
        "submission__school__site_code": _("site code"),
        "submission__school__board__name": _("school board"),
        "submission__school__city": _("place"),
        "submission__school__municipality": _("municipality"),
        "party_name": _("class or group"),
        "year_groups": _("year groups"),
        "pupils": _("pupils or participants"),
        "number_here": _("pupils or participants who came"),
        "supervisors": _("supervisors"),
        "get_state_display": _("state"),
        "submission__contact_name": _("contact person"),
        "submission__email": _("e-mail address"),
        "submission__phone": _("telephone"),
        "submission__get_photos_display": _("photographs"),
        "submission__purchase_order": _("purchase-order number"),
        "created_at": _("booked at"),
    },
    along=ALONG,
)

# What one may send an invoice for: whoever came, or did not and had not said so.
INVOICE_LINES = resource_of(
    Booking,
    {
        "submission__asker_name": _("school or organisation"),
        "submission__school__site_code": _("site code"),
        "submission__school__board__number": _("board number"),
        "submission__school__board__name": _("school board"),
        "submission__reference": _("reference"),
        "submission__purchase_order": _("purchase-order number"),
        "visit__slot__day": _("day"),
        "visit__programme__title": _("programme"),
        "party_name": _("class or group"),
        "get_state_display": _("state"),
        "visit__programme__price": _("amount (euro)"),
    },
    name=_("Invoice lines"),
    only=Q(state__in=[State.ATTENDED, State.NO_SHOW], visit__programme__price__gt=0),
    along=ALONG,
)

VISITS = resource_of(
    Visit,
    {
        "slot__starts_at": _("start"),
        "slot__ends_at": _("end"),
        "programme__title": _("programme"),
        "slot__venue__name": _("venue"),
        "slot__venue__hub__name": _("hub"),
        "groups_taken": _("classes or groups"),
        "max_groups": _("classes or groups at most"),
        "pupils_taken": _("pupils or participants"),
        "max_pupils": _("pupils or participants at most"),
    },
    along=("slot__venue__hub", "programme"),
)
