"""The catalogue of kits and a kit's page: filters, how many are free, days to choose."""

import datetime
import re

import pytest
from django.urls import reverse

from kits.models import Complexity, DeskDay, KitCopy, KitDocument, Repair
from programmes.models import Closure, World
from schools.models import SchoolHoliday
from tests.factories import make_kit, make_loan, make_school, make_teacher
from tests.loan_form import FRIDAY, MONDAY, address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_holidays")]

CATALOGUE = "/leskisten/"


def november(day: int) -> datetime.date:
    return datetime.date(2026, 11, day)


def found(client, **query) -> list[str]:
    response = client.get(CATALOGUE, query)
    return [card.kit.title for card in response.context["cards"]]


def days_of(response) -> dict[int, str]:
    """Day of the month → the words in its cell."""
    weeks = response.context["month"].weeks
    return {day.date.day: day.word for week in weeks for day in week if day.word}


# --- The catalogue -------------------------------------------------------------------------------


def test_filters_choose_by_world_year_group_level_and_pupils(client):
    world = World.objects.order_by("number").first()
    robots = make_kit(title="Robots", year_from=7, year_to=8, max_pupils=24)
    robots.worlds.add(world)
    make_kit(title="Knikkerbaan", year_from=5, year_to=6, complexity=Complexity.ADVANCED)
    make_kit(title="Concept", is_published=False)

    assert found(client) == ["Knikkerbaan", "Robots"]
    assert found(client, wereld=world.code) == ["Robots"]
    assert found(client, groep=6) == ["Knikkerbaan"]
    assert found(client, niveau=3) == ["Knikkerbaan"]
    assert found(client, leerlingen=24) == ["Knikkerbaan", "Robots"]
    assert found(client, leerlingen=25) == ["Knikkerbaan"]


def test_filter_on_a_period_counts_copies_and_turnaround(client):
    kit = make_kit(title="Robots", copies=4)
    make_kit(title="Kort", loan_days=7)
    copy = kit.copies.first()
    make_loan(copy=copy, starts_on=november(2), ends_on=november(6))  # free again on the 11th

    response = client.get(CATALOGUE, {"van": "2026-11-10", "tot": "2026-11-20"})
    assert [(card.kit.title, card.copies) for card in response.context["cards"]] == [
        ("Robots", (3, 4))
    ]
    assert "3 van 4 vrij in deze periode" in response.content.decode()
    response = client.get(CATALOGUE, {"van": "2026-11-11", "tot": "2026-11-20"})
    assert [card.copies for card in response.context["cards"]] == [(4, 4)]


def test_nothing_that_fits_says_what_to_do(client):
    make_kit(title="Robots", year_from=7, year_to=8)

    page = client.get(CATALOGUE, {"groep": 3}).content.decode()

    assert "Niets past bij alles tegelijk" in page or "Toon alle leskisten" in page
    assert "0 leskisten" in page


def test_nonsense_in_the_address_is_left_out_and_told(client):
    make_kit(title="Robots")

    response = client.get(CATALOGUE, {"groep": "x", "van": "gisteren", "leerlingen": "veel"})

    assert response.context["nonsense"] is True
    assert [card.kit.title for card in response.context["cards"]] == ["Robots"]


def test_filters_by_htmx_give_the_list_and_an_address_to_share(client):
    make_kit(title="Robots")

    response = client.get(CATALOGUE, {"groep": "7", "van": ""}, headers={"HX-Request": "true"})

    assert response["HX-Push-Url"] == "/leskisten/?groep=7"
    assert response.content.decode().lstrip().startswith('<section id="results"')


def test_card_names_the_first_day_on_which_a_copy_is_free(client):
    kit = make_kit(copies=1)
    make_loan(
        copy=kit.copies.get(),
        starts_on=datetime.date(2026, 9, 21),
        ends_on=datetime.date(2026, 9, 25),
    )

    cards = client.get(CATALOGUE).context["cards"]

    assert [card.first_free for card in cards] == [datetime.date(2026, 9, 30)]


@pytest.mark.usefixtures("no_holidays")
def test_card_names_no_day_from_which_no_box_can_come_back(client):
    """The desk is open on Mondays: on 28 September it is free for two days only."""
    kit = make_kit(copies=1)
    DeskDay.objects.exclude(weekday=0).delete()
    make_loan(
        copy=kit.copies.get(),
        starts_on=datetime.date(2026, 9, 30),
        ends_on=datetime.date(2026, 10, 5),
    )

    cards = client.get(CATALOGUE).context["cards"]

    assert [card.first_free for card in cards] == [datetime.date(2026, 10, 12)]


