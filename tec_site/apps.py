from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class TecSiteConfig(AppConfig):
    name = "tec_site"
    verbose_name = _("Site")


class BackOfficeConfig(AdminConfig):
    """The Django admin with our own site class as `admin.site`."""

    default_site = "tec_site.back_office.BackOffice"
