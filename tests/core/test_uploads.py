"""What people upload: told apart by content, kept small, without the place of the photo."""

import io
import struct

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.uploads import MAX_BYTES, attachment, clean_pdf, clean_photo
from kits.models import Finding
from tests.factories import make_loan

GPS = 0x8825


def photo(kind: str = "JPEG", size=(40, 30), **options) -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", size, "orange").save(data, kind, **options)
    return SimpleUploadedFile("kapot.exe", data.getvalue(), "text/html")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photo_is_kept_as_jpeg_whatever_it_is_called(kind):
    kept = clean_photo(photo(kind))

    with Image.open(kept) as image:
        assert (image.format, image.size) == ("JPEG", (40, 30))


def test_photo_loses_its_place_and_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter
    exif.get_ifd(GPS)[1] = "N"

    with Image.open(clean_photo(photo(exif=exif.tobytes()))) as image:
        assert (image.size, dict(image.getexif())) == ((30, 40), {})


def test_photo_is_made_smaller():
    with Image.open(clean_photo(photo(size=(3000, 1500)))) as image:
        assert image.size == (2000, 1000)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<script>alert(1)</script>", "not_a_photo"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "not_a_photo"),
        (b"\xff\xd8\xff\xe0 half a photo", "not_a_photo"),
        (b"\xff" * (MAX_BYTES + 1), "too_large"),
    ],
)
def test_what_is_no_photo_is_refused(content, code):
    with pytest.raises(ValidationError) as refusal:
        clean_photo(SimpleUploadedFile("foto.jpg", content, "image/jpeg"))
    assert refusal.value.code == code


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize(("where", "byte"), [(86, 143), (41, 25)])
def test_photo_with_broken_exif_is_refused(where, byte):
    """A value of another type than its tag has: Pillow raises TypeError and struct.error."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[GPS] = 6, "Maker", {1: "N", 2: (1.0, 2.0, 3.0)}
    content = bytearray(photo(exif=exif.tobytes()).read())
    content[where] = byte

    with pytest.raises(ValidationError) as refusal:
        clean_photo(SimpleUploadedFile("foto.jpg", bytes(content), "image/jpeg"))
    assert refusal.value.code == "not_a_photo"
    assert isinstance(refusal.value.__cause__, (TypeError, struct.error))


def test_photo_that_would_fill_the_memory_is_refused_undecoded():
    with pytest.raises(ValidationError) as refusal:
        clean_photo(photo("PNG", size=(8000, 7600)))
    assert refusal.value.code == "too_large"


def test_pdf_is_known_by_its_first_bytes():
    kept = clean_pdf(SimpleUploadedFile("kaart.pdf", b"%PDF-1.7 ..."))
    assert kept.read() == b"%PDF-1.7 ..."
    with pytest.raises(ValidationError) as refusal:
        clean_pdf(SimpleUploadedFile("kaart.pdf", b"PK\x03\x04"))
    assert refusal.value.code == "not_a_pdf"


@pytest.mark.django_db
def test_file_is_stored_unguessably_and_given_as_attachment():
    finding = Finding.objects.create(loan=make_loan(), text="Wiel eraf", photo=clean_photo(photo()))
    response = attachment(finding.photo, "../foto.jpg", "image/jpeg")

    assert len(finding.photo.name.removeprefix("kits/photos/")) == 32
    assert (response["Content-Disposition"], response["X-Content-Type-Options"]) == (
        'attachment; filename="foto.jpg"',
        "nosniff",
    )
    with Image.open(io.BytesIO(b"".join(response))) as image:
        assert image.format == "JPEG"