def test_home_shows_the_door_to_the_kits(client):
    page = client.get(reverse("home")).content.decode()

    assert '<a class="card-link" href="/leskisten/">Leskist lenen</a>' in page


# --- A kit's page --------------------------------------------------------------------------------


def test_page_says_what_is_in_it_and_links_the_newest_documents(client):
    kit = make_kit()
    for version in (1, 2):
        KitDocument.objects.create(
            kit=kit, kind="guide", version=version, title="Lesbrief", text="# Start"
        )

    page = client.get(kit.get_absolute_url()).content.decode()

    assert '<b>6 ×</b> <span lang="nl">Robot</span>' in page
    assert page.count(f'href="/leskisten/{kit.slug}/lesbrief.pdf"') == 1
    assert "versie 2" in page


def test_unpublished_kit_is_not_found(client):
    assert client.get(make_kit(is_published=False).get_absolute_url()).status_code == 404


def test_month_counts_copies_on_desk_days_and_names_closed_ones(client):
    kit = make_kit(copies=4)
    first, second = kit.copies.all()[:2]
    make_loan(copy=first, starts_on=november(2), ends_on=november(6))  # away to the 10th
    Repair.objects.create(
        copy=second, starts_on=november(9), free_again_on=november(12), reason="Motor"
    )
    Closure.objects.create(
        venue=kit.venue, starts_on=november(18), ends_on=november(18), reason="Studiedag"
    )

    response = client.get(kit.get_absolute_url(), {"maand": "2026-11"})

    words = days_of(response)
    assert [words[day] for day in (2, 9, 10, 11, 12)] == [
        "3 van 4 vrij",
        "2 van 4 vrij",
        "2 van 4 vrij",
        "3 van 4 vrij",
        "4 van 4 vrij",
    ]
    assert {7, 8, 14, 15, 18}.isdisjoint(words)
    assert 'woensdag 18 november, <span lang="nl">Studiedag</span>' in response.content.decode()


def test_days_too_soon_or_too_far_ahead_are_shown_closed_not_free(client):
    kit = make_kit(copies=4)

    september = client.get(kit.get_absolute_url(), {"maand": "2026-09"})
    july = client.get(kit.get_absolute_url(), {"maand": "2028-07"})

    words = days_of(september)
    assert [words[day] for day in (15, 21, 22, 23)] == ["te kort dag", "te kort dag"] + [
        "4 van 4 vrij"
    ] * 2
    assert "dinsdag 15 september, te kort dag" in september.content.decode()
    assert days_of(july)[31] == "gesloten"


def test_choosing_a_start_gives_the_days_to_return(client):
    kit = make_kit(copies=1, loan_days=9)
    make_loan(copy=kit.copies.get(), starts_on=november(16), ends_on=november(20))

    response = client.get(kit.get_absolute_url(), {"van": "2026-11-04"})

    returns = [(one.date.day, one.free) for one in response.context["returns"]]
    assert returns == [(5, 1), (6, 1), (9, 1), (10, 1), (11, 1), (12, 0), (13, 0)]
    page = response.content.decode()
    assert (
        f"/leskisten/{kit.slug}/reserveren/?hoe=desk&amp;van=2026-11-04&amp;tot=2026-11-11" in page
    )
    assert "tot=2026-11-12&amp;wachtlijst=1" in page


def test_return_days_say_that_their_number_is_of_all_the_days_until_then(client):
    kit = make_kit(copies=4, loan_days=9)
    first, second = kit.copies.all()[:2]
    make_loan(copy=first, starts_on=november(2), ends_on=november(6))
    make_loan(copy=second, starts_on=november(9), ends_on=november(13))

    response = client.get(kit.get_absolute_url(), {"van": "2026-11-04"})

    assert days_of(response)[4] == "3 van 4 vrij"
    said = re.findall(r"<b>(\w\w \d+ november)</b><small>\d+ dag\w* · ([^<]+)", response.text)
    assert said[0] == ("do 5 november", "2 van 4 vrij tot dan")


