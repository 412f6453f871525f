"""PDFs: tagged, fed by our own static files only, and missed politely where Pango is missing."""

import io
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from pypdf import PdfReader

from core import documents
from core.documents import (
    DEBIAN_PACKAGES,
    ForeignResource,
    check_documents,
    pdf_from_html,
    pdf_response,
    qr_code,
    static_path,
)
from tests.tagged_pdf import of_kind

ROOT = Path(__file__).resolve().parents[2]
PAGE = '<!doctype html><html lang="nl"><head><title>Een brief</title></head><body>{}</body></html>'


def read(body: str) -> PdfReader:
    return PdfReader(io.BytesIO(pdf_from_html(PAGE.format(body))))


# --- Tagged ------------------------------------------------------------------------------------


def test_pdf_says_its_language_title_and_standard() -> None:
    reader = read("<h1>Dag</h1>")

    root = reader.root_object
    assert root["/Lang"] == "nl"
    assert reader.metadata is not None
    assert reader.metadata.title == "Een brief"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()


def test_pdf_has_headings_and_header_cells_with_their_scope() -> None:
    reader = read(
        "<h1>Een</h1><h2>Twee</h2><table><thead><tr><th scope='col'>Klas<th scope='col'>Aantal"
        "</thead><tr><th scope='row'>7A<td>24</table>"
    )

    assert len(of_kind(reader, "/H1")) == len(of_kind(reader, "/H2")) == 1
    scopes = [cell["/A"]["/Scope"] for cell in of_kind(reader, "/TH")]
    assert scopes == ["/Column", "/Column", "/Row"]


def test_pdf_links_and_figures_have_alternatives() -> None:
    reader = read(
        "<a href='https://tec.example/b/' title='Jullie boeking'>tec.example</a> "
        "<a href='https://tec.example/c/'>Route</a>" + qr_code("https://x", alternative="Een <QR>")
    )

    annotations = [annotation.get_object() for annotation in reader.pages[0]["/Annots"]]
    assert [a["/Contents"] for a in annotations] == ["Jullie boeking", "https://tec.example/c/"]
    assert [figure["/Alt"] for figure in of_kind(reader, "/Figure")] == ["Een <QR>"]


def test_pdf_embeds_its_fonts() -> None:
    fonts = read("<p>Ümit Çelik-van ’t Hof €</p>").pages[0]["/Resources"]["/Font"]

    assert fonts
    for font in fonts.values():
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & descriptor.keys()


# --- Fed by our own files only -----------------------------------------------------------------


def test_static_path_finds_our_own_files() -> None:
    assert static_path("static:css/pdf.css") == ROOT / "static/css/pdf.css"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/x.png",
        "ftp://example.org/x",
        "data:text/plain,hello",
        "static:../manage.py",
        "static:css/../../manage.py",
        "static:css/%2e%2e/%2e%2e/manage.py",
        "static:/etc/passwd",
        "static://etc/passwd",
        "static:",
        "static:css",
        "static:css/nothing.css",
        "static:css/pdf.css\n",
        "css/pdf.css",
        "",
    ],
)
def test_static_path_refuses_everything_else(url: str) -> None:
    with pytest.raises(ForeignResource):
        static_path(url)


HOSTILE = """
<base href="file:///etc/">
<link rel="stylesheet" href="file:///etc/hostile.css"><link rel="attachment" href="file:///etc/passwd">
<style>@import url(http://127.0.0.1:{port}/a.css);
@font-face {{ font-family: x; src: url(http://127.0.0.1:{port}/f.woff) }}
p {{ background: url(http://127.0.0.1:{port}/b.png); font-family: x }}
li {{ list-style: url(file:///etc/passwd) }}
</style>
<p>tekst</p><ul><li>x</ul>
<img src="http://127.0.0.1:{port}/i.png" alt="x"><img src="passwd" alt="x">
<img src="{local}" alt="x"><img src="data:image/svg+xml,<svg/>" alt="x">
<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>x</title>
<image href="{local}" width="9" height="9"/><use href="http://127.0.0.1:{port}/u.svg#a"/></svg>
<object data="{local}"></object><embed src="http://127.0.0.1:{port}/e">
<iframe src="file:///etc/passwd"></iframe><a rel="attachment" href="file:///etc/passwd">x</a>
"""


def test_hostile_html_reads_no_network_and_no_local_file(tmp_path: Path) -> None:
    """What Python opens and where it connects is watched by an audit hook, in a process of its
    own: a hook cannot be taken away."""
    local = tmp_path / "secret.svg"
    local.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>geheim</text></svg>'
    )
    page = tmp_path / "page.html"
    page.write_text(PAGE.format(HOSTILE.format(port=9, local=local.as_uri())))
    script = f"""
import sys, django; django.setup()
from core.documents import pdf_from_html
from pathlib import Path
html = Path({str(page)!r}).read_text()
pdf_from_html("<html lang=nl><title>warm</title><p>tekst")
seen = []
def watch(event, arguments):
    if event.startswith(("socket.", "urllib.", "subprocess.")):
        seen.append(event)
    if event == "open" and isinstance(arguments[0], str) and (
        arguments[0].startswith("/etc/passwd") or "secret" in arguments[0]
    ):
        seen.append(arguments[0])
sys.addaudithook(watch)
pdf = pdf_from_html(html)
print(seen)
Path({str(tmp_path / "out.pdf")!r}).write_bytes(pdf)
"""
    done = run_python(script, tmp_path)

    assert done.stdout.strip() == "[]", done.stderr
    reader = PdfReader(tmp_path / "out.pdf")
    assert dict(reader.attachments) == {}
    assert "geheim" not in reader.pages[0].extract_text()
    refused = [line for line in done.stderr.splitlines() if "ForeignResource" in line]
    assert len(refused) >= 8


