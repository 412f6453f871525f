"""Finding a school as teachers type it."""

import pytest
from django.urls import reverse

from schools.near_matches import slips_between
from schools.search import LIMIT, find_schools
from tests.factories import make_school


@pytest.fixture
def hagenpoort(db):
    return make_school(
        name="Openbare Basisschool De Hagenpoort",
        site_code="14YP00",
        street="Landsherenlaan",
        house_number="3",
        postcode="7415 CD",
        city="Deventer",
    )


@pytest.fixture
def others(db):
    return [
        make_school(name="Basisschool De Háven", city="Raalte", postcode="8102 AB"),
        make_school(name="It Fûnemint", city="'s-Gravenhage", postcode="2511 CD"),
        make_school(name="Kindcentrum Deventer", city="Apeldoorn", postcode="7311 CD"),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "hagenpoort deventer",
        "DEVENTER Hagenpoort",
        "OBS De Hagenpoort",
        "obs hagenpoort",
        "de hagenpóórt",
        "14YP00",
        "14yp",
        "7415 CD",
        "7415cd",
        "7415 de hagenpoort",
        "genpoor",
    ],
)
def test_search_finds_the_one_school_that_is_meant(query, hagenpoort, others):
    assert find_schools(query).schools == [hagenpoort]


@pytest.mark.parametrize("query", ["haven raalte", "de haven", "fûnemint", "funemint den haag"])
def test_search_forgives_accents_and_everyday_names_of_places(query, hagenpoort, others):
    expected = others[0] if "haven" in query else others[1]
    assert find_schools(query).schools == [expected]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("St. Jozefschool", "sint jozefschool raalte"),
        ("Basisschool Sint Jozef", "st. jozef"),
        ("Rooms Katholieke Basisschool St Jozef", "rk basisschool sint jozef"),
        ("RK Jozefschool", "rooms-katholieke jozefschool"),
        ("Christelijke Basisschool Jozef", "pcbo jozef"),
    ],
)
def test_search_takes_abbreviations_for_what_they_stand_for(db, name, query):
    meant = make_school(name=name, city="Raalte")
    make_school(name="Sint Franciscus", city="Raalte")
    assert find_schools(query).schools == [meant]


@pytest.mark.parametrize("query", ["", " ", "d", "é", "-.'", "\0"])
def test_search_asks_for_two_characters(query, hagenpoort):
    results = find_schools(query)
    assert (results.schools, results.too_short) == ([], True)


@pytest.mark.parametrize("query", ["%%", "__", "'; drop table", "😀😀"])
def test_search_takes_wildcards_and_quotes_literally(query, hagenpoort):
    assert find_schools(query).schools == []


def test_search_ranks_code_then_start_of_name_then_start_of_a_word_then_the_rest(db):
    inside = make_school(name="Stregenboog", city="Epe")
    word = make_school(name="De Regenboog", city="Epe")
    start = make_school(name="Regenboog", city="Zutphen")
    obs = make_school(name="OBS Regenboog", city="Epe")
    code = make_school(name="Anders", site_code="12AB34", city="Epe")
    named = make_school(name="Zwaan 12AB34", city="Epe")

    assert find_schools("regenboog").schools == [start, word, obs, inside]
    assert find_schools("obs regenboog").schools == [obs, word, start, inside]
    assert find_schools("12ab34").schools == [code, named]


def test_search_leaves_out_closed_merged_and_unverified_schools(hagenpoort):
    make_school(name="Hagenpoort dicht", closed_on="2026-08-01")
    make_school(name="Hagenpoort op", merged_into=hagenpoort)
    make_school(name="Hagenpoort getypt", site_code=None, is_verified=False)

    assert find_schools("hagenpoort").schools == [hagenpoort]


def test_search_stops_at_twenty_and_says_that_there_are_more(db):
    for number in range(LIMIT):
        make_school(name=f"De Ster {number:02d}")
    assert (len(find_schools("ster").schools), find_schools("ster").more) == (20, False)

    make_school(name="De Ster 20")
    assert (len(find_schools("ster").schools), find_schools("ster").more) == (20, True)


def test_search_asks_one_query_however_many_words_and_schools(
    hagenpoort, others, django_assert_num_queries
):
    with django_assert_num_queries(1):
        find_schools("de hagenpoort deventer " + "hagen " * 500)


def test_search_page_lists_schools_for_anonymous_visitors(client, hagenpoort, others):
    response = client.get(reverse("schools:search"), {"q": "hagenpoort"})

    assert response.status_code == 200
    assert reverse("schools:search") == "/scholen/zoeken/"
    assert response.templates[0].name == "schools/school_search.html"
    assert "Landsherenlaan 3, 7415 CD Deventer" in response.text
    assert "Kindcentrum Deventer" not in response.text
    assert response["Vary"].startswith("HX-Request")


