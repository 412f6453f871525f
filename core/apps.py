from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Technique")

    def ready(self) -> None:
        from core import addresses, documents, kinds
        from core.mail.dashboard import Post
        from core.tasks.dashboard import Tasks
        from core.worker import Upkeep

        addresses.register()
        checks.register(documents.check_documents)
        kinds.register(Post())
        kinds.register(Tasks())
        kinds.register(Upkeep())
