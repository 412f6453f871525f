"""How often somebody may do something, counted in the database.

Every limit is a sliding window: at most `number` times in any stretch of `period`, to the
second (`settings.RATE_LIMITS`). What is counted is stored as an HMAC, so the table names no
address and no network. Counting locks the row of that one subject; a process that counts the
same subject at the same moment waits its turn.
"""

import ipaddress
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Refused
from core.models import RateCount


class TooMany(Refused):
    message = _(
        "That was a lot in a short time. Nothing is lost: please wait ten minutes and try again."
    )


def count(limit: str, subject: str) -> None:
    """Count one more for `subject` under a limit of `settings.RATE_LIMITS`, or raise TooMany.

    What is refused is not counted, so waiting always helps.
    """
    number, period = settings.RATE_LIMITS[limit]
    now = int(timezone.now().timestamp())
    key = _key(limit, subject)
    with transaction.atomic(savepoint=False):  # part of the caller's, if there is one
        row = None
        while row is None:  # again where the worker purged it meanwhile
            new = RateCount(key=key, hits=[], ends_at=timezone.now() + period)
            RateCount.objects.bulk_create([new], ignore_conflicts=True)
            row = RateCount.objects.select_for_update().filter(key=key).first()
        # A clock that ran ahead for a while shuts nobody out until that time comes.
        recent = [hit for hit in row.hits if abs(now - hit) < period.total_seconds()]
        has_room = len(recent) < number
        if has_room:
            row.hits = [*recent, now]
            row.ends_at = datetime.fromtimestamp(now, UTC) + period
            row.save(update_fields=["hits", "ends_at"])
    if not has_room:
        raise TooMany


def count_post(request: HttpRequest) -> None:
    """Count a booking or a request for a code by the visitor's network, or raise TooMany."""
    count("posts_per_network", network_of(request))


def network_key(request: HttpRequest) -> str:
    """The visitor's network under a name from which nobody can tell which."""
    return _key("posts_per_network", network_of(request))


def purge() -> int:
    """Delete counts whose window has passed; the worker calls this. Returns how many."""
    return RateCount.objects.filter(ends_at__lt=timezone.now()).delete()[0]


def network_of(request: HttpRequest) -> str:
    """The visitor's IPv4 address, or the /64 of an IPv6 one (a household or a school).

    Each of `settings.TRUSTED_PROXIES` proxies in front of us appended to X-Forwarded-For the
    address it saw, so only that many entries from the right are to be believed. Junk there
    counts as the proxy itself.
    """
    sender = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXIES
    if proxies:
        believed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-proxies:]
        return _network(believed[0]) or _network(sender) or "unknown"
    return _network(sender) or "unknown"


def _network(written: str) -> str:
    """'1.2.3.4' or '2001:db8::/64' of an address as proxies write it; '' when it is none."""
    bare = written.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return str(address)


def _key(limit: str, subject: str) -> str:
    return salted_hmac(f"rate_limits.{limit}", subject, algorithm="sha256").hexdigest()
