"""The markup of teacher guides: what each mark means, and that any text at all comes through."""

import re
from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from core.markup import TextBlock, parse
from kits.models import KitDocument, LessonKit
from programmes.models import Venue


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        ("\n \n\t\n", []),
        ("# Vooraf", [TextBlock("heading", ["Vooraf"])]),
        ("#Vooraf", [TextBlock("paragraph", ["#Vooraf"])]),
        ("- lijm\n* karton\n\n- touw", [TextBlock("list", ["lijm", "karton", "touw"])]),
        ("-5 graden", [TextBlock("paragraph", ["-5 graden"])]),
        ("3. Meet.\n4) Teken.", [TextBlock("steps", ["Meet.", "Teken."], start=3)]),
        ("1. Bouw\n   een toren.", [TextBlock("steps", ["Bouw een toren."])]),
        (
            "1. Bouw.\n\nKijk eens.\n\n2. Test.",
            [
                TextBlock("steps", ["Bouw."]),
                TextBlock("paragraph", ["Kijk eens."]),
                TextBlock("steps", ["Test."], start=2),
            ],
        ),
        (
            "Een\ntwee\n\ndrie",
            [TextBlock("paragraph", ["Een twee"]), TextBlock("paragraph", ["drie"])],
        ),
        ("# Kop\nzin", [TextBlock("heading", ["Kop"]), TextBlock("paragraph", ["zin"])]),
        ("a\x00b\x1bc\td", [TextBlock("paragraph", ["abc d"])]),
        ("2026. Een jaar", [TextBlock("paragraph", ["2026. Een jaar"])]),
    ],
)
def test_parse_reads_marks(text, blocks):
    assert parse(text) == blocks


class Seen(HTMLParser):
    """The tags of a page, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.words += data


def rendered(text: str) -> Seen:
    document = KitDocument(title="Lesbrief", kind=KitDocument.Kind.TEACHER_GUIDE, text=text)
    context = {
        "document": document,
        "kit": LessonKit(title="Robots", artwork="robot", venue=Venue(name="TEC")),
        "blocks": parse(text),
    }
    return Seen(render_to_string("pdf/kit_document.html", context))


OURS = {"html", "head", "meta", "title", "body", "div", "p", "span", "h1", "h2", "ul", "ol", "li"}
# Marks, and what would be markup elsewhere, come often.
MARKS = ["# ", "- ", "1. ", "<b>", "</p>", "<script>", "{{ kit }}", "&"]
LINES = st.text() | st.sampled_from(MARKS)


@given(st.lists(st.lists(LINES, max_size=4).map("".join)).map("\n".join))
def test_any_text_comes_through_as_text(text):
    blocks = parse(text)

    assert all(part and part == part.strip() for block in blocks for part in block.texts)
    page = rendered(text)
    assert page.tags <= OURS
    said = re.sub(r"\s", "", page.words)
    for block in blocks:
        for part in block.texts:
            assert re.sub(r"\s", "", part) in said
