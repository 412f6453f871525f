"""The columns in exports of loans and charges."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.backoffice.exports import resource_of
from kits.models import ChargeLine, Loan

ALONG = (
    "submission__school__board",
    "submission__organisation",
    "submission__hub",
    "copy__kit__venue",
)

LOANS = resource_of(
    Loan,
    {
        "submission__reference": _("reference"),
        "copy__kit__title": _("lesson kit"),
        "copy__code": _("box"),
        "starts_on": _("from"),
        "ends_on": _("until"),
        "get_delivery_display": _("way of collecting"),
        "get_state_display": _("state"),
        "submission__hub__name": _("hub"),
        "submission__asker_name": _("school or organisation"),
        "submission__school__site_code": _("site code"),
        "submission__school__city": _("place"),
        "party_name": _("class or group"),
        "year_groups": _("year groups"),
        "pupils": _("pupils"),
        "submission__contact_name": _("contact person"),
        "submission__email": _("e-mail address"),
        "submission__phone": _("telephone"),
        "submission__purchase_order": _("purchase-order number"),
    },
    along=ALONG,
)

CHARGE = {
    "loan__submission__asker_name": _("school or organisation"),
    "loan__submission__school__site_code": _("site code"),
    "loan__submission__school__board__number": _("board number"),
    "loan__submission__school__board__name": _("school board"),
    "loan__submission__reference": _("reference"),
    "loan__submission__purchase_order": _("purchase-order number"),
    "at": _("at"),
    "loan__copy__kit__title": _("lesson kit"),
    "item__name": _("item"),
    "quantity": _("quantity"),
    "get_state_display": _("state"),
    "amount": _("amount (euro)"),
}
CHARGES = resource_of(ChargeLine, CHARGE, along=(*(f"loan__{one}" for one in ALONG), "item"))
INVOICE_LINES = resource_of(
    ChargeLine,
    CHARGE,
    name=_("Invoice lines"),
    only=Q(state=ChargeLine.State.CHARGED),
    along=(*(f"loan__{one}" for one in ALONG), "item"),
)
