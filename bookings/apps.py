from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = _("Planning")

    def ready(self) -> None:
        from programmes import promises
        from tec_site import worker

        from . import clock, erasure, notices, places, visits

        notices.register()
        erasure.register()
        promises.register(places.stop_promising, visits.keep_rooms)
        worker.register("lapses", clock.lapse_expired, every=timedelta(seconds=5))
        worker.register("reminders", clock.remind_due, every=timedelta(minutes=1))
        worker.register("facilities", clock.erase_facilities, every=timedelta(hours=1))
