from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = _("Planning")

    def ready(self) -> None:
        from bookings import clock, erasure, places, visits
        from bookings.telling import notices
        from core import worker
        from programmes import promises

        notices.register()
        erasure.register()
        promises.register(places.stop_promising, visits.keep_rooms)
        worker.register("lapses", clock.lapse_expired, every=timedelta(seconds=5))
        worker.register("reminders", clock.remind_due, every=timedelta(minutes=1))
        worker.register("facilities", clock.erase_facilities, every=timedelta(hours=1))
