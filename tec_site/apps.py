from typing import Any

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig as BaseStaticFilesConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TecSiteConfig(AppConfig):
    name = "tec_site"
    verbose_name = _("Site")

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        from core import kinds
        from tec_site.staff import accounts
        from tec_site.staff.part import StaffAccounts

        kinds.register(StaffAccounts())
        authenticator_added.connect(accounts.first_factor_counts)
        post_migrate.connect(_give_roles_what_they_lack, dispatch_uid="roles")


def _give_roles_what_they_lack(app_config: AppConfig, **_kwargs: Any) -> None:
    """Give roles what a new version's pages need, with no command to remember.

    Once a `migrate`, when all apps have their permissions; Django makes those of the last one just
    after this, hence here. An app without models sends no such signal.
    """
    with_models = [one for one in apps.get_app_configs() if one.models_module is not None]
    if app_config is not with_models[-1]:
        return
    from django.contrib.auth.management import create_permissions

    from tec_site.staff import roles

    create_permissions(app_config, verbosity=0)
    roles.load()


class StaticFilesConfig(BaseStaticFilesConfig):
    """Publishes of Bootstrap's package only the one file that pages use (with its map)."""

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
