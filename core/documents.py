"""Templates to PDF, with WeasyPrint: tagged (PDF/UA-1), in the language that is active.

WeasyPrint needs Pango from the system. It is imported on first use, so that without Pango
everything but PDFs works; `manage.py check` then names the package to install.

A document may refer to our own static files as `static:art/logo.svg`, and to nothing else: no
network, no other file, no `data:` (what a document needs besides static files is inline).
"""

import contextlib
import ctypes
import functools
import io
import mimetypes
import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import segno
from django.apps import AppConfig
from django.contrib.staticfiles import finders
from django.core import checks
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString, mark_safe

from core.text.bidi import isolated_html

# What WeasyPrint opens, and the Debian packages that bring it.
LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
)
DEBIAN_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
# A letter of each, and the Debian package whose font has it: names come in every script.
SCRIPTS = {
    "drawings (emoji)": ("🐝", "fonts-noto-color-emoji"),
    "Chinese, Japanese and Korean": ("王", "fonts-noto-cjk"),
    "Arabic": ("خ", "fonts-noto-core"),
    "Hebrew": ("ג", "fonts-noto-core"),
    "Devanagari": ("क", "fonts-noto-core"),
    "Bengali": ("ব", "fonts-noto-core"),
    "Tamil": ("த", "fonts-noto-core"),
    "Ethiopic": ("ሰ", "fonts-noto-core"),
    "Thai": ("ส", "fonts-noto-core"),
}
STYLESHEET = "static:css/pdf.css"

_OURS = re.compile(r"static:([\w./-]+)", re.ASCII)
_per_thread = threading.local()


class DocumentsUnavailable(Exception):
    """No PDF can be made here: Pango is not installed."""


class ForeignResource(ValueError):
    """A document asked for something that is not one of our own static files."""


# --- Making them -------------------------------------------------------------------------------


def render_pdf(template_name: str, context: Mapping[str, Any]) -> bytes:
    """The template as a PDF. Raises DocumentsUnavailable."""
    return pdf_from_html(render_to_string(template_name, dict(context)))


def pdf_from_html(html: str) -> bytes:
    """A whole HTML page, with `lang` and `<title>`, as a PDF. Raises DocumentsUnavailable."""
    weasyprint = _weasyprint()
    fetcher = _fetcher()
    document = weasyprint.HTML(string=isolated_html(html), url_fetcher=fetcher)
    return document.write_pdf(
        stylesheets=[_stylesheet()],
        font_config=_fonts(),
        pdf_variant="pdf/ua-1",
        finisher=_complete_tags,
    )


def qr_code(address: str, *, alternative: str) -> SafeString:
    """An inline SVG of a QR code; `alternative` is what a screen reader says instead."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(title=alternative, border=0, omitsize=True)
    return mark_safe(drawn)  # noqa: S308  # nosec B308 B703  # segno escapes the alternative


def pdf_response(pdf: bytes, filename: str, *, attachment: bool = False) -> HttpResponse:
    """Shown in the browser, or saved (`attachment`); private, and kept by no cache."""
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": str(content_disposition_header(attachment, filename)),
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


# --- WeasyPrint, on first use ---------------------------------------------------------------------


def _weasyprint() -> Any:
    try:
        # When a library is missing, WeasyPrint prints advice before it raises.
        with contextlib.redirect_stdout(io.StringIO()):
            import weasyprint
    except OSError as error:
        raise DocumentsUnavailable(f"Install {DEBIAN_PACKAGES} to make PDFs.") from error
    return weasyprint


@functools.cache
def _fetcher() -> Any:
    _weasyprint()
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticFiles(URLFetcher):
        """Reads `static:` addresses from the static files. The parent's handlers are not used:
        whatever the scheme, `fetch` is the only way in."""

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            path = static_path(url)
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    return StaticFiles()


def static_path(url: str) -> Path:
    """The file behind a `static:` address. Raises ForeignResource."""
    match = _OURS.fullmatch(url)
    parts = match[1].split("/") if match else [""]
    found = finders.find(match[1]) if match and not {"", ".", ".."} & {*parts} else None
    if found is None or not Path(found).is_file():
        raise ForeignResource(f"Not one of our static files: {url[:200]}")
    return Path(found)


@functools.cache
def _stylesheet() -> Any:
    # Parsed once: it takes as long as laying out a page. It holds no @font-face rules, which
    # would tie it to one font configuration.
    return _weasyprint().CSS(STYLESHEET, url_fetcher=_fetcher())


def _fonts() -> Any:
    """The fonts of this thread: reading them takes long, and Pango's font maps are not shared."""
    if not hasattr(_per_thread, "fonts"):
        _weasyprint()
        from weasyprint.text.fonts import FontConfiguration

        _per_thread.fonts = FontConfiguration()
    return _per_thread.fonts


