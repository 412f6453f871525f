"""From `templates/mail/<name>.{subject.txt,txt,html}` to a mail, in a given language."""

import re
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from core.mail.queue import Message
from core.text.bidi import isolated, isolated_html


def render(
    name: str,
    *,
    to: str,
    language: str,
    context: dict[str, Any],
    sender: str = "",
    **fields: Any,
) -> Message:
    """The mail `name` to `to`; `fields` are those of Message (attachments, expires_at, …).

    `sender` also signs it; without one it is from the site. What users typed is a value of the
    context and stays text: nothing compiles it.
    """
    signed_by = parseaddr(sender or settings.DEFAULT_FROM_EMAIL)[0]
    values = {"site_url": settings.SITE_URL, "sender": signed_by, **context}
    with translation.override(language):
        subject = _plain(f"mail/{name}.subject.txt", values)
        text = isolated(_plain(f"mail/{name}.txt", values))
        html = get_template(f"mail/{name}.html").render({"language": language, **values})
    return Message(
        to=to,
        subject=one_line(subject),
        text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        html=isolated_html(html),
        template=name,
        language=language,
        sender=sender,
        **fields,
    )


def one_line(text: str) -> str:
    """Without line breaks or control characters: fit for a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _plain(template: str, values: dict[str, Any]) -> str:
    backend_template: Any = get_template(template)
    # Text, not HTML: an ampersand in a name stays an ampersand.
    return str(backend_template.template.render(Context(values, autoescape=False)))
