"""Two clicks on the button of a form that adds a row add one; two on that which deletes one are no
error.

Most rows of the back office have no column that a second one could not repeat: a pledge counted
twice is money that nobody promised.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils import timezone

# In the log, beside what was added.
SENT = "sent"


class AddedOnce:
    """For an admin, whose `changeform_view` is in a transaction when something is sent."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        admin: Any = self
        user: Any = request.user
        mixed_in: Any = super()
        if object_id is None and (sent := _sent(request)):
            people = get_user_model().objects.select_for_update(no_key=True)
            list(people.filter(pk=user.pk).values_list("pk"))  # the second waits here
            row = self._added_with(request, sent)
            if row is not None:
                return admin.response_add(request, row)
        return mixed_in.changeform_view(request, object_id, *args, **kwargs)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        mixed_in: Any = super()
        message = mixed_in.construct_change_message(request, form, formsets, add)
        sent = _sent(request) if add else ""
        return [*message, {SENT: {"as": sent}}] if sent else message

    def _added_with(self, request: HttpRequest, sent: str) -> Any:
        """What the first click added, if it is there still."""
        admin: Any = self
        lately = LogEntry.objects.filter(
            user=request.user.pk,
            content_type=ContentType.objects.get_for_model(admin.model),
            action_flag=ADDITION,
            action_time__gte=timezone.now() - settings.SAME_CLICK_WITHIN,
            change_message__contains=sent,
        )
        first = lately.order_by("pk").first()
        return admin.get_object(request, first.object_id) if first else None


def deleted_just_now(request: Any, opts: Any, object_id: str) -> LogEntry | None:
    """The line of the log with which the same user deleted this row, a moment ago."""
    entries = LogEntry.objects.filter(
        user=request.user.pk,
        content_type=ContentType.objects.get_for_model(opts.model),
        object_id=unquote(object_id),
        action_flag=DELETION,
        action_time__gte=timezone.now() - settings.SAME_CLICK_WITHIN,
    )
    return entries.first()


def _sent(request: HttpRequest) -> str:
    """A print of what was sent. The token against forgery is another one on each page that is
    shown, so that the same typed anew is another print; '' where there is none."""
    if request.method != "POST" or not request.POST.get("csrfmiddlewaretoken"):
        return ""
    uploads: Any = request.FILES
    files = [(name, file.name, file.size) for name, file in uploads.items()]
    typed = repr((sorted(request.POST.lists()), sorted(files)))
    return hashlib.sha256(typed.encode()).hexdigest()
