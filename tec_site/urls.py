"""Every address of the site. Dutch on the page, so Dutch in the addresses."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import TemplateView

urlpatterns = [
    path("", login_not_required(TemplateView.as_view(template_name="home.html")), name="home"),
    path("personeel/", include("tec_site.staff_urls")),
    path("beheer/", admin.site.urls),
]
