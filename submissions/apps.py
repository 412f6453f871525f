from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    name = "submissions"
    verbose_name = _("Submissions")

    def ready(self) -> None:
        from core import kinds
        from submissions import telling
        from submissions.dashboard import ClosedSchools
        from submissions.privacy.erasure import Erasure
        from submissions.sharing.kind import CompanionKind
        from submissions.writing.work import Writing

        kinds.register(telling.Codes())
        kinds.register(Erasure())
        kinds.register(CompanionKind())
        kinds.register(Writing())
        kinds.register(ClosedSchools())
