"""Searching for words inside texts takes an index, however many rows there are."""

import pytest
from django.db import connection

from bookings.admin.search import booking_fits
from bookings.models import Booking
from core.text import normal
from core.text.searching import Among
from core.text.typed_days import terms
from schools.models import School
from tests.factories import make_booking, make_school, make_submission

pytestmark = pytest.mark.django_db


def bookings_like(text):
    (term,) = terms(text)
    return Booking.objects.filter(booking_fits(term)).order_by()


def test_among_is_in():
    stars, others = make_school(name="De Ster"), make_school(name="De Maan")
    fit = School.objects.filter(name="De Ster").values("pk")
    assert list(School.objects.filter(Among("pk", fit))) == [stars]
    assert list(School.objects.exclude(Among("pk", fit))) == [others]


@pytest.mark.postgres
def test_search_of_bookings_reads_no_table_from_end_to_end():
    make_booking(party_name="Uilen", submission=make_submission(school=make_school()))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # three rows are read faster than sought
    plan = bookings_like("uilen").explain()
    assert {"booking_party_words", "submission_words", "school_words"} <= set(
        plan.replace("(", " ").split()
    )
    assert "Seq Scan" not in plan


@pytest.mark.sqlite
def test_search_of_bookings_looks_up_what_fits():
    assert "MULTI-INDEX OR" in bookings_like("uilen").explain()


@pytest.mark.sqlite
def test_search_of_schools_reads_the_index_alone():
    plan = School.objects.filter(pk__in=School.objects.matching("ster deventer").values("pk"))
    assert "USING COVERING INDEX school_words" in plan.explain()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("UILEN", ["De Uilen"]),
        ("ster", ["De Uilen"]),
        ("anouk@", ["De Uilen"]),
        ("AB12", ["De Uilen"]),
        ("oOil-cd34", ["De Muizen"]),  # as one reads 0011CD34
        ("0011CD345", []),
        ("éénden", ["Éénden"]),
    ],
)
def test_word_is_found_wherever_it_stands(typed, found):
    owls = make_submission(
        school=make_school(name="De Ster"), email="anouk@ster.example", reference="AB12CD34"
    )
    make_booking(party_name="De Uilen", submission=owls)
    make_booking(party_name="De Muizen", submission=make_submission(reference="0011CD34"))
    make_booking(party_name="Éénden")
    assert list(bookings_like(typed).values_list("party_name", flat=True)) == found


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("06 12345678", ["0612345678"]),
        ("+31 (0)6 1234 5678 hagenpoort", ["+31(0)612345678", "hagenpoort"]),
        ("(0570) 12 34 56", ["(0570)123456"]),
        ("11 januari 2027", ["11", "januari", "2027"]),
        ("01-02-2027 09 30", ["01-02-2027", "09", "30"]),
        ("groep 7 06", ["groep", "7", "06"]),
        ("06 123", ["06", "123"]),
    ],
)
def test_telephone_number_is_one_word_of_a_search(typed, words):
    assert normal.words(typed) == words
