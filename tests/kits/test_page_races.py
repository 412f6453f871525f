"""Twenty teachers at once on a kit with four copies, through the pages, on both engines."""

import pytest
import time_machine
from django.test import Client

from kits.models import Loan, LoanState, RefusedDemand
from schools.models import SchoolHoliday
from tests.factories import NOW, make_kit
from tests.loan_form import address, typed
from tests.racing import race


@pytest.mark.django_db(transaction=True)
def test_as_many_get_a_box_as_there_are_copies():
    SchoolHoliday.objects.all().delete()
    kit = make_kit(copies=4)
    there = address(kit)

    def ask(number: int) -> int:
        fields = {"email": f"juf{number}@school.example", "submission_key": f"key-of-{number:012d}"}
        return Client().post(there, typed(**fields)).status_code

    with time_machine.travel(NOW):
        answers = race([lambda number=number: ask(number) for number in range(20)])

    assert sorted(answers, key=str) == [302] * 4 + [409] * 16
    assert Loan.objects.filter(state=LoanState.HELD).count() == 4
    assert len(set(Loan.objects.values_list("copy", flat=True))) == 4
    assert RefusedDemand.objects.count() == 16
