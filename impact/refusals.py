"""The ways in which a verb of `lifecycle.py` says no, in words for a teacher or for staff."""

from django.utils.translation import gettext_lazy as _

from core.lifecycle import Refused


class AlreadyReceived(Refused):
    message = _("We had received your answers already. Nothing was changed.")


class AnsweringIsOver(Refused):
    message = _("The time to answer is over.")


class NotAsked(Refused):
    message = _("This did not take place, so there is nothing to look back on.")


class NoConsent(Refused):
    message = _("The teacher did not say that we may quote this.")
