from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ImpactConfig(AppConfig):
    name = "impact"
    verbose_name = _("Looking back")

    def ready(self) -> None:
        from core import kinds
        from impact.kind import EvaluationKind

        kinds.register(EvaluationKind())
        post_migrate.connect(_count_anew, sender=self, dispatch_uid="kept figures")


def _count_anew(using: str, **_kwargs: Any) -> None:
    """A new version of the site may define a figure otherwise. Without the table (migrated back)
    nothing is kept."""
    from impact.models import Kept

    if Kept._meta.db_table in connections[using].introspection.table_names():
        Kept.objects.using(using).all().delete()
