from datetime import timedelta

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Technique")

    def ready(self) -> None:
        from core import addresses, documents, rate_limits, sessions, worker
        from core.mail import queue

        addresses.register()
        checks.register(documents.check_documents)
        worker.register("rate limits", rate_limits.purge, every=timedelta(hours=1))
        worker.register("old mails", queue.purge, every=timedelta(hours=1))
        expired = sessions.SessionStore.clear_expired
        worker.register("old sessions", expired, every=timedelta(hours=1))
