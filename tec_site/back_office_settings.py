"""How the back office looks: the settings of django-unfold."""

from typing import Any

from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("TEC desk"),
    "SITE_HEADER": _("TEC desk"),
    "ENVIRONMENT": "tec_site.back_office.environment",
    "SHOW_HISTORY": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        # Around the site's working colour, #b8430f (static/css/tokens.css).
        "primary": {
            "50": "#fdf4ef",
            "100": "#fae3d7",
            "200": "#f4c5ae",
            "300": "#eca07c",
            "400": "#e07444",
            "500": "#cf5a22",
            "600": "#b8430f",
            "700": "#93350b",
            "800": "#762c0d",
            "900": "#60260e",
            "950": "#351104",
        },
    },
}