def _complete_tags(document: Any, pdf: Any) -> None:
    """What PDF/UA asks and WeasyPrint 70 leaves out.

    Header cells get their Scope (ISO 14289-1 section 7.5), and links the alternative that
    their `title` gives instead of the bare address (section 7.18.5).
    """
    from pydyf import String

    for page in document.pages:
        for box in _boxes(page._page_box):
            if box.element_tag == "th" and hasattr(box, "mark"):
                is_row = box.element.get("scope") == "row"
                box.mark["A"]["Scope"] = "/Row" if is_row else "/Column"
            annotation = getattr(box, "link_annotation", None)
            if annotation is not None and box.element.get("title"):
                annotation["Contents"] = String(box.element.get("title"))


def _boxes(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from _boxes(child)


# --- Is it there? ---------------------------------------------------------------------------------


@functools.cache
def can_be_made() -> bool:
    """Whether PDFs can be made here; asked once, as looking for what is missing takes long."""
    if sys.platform == "linux" and all(map(_loads, LIBRARIES)):
        return True  # importing WeasyPrint would take a second of every command
    try:
        _weasyprint()
    except DocumentsUnavailable:
        return False
    return True


@functools.cache
def scripts_without_font() -> tuple[str, ...]:
    """The SCRIPTS whose names are boxes in a letter made here, as fontconfig knows the fonts."""
    fonts = ctypes.CDLL("libfontconfig.so.1")
    for name in ("FcPatternCreate", "FcCharSetCreate", "FcObjectSetCreate", "FcFontList"):
        getattr(fonts, name).restype = ctypes.c_void_p
    return tuple(
        script for script, (letter, _package) in SCRIPTS.items() if not _has_font(fonts, letter)
    )


def _has_font(fonts: Any, letter: str) -> bool:
    """Whether any font has the letter: what `fc-list :charset=…` asks."""
    letters, pattern = (
        ctypes.c_void_p(fonts.FcCharSetCreate()),
        ctypes.c_void_p(fonts.FcPatternCreate()),
    )
    nothing = ctypes.c_void_p(fonts.FcObjectSetCreate())
    fonts.FcCharSetAddChar(letters, ord(letter))
    fonts.FcPatternAddCharSet(pattern, b"charset", letters)
    found = ctypes.c_void_p(fonts.FcFontList(None, pattern, nothing))
    number = ctypes.cast(found, ctypes.POINTER(ctypes.c_int))[0] if found else 0
    if found:
        fonts.FcFontSetDestroy(found)
    fonts.FcObjectSetDestroy(nothing)
    fonts.FcPatternDestroy(pattern)
    fonts.FcCharSetDestroy(letters)
    return number > 0


def check_documents(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """A system check: a warning that names the packages when PDFs cannot be made, or not with
    every name in them."""
    if can_be_made():
        return _check_fonts() if sys.platform == "linux" else []
    return [
        checks.Warning(
            "PDFs cannot be made: Pango is not installed. Mails go without the letter.",
            hint=f"On Debian: apt install {DEBIAN_PACKAGES}",
            id="tec_site.W001",
        )
    ]


def _check_fonts() -> list[checks.CheckMessage]:
    missing = scripts_without_font()
    if not missing:
        return []
    packages = sorted({SCRIPTS[script][1] for script in missing})
    return [
        checks.Warning(
            f"No font here has letters of these scripts: {', '.join(missing)}. Names and classes "
            "written in them are boxes in letters.",
            hint=f"On Debian: apt install {' '.join(packages)}",
            id="tec_site.W002",
        )
    ]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
