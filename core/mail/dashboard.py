"""What the dashboard of staff says of mail."""

import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.backoffice.base import scoped
from core.dates import NO_TIME
from core.kinds import Matter, Part
from core.mail import outbox, queue
from core.mail.models import Mail
from core.mail.queue import Backlog

MAY_SEE = "core.view_mail"


class Post(Part):
    name = "mail"

    def matters(self, user: Any) -> list[Matter]:
        if not user.has_perm(MAY_SEE):
            return []
        backlog = queue.backlog(Mail.objects.of_hubs(user))
        return [*_untold(user), *_stuck(backlog), Matter(_in_words(backlog), is_fine=True)]


def _untold(user: Any) -> list[Matter]:
    """What happened and could not be put in a mail, with an address that is none for instance."""
    text = _("No mail could be made of what happened on %(when)s: see whether its address is right")
    found = []
    for event in outbox.untold_since(timezone.now() - settings.EMAIL_BACKLOG_ALARM):
        when = date_format(timezone.localtime(event.at), "MONTH_DAY_TIME_FORMAT")
        meta = event._meta
        own = scoped(type(event)._default_manager.filter(pk=event.pk), user).exists()
        page = f"admin:{meta.app_label}_{meta.model_name}_change"
        address = reverse(page, args=[event.pk]) if own else ""  # another hub's: they see to it
        found.append(Matter(text % {"when": when}, address, is_alarm=True))
    return found


def _stuck(backlog: Backlog) -> list[Matter]:
    found = []
    if backlog.failed:
        text = ngettext(
            "%(number)d mail could not be delivered this week",
            "%(number)d mails could not be delivered this week",
            backlog.failed,
        )
        address = _mails({"stopped": "week"})
        found.append(Matter(text % {"number": backlog.failed}, address, is_alarm=True))
    if backlog.oldest and backlog.oldest > settings.EMAIL_BACKLOG_ALARM:
        text = _("The oldest mail has been waiting for %(time)s")
        since = {"time": _minutes(backlog.oldest)}
        address = _mails({"state__in": ",".join(Mail.WAITING)})
        found.append(Matter(text % since, address, is_alarm=True))
    return found


def _mails(query: dict[str, str]) -> str:
    return reverse("admin:core_mail_changelist", query=query)


def _in_words(backlog: Backlog) -> str:
    """How it stands with the queue, also when all is well."""
    if not backlog.waiting:
        return (
            _("The other mail has been sent.") if backlog.failed else _("All mail has been sent.")
        )
    text = ngettext(
        "%(number)d mail waits to be sent, the oldest for %(time)s.",
        "%(number)d mails wait to be sent, the oldest for %(time)s.",
        backlog.waiting,
    )
    waiting = backlog.oldest or NO_TIME
    return text % {"number": backlog.waiting, "time": _minutes(waiting)}


def _minutes(waiting: datetime.timedelta) -> str:
    minutes = int(waiting.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    return ngettext("%(number)d hour", "%(number)d hours", minutes // 60) % {
        "number": minutes // 60
    }