def test_search_fragment_is_a_radio_list_with_the_names_of_the_form(client, hagenpoort):
    response = client.get(
        reverse("schools:search"),
        {"field": "f-0-school", "f-0-school_q": "hagenpoort"},
        headers={"HX-Request": "true"},
    )

    assert "<html" not in response.text
    assert f'name="f-0-school" value="{hagenpoort.pk}"' in response.text
    assert 'name="f-0-school_listed" value="hagenpoort"' in response.text
    assert 'data-hx-swap-oob="innerHTML:#f-0-school_count"' in response.text


def test_search_fragment_keeps_the_school_that_was_chosen(client, hagenpoort, others):
    response = client.get(
        reverse("schools:search"),
        {"field": "school", "school_q": "raalte", "school": hagenpoort.pk},
        headers={"HX-Request": "true"},
    )

    assert [school.pk for school in response.context["schools"]] == [hagenpoort.pk, others[0].pk]
    assert response.text.count(" checked") == 1


@pytest.mark.parametrize("field", ['"><script>', "1a", "a b", "x" * 80, ""])
def test_search_ignores_a_field_name_that_cannot_be_one(client, hagenpoort, field):
    response = client.get(
        reverse("schools:search"),
        {"field": field, "q": "hagenpoort"},
        headers={"HX-Request": "true"},
    )
    assert f'name="school" value="{hagenpoort.pk}"' in response.text


def test_search_rejects_post(client, db):
    assert client.post(reverse("schools:search")).status_code == 405


# --- What is typed in another way ----------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "hagenpoort in deventer",
        "Hagenpoort, Deventer NL",
        "De-Hagenpoort/Deventer",
        "school hagenpoort te deventer",
        "O.B.S. De Hagenpoort",
        "o.b.s.hagenpoort",
    ],
)
def test_small_words_and_punctuation_exclude_nothing(query, hagenpoort, others):
    results = find_schools(query)
    assert (results.schools, results.nearly) == ([hagenpoort], False)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Dr. Ariëns Daltonschool", "dokter ariens"),
        ("Burgemeester W.A. Storkschool", "burg. w.a. stork"),
        ("Prinses Beatrixschool", "pr. beatrix"),
        ("Basisschool d'Ontdekking", "dontdekking"),
        ("Montessori + Breda", "Montessori en Breda"),
        ("o.b.s.Theo Thijssen", "theo thijssen"),
        ("Kindcentrum St.Jozef", "St.Jozef"),
    ],
)
def test_search_reads_names_as_the_register_writes_them(db, name, query):
    meant = make_school(name=name, city="Breda")
    make_school(name="De Zon", city="Epe")
    results = find_schools(query)
    assert (results.schools, results.nearly) == ([meant], False)


@pytest.mark.parametrize("query", ["s'Gravenhage", "'s-gravenhage", "s gravenhage", "sgravenhage"])
def test_place_with_an_apostrophe_is_found_with_it_anywhere(query, hagenpoort, others):
    assert find_schools(query).schools == [others[1]]


@pytest.mark.parametrize(
    "query", ["hagepoort", "hagenport deventer", "haegnpoort", "hagenpoord", "hagepoort devneter"]
)
def test_slip_of_the_keyboard_still_finds_it_and_says_so(query, hagenpoort, others):
    results = find_schools(query)
    assert (results.schools, results.nearly) == ([hagenpoort], True)


def test_what_has_most_of_the_words_comes_first_and_the_rarest_word_tells_most(hagenpoort, others):
    zwolle = [make_school(name=f"De Zon {number}", city="Zwolle") for number in range(5)]
    results = find_schools("hagenpoort zwolle")
    assert results.nearly
    assert results.schools == [hagenpoort, *zwolle]
    assert find_schools("zon epe zwolle").schools == zwolle


@pytest.mark.parametrize("query", ["qwertyuiop", "xyz xyz", "ster"])
def test_search_that_nothing_is_like_finds_nothing(query, hagenpoort, others):
    results = find_schools(query)
    assert (results.schools, results.nearly, results.more) == ([], False, False)


def test_page_says_that_nothing_has_it_all(client, hagenpoort, others):
    page = client.get(reverse("schools:search"), {"q": "hagepoort"}).text
    assert "Geen school heeft dit allemaal. Deze lijken er het meest op:" in page
    assert "De Hagenpoort" in page


def test_back_office_forgives_small_words_too(desk, hagenpoort, others):
    rows = desk.get("/beheer/schools/school/", {"q": "hagenpoort in deventer"})
    assert list(rows.context["cl"].result_list) == [hagenpoort]


@pytest.mark.parametrize(
    ("typed", "word", "slips"),
    [
        ("hagepoort", "hagenpoortschool", 1),
        ("haegnpoort", "hagenpoort", 1),
        ("abc", "abc", 0),
        ("abd", "abc", 1),
        ("abc", "", 3),
    ],
)
def test_slips_are_counted_to_the_beginning_of_a_word(typed, word, slips):
    assert slips_between(typed, word) == slips