def run_python(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "tec_site.settings",
            "TEC_MODE": "test",
            "VAR_DIR": str(folder),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# --- Answered ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("attachment", "disposition"), [(False, "inline"), (True, "attachment")])
def test_pdf_response_is_private_and_named(attachment: bool, disposition: str) -> None:
    response = pdf_response(b"%PDF-1.7", "brief-ABCD1234.pdf", attachment=attachment)

    assert response.content == b"%PDF-1.7"
    assert dict(response.headers) == {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'{disposition}; filename="brief-ABCD1234.pdf"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }


def test_a_warm_page_takes_at_most_twice_the_time_of_the_library() -> None:
    """The budget of the letter, on a page of one table: time of this process, as machines are
    busy."""
    from weasyprint import HTML

    rows = "".join(f"<tr><th scope='row'>Rij {n}</th><td>{n}</td></tr>" for n in range(20))
    page = PAGE.format(f"<h1>Dag</h1><table>{rows}</table>")

    def best(make: Any) -> float:
        times = []
        for _run in range(6):
            start = time.process_time()
            make()
            times.append(time.process_time() - start)
        return min(times)

    ours = best(lambda: pdf_from_html(page))
    library = best(lambda: HTML(string=page).write_pdf())
    assert ours <= 2 * library


# --- Without Pango -----------------------------------------------------------------------------


@pytest.fixture
def without_pango(tmp_path: Path) -> dict[str, str]:
    """The loader finds an empty file where the library should be."""
    (tmp_path / "libpango-1.0.so.0").touch()
    return {"LD_LIBRARY_PATH": str(tmp_path)}


def test_check_names_the_packages_when_pango_is_missing(
    tmp_path: Path, without_pango: dict[str, str]
) -> None:
    script = "from django.core.management import execute_from_command_line as run\n"
    script += "run(['manage.py', 'check'])"

    done = run_python(script, tmp_path, **without_pango)

    assert done.returncode == 0, done.stderr
    assert "(tec_site.W001)" in done.stderr
    assert f"apt install {DEBIAN_PACKAGES}" in done.stderr
    assert "WeasyPrint" not in done.stdout


def test_documents_are_unavailable_and_nothing_else_without_pango(
    tmp_path: Path, without_pango: dict[str, str]
) -> None:
    script = """
import django; django.setup()
from core import documents
from tec_site import urls
try:
    documents.pdf_from_html("<p>x")
except documents.DocumentsUnavailable as error:
    print(error)
"""
    done = run_python(script, tmp_path, **without_pango)

    assert done.stdout == f"Install {DEBIAN_PACKAGES} to make PDFs.\n", done.stderr


def test_check_is_silent_when_pango_and_fonts_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "scripts_without_font", tuple)
    assert check_documents in checks.registry.registry.get_checks()
    assert check_documents(None) == []


# --- Every script --------------------------------------------------------------------------------


def test_check_names_the_packages_of_the_fonts_that_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, "scripts_without_font", lambda: ("Thai", "drawings (emoji)"))
    [warning] = check_documents(None)
    assert warning.id == "tec_site.W002"
    assert warning.hint == "On Debian: apt install fonts-noto-color-emoji fonts-noto-core"


def test_script_is_missing_when_no_font_has_its_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = {"Latin": ("a", ""), "nobody's": ("\U0010fffd", "")}
    monkeypatch.setattr(documents, "SCRIPTS", letters)
    assert documents.scripts_without_font.__wrapped__() == ("nobody's",)


@pytest.mark.parametrize(
    ("script", "name", "font"),
    [
        ("drawings (emoji)", "Groep 7 🐝", "Emoji"),
        ("Chinese, Japanese and Korean", "王小明", "CJK"),
        ("Thai", "สมชาย", "Thai"),
        ("Bengali", "বাবর", "Bengali"),
        ("Tamil", "தமரா", "Tamil"),
        ("Ethiopic", "ሰላም", "Ethiopic"),
    ],
)
def test_name_in_any_script_has_a_font_in_the_letter(script: str, name: str, font: str) -> None:
    letter, package = documents.SCRIPTS[script]
    assert letter in name  # what the check asks for, this letter shows
    if script in documents.scripts_without_font():
        pytest.skip(f"no font for {script} here (Debian: {package})")
    page = read(f"<p>{name}</p>").pages[0]
    fonts = [one["/BaseFont"] for one in page["/Resources"]["/Font"].values()]
    assert any(font in one for one in fonts), fonts
    assert name.split()[-1] in page.extract_text()


def test_rendering_logs_no_progress(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.NOTSET, logger="")

    read("<p>tekst</p>")

    assert [record.name for record in caplog.records if "weasyprint" in record.name] == []
