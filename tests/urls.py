"""The site's own addresses, and those of the toys."""

from django.urls import include, path

from tec_site.urls import handler404, handler500, urlpatterns

__all__ = ["handler404", "handler500", "urlpatterns"]

urlpatterns = [path("speelgoed/", include("tests.toys.pages")), *urlpatterns]
