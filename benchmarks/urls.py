"""The site's addresses and the floor's."""

from django.urls import path

from benchmarks import floor
from tec_site.urls import urlpatterns as site

urlpatterns = [
    path("bench/floor/select/", floor.select, name="floor_select"),
    path("bench/floor/insert/", floor.insert, name="floor_insert"),
    *site,
]
