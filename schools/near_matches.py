"""What comes near to a search that nothing fits: most of its words, or words like them.

Databases compare letters each in its own way, so they only look for candidates: a word with one
slip of the keyboard has one of its halves whole, one with two slips one of its thirds. What is near
is counted here.
"""

import math
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

# Of a word of so many letters so many may be wrong.
SLIPS = ((9, 2), (5, 1))
SHORTEST = 3  # of what is looked for: fewer letters are in every second name
MANY = 10_000  # schools
NEARLY = 0.6  # what a word that is nearly there counts for
FAR_BEHIND = 0.6  # what counts for less than this part of the best is left out


def nearest(schools: QuerySet[Any], words: Sequence[str], limit: int) -> list[int]:
    """The keys of the schools that have all words nearly, or else most of them, the nearest first.

    A word that few schools have tells more than one that many have.
    """
    all_nearly = [_holds(word, *_pieces(word)) for word in words]
    rows = _read(schools, Q(*all_nearly))
    fits = {word: _fits(word, [text for _pk, text in rows]) for word in words}
    if not any(map(all, zip(*fits.values(), strict=True))):
        # Candidates of what is nearly a word only where none has the word itself.
        is_there = {word: schools.filter(_holds(word)).exists() for word in words}
        pieces = (
            _holds(word) if is_there[word] else _holds(word, *_pieces(word)) for word in words
        )
        rows = _read(schools, Q(*pieces, _connector=Q.OR))
        fits = {word: _fits(word, [text for _pk, text in rows]) for word in words}
    weights = {word: math.log(1 + MANY / (1 + sum(map(bool, fits[word])))) for word in words}
    scores = [
        (sum(weights[word] * fits[word][place] for word in words), pk)
        for place, (pk, _text) in enumerate(rows)
    ]
    best = max((score for score, _pk in scores), default=0)
    near = [(score, pk) for score, pk in scores if score and score >= FAR_BEHIND * best]
    near.sort(key=lambda one: -one[0])  # stable: by name where they are as near
    return [pk for _score, pk in near[:limit]]


def _holds(*pieces: str) -> Q:
    return Q(*(("search_text__contains", piece) for piece in pieces), _connector=Q.OR)


def _read(schools: QuerySet[Any], seen: Q) -> list[tuple[int, str]]:
    return list(schools.filter(seen).order_by("name", "pk").values_list("pk", "search_text"))


def _fits(word: str, texts: Sequence[str]) -> list[float]:
    """How well the word fits each text: 1 where it occurs, 0 where nothing is like it."""
    slips, pieces = _slips(word), _pieces(word)
    like: dict[str, bool] = {}

    def is_like(other: str) -> bool:
        if other not in like:
            like[other] = slips_between(word, other) <= slips
        return like[other]

    return [
        1
        if word in text
        else NEARLY
        * any(is_like(one) for one in text.split() if any(piece in one for piece in pieces))
        for text in texts
    ]


def _slips(word: str) -> int:
    return next((slips for length, slips in SLIPS if len(word) >= length), 0)


def _pieces(word: str) -> list[str]:
    """One more than slips are allowed, so that one of them is whole."""
    slips = _slips(word)
    length = max(SHORTEST, len(word) // (slips + 1))
    starts = (number * (len(word) - length) // slips for number in range(slips + 1) if slips)
    return [word[start : start + length] for start in starts]


def slips_between(typed: str, word: str) -> int:
    """Letters added, left out, wrong or exchanged between `typed` and the beginning of `word`
    (Damerau and Levenshtein): 'hagepoort' is one from 'hagenpoortschool'."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for place, letter in enumerate(typed):
        previous, before, row = before, row, [place + 1]
        for at, other in enumerate(word):
            cost = min(row[at] + 1, before[at + 1] + 1, before[at] + (letter != other))
            if place and at and letter == word[at - 1] and other == typed[place - 1]:
                cost = min(cost, previous[at - 1] + 1)
            row.append(cost)
    return min(row)
