"""Days as people type them in a search."""

import datetime

import pytest

from core.text.typed_days import SearchTerm, terms

NINTH = (datetime.date(2027, 3, 9), datetime.date(2027, 3, 10))
MARCH = (datetime.date(2027, 3, 1), datetime.date(2027, 4, 1))


pytestmark = pytest.mark.usefixtures("frozen")


@pytest.mark.parametrize(
    "typed",
    ["2027-03-09", "9-3-2027", "09/03/2027", "9.3.2027", "9 maart 2027", "9 mrt 2027",
     "9 March 2027", "di 9 maart 2027", "Dinsdag 9-3-2027", "9 mrt. 2027", "Tuesday 9 mar 2027"],
)  # fmt: skip
def test_day_with_its_year_is_that_day(typed):
    assert terms(typed) == [SearchTerm(tuple(typed.split()), (NINTH,))]


@pytest.mark.parametrize("typed", ["9 maart", "9-3", "09/03", "9maart", "di 9 mrt", "9 mar"])
def test_day_without_a_year_is_that_of_the_years_around_now(typed):
    (term,) = terms(typed)
    assert [first.isoformat() for first, _before in term.spans] == [
        "2025-03-09",
        "2026-03-09",
        "2027-03-09",
        "2028-03-09",
    ]


def test_month_is_all_its_days():
    assert terms("maart 2027") == [SearchTerm(("maart", "2027"), (MARCH,))]
    (december,) = terms("december")
    assert december.spans[1] == (datetime.date(2026, 12, 1), datetime.date(2027, 1, 1))


def test_day_that_is_on_no_calendar_is_left_out():
    assert terms("31-2-2027") == [SearchTerm(("31-2-2027",))]
    (leap,) = terms("29-2")
    assert [first.year for first, _before in leap.spans] == [2028]


@pytest.mark.parametrize(
    "word", ["jan", "hagenpoort", "7b", "0570", "di", "9", "1-2-0001", "9-13", "1234-1-1", "mar"]
)
def test_word_is_no_day(word):
    assert terms(word) == [SearchTerm((word,))]


def test_words_beside_a_day_stay_words():
    assert terms("proeverij 9 maart 2027 raalte") == [
        SearchTerm(("proeverij",)),
        SearchTerm(("9", "maart", "2027"), (NINTH,)),
        SearchTerm(("raalte",)),
    ]
