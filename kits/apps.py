import functools
from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KitsConfig(AppConfig):
    name = "kits"
    verbose_name = _("Lending")

    def ready(self) -> None:
        from bookings.notices import say_along
        from tec_site import worker
        from tec_site.orphans import delete_orphans

        from . import clock, erasure, notices, with_visit
        from .models import Finding

        notices.register()
        say_along(with_visit.said_along)
        erasure.register()
        worker.register("kit lapses", clock.lapse_expired, every=timedelta(seconds=5))
        worker.register("kit reminders", clock.remind_due, every=timedelta(minutes=1))
        photos = functools.partial(delete_orphans, Finding, "photo", folder="kits/photos")
        worker.register("orphaned photos", photos, every=timedelta(hours=1))
