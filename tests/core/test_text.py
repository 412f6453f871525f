"""The normal form of what people type: addresses, names, numbers, codes, keys and words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import normal
from core.text.fields import TelephoneField

SCRIPTS = [
    "王小明",
    "أمينة بنت خليل",
    "Ολυμπία",
    "Анна Йорданова",
    "ילדי הגן",
    "สมชาย",
    "शिक्षिका",
    "김민수",
]


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("  Juf\u00a0 Anouk\u2003de\tVries\n", "Juf Anouk de Vries"),
        ("\ufeffAnouk\u200b \u202eSmit\u202c\u2066\u2069", "Anouk Smit"),
        ("Jan\0sen\x07\x1b", "Jansen"),
        ("Groep\u00ad 6\u20116\u2212B", "Groep 6-6-B"),
        ("De Uilen – ochtend", "De Uilen – ochtend"),  # a dash that is meant
        ("Zoe\u0308", "Zoë"),
        ("\u3164\u2800\u200b", ""),
        ("7\ufe0fb", "7b"),
        ("Groep 7 🐝", "Groep 7 🐝"),
        ("Juf 👩🏽\u200d🚀 ❤\ufe0f\u200d🔥", "Juf 👩🏽\u200d🚀 ❤\ufe0f\u200d🔥"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian writes this joiner
        ("क्\u200dष", "क्\u200dष"),
        ("渡\U000e0100辺", "渡\U000e0100辺"),  # a name's own shape of a letter
        ("An\u200douk", "Anouk"),
        *((name, name) for name in SCRIPTS),
    ],
)
def test_line_has_what_is_seen_and_nothing_else(typed, line):
    assert normal.line(typed) == line


@given(st.text())
def test_normal_forms_are_their_own_normal_form(text):
    for form in (normal.line, normal.paragraphs, normal.mail_address, normal.telephone):
        once = form(text)
        assert form(once) == once
    assert normal.fold(normal.fold(text)) == normal.fold(text)


def test_paragraphs_keep_their_lines_and_no_other_control():
    typed = "\ufeffEerst\u00a0dit.\r\n\r\n  - dan\x07 dat\u2028tot slot \x85\n"
    assert normal.paragraphs(typed) == "Eerst dit.\n\n  - dan dat\ntot slot"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("juf.zw@school.example\u200b", "juf.zw@school.example"),
        ("\ufeffjuf@School.Example ", "juf@school.example"),
        ("mailto:Juf@school.example", "juf@school.example"),
        ("juf\u2011an@school.example.", "juf-an@school.example"),
        ("juf＠ｓｃｈｏｏｌ．example", "juf@school.example"),
        ("juf.soﬁe@oﬃce.example", "juf.sofie@office.example"),  # out of a PDF
        ("juf@École.example", "juf@xn--cole-9oa.example"),
        ("juf@E\u0301cole.example", "juf@xn--cole-9oa.example"),
        ("juf@xn--cole-9oa.example", "juf@xn--cole-9oa.example"),
        ("info@straße.example", "info@xn--strae-oqa.example"),  # not strasse (RFC 5894, 7.2)
        ("Juf Anouk <Juf@school.example>", "juf@school.example"),
        ('"Smit, A." <mailto:juf@school.example>;', "juf@school.example"),
        ("juf@school.example,", "juf@school.example"),
        ("a@b.example <c@d.example> <e@f.example>", "a@b.example <c@d.example> <e@f.example>"),
        ("nergens", "nergens"),
        ("", ""),
    ],
)
def test_address_is_the_one_that_the_network_knows(typed, address):
    assert normal.mail_address(typed) == address


@pytest.mark.parametrize(
    ("typed", "number", "digits"),
    [
        ("\u202d0612345678\u202c", "0612345678", "0612345678"),
        ("\u200e+31 6 12345678", "+31 6 12345678", "0612345678"),
        ("06\ufe0e12345678", "0612345678", "0612345678"),
        ("06‑1234\u00a05678", "06-1234 5678", "0612345678"),
        ("tel:+31-570-123456", "+31-570-123456", "0570123456"),
        ("0031 (0)570 123 456", "0031 (0)570 123 456", "0570123456"),
        ("٠٦١٢٣٤٥٦٧٨", "0612345678", "0612345678"),
        ("+32 2 123 45 67", "+32 2 123 45 67", "003221234567"),
        ("0570 123456 tst. 12", "0570 123456 tst. 12", "057012345612"),
    ],
)
def test_number_is_cleaned_and_counted(typed, number, digits):
    assert TelephoneField(max_length=30).clean(typed) == number
    assert normal.telephone_digits(typed) == digits


@pytest.mark.parametrize(
    "typed",
    ["--------", "++++++++", "bel mij", "112", "0612345", "06123456780612345678", "(06) geen"],
)
def test_what_has_no_digits_of_a_number_is_none(typed):
    with pytest.raises(Exception, match="telefoonnummer"):
        TelephoneField(max_length=30).clean(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Groep 6-B", "groep 6b"),
        ("Groep\u00a06\u2011B", "GROEP 6 – b"),
        ("De Éénden", "de eenden"),
        ("De Eenden", "De Ee\u0308nden"),
        ("d’Uilen", "D'uilen"),
        ("Groep 7 ❤\ufe0f", "groep 7 ❤"),
        ("İnci", "inci"),
    ],
)
def test_key_is_the_same_for_case_accents_spaces_and_dashes(one, other):
    assert normal.key(one) == normal.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7", "7+"),
        ("7", "7*"),
        ("7/8", "78"),
        ("Groep 7 🐝", "Groep 7"),
        ("王", "小"),
        ("Α", "Β"),
        ("й", "и"),
        ("が", "か"),
        ("สมชาย", "สมหญิง"),
        ("7", "7²"),
        ("+", "++"),
        ("---", ""),
    ],
)
def test_key_tells_apart_by_every_letter_and_sign(one, other):
    assert normal.key(one) != normal.key(other)


@given(st.text(max_size=60))
def test_key_is_at_most_three_times_as_long(text):
    assert len(normal.key(text)) <= 3 * 60


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("İlker Öztürk-Çelik", "ilker ozturk celik"),
        ("Yıldız Łódź Søren Đorđe Æ ẞ", "yildiz lodz soren dorde ae ss"),
        ("St.Jozef, O.B.S. De Ster", "st jozef obs de ster"),
        ("’s-Gravenhage", "s gravenhage"),
        ("أمِينَة", "أمينة"),
        ("王小明", "王小明"),
        ("¼ ① ＡＢ", "1 4 1 ab"),
        ("%_'\"", ""),
    ],
)
def test_words_are_folded_and_apart_at_punctuation(text, words):
    assert normal.fold(text) == words


def test_search_text_has_words_that_hang_together_as_one_too():
    assert normal.search_text("Basisschool d'Ontdekking") == " basisschool d ontdekking dontdekking"
    assert normal.search_text("St.Jozef", "Epe") == " st jozef epe stjozef"
