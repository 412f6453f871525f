"""The site's own settings, and a third kind in it: the toys of `tests/toys`."""

from django.urls import reverse_lazy

from tec_site.settings import *  # noqa: F403
from tec_site.settings import INSTALLED_APPS, UNFOLD

ROOT_URLCONF = "tests.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "tests.toys.apps.ToysConfig"]
UNFOLD["SIDEBAR"]["navigation"][1]["items"].append(
    {"title": "Speelgoed", "icon": "toys", "link": reverse_lazy("admin:toys_toy_changelist")}
)
