from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KitsConfig(AppConfig):
    name = "kits"
    verbose_name = _("Lending")

    def ready(self) -> None:
        from bookings.telling.notices import say_along
        from core import kinds
        from kits.kind import LoanKind
        from kits.pages import with_visit

        say_along(with_visit.said_along)
        kinds.register(LoanKind())
