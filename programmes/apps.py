from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("What we offer")

    def ready(self) -> None:
        from core import kinds
        from programmes.closing_days.work import Closing
        from programmes.files import Pictures

        kinds.register(Pictures())
        kinds.register(Closing())
