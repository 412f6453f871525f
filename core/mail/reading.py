"""A mail as staff read it: as it was sent, but that nothing in it lets anybody in."""

from django.template.defaultfilters import linebreaksbr, urlize
from django.utils.safestring import SafeString

from core.backoffice.base import badge
from core.mail.markers import masked
from core.mail.models import Mail
from core.mail.queue import Message

STATE_COLOURS = {
    Mail.State.QUEUED: "info",
    Mail.State.PUT_OFF: "warning",
    Mail.State.SENT: "success",
    Mail.State.FAILED: "danger",
    Mail.State.EXPIRED: "danger",
    Mail.State.WITHDRAWN: "",
}


def readable(mail: Mail | Message) -> SafeString:
    """Its text: links lead to the back office, and codes are dots."""
    return linebreaksbr(urlize(masked(mail.text, to=mail.to), autoescape=True))


def unlinked(mail: Message) -> SafeString:
    """Its text without links: they lead nowhere, as it was undone."""
    return linebreaksbr(masked(mail.text, to=mail.to), autoescape=True)


def badge_of(mail: Mail) -> SafeString:
    return badge(mail.get_state_display(), STATE_COLOURS[Mail.State(mail.state)])
