"""The PDF of a version of a kit's *lesbrief* or *instructiekaart*."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import slugify

from core.documents import pdf_from_html
from core.markup import parse
from kits.models import KitDocument

PDF_KEPT_SECONDS = 24 * 3600


def filename(document: KitDocument) -> str:
    """For the reader's disk: title and version, in plain letters."""
    return f"{slugify(document.title) or document.page_name}-v{document.version}.pdf"


def as_html(document: KitDocument) -> str:
    """The text of a version as a page for paper, in the language that staff write in."""
    context: dict[str, Any] = {
        "document": document,
        "kit": document.kit,
        "blocks": parse(document.text),
        "organizer": document.kit.venue.hub.organizer_name,
    }
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string("pdf/kit_document.html", context)


def tag_of(document: KitDocument) -> str:
    """What changes whenever the PDF does: a strong ETag (RFC 9110 section 8.8.3)."""
    source = str(document.file) if document.file else as_html(document)
    return f'"{document.pk}-{hashlib.sha256(source.encode()).hexdigest()[:20]}"'


def as_pdf(document: KitDocument) -> bytes:
    """The rendered text. Laying out takes half a second, so it is remembered for a day.

    Raises DocumentsUnavailable.
    """
    html = as_html(document)
    key = f"kit-document-{hashlib.sha256(html.encode()).hexdigest()}"
    pdf: bytes | None = cache.get(key)
    if pdf is None:
        pdf = pdf_from_html(html)
        cache.set(key, pdf, PDF_KEPT_SECONDS)
    return pdf
