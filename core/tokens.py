"""Links are derived, never stored.

A token is an HMAC over what it opens (purpose and object) and a version that stands in the
object's row. Its key, `settings.SECRET_KEY`, is not in the database, so a copy of the database
opens nothing. Raising the version makes every earlier token of that object invalid at once.
"""

import base64
import json

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

# 24 bytes are 192 bits, and exactly 32 characters of URL-safe base64 without padding.
# `tec_site.logs` recognises tokens by this length.
TOKEN_BYTES = 24
TOKEN_LENGTH = 32


def make(purpose: str, object_id: object, version: int) -> str:
    """The URL-safe token that opens `object_id` for `purpose`, while it has this `version`."""
    return _derive(settings.SECRET_KEY, purpose, object_id, version)


def matches(token: str, purpose: str, object_id: object, version: int) -> bool:
    """Whether `token` was made with these, with the present key or one of the fallbacks.

    Any text may be given; comparing takes the same time wherever it differs.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    found = False
    for key in keys:
        derived = _derive(key, purpose, object_id, version)
        found |= constant_time_compare(derived.encode(), token.encode(errors="replace"))
    return found


def _derive(key: str, purpose: str, object_id: object, version: int) -> str:
    # As JSON, so that no two different triples give the same text.
    message = json.dumps([purpose, str(object_id), version])
    mac = salted_hmac("core.tokens", message, secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(mac[:TOKEN_BYTES]).decode()
