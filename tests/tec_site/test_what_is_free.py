"""What a class can do on a day: all that is listed can be asked for, and all that can is listed."""

import datetime

import pytest
from django.urls import reverse

from bookings.planning.availability import offers_between
from bookings.planning.free import free_on
from core.kinds import Outing
from kits.pages import free as kits_free
from programmes.models import Closure
from schools.audience import Audience
from schools.models import SchoolHoliday
from tests.bookings.asking import asked, hold
from tests.factories import (
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_other_hub,
    make_programme,
    make_slot,
    make_venue,
    make_visit,
)
from tests.loan_form import address, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

TUESDAY = datetime.date(2026, 11, 3)
OUTING = Outing(TUESDAY, TUESDAY, 28, 7)


def page(client, **query):
    named = {"dag": "2026-11-03", "leerlingen": "28", "groep": "7"} | query
    return client.get(reverse("what_is_free"), named)


@pytest.fixture
def offer():
    """A programme with a morning and an afternoon on Tuesday."""
    programme = make_programme(title="Robots bouwen")
    make_slot(programmes=[programme])
    make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 13))
    return programme


def starts(found):
    return [f"{one.starts_at:%d %H}" for free in found for one in free.offers]


def test_both_half_days_are_listed_and_where_one_is_full_the_other(offer):
    assert [one.programme for one in free_on(OUTING, None)] == [offer]
    assert len(free_on(OUTING, None)[0].offers) == 2
    make_booking(visit=make_visit(slot=offer.slots.first(), programme=offer), pupils=10)
    left = free_on(OUTING, None)[0].offers
    assert [one.slot_id for one in left] == [offer.slots.last().pk]


@pytest.mark.parametrize(
    "spoil",
    [
        {"year_from": 3, "year_to": 4},
        {"max_pupils_per_class": 27},
        {"min_pupils": 29},
        {"is_published": False},
        {"audience": Audience.GROUPS},
        {"lead_time": 90},
    ],
)
def test_what_the_form_would_refuse_is_not_listed(offer, spoil):
    for name, value in spoil.items():
        setattr(offer, name, value)
    offer.save()
    assert free_on(OUTING, None) == []


def test_all_that_is_listed_books_and_all_that_books_is_listed(offer):
    """S29: one question for page, month and form."""
    make_booking(visit=make_visit(slot=offer.slots.first(), programme=offer), pupils=8)
    Closure.objects.create(
        venue=offer.venue,
        starts_on=datetime.date(2026, 11, 5),
        ends_on=datetime.date(2026, 11, 5),
        reason="Studiedag",
    )
    for day, most in ((4, 27), (5, 34), (6, 28)):
        make_slot(programmes=[offer], starts_at=amsterdam(2026, 11, day, 9), max_pupils=most)
    week = Outing(datetime.date(2026, 11, 2), datetime.date(2026, 11, 8), 28, 7)

    listed = {one.slot_id for free in free_on(week, None) for one in free.offers}

    for number, slot in enumerate(offer.slots.order_by("pk")):
        one = asked(f"7{number}", pupils=28)
        try:
            hold(slot, offer, one, submission_key=f"k{number}", browser=f"b{number}")
        except Exception:  # whatever the reason
            booked = False
        else:
            booked = True
        assert booked == (slot.pk in listed), slot
    month = offers_between(offer, week.first, week.last)
    assert len(listed) < len(month)


def test_kits_are_listed_from_the_first_day_on_which_they_can_be_reserved(client):
    SchoolHoliday.objects.all().delete()
    kit, away = make_kit(max_pupils=28), make_kit(max_pupils=28)
    make_kit(max_pupils=27)
    make_kit(max_pupils=28, year_from=1, year_to=6)
    make_loan(copy=away.copies.get(), starts_on=TUESDAY, ends_on=datetime.date(2026, 11, 5))

    found = kits_free.free_on(OUTING)

    assert [(one.kit, one.starts_on) for one in found] == [(kit, TUESDAY)]
    week = Outing(datetime.date(2026, 11, 7), datetime.date(2026, 11, 12), 28, 7)
    assert [(one.kit, one.starts_on.day) for one in kits_free.free_on(week)] == [
        (kit, 9),
        (away, 10),
    ]
    for one in kits_free.free_on(week):
        end = one.starts_on + datetime.timedelta(days=1)
        data = typed(
            submission_key=f"key-of-the-form-{one.kit.pk}", email=f"juf{one.kit.pk}@school.example"
        )
        answer = client.post(address(one.kit, one.starts_on, end), data)
        assert answer.status_code == 302, answer.context["form"].errors


def test_box_that_could_be_collected_but_not_be_back_in_time_is_not_listed(client):
    """The next class has it from the day after: the form would offer no day to bring it back."""
    SchoolHoliday.objects.all().delete()
    kit = make_kit(max_pupils=28)
    next_day = datetime.date(2026, 11, 4)
    make_loan(copy=kit.copies.get(), starts_on=next_day, ends_on=datetime.date(2026, 11, 20))

    assert kits_free.free_on(OUTING) == []
    later = Outing(datetime.date(2026, 11, 20), datetime.date(2026, 11, 27), 28, 7)
    assert [one.kit for one in kits_free.free_on(later)] == [kit]


def test_page_lists_all_hubs_in_at_most_eight_statements(
    client, offer, django_assert_max_num_queries
):
    other = make_programme(title="Drones", venue=make_venue(hub=make_other_hub()))
    make_slot(programmes=[other])
    make_kit(title="Meetkist")
    make_programme(title="Vervolg", requires_taster=True)
    with django_assert_max_num_queries(8):
        answer = page(client, week="on")
    shown = answer.content.decode()
    assert [title for title in ("Robots bouwen", "Drones", "Meetkist") if title not in shown] == []


def test_page_says_that_nothing_is_free_and_offers_the_week(client):
    shown = page(client).content.decode()
    assert "Dan is er niets vrij voor deze klas" in shown
    assert "week=on" in shown


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"dag": "2026-09-01"}, "Deze datum is voorbij"),
        ({"dag": "3026-09-01"}, "ver"),
        ({"leerlingen": "0"}, "1"),
        ({"groep": "99"}, "99"),
        ({"dag": "morgen"}, "datum"),
    ],
)
def test_nonsense_is_refused_at_its_place(client, query, words):
    answer = page(client, **query)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_half_a_wish_opens_the_form_with_it(client):
    answer = client.get(reverse("what_is_free"), {"dag": "2026-11-03"})
    assert answer.status_code == 200
    assert 'value="2026-11-03"' in answer.content.decode()


def test_full_date_of_a_programme_leads_to_what_else_can_be_done_that_day(client, offer):
    full = offer.slots.first()
    make_booking(visit=make_visit(slot=full, programme=offer), pupils=10)
    month = client.get(offer.get_absolute_url(), {"maand": "2026-11"}).content.decode()
    waiting = f"/boekingen/nieuw/{offer.slug}/{full.pk}/?wachtlijst"
    assert waiting in month
    page = client.get(waiting).content.decode()
    assert f'href="{reverse("what_is_free")}?dag=2026-11-03"' in page
