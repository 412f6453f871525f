"""Teacher guides and pupil cards: versions, the PDF of the text, files of staff's own."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from kits.models import KitDocument
from kits.versions import save_version
from tests.factories import make_kit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

GUIDE, CARD = KitDocument.Kind.TEACHER_GUIDE, KitDocument.Kind.PUPIL_CARD
OWN_PDF = b"%PDF-1.7\nfile of our own\n%%EOF\n"


@pytest.fixture
def kit():
    return make_kit(title="Robots", slug="robots", artwork="robot")


def add(kit, kind=GUIDE, text="# Vooraf\n\nKijk.\n\n1. Bouw.\n2. Test.\n\n- lijm", **fields):
    document = KitDocument(kit=kit, kind=kind, title="Robots leren rijden", text=text, **fields)
    return save_version(document)


def ask(client, page_name="lesbrief", slug="robots", **headers):
    return client.get(reverse("kits:document", args=[slug, page_name]), headers=headers)


# --- Versions --------------------------------------------------------------------------------


def test_saving_makes_the_next_version_of_its_kind_and_keeps_the_others(kit):
    first, card = add(kit), add(kit, CARD)
    second = add(kit, text="Anders.")

    rows = KitDocument.objects.order_by("pk").values_list("pk", "kind", "version", "text")
    assert list(rows) == [
        (first.pk, "guide", 1, first.text),
        (card.pk, "card", 1, card.text),
        (second.pk, "guide", 2, "Anders."),
    ]
    assert set(KitDocument.objects.current()) == {card, second}


def test_empty_document_is_refused():
    document = KitDocument(kit=make_kit(), kind=GUIDE, title="Leeg")
    with pytest.raises(ValidationError, match="Schrijf een tekst of kies een bestand"):
        document.full_clean()


# --- The page --------------------------------------------------------------------------------


def test_everybody_reads_the_newest_version_as_a_tagged_pdf(client, kit):
    add(kit, text="Oud.")
    add(kit)

    answer = ask(client)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'inline; filename="robots-leren-rijden-v2.pdf"'
    reader = PdfReader(io.BytesIO(answer.content))
    assert reader.metadata.title == "Robots leren rijden, Robots"
    assert reader.trailer["/Root"]["/Lang"] == "nl"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    page = " ".join(reader.pages[0].extract_text().split())
    for words in ("Lesbrief: Robots", "Vooraf", "Kijk.", "Bouw. Test. lijm 1. 2."):
        assert words in page
    assert "Lesbrief, versie 2, 15 september 2026 pagina 1 van 1" in page


def test_pdf_is_the_same_for_who_reads_the_site_in_english(client, kit):
    add(kit)
    dutch = ask(client)
    client.post(reverse("set_language"), {"language": "en"})

    assert ask(client)["ETag"] == dutch["ETag"]


def test_unchanged_document_is_not_sent_again(client, kit):
    add(kit)
    tag = ask(client)["ETag"]

    again = ask(client, if_none_match=tag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert again["Cache-Control"] == "public, no-cache"

    add(kit, text="Nieuw.")
    assert ask(client, if_none_match=tag).status_code == 200


def test_tag_follows_the_title_of_the_kit(client, kit):
    add(kit)
    before = ask(client)["ETag"]
    kit.title = "Robots rijden"
    kit.save()
    assert ask(client)["ETag"] != before


def test_file_of_our_own_takes_the_place_of_the_text(client, kit):
    document = add(kit, file=SimpleUploadedFile("../lesbrief.html", OWN_PDF))

    answer = ask(client)

    assert answer.content == OWN_PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'inline; filename="robots-leren-rijden-v1.pdf"'
    assert document.file.name.startswith("kits/documents/")
    assert "lesbrief" not in document.file.name
    assert len(document.file.name) > len("kits/documents/") + 30


@pytest.mark.parametrize(
    ("slug", "page_name", "published"),
    [("robots", "instructiekaart", True), ("robots", "lesbrief", False)],
)
def test_what_is_not_there_or_not_published_is_not_found(client, kit, slug, page_name, published):
    add(kit)
    kit.is_published = published
    kit.save()
    assert ask(client, page_name, slug).status_code == 404


def test_document_is_only_read(client, kit):
    add(kit)
    assert client.post(reverse("kits:document", args=["robots", "lesbrief"])).status_code == 405


# --- What may be uploaded --------------------------------------------------------------------


def errors_of(file):
    document = KitDocument(kit=make_kit(), kind=GUIDE, title="Lesbrief", file=file)
    try:
        document.full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


def test_pdf_is_judged_by_its_content_whatever_its_name(kit):
    assert errors_of(SimpleUploadedFile("lesbrief.docx", OWN_PDF)) == {}
    for content in (b"<script>alert(1)</script>", b" %PDF-1.7", b"MZ", b"%PDF"):
        wrong = SimpleUploadedFile("lesbrief.pdf", content, content_type="application/pdf")
        assert errors_of(wrong) == {"file": ["Dit is geen pdf."]}


def test_pdf_of_more_than_twenty_megabytes_is_refused():
    limit = 20 * 1024 * 1024
    assert errors_of(SimpleUploadedFile("a.pdf", OWN_PDF.ljust(limit, b" "))) == {}
    assert errors_of(SimpleUploadedFile("a.pdf", OWN_PDF.ljust(limit + 1, b" "))) == {
        "file": ["Dit bestand is te groot: hoogstens 20 MB."]
    }
