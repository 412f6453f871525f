"""What people upload: told apart by content, kept small, without the place of the photo."""

import io
import re
import struct
import warnings
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image, ImageFile

from core.uploads import MAX_BYTES, attachment, clean_pdf, clean_photo, clean_picture
from kits.models import Finding, KitDocument, LessonKit
from kits.pages.forms import ReportForm
from tests.factories import make_loan
from tests.png_bomb import png_bomb

GPS = 0x8825


def photo(kind: str = "JPEG", size=(40, 30), **options) -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", size, "orange").save(data, kind, **options)
    return SimpleUploadedFile("kapot.exe", data.getvalue(), "text/html")


def most_memory() -> int:
    """What this process had at most since it was asked last, in MB (Linux)."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) // 1024


def test_how_large_a_file_may_be_is_said_in_the_language_of_the_reader():
    hints = [
        ReportForm.base_fields["photo"].help_text,
        LessonKit._meta.get_field("picture").help_text,
        KitDocument._meta.get_field("file").help_text,
    ]

    with translation.override("en"):
        assert [re.findall(r"\d+ MB|at most", hint) for hint in map(str, hints)] == [
            ["8 MB", "at most"],
            ["at most", "8 MB"],
            ["20 MB"],
        ]
    with translation.override("nl"):
        assert ["oogstens" in hint and "MB" in hint for hint in map(str, hints)] == [True] * 3


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


def refusal_of(upload: SimpleUploadedFile) -> str | None:
    with pytest.raises(ValidationError) as refusal:
        clean_photo(upload)
    return refusal.value.code


def test_photo_that_would_fill_the_memory_is_refused_undecoded():
    """12,000 × 12,000 of one colour: half a megabyte, and 576 once decoded."""
    bomb = SimpleUploadedFile("foto.png", png_bomb())
    assert 100_000 < len(png_bomb()) < 1_000_000

    before = most_memory()
    assert refusal_of(bomb) == "too_large"
    with warnings.catch_warnings():  # outside of tests Pillow only warns of this one
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        assert refusal_of(bomb) == "too_large"
    assert most_memory() - before < 20


@pytest.mark.parametrize(
    ("kind", "side", "options"),
    [
        ("PNG", 2950, {}),
        ("WEBP", 2080, {}),
        ("JPEG", 3550, {"progressive": True}),
    ],
)
def test_what_cannot_be_decoded_small_may_be_less_large(kind, side, options):
    assert refusal_of(photo(kind, size=(side, side), **options)) == "too_large"
    clean_photo(photo(kind, size=(side - 50, side - 50), **options))


def test_photo_of_a_phone_stays_within_the_memory_of_a_web_process():
    """50 million pixels are 200 MB at full size; 180 is what the whole process may have."""
    large = photo(size=(8160, 6120))
    clean_photo(photo(size=(3000, 2000)))
    before = most_memory()

    with Image.open(clean_photo(large)) as image:
        assert image.size == (2000, 1500)
    assert most_memory() - before < 60


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.5, 0.9])
def test_photo_that_was_cut_off_is_refused(kind, part, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as after the first PDF
    whole = io.BytesIO()
    Image.effect_noise((300, 200), 60).convert("RGB").save(whole, kind)
    half = whole.getvalue()[: int(len(whole.getvalue()) * part)]

    assert refusal_of(SimpleUploadedFile("foto.jpg", half, "image/jpeg")) == "not_a_photo"


def test_drawing_in_a_vector_format_is_refused():
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    assert refusal_of(SimpleUploadedFile("foto.png", svg, "image/png")) == "not_a_photo"


def test_what_is_seen_through_is_white_on_a_photo():
    data = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(data, "PNG")

    with Image.open(clean_photo(SimpleUploadedFile("logo.png", data.getvalue()))) as image:
        assert image.getpixel((10, 10)) == (255, 255, 255)


def test_narrow_strip_is_a_photo_too():
    with Image.open(clean_photo(photo(size=(9000, 1)))) as image:
        assert image.size == (2000, 1)


def test_comment_in_a_photo_is_not_kept():
    kept = clean_photo(photo(comment=b"Voorbeeldstraat 8")).read()
    assert b"Voorbeeldstraat" not in kept


# --- Pictures on our pages ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [(3000, 1000), (600, 1200), (960, 540)])
def test_picture_is_cut_to_the_shape_that_all_have(size):
    with Image.open(clean_picture(photo("PNG", size=size))) as image:
        assert (image.format, image.size) == ("JPEG", (960, 540))


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
