"""What comes next for this class: in the mail of thanks, on the page of a booking, on its own."""

import pytest
from django.urls import reverse

from bookings.models import VisitSlot
from bookings.planning.trajectory import trajectory_of
from core.kinds import next_steps, remarks_on
from core.mail.outbox import Teller
from core.models import Mail
from impact import clock
from tests.factories import (
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_programme,
    make_slot,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def taster():
    return make_programme(kind="taster", title="Proeverij")


@pytest.fixture
def booked(taster):
    return make_booking(visit=make_visit(programme=taster))


@pytest.fixture
def experience():
    found = make_programme(kind="experience", title="Stad", requires_taster=True)
    for day in (17, 18, 19, 20):
        make_slot(programmes=[found], starts_at=amsterdam(2026, 11, day, 9))
    return found


@pytest.fixture
def kit(taster):
    found = make_kit(title="Stroomkringen")
    found.continues.add(taster)
    return found


def test_thanks_offer_the_next_experience_and_the_kit_that_continues(
    booked, experience, kit, frozen
):
    make_kit(title="Iets anders")
    frozen.move_to(amsterdam(2026, 11, 4, 9))
    clock.ask_due()
    Teller().tell(seconds=60)
    text = Mail.objects.get(template="evaluation").text
    assert "Stad (Experience). Eerst vrij: 17 november, 18 november, 19 november" in text
    assert "Stroomkringen (leskist). Eerst vrij: " in text
    assert "Iets anders" not in text
    # The class goes along to the form, from the text as from the HTML.
    for offered in (experience, kit):
        page = f"{offered.get_absolute_url()}?klas={booked.class_group_id}"
        assert f"{page}\n" in text
        assert f'{page}"' in Mail.objects.get(template="evaluation").html


def test_what_the_class_planned_or_borrowed_is_not_offered_again(booked, experience, kit, frozen):
    frozen.move_to(amsterdam(2026, 11, 4, 9))
    same = {"submission": booked.submission, "class_group": booked.class_group}
    slot = VisitSlot.objects.filter(programmes=experience).first()
    make_booking(visit=make_visit(slot=slot, programme=experience), **same)
    loan = make_loan(copy=kit.copies.get(), **same)
    assert next_steps([booked]) == []
    other = make_kit(title="Robots")
    other.continues.add(booked.visit.programme)
    assert [step.title for step in next_steps([booked])] == ["Robots"]
    assert next_steps([loan]) == []  # a kit continues a programme, not a kit


def test_nothing_is_offered_that_does_not_take_so_many(booked, experience):
    """For 24: one takes 20 of a class, though there is room for two classes; one asks for 25."""
    type(experience).objects.filter(pk=experience.pk).update(max_pupils_per_class=20, max_groups=2)
    least = make_programme(kind="experience", title="Toneel", min_pupils=25)
    make_slot(programmes=[least], starts_at=amsterdam(2026, 11, 17, 9))
    assert next_steps([booked]) == []
    steps = trajectory_of(booked.class_group, [booked], booked.pupils)
    assert [step.offers for step in steps if step.booking is None] == [(), ()]
    type(experience).objects.update(max_pupils_per_class=30, min_pupils=1)
    assert [step.title for step in next_steps([booked])] == ["Stad", "Toneel"]


def test_own_page_goes_on_with_the_kit_once_the_visit_is_over(booked, kit, client, frozen):
    client.force_login(booked.submission.user)
    address = reverse("bookings:booking", args=[booked.submission.public_id])
    assert "Verder met een leskist" not in client.get(address).content.decode()
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    text = client.get(address).content.decode()
    assert "Verder met een leskist" in text
    assert "Stroomkringen" in text
    assert f'href="{kit.get_absolute_url()}?klas={booked.class_group_id}"' in text


def test_class_page_says_that_it_was_looked_back_on_and_not_how(booked, frozen):
    frozen.move_to(amsterdam(2026, 11, 4, 9))
    assert remarks_on([booked]) == {}
    clock.ask_due()
    assert remarks_on([booked]) == {booked.pk: ["nog niet op teruggekeken"]}
    evaluation = booked.evaluation
    evaluation.state, evaluation.overall = "answered", 5
    evaluation.answered_at = amsterdam(2026, 11, 5, 9)
    evaluation.save()
    assert remarks_on([booked]) == {booked.pk: ["teruggekeken op 5 november"]}


@pytest.mark.parametrize("rows", [1, 3])
def test_class_page_asks_the_same_whatever_it_did(
    booked, kit, client, django_assert_max_num_queries, rows
):
    for number in range(rows):
        programme = make_programme(kind="experience")
        slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 9 + number, 9))
        make_booking(
            visit=make_visit(slot=slot, programme=programme),
            submission=booked.submission,
            class_group=booked.class_group,
        )
    client.force_login(booked.submission.user)
    with django_assert_max_num_queries(20):
        client.get(reverse("bookings:class", args=[booked.class_group_id]))
