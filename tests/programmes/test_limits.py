"""What the database refuses to know of a programme, whoever writes."""

import pytest
from django.db import IntegrityError, transaction

from programmes.models import Programme
from tests.factories import make_programme


@pytest.mark.django_db
def test_visit_with_changeover_lasts_a_day_at_most() -> None:
    programme = make_programme(duration=1440, changeover=0)

    with pytest.raises(IntegrityError, match="programme_within_a_day"), transaction.atomic():
        Programme.objects.filter(pk=programme.pk).update(changeover=1)
