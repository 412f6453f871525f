from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = _("Planning")

    def ready(self) -> None:
        from bookings import places, visits
        from bookings.kind import VisitKind
        from core import kinds
        from programmes import promises

        promises.register(places.stop_promising, visits.keep_rooms)
        kinds.register(VisitKind())
