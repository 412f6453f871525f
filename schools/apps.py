from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchoolsConfig(AppConfig):
    name = "schools"
    verbose_name = _("Schools and people")

    def ready(self) -> None:
        from schools import codes, erasure, notices
        from tec_site import worker

        notices.register()
        worker.register("codes", codes.purge, every=timedelta(hours=1))
        worker.register("erasure", erasure.erase_overdue, every=timedelta(minutes=10))
