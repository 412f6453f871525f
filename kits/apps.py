import functools
from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KitsConfig(AppConfig):
    name = "kits"
    verbose_name = _("Lending")

    def ready(self) -> None:
        from bookings.telling.notices import say_along
        from core import worker
        from core.uploads import delete_orphans
        from kits import clock, erasure
        from kits.models import Finding
        from kits.pages import with_visit
        from kits.telling import notices

        notices.register()
        say_along(with_visit.said_along)
        erasure.register()
        worker.register("kit lapses", clock.lapse_expired, every=timedelta(seconds=5))
        worker.register("kit reminders", clock.remind_due, every=timedelta(minutes=1))
        photos = functools.partial(delete_orphans, Finding, "photo", folder="kits/photos")
        worker.register("orphaned photos", photos, every=timedelta(hours=1))