def test_a_day_that_is_not_free_gives_days_to_wait_for(client):
    kit = make_kit(copies=1)
    make_loan(copy=kit.copies.get(), starts_on=november(2), ends_on=november(20))

    response = client.get(kit.get_absolute_url(), {"van": "2026-11-04"})

    returns = response.context["returns"]
    assert {one.free for one in returns} == {0}
    assert response.text.count("wachtlijst=1") == len(returns)
    assert "Dan is geen kist vrij." in response.text


def test_a_day_without_a_desk_gives_no_return_days(client):
    kit = make_kit(copies=1)

    response = client.get(kit.get_absolute_url(), {"van": "2026-11-07"})

    assert response.context["returns"] == []
    assert "Op die dag kun je deze leskist niet ophalen." in response.text


def test_htmx_gets_the_lending_part_only(client):
    kit = make_kit()

    page = client.get(
        kit.get_absolute_url(), {"van": "2026-11-04"}, headers={"HX-Request": "true"}
    ).content.decode()

    assert page.lstrip().startswith('<section class="section" id="lenen"')
    assert 'id="terug"' in page


def test_holiday_of_her_own_school_is_marked(client):
    kit = make_kit()
    SchoolHoliday.objects.create(
        region="midden", name="Herfstvakantie", starts_on=november(2), ends_on=november(8),
        school_year=2026,
    )  # fmt: skip
    client.force_login(make_teacher(school=make_school(holiday_region="midden")))

    response = client.get(kit.get_absolute_url(), {"maand": "2026-11"})

    read_out = 'maandag 2 november, 1 van 1 vrij, <span lang="nl">Herfstvakantie</span>'
    assert read_out in response.content.decode()


def test_kit_without_boxes_says_so_and_sends_nobody_to_another_month(client):
    page = client.get(make_kit(copies=0).get_absolute_url()).content.decode()

    assert "Van deze leskist is er nu geen kist om uit te lenen." in page
    assert "Kijk bij een andere maand" not in page


# --- Queries -------------------------------------------------------------------------------------


def add_copies(kit, number: int) -> None:
    KitCopy.objects.bulk_create(KitCopy(kit=kit, code=f"X{n}") for n in range(number))


@pytest.mark.parametrize("asked", [{}, {"van": "2026-11-04"}], ids=["no day", "a day"])
@pytest.mark.parametrize("copies", [1, 200])
def test_kit_page_asks_the_same_however_many_copies(
    client, django_assert_num_queries, copies, asked
):
    kit = make_kit()
    add_copies(kit, copies - 1)
    make_loan(copy=kit.copies.first())

    with django_assert_num_queries(8):
        client.get(kit.get_absolute_url(), asked)


@pytest.mark.parametrize(("kits", "copies"), [(1, 1), (4, 200)])
def test_catalogue_asks_the_same_however_many(client, django_assert_num_queries, kits, copies):
    first = make_kit()
    for _kit in range(kits - 1):
        make_kit(venue=first.venue)
    if kits > 1:
        make_kit()  # at another venue
    add_copies(first, copies - 1)

    with django_assert_num_queries(7):
        client.get(CATALOGUE)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30", "morgen"])
def test_days_beyond_any_calendar_are_left_out(client, day):
    make_kit()

    page = client.get(f"/leskisten/?van={day}&tot={day}").content.decode()

    assert "Een van deze keuzes kennen we niet" in page
    assert "1 leskist" in page


def test_class_that_led_here_goes_along_to_the_form(client):
    kit = make_kit()
    client.force_login(make_teacher(school=make_school()))
    page = client.get(kit.get_absolute_url(), {"van": "2026-11-04", "klas": "12"}).text
    form = f"/leskisten/{kit.slug}/reserveren/?hoe=desk&amp;klas=12&amp;van=2026-11-04"
    assert f"{form}&amp;tot=2026-11-11" in page


def test_class_goes_along_to_other_days_too(client):
    """From the form of days that are gone: to each period that is free, and to the calendar."""
    kit = make_kit()
    make_loan(copy=kit.copies.get(), starts_on=MONDAY, ends_on=FRIDAY)
    client.force_login(make_teacher(school=make_school()))
    page = client.get(address(kit, klas="12"))
    assert page.context["others"]
    query = "?hoe=desk&amp;klas=12"
    assert page.text.count(f"reserveren/{query}&amp;van=") == len(page.context["others"])
    assert page.text.count(f'{kit.get_absolute_url()}{query}#lenen"') == 2
