"""The site's own settings, and a third kind in it: the toys of `tests/toys`."""

import copy

from django.urls import reverse_lazy

from tec_site.settings import *  # noqa: F403  # and what differs here
from tec_site.settings import DATABASES, INSTALLED_APPS
from tec_site.staff.menu import NAVIGATION

DATABASES = copy.deepcopy(DATABASES)
if DATABASES["default"]["ENGINE"] == "core.sqlite3":
    # These rows need not survive a power cut. Processes that tests start have the site's settings.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"

ROOT_URLCONF = "tests.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "tests.toys.apps.ToysConfig"]
NAVIGATION[1]["items"].append(
    {"title": "Speelgoed", "icon": "toys", "link": reverse_lazy("admin:toys_toy_changelist")}
)

# A browser keeps styles and scripts as it keeps those of production, whose names change with what
# is in them. Years, because its clock runs ahead of a test's.
WHITENOISE_MAX_AGE = 10 * 365 * 24 * 60 * 60
