from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KitsConfig(AppConfig):
    name = "kits"
    verbose_name = _("Lending")

    def ready(self) -> None:
        from core import kinds
        from kits.closing_days import LoanSweeper
        from kits.kind import LoanKind
        from kits.waiting.closing_days import LoanWaitSweeper
        from kits.waiting.kind import LoanWaitKind

        kinds.register(LoanKind())
        kinds.register(LoanWaitKind())
        kinds.register(LoanSweeper())
        kinds.register(LoanWaitSweeper())
