from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KitsConfig(AppConfig):
    name = "kits"
    verbose_name = _("Lesson kits")

    def ready(self) -> None:
        from tec_site import worker

        from . import clock, erasure, notices

        notices.register()
        erasure.register()
        worker.register("kit lapses", clock.lapse_expired, every=timedelta(seconds=5))
        worker.register("kit reminders", clock.remind_due, every=timedelta(minutes=1))
