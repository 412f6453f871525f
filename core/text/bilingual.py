"""Texts that staff write twice: in Dutch, and in English where they like."""

from typing import Any

from django.db.models import Model
from django.utils.translation import get_language


class Words(str):
    """A text and the language in which it is written; a page has to say both."""

    lang: str

    def __new__(cls, text: str, lang: str = "nl") -> "Words":
        words = super().__new__(cls, text)
        words.lang = lang
        return words

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.splitlines() if line.strip()]


def in_dutch(text: str) -> Words:
    """A text of staff's that has no English."""
    return Words(text)


class InLanguage:
    """A row's texts in the active language: `.title` is its `title_en` where the page is English
    and there is one, and its Dutch `title` otherwise."""

    def __init__(self, row: Model) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Words:
        if get_language() == "en" and (english := getattr(self._row, f"{name}_en")):
            return Words(english, "en")
        return in_dutch(getattr(self._row, name))


class Bilingual(Model):
    """A row with columns `…` and `…_en`."""

    class Meta:
        abstract = True

    @property
    def shown(self) -> Any:
        return InLanguage(self)
