"""The palette can be read: WCAG 2.2 contrast (1.4.3, 1.4.11), computed from tokens.css."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "static/css/tokens.css").read_text()
TEXT = ["ink", "muted", "accent", "accent-strong"]
TEXT += ["teal", "blue", "green", "red", "violet", "brown", "berry"]
BACKGROUNDS = ["paper", "card", "sunken", "accent-wash"]
WASHES = ["danger-wash", "success-wash", "notice-wash", "free-wash"]
PAIRS = [(text, background) for text in TEXT for background in BACKGROUNDS]
PAIRS += [("ink", wash) for wash in WASHES] + [("muted", wash) for wash in WASHES]
PAIRS += [("red", "danger-wash"), ("green", "success-wash"), ("brown", "notice-wash")]
PAIRS += [("teal", "free-wash"), ("on-accent", "accent"), ("on-accent", "accent-strong")]
PAIRS += [("on-sun", "sun"), ("paper", "muted")]


def palette(mode: str) -> dict[str, str]:
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", light))
    if mode == "dark":
        found |= dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", dark))
    return found


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, of `#rrggbb` (WCAG 2.2, glossary)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_knows_its_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_reaches_four_and_a_half(mode: str) -> None:
    colours = palette(mode)
    low = {
        pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2)
        for pair in PAIRS
        if contrast(colours[pair[0]], colours[pair[1]]) < 4.5
    }
    assert low == {}


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("background", ["paper", "card"])
def test_edges_of_fields_reach_three(mode: str, background: str) -> None:
    colours = palette(mode)
    assert contrast(colours["line-strong"], colours[background]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_marks_in_ticked_boxes_have_the_colour_of_text_on_the_accent(mode: str) -> None:
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    part = {"light": light, "dark": dark}[mode]
    marks = re.findall(r"--(?:check|radio)-mark: .*%23([0-9a-f]{6})'", part)
    assert marks == [palette(mode)["on-accent"].removeprefix("#")] * 2


STYLES = Path(__file__).resolve().parents[2] / "static/css"
NAMED = r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)a?\("
# The head of desk.css: what it names by day, and what of it is another colour in the dark.
DESK = r"\n(:root|\.dark) \{\n((?:  --desk-[a-z-]+: #[0-9a-f]{6};\n)+)\}"


def test_only_the_tokens_name_a_colour() -> None:
    """Paper has its own black and white; a QR code and a mail shown in a frame stay white; the
    back office names what it has besides its theme in one block."""
    allowed = {"tokens.css", "print.css", "pdf.css", "accounts.css", "demo-mails.css"}
    texts = {
        path.name: path.read_text()
        for path in sorted(STYLES.glob("*.css"))
        if path.name not in allowed
    }
    texts["desk.css"] = re.sub(DESK, "", texts["desk.css"], count=2)
    found = {name: re.findall(NAMED, text) for name, text in texts.items()}
    assert {name: colours for name, colours in found.items() if colours} == {}


def test_the_back_office_has_the_colours_of_the_tokens() -> None:
    """By day; unfold's dark is another one than ours."""
    blocks = dict(re.findall(DESK, (STYLES / "desk.css").read_text()))
    light = dict(re.findall(r"--desk-([a-z-]+): (#[0-9a-f]{6});", blocks[":root"]))
    dark = dict(re.findall(r"--desk-([a-z-]+): (#[0-9a-f]{6});", blocks[".dark"]))
    tokens = palette("light")
    shared = light.keys() & tokens.keys()
    assert shared >= {"paper", "ink", "line-strong", "sun", "red", "teal"}
    assert {name: light[name] for name in shared} == {name: tokens[name] for name in shared}
    assert dark.keys() <= light.keys()


def test_the_back_office_uses_each_of_its_colours() -> None:
    texts = "".join(path.read_text() for path in STYLES.glob("desk*.css"))
    named = set(re.findall(r"  (--desk-[a-z-]+):", texts))
    assert named == set(re.findall(r"var\((--desk-[a-z-]+)\)", texts))


ROOT = Path(__file__).resolve().parents[2]
COLOUR = "(#[0-9a-f]{6})"


# Paper, mails, drawings and the back office's theme cannot have the accent by its name.
@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("static/css/pdf.css", f"\na {{ color: {COLOUR};"),
        ("static/css/pdf.css", f"\nli::marker {{ color: {COLOUR};"),
        ("static/css/pdf.css", f"border-left: 1mm solid {COLOUR};"),
        ("static/art/logo.svg", f'<rect [^>]*fill="{COLOUR}"'),
        ("static/art/favicon.svg", f'<rect [^>]*fill="{COLOUR}"'),
        ("templates/mail/_button.html", f"background:{COLOUR};"),
        ("tec_site/staff/menu.py", f'"primary": {{[^}}]*"600": "{COLOUR}"'),
    ],
)
def test_accent_is_one_colour_wherever_it_stands(path: str, where: str) -> None:
    found = re.findall(where, (ROOT / path).read_text())
    assert found == [palette("light")["accent"]]


def test_links_in_mails_have_the_accent_too() -> None:
    """But for the button, where it stands behind the words, and the line at the foot."""
    mails = sorted((ROOT / "templates/mail").glob("*.html"))
    found = {
        (path.name, colour)
        for path in mails
        if path.name not in {"_button.html", "base.html"}
        for colour in re.findall(f'<a [^>]*[";]color:{COLOUR}', path.read_text())
    }
    assert len(found) > 3
    assert {colour for _name, colour in found} == {palette("light")["accent"]}
