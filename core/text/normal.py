"""The one normal form of what people type, for saving, comparing and searching.

Text that is copied from mails, PDFs and telephones carries signs that nobody sees: marks of
direction, selectors of a glyph, spaces and dashes of many kinds. They are taken out here, and
every script keeps what it needs. Forms and columns do it by themselves (`core.text.fields`).
"""

import re
import unicodedata

# Signs that only steer how others are shown (Unicode: Default_Ignorable_Code_Point), and the
# controls, halves of characters and non-characters that no text has.
_UNSEEN = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    "\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
# Persian, Indian scripts and drawings join with these; drawings, Mongolian and Japanese names
# choose a glyph with those. They stay behind what takes them, and nowhere else.
_JOINERS = "\u200c\u200d"
_SELECTOR = re.compile("[\u180b-\u180d\u180f\ufe0e\ufe0f\U000e0100-\U000e01ef]")
_TAKES_THEM = {"Lo", "Mn", "Mc", "So", "Sk"}
# Letters that show nothing, and dashes that the keyboard has as '-'.
_LIKE_THE_KEYBOARD = str.maketrans(
    dict.fromkeys("\u3164\uffa0\u2800", " ") | dict.fromkeys("‐‑−﹣－", "-")
)
# Wide letters, and those that a PDF has in one sign.
_WIDE = str.maketrans(
    {chr(0xFF01 + n): chr(0x21 + n) for n in range(94)}
    | {"。": ".", "．": "."}
    | {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_LINE_END = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def line(text: str) -> str:
    """One line as it is saved: without what nobody sees, and one space where there are several."""
    if not (text.isascii() and text.isprintable()):
        text = _seen(text.translate(_LIKE_THE_KEYBOARD))
    return " ".join(text.split())


def paragraphs(text: str) -> str:
    """Lines as they are saved, ended by a line feed; spaces inside them stay as they were typed."""
    lines = _LINE_END.split(_seen(text.translate(_LIKE_THE_KEYBOARD)))
    return "\n".join(_plain_spaces(one).rstrip() for one in lines).strip()


def _seen(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if not _UNSEEN.search(text):
        return text
    kept: list[str] = []
    for place, sign in enumerate(text):
        if not _UNSEEN.match(sign) or _is_needed(sign, kept[-1:], text[place + 1 : place + 2]):
            kept.append(sign)
    return "".join(kept)


def _is_needed(sign: str, before: list[str], after: str) -> bool:
    takes_it = bool(before) and _takes(before[0])
    if sign in _JOINERS:
        return (takes_it or bool(before and _SELECTOR.match(before[0]))) and _takes(after)
    return takes_it and _SELECTOR.match(sign) is not None


def _takes(sign: str) -> bool:
    return sign > "\u02ff" and unicodedata.category(sign) in _TAKES_THEM


def _plain_spaces(text: str) -> str:
    return "".join(" " if sign.isspace() else sign for sign in text)


# --- What has a form of its own ------------------------------------------------------------------


def mail_address(typed: str) -> str:
    """The address under which somebody is known: lower case, the domain as the network has it.

    The domain's letters beyond ASCII become its A-label (RFC 5891). Of what a mail program copies,
    'Juf Anouk <juf@school.nl>;', the address only. Never fails: what is no address stays none.
    """
    bare = _UNSEEN.sub("", unicodedata.normalize("NFC", typed.translate(_WIDE)))
    bare = _dashed(" ".join(bare.split())).lower()
    bare = _WITH_NAME.sub(r"\1", bare).strip().removeprefix("mailto:").strip()
    name, at, domain = bare.rpartition("@")
    labels = domain.rstrip(".,; ").split(".")
    return f"{name}{at}{'.'.join(map(_label, labels))}" if at else bare


_WITH_NAME = re.compile("^[^<>]*<([^<>@]+@[^<>@]+)>[.,; ]*$")


def _label(label: str) -> str:
    if label.isascii():
        return label
    label = unicodedata.normalize("NFC", label)
    return "xn--" + label.encode("punycode").decode("ascii")


def keyboard(typed: str) -> str:
    """Numbers and dates with the digits and the dash of a keyboard."""
    bare = _UNSEEN.sub("", typed.translate(_WIDE))
    return _dashed(_ascii_digits(" ".join(bare.split())))


def telephone(typed: str) -> str:
    """A number as it is saved: '06 12345678', grouped as it was typed."""
    bare = keyboard(typed)
    return re.sub(r"^tel:(//)?", "", bare, flags=re.IGNORECASE).strip()


def telephone_digits(typed: str) -> str:
    """The digits, however it is written: '0612345678' of '+31 (0)6-12345678'."""
    number = telephone(typed).replace("(0)", "")
    digits = re.sub("[^0-9]", "", number)
    if not number.startswith("+"):
        if not digits.startswith("00"):
            return digits
        digits = digits[2:]
    return "0" + digits[2:].lstrip("0") if digits.startswith("31") else "00" + digits


def code(typed: str) -> str:
    """A code's letters and digits, in lower case: what stands between them is for the eye."""
    return "".join(filter(str.isalnum, typed.translate(_WIDE).casefold()))


def _dashed(text: str) -> str:
    """All dashes as the one of the keyboard."""
    return "".join("-" if _is_dash(sign) else sign for sign in text)


def _is_dash(sign: str) -> bool:
    return sign == "−" or unicodedata.category(sign) == "Pd"


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text)


# --- Comparing and searching -------------------------------------------------------------------

# Letters that are plain ones with a stroke or the like: Unicode does not take them apart.
_PLAIN = str.maketrans(
    {
        "ı": "i",
        "ȷ": "j",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ŋ": "n",
        "ĸ": "k",
        "ƒ": "f",
        "ə": "e",
    }
)
_QUOTES = str.maketrans(dict.fromkeys("‘’‚‛´`ʼʹ′", "'") | dict.fromkeys("“”„‟″", '"'))
# Accents of Latin and Greek; the vowel signs of Hebrew and Arabic, which are mostly not written.
_ACCENT = re.compile("[\u0300-\u036f]")
_POINT = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0640\u064b-\u0652\u0670]")
_INITIALS = re.compile(r"(?<!\w)(?:\w\.){2,}")


def key(text: str) -> str:
    """What names are compared by: 'Groep 6-B' and 'groep 6b' are one, '7' and '7+' are two.

    Only case, accents, spaces and dashes do not count. Every letter of every script and every
    telling sign does. At most three times as long as the text.
    """
    bare = _UNSEEN.sub("", line(text)).translate(_WIDE).translate(_QUOTES)
    plain = _unaccented(bare)
    folded = "".join(one for one in plain if not one.isspace() and not _is_dash(one))
    return folded or bare


def fold(text: str) -> str:
    """The words of a text for searching: lower case, without accents, apart at punctuation.

    Letters of every script stay. Initials are one word: 'O.B.S. De Ster' is 'obs de ster'.
    """
    if text.isascii():
        plain = text.lower()
    else:
        plain = _unaccented(unicodedata.normalize("NFKC", _UNSEEN.sub("", text)))
    plain = _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", plain)
    return " ".join("".join(one if _in_word(one) else " " for one in plain).split())


# '06 12345678', '+31 (0)6 1234 5678': with spaces, and no date among them.
_SPACED_NUMBER = re.compile(r"(?<!\S)(?:\+|\(?0)[0-9()]*(?: [0-9()-]+)+(?!\S)")


def numbers_joined(text: str) -> str:
    """A search in which each telephone number is one word, however it was typed."""

    def joined(found: re.Match[str]) -> str:
        digits = len(re.sub("[^0-9]", "", found[0]))
        return found[0].replace(" ", "") if 9 <= digits <= 15 else found[0]

    return _SPACED_NUMBER.sub(joined, " ".join(text.split()))


def words(text: str) -> list[str]:
    """The words of a search as they were typed, without those that are signs only."""
    return [
        word
        for word in numbers_joined(text).split()
        if any(unicodedata.category(one)[0] in "LNS" for one in word)
    ]


def search_text(*texts: str) -> str:
    """What `fold`ed words are looked for in: each word after a space, ' d ontdekking dontdekking'.

    Words that hang together by a sign stand there as one, too: some type them so.
    """
    words = fold(" ".join(texts)).split()
    joined = (fold(one).replace(" ", "") for one in " ".join(texts).split())
    known = set(words)
    return "".join(f" {word}" for word in [*words, *(one for one in joined if one not in known)])


def _unaccented(text: str) -> str:
    """Case folded, and without accents where they do not make another letter."""
    if text.isascii():
        return text.lower()
    kept: list[str] = []
    base = ""
    for sign in unicodedata.normalize("NFD", text.casefold()):
        if _ACCENT.match(sign):
            if base < "\u0400":
                continue
        else:
            base = sign
        kept.append(sign)
    plain = _POINT.sub("", "".join(kept)).translate(_PLAIN)
    return unicodedata.normalize("NFC", plain)


def _in_word(sign: str) -> bool:
    # 'anouk@' is the beginning of an address, and nobody's name.
    return sign.isalnum() or sign == "@" or unicodedata.category(sign)[0] == "M"
