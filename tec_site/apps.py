from datetime import timedelta

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig as BaseStaticFilesConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class TecSiteConfig(AppConfig):
    name = "tec_site"
    verbose_name = _("Site")

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        from . import (
            address_parts,
            documents,
            mail_queue,
            rate_limits,
            sessions,
            staff_accounts,
            staff_forms,
            worker,
        )

        address_parts.register()
        checks.register(documents.check_documents)
        worker.register("rate limits", rate_limits.purge, every=timedelta(hours=1))
        worker.register("old mails", mail_queue.purge, every=timedelta(hours=1))
        expired = sessions.SessionStore.clear_expired
        worker.register("old sessions", expired, every=timedelta(hours=1))
        staff_forms.register()
        authenticator_added.connect(staff_accounts.first_factor_counts)


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

    default_site = "tec_site.back_office.BackOffice"
