import re

from hypothesis import given
from hypothesis import strategies as st

from core import tokens

KEY = "k" * 50
OLD_KEY = "o" * 50


def test_token_opens_what_it_was_made_for():
    token = tokens.make("feed", 7, 1)

    assert tokens.matches(token, "feed", 7, 1) is True


def test_token_is_url_safe_and_holds_192_bits():
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", tokens.make("feed", 7, 1))


def test_token_opens_nothing_else():
    token = tokens.make("feed", 7, 1)

    assert tokens.matches(token, "booking", 7, 1) is False
    assert tokens.matches(token, "feed", 8, 1) is False
    assert tokens.matches(token, "feed", 7, 2) is False


def test_token_parts_cannot_flow_into_each_other():
    assert tokens.make("feed", "1:2", 3) != tokens.make("feed:1", "2", 3)
    assert tokens.make("feed", 11, 1) != tokens.make("feed", 1, 11)


def test_token_depends_on_the_key(settings):
    settings.SECRET_KEY = KEY
    token = tokens.make("feed", 7, 1)

    settings.SECRET_KEY = OLD_KEY

    assert tokens.matches(token, "feed", 7, 1) is False


def test_token_of_a_fallback_key_still_opens(settings):
    settings.SECRET_KEY = OLD_KEY
    token = tokens.make("feed", 7, 1)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = KEY, [OLD_KEY]

    assert tokens.matches(token, "feed", 7, 1) is True
    assert tokens.make("feed", 7, 1) != token


@given(st.text())
def test_matches_refuses_any_other_text(text):
    assert tokens.matches(text, "feed", 7, 1) is (text == tokens.make("feed", 7, 1))


def test_matches_refuses_text_that_utf8_cannot_hold():
    assert tokens.matches("\ud800", "feed", 7, 1) is False
