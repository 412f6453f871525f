"""What a verb leaves to its end."""

import pytest

from core.lifecycle import Refused
from core.transactions import at_end, retried
from schools.models import School
from tests.factories import make_school

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
