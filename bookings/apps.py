from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = _("Planning")

    def ready(self) -> None:
        from bookings.closing_days import VisitSweeper
        from bookings.kind import BookingKind
        from bookings.waiting.closing_days import WishSweeper
        from bookings.waiting.kind import VisitWaitKind
        from core import kinds

        kinds.register(BookingKind())
        kinds.register(VisitWaitKind())
        kinds.register(VisitSweeper())
        kinds.register(WishSweeper())
