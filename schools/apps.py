from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchoolsConfig(AppConfig):
    name = "schools"
    verbose_name = _("Schools and people")

    def ready(self) -> None:
        from core import kinds
        from schools.dashboard import Schools
        from schools.imports.work import ReadingIn

        kinds.register(Schools())
        kinds.register(ReadingIn())
