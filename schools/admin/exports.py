"""The columns in exports of schools."""

from django.utils.translation import gettext_lazy as _

from core.backoffice.exports import resource_of
from schools.models import School

SCHOOLS = resource_of(
    School,
    {
        "site_code": _("site code"),
        "name": _("name"),
        "get_sector_display": _("sector"),
        "structure": _("levels"),
        "street": _("street"),
        "house_number": _("house number"),
        "postcode": _("postcode"),
        "city": _("place"),
        "municipality": _("municipality"),
        "province": _("province"),
        "website": _("website"),
        "get_holiday_region_display": _("holiday region"),
        "board__number": _("board number"),
        "board__name": _("school board"),
        "is_verified": _("verified"),
        "closed_on": _("closed on"),
    },
    along=("board",),
)
