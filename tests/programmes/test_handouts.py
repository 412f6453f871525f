"""Files that go with a programme: put there by staff, thrown away when no row has them."""

import os

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from programmes.files import Pictures
from tests.core.test_uploads import photo
from tests.factories import NOW, make_programme
from tests.programme_form import save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]
PDF = b"%PDF-1.7 ..."


def put(desk, programme, file):
    row = {"files-TOTAL_FORMS": 1, "files-0-when": "before", "files-0-title": "Werkblad"}
    return save(desk, programme, preparation="Zoek.", **row, **{"files-0-file": file})


@pytest.mark.parametrize(
    ("file", "kept"),
    [
        (SimpleUploadedFile("werkblad.exe", PDF, "text/html"), ".pdf"),
        (photo("PNG"), ".jpg"),
    ],
)
def test_staff_put_a_file_with_a_programme(desk, file, kept):
    programme = make_programme()
    file.seek(0)
    assert put(desk, programme, file).status_code == 302
    (row,) = programme.files.all()
    assert row.file.name.startswith("handouts/programme/")
    assert row.file.name.endswith(kept)
    assert "werkblad" not in row.file.name


def test_what_is_neither_pdf_nor_picture_is_refused_with_words(desk):
    programme = make_programme()
    page = put(desk, programme, SimpleUploadedFile("werkblad.pdf", b"<script>", "application/pdf"))
    assert "Dit is geen pdf, en ook geen afbeelding" in page.content.decode()
    assert not programme.files.exists()


def test_file_that_no_row_names_is_thrown_away_after_a_day(frozen):
    row = make_programme().files.create(title="A", file=ContentFile(PDF, "a.pdf"))
    old = default_storage.save("handouts/programme/oud.pdf", ContentFile(PDF))
    new = default_storage.save("handouts/programme/nieuw.pdf", ContentFile(PDF))
    yesterday = NOW.timestamp() - 90_000
    for name in (old, row.file.name):
        os.utime(default_storage.path(name), (yesterday, yesterday))
    Pictures().delete_handouts()
    found = [default_storage.exists(name) for name in (row.file.name, old, new)]
    assert found == [True, False, True]
