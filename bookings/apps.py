from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = _("Planning")

    def ready(self) -> None:
        from bookings import erasure, places, visits
        from bookings.kind import VisitKind
        from bookings.telling import notices
        from core import kinds
        from programmes import promises

        notices.register()
        erasure.register()
        promises.register(places.stop_promising, visits.keep_rooms)
        kinds.register(VisitKind())
