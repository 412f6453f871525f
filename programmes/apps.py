from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("What we offer")

    def ready(self) -> None:
        from core import kinds
        from programmes.files import Pictures
        from programmes.sweeping.work import Closing

        kinds.register(Pictures())
        kinds.register(Closing())
