from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    name = "submissions"
    verbose_name = _("Submissions")

    def ready(self) -> None:
        from core import worker
        from submissions import codes, erasure, telling

        telling.register()
        worker.register("codes", codes.purge, every=timedelta(hours=1))
        worker.register("erasure", erasure.erase_overdue, every=timedelta(minutes=10))
