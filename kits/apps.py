from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KitsConfig(AppConfig):
    name = "kits"
    verbose_name = _("Lending")

    def ready(self) -> None:
        from core import kinds
        from kits.kind import LoanKind
        from kits.sweeping import LoanSweeper
        from kits.waiting.kind import LoanWaitKind
        from kits.waiting.sweeping import LoanWaitSweeper

        kinds.register(LoanKind())
        kinds.register(LoanWaitKind())
        kinds.register(LoanSweeper())
        kinds.register(LoanWaitSweeper())
