"""Labels for boxes: printed, made into an image, and read back by somebody else's reader."""

import io
import re
import shutil
import subprocess

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from kits.desk.labels_and_round import LABEL_SHEETS, address_of, labels
from tests.factories import make_kit, make_staff

pytestmark = pytest.mark.django_db

DPI = 200


@pytest.fixture
def boxes(settings):
    settings.SITE_URL = "https://boek.tec.example"
    copies = list(make_kit(copies=30, title="Robots leren rijden & draaien").copies.all())
    for copy in copies:
        copy.code = re.sub(r"ROB\d+", "ROB", copy.code)
        copy.save()
    return copies


def read(pdf: bytes, folder, page: int = 1) -> list[tuple[str, float, float]]:
    """(text, left in mm, top in mm) of each QR code on a printed page."""
    if not shutil.which("pdftoppm"):
        pytest.skip("no pdftoppm (poppler) found: labels are not read back from their image")
    (folder / "vel.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(DPI), "-f", str(page), "-l", str(page), "-png", "-singlefile"]
    subprocess.run([*command, folder / "vel.pdf", folder / "vel"], check=True)
    with Image.open(folder / "vel.png") as image:
        codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    found = [
        (code.text, code.position.top_left.x * 25.4 / DPI, code.position.top_left.y * 25.4 / DPI)
        for code in codes
    ]
    return sorted(found, key=lambda one: one[0])


@pytest.mark.parametrize("paper", LABEL_SHEETS)
def test_sheet_is_read_back_from_its_image_each_code_on_its_own_label(boxes, paper, tmp_path):
    sheet = LABEL_SHEETS[paper]

    found = read(labels(boxes, sheet), tmp_path)

    expected = [f"https://boek.tec.example/beheer/balie/{c.code}/" for c in boxes[: sheet.count]]
    assert [text for text, _left, _top in found] == expected
    for place, (_text, left, top) in enumerate(found):
        row, column = divmod(place, sheet.columns)
        edge = (sheet.left + column * sheet.step, sheet.top + row * sheet.height)
        assert edge[0] + 2 < left < edge[0] + sheet.width - 29
        assert edge[1] + 2 < top < edge[1] + sheet.height - 29


def test_sheet_that_was_begun_goes_on_where_it_ended(boxes, tmp_path):
    sheet = LABEL_SHEETS["3x8"]

    pdf = labels(boxes[:22], sheet, start=4)

    reader = PdfReader(io.BytesIO(pdf))
    assert [tuple(round(float(x)) for x in page.mediabox[2:]) for page in reader.pages] == [
        (595, 842)
    ] * 2
    first = read(pdf, tmp_path)
    assert len(first) == 21
    assert first[0][2] > sheet.height  # the first row of three was used before


def test_label_has_the_code_and_the_kit_in_letters(boxes):
    text = PdfReader(io.BytesIO(labels(boxes[:1], LABEL_SHEETS["2x7"]))).pages[0].extract_text()

    assert "ROB-01 Robots leren rijden & draaien" in " ".join(text.split())


@pytest.mark.parametrize("code", ["STROOM-01", "STROOMKRING-01", "STROOMKRINGEN-EN-M01"])
def test_code_stays_on_one_line_of_the_smallest_label(boxes, code):
    boxes[0].code = code
    boxes[0].save()
    [page] = PdfReader(io.BytesIO(labels(boxes[:2], LABEL_SHEETS["3x8"]))).pages
    lines = []
    # Where each piece of text begins, and how large its letters are.
    page.extract_text(visitor_text=lambda text, *where: lines.append((text.strip(), where)))
    assert [text for text, _where in lines if text and text in code] == [code]
    [size] = [where[-1] for text, where in lines if text == code]
    # The size is in CSS pixels. Capitals of DejaVu are some .75 of their size wide; there are 32 mm
    # beside the QR code.
    assert size * 0.75 * 0.75 * len(code) < 32 / 25.4 * 72


def test_page_makes_the_chosen_labels(client, boxes, settings, tmp_path):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(make_staff())
    page = client.get("/beheer/balie/etiketten/", {"exemplaar": boxes[1].pk})
    assert page.context["form"].initial["exemplaar"].get() == boxes[1]

    chosen = {"vel": "2x7", "vanaf": "99", "exemplaar": [boxes[1].pk, boxes[4].pk]}
    wrong = client.get("/beheer/balie/etiketten/", chosen)
    assert wrong.context["form"].errors.keys() == {"vanaf"}
    made = client.get("/beheer/balie/etiketten/", chosen | {"vanaf": "14"})

    assert made["Content-Disposition"] == 'inline; filename="etiketten.pdf"'
    assert [text for text, *_ in read(made.content, tmp_path)] == [address_of(boxes[1])]
    assert [text for text, *_ in read(made.content, tmp_path, page=2)] == [address_of(boxes[4])]
