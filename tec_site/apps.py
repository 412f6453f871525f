from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig as BaseStaticFilesConfig
from django.utils.translation import gettext_lazy as _


class TecSiteConfig(AppConfig):
    name = "tec_site"
    verbose_name = _("Site")

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        from core import kinds
        from tec_site.staff import accounts
        from tec_site.staff.forms import StaffAccounts

        kinds.register(StaffAccounts())
        authenticator_added.connect(accounts.first_factor_counts)


class StaticFilesConfig(BaseStaticFilesConfig):
    """Of Bootstrap's package only the one file that pages use (with its map) is published."""

    ignore_patterns = [
        *BaseStaticFilesConfig.ignore_patterns,
        "bootstrap.*",
        "bootstrap-grid.*",
        "bootstrap-utilities.*",
        "bootstrap-reboot.css*",
        "bootstrap-reboot.rtl.*",
    ]


class BackOfficeConfig(AdminConfig):
    """The Django admin with our own site class as `admin.site`."""

    default_site = "tec_site.staff.back_office.BackOffice"
