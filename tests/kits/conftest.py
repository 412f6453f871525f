"""What tests of kits share."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine


@pytest.fixture
def no_holidays(db: None) -> None:
    """No desk is closed because of a school holiday."""
    from schools.models import SchoolHoliday

    SchoolHoliday.objects.all().delete()


@pytest.fixture
def monday() -> Iterator[None]:
    """It is Monday 2 November 2026, and the desk opens."""
    from tests.kits.at_the_desk import NOW

    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def onlooker(client: Any, db: None, one_factor: None) -> Any:
    """May look at loans and documents, and nothing else."""
    from django.contrib.auth.models import Permission

    from tests.factories import make_staff

    person = make_staff(is_superuser=False)
    wanted = Permission.objects.filter(codename__in=["view_loan", "view_kitdocument"])
    person.user_permissions.add(*wanted)
    client.force_login(person)
    return client
