"""Keeps links that grant access out of every log.

Tokens stand in paths (`/agenda/mijn/7/<token>.ics`); what a log says about an address is made
unreadable by shape, so that no new page can be forgotten. Without Django, because the web
server loads this before the site.
"""

import logging
import re

HIDDEN = "[hidden]"
# A token is 32 URL-safe characters (core/tokens.py); longer, because programs append to
# addresses; with percent signs, because some encode '-' and '_'.
_LONG_WORD = re.compile(r"[A-Za-z0-9_%-]{32,}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
# Of an address in running text: everything from the question mark on.
_QUERY = re.compile(r"(?<=[\w/.=-])\?[^\s\"'<>]+")


def redact(text: str) -> str:
    """`text` without anything that could be a token, and without query strings.

    UUIDs stay: they name a booking but do not open it.
    """
    text = _QUERY.sub(f"?{HIDDEN}", text)
    return _LONG_WORD.sub(_hide_unless_uuid, text)


def _hide_unless_uuid(found: re.Match[str]) -> str:
    return found[0] if _UUID.fullmatch(found[0]) else HIDDEN


class HideTokens(logging.Filter):
    """For a handler: rewrites the message and the traceback, never drops a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):  # its words and values do not fit together
            message = f"{record.msg} {record.args}"  # what is asked of the site goes on
        record.msg, record.args = redact(message), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True
