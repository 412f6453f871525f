"""Values as DUO writes them, in the form in which we show them. All functions are pure."""

import re
from urllib.parse import urlsplit

# Words of Dutch place names that stay in lower case unless they come first.
SMALL_WORDS = {
    "aan", "ad", "bij", "de", "den", "der", "en", "het", "in", "onder", "op", "over", "te",
    "ten", "ter", "van",
}  # fmt: skip
# Telling places of one name apart: a province, or 'gem' for the municipality.
KEPT_WORDS = {
    "DR": "DR", "FR": "FR", "GN": "GN", "LB": "LB", "NB": "NB", "NH": "NH", "OV": "OV",
    "UT": "UT", "ZH": "ZH", "ZL": "ZL", "GLD": "Gld", "GEM": "gem.", "GEM.": "gem.",
    "CA": "c.a.", "AD": "a/d",
}  # fmt: skip
# DUO leaves out accents in capitals and the apostrophe of some municipalities.
SPELLED_OUT = {
    "S GRAVENHAGE": "'s-Gravenhage",
    "S HERTOGENBOSCH": "'s-Hertogenbosch",
    "SUDWEST-FRYSLAN": "Súdwest-Fryslân",
    "NOARDEAST-FRYSLAN": "Noardeast-Fryslân",
}
POSTCODE = re.compile(r"([1-9][0-9]{3}) ?([A-Z]{2})")
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


def place_name(capitals: str) -> str:
    """'ALPHEN AAN DEN RIJN' → 'Alphen aan den Rijn'; what is not in capitals stays as it is."""
    name = " ".join(capitals.split())
    if name != name.upper():
        return name
    for written, spelled in SPELLED_OUT.items():
        name = re.sub(rf"(?<![\w'-]){written}(?![\w-])", spelled, name)
    words = name.split(" ")
    return " ".join(_place_word(word, first=index == 0) for index, word in enumerate(words))


def _place_word(word: str, *, first: bool) -> str:
    if word != word.upper():
        return word
    if not first and word in KEPT_WORDS:
        return KEPT_WORDS[word]
    parts = word.split("-")
    return "-".join(
        _capitalised(part, first=first and index == 0) for index, part in enumerate(parts)
    )


def _capitalised(part: str, *, first: bool) -> str:
    lower = part.lower()
    if lower in {"'s", "'t"} or (lower in SMALL_WORDS and not first):
        return lower
    if lower.startswith("ij"):
        return "IJ" + lower[2:]
    return lower[:1].upper() + lower[1:]


def postcode(text: str) -> str | None:
    """'7415cd' → '7415 CD'; empty stays empty; None if it is no Dutch postcode."""
    if not text:
        return ""
    found = POSTCODE.fullmatch(text.upper())
    return f"{found[1]} {found[2]}" if found else None


def website(text: str) -> str:
    """A complete https or http address, or '' where what DUO has cannot be one."""
    bare = "".join(text.split())
    scheme, separator, rest = bare.partition("://")
    if not separator:
        scheme, rest = "https", bare
    try:
        parts = urlsplit(f"{scheme.lower()}://{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    host = host.rstrip(".")
    real = HOST.fullmatch(host.removeprefix("www.")) and parts.scheme in {"http", "https"}
    if not real or "@" in parts.netloc or port is not None:
        return ""
    address = parts._replace(netloc=host).geturl()
    return address if len(address) <= 200 else ""
