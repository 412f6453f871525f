from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImpactConfig(AppConfig):
    name = "impact"
    verbose_name = _("Looking back")

    def ready(self) -> None:
        from core import kinds
        from impact.kind import EvaluationKind

        kinds.register(EvaluationKind())
