"""Who of staff signed in, when, how, and from where; and who tried with her address.

From where is the network, as it is counted for limits; with what is a browser and a system, not
the whole text by which a browser can be told from all others.
"""

import re
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone

from core import rate_limits
from tec_site.models import SignIn

# In this order: most say that they are the ones below, too.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
BROWSERS |= {"Safari": "Safari"}
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows"}
SYSTEMS |= {"Mac OS X": "macOS", "CrOS": "ChromeOS", "Linux": "Linux"}


def record(request: HttpRequest, user: Any) -> None:
    """She is in."""
    records = get_authentication_records(request, user)
    seconds = [one.get("type", "") for one in records if one["method"] == "mfa"]
    way = seconds[-1] if seconds else SignIn.Way.PASSWORD
    _write(request, user, way if way in SignIn.Way.values else SignIn.Way.PASSWORD)


def record_refusal(request: HttpRequest, email: str) -> None:
    """Note it for a staff address only: others are nobody."""
    staff = get_user_model().objects.filter(email=email, is_staff=True).first()
    if staff is not None:
        _write(request, staff, SignIn.Way.REFUSED)


def _write(request: HttpRequest, user: Any, way: str) -> None:
    SignIn.objects.create(
        user=user,
        way=way,
        network=rate_limits.network_of(request),
        device=device_of(request.headers.get("User-Agent", "")),
    )


def device_of(agent: str) -> str:
    """'Firefox, Windows'; empty where neither is known."""
    found = [
        next((name for word, name in names.items() if re.search(rf"\b{word}\b", agent)), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, found))


def purge() -> None:
    SignIn.objects.filter(at__lt=timezone.now() - settings.SIGN_INS_KEPT_FOR).delete()
