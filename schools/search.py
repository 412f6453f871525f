"""Finding a school as teachers type it: a few words of its name, place, postcode or code.

Every word that tells something must occur somewhere in the school's folded search text, in any
order: a look into an index of trigrams on PostgreSQL, on SQLite a scan of a narrow index. Where
nothing has them all, what has most of them or words like them (`schools.near_matches`).
"""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from core.text.normal import fold
from schools.models import School
from schools.near_matches import nearest

MIN_LENGTH = 2
LIMIT = 20
MAX_WORDS = 8
# What a list of schools shows; the other columns are not read from the database.
SHOWN = ("name", "street", "house_number", "postcode", "city", "site_code")
POSTCODE = re.compile(r"\b([0-9]{4}) ([a-z]{2})\b")


@dataclass(frozen=True)
class Results:
    """The best matches, at most LIMIT of them; `more` if there are others.

    `nearly`: no school has all that was typed, these come near.
    """

    query: str
    schools: list[School]
    more: bool = False
    nearly: bool = False

    @property
    def too_short(self) -> bool:
        return len(fold(self.query).replace(" ", "")) < MIN_LENGTH


# What teachers put before a name and DUO writes otherwise ('Openbare Basisschool De …', 'St. …',
# 'Dr. …') or not at all: such a word helps the order but excludes nothing.
KIND_WORDS = {
    "basisschool", "basissch", "bs", "bso", "cbs", "chr", "christelijk", "christelijke", "dalton",
    "daltonschool", "gbs", "geref", "gereformeerde", "ibs", "ikc", "jenaplanschool", "katholieke",
    "kbs", "kc", "kindcentrum", "montessorischool", "obs", "openbaar", "openbare", "pc", "pcb",
    "pcbo", "pcbs", "prot", "protestants", "rk", "rkbs", "rooms", "sbo", "school", "sint", "st",
    "sws", "vrijeschool",
    "burg", "burgemeester", "dokter", "dominee", "dr", "ds", "kon", "koningin", "meester", "mgr",
    "monseigneur", "mr", "pastoor", "pr", "prins", "prinses", "prof", "professor",
}  # fmt: skip
# What stands between the words that tell something.
SMALL_WORDS = {
    "a", "aan", "and", "at", "bij", "d", "de", "den", "der", "e", "een", "en", "gem", "gemeente",
    "het", "in", "it", "n", "nederland", "netherlands", "nl", "of", "op", "plaats", "s", "t", "te",
    "ten", "ter", "the", "uit", "v", "van", "vd", "voor",
}  # fmt: skip
# Everybody's name for a place, and the one in the register.
PLACES = {"den haag": "s gravenhage", "den bosch": "s hertogenbosch"}


def find_schools(query: str, *, limit: int = LIMIT) -> Results:
    """Open schools for what somebody typed, the likeliest first; nothing below MIN_LENGTH.

    Accents, case, punctuation, small words and the order of words do not matter: 'hagenpoort in
    deventer' finds 'OBS De Hagenpoort' in Deventer. First an exact site code, then names that
    start like the query, then schools with all words at the start of a word, then the rest.
    Schools that a teacher typed are left out until staff have verified them.
    """
    empty = Results(query, [])
    if empty.too_short:
        return empty
    words = fold(query)
    for spoken, registered in PLACES.items():
        words = re.sub(rf"\b{spoken}\b", registered, words)
    # A postcode is one word: 'cd' of '7415 cd' alone occurs nearly everywhere.
    together = POSTCODE.sub(r"\1\2", words)
    schools = _ranked(together, limit)
    if not schools and words != together:  # '7415 de hagenpoort'
        schools = _ranked(words, limit)
    if schools:
        return Results(query, schools[:limit], more=len(schools) > limit)
    near = nearest(_listed(), telling_words(together)[:MAX_WORDS], limit)
    by_key = _listed().only(*SHOWN).in_bulk(near)
    return Results(query, [by_key[pk] for pk in near], nearly=bool(near))


def telling_words(folded: str) -> list[str]:
    """Words that exclude; all words where none does."""
    words = folded.split()
    return [word for word in words if word not in KIND_WORDS | SMALL_WORDS] or words


def _listed() -> Any:
    return School.objects.open().filter(is_verified=True)


def _ranked(text: str, limit: int) -> list[School]:
    words = text.split()[:MAX_WORDS]
    telling = telling_words(" ".join(words))
    ranks = [
        When(site_code=text.upper(), then=Value(0)),
        When(search_text__startswith=f" {text}", then=Value(1)),
        When(_at_word_starts(words), then=Value(2)),
    ]
    if telling != words:
        ranks.append(When(_at_word_starts(telling), then=Value(3)))
    rank = Case(*ranks, default=Value(4), output_field=IntegerField())
    # By themselves: SQLite would walk all open schools by an index that excludes hardly any.
    fit = School.objects.matching(" ".join(telling)).values("pk")
    found = _listed().filter(pk__in=fit)
    return list(found.only(*SHOWN).order_by(rank, "name", "city", "pk")[: limit + 1])


def _at_word_starts(words: list[str]) -> Q:
    return Q(*(("search_text__contains", f" {word}") for word in words))
