"""What a verb leaves to its end."""

from functools import partial

import pytest
from django.db import connection

from core.lifecycle import Refused
from core.mail import outbox
from core.transactions import at_end, retried
from schools.models import School
from tests.factories import make_school
from tests.racing import race

pytestmark = pytest.mark.django_db


class Verb:
    """One that leaves 'offer' to its end, which leaves 'tell'; `done` says what was done."""

    def __init__(self) -> None:
        self.done: list[object] = ["verb"]

    @retried
    def run(self) -> None:
        make_school()
        for visit in (1, 2, 1):
            at_end(self.offer, visit)

    def offer(self, about: set[int]) -> None:
        self.done.append(("offer", about))
        at_end(self.tell, "juf")

    def tell(self, about: set[str]) -> None:
        self.done.append(("tell", about))


class RefusedAtTheEnd(Verb):
    def tell(self, about: set[str]) -> None:
        raise Refused


def test_work_that_leaves_work_is_done_each_once_with_all_that_it_is_about():
    verb = Verb()

    verb.run()

    assert verb.done == ["verb", ("offer", {1, 2}), ("tell", {"juf"})]


def test_work_that_is_left_by_work_is_part_of_the_transaction():
    with pytest.raises(Refused):
        RefusedAtTheEnd().run()

    assert not School.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_others_write_on_while_a_copy_is_worked_in_and_nothing_of_it_stays():
    """Of whom on SQLite one at a time may write: they would wait for longer than this test does."""
    make_school(name="Was er")
    with outbox.rehearsal():
        School.objects.update(name="Geoefend", search_text="")
        make_school(name="Ook geoefend")
        if connection.vendor == "sqlite":
            [hers] = race([partial(make_school, name="Echt")], seconds=10)
            assert hers.name == "Echt"
        assert not School.objects.filter(name="Was er").exists()
    names = School.objects.order_by("name").values_list("name", flat=True)
    assert set(names) == {"Was er", "Echt"} - ({"Echt"} if connection.vendor != "sqlite" else set())


@pytest.mark.django_db(transaction=True)
def test_refusal_in_a_copy_leads_back_to_the_database():
    with pytest.raises(Refused), outbox.rehearsal():
        make_school()
        raise Refused
    assert not School.objects.exists()
    make_school()
    assert race([School.objects.count]) == [1]
