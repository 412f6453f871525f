"""The form in which staff keep a programme, and any that shows first who waits."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from core.backoffice.who_waits import WaitingHear
from programmes.models import Programme


def save(desk: Client, programme: Programme, **asked: Any) -> Any:
    """What the browser sends back of the programme's form, with some of it changed.

    Whom it concerns is told, unless `telling` says otherwise.
    """
    address = reverse("admin:programmes_programme_change", args=[programme.pk])
    page = desk.get(address)
    form = page.context["adminform"].form
    sent = {name: form.initial.get(name) for name in form.fields if name != "picture"}
    sent = {name: value for name, value in sent.items() if value is not None and value is not False}
    sent |= {name: [one.pk for one in value] for name, value in sent.items() if type(value) is list}
    for inline in page.context["inline_admin_formsets"]:
        sent |= {f"{inline.formset.prefix}-{count}_FORMS": 0 for count in ("TOTAL", "INITIAL")}
    return desk.post(address, sent | {"telling": "tell"} | asked)


def insist(send: Callable[..., Any]) -> Any:
    """Send a form, and once more where it first showed the mails to who waits."""
    answer = send()
    refusal = getattr(answer.wsgi_request, "refusal", None)
    return send(mails_seen=refusal.print) if isinstance(refusal, WaitingHear) else answer
