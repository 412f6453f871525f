"""What the database refuses to know of a programme, and what forms refuse to take."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.forms import modelform_factory

from kits.models import KitDocument, LessonKit
from programmes.models import Component, Programme, Venue
from tests.factories import make_other_hub, make_programme, make_venue, make_zone


@pytest.mark.django_db
def test_visit_with_changeover_lasts_a_day_at_most() -> None:
    programme = make_programme(duration=1440, changeover=0)

    with pytest.raises(IntegrityError, match="programme_within_a_day"), transaction.atomic():
        Programme.objects.filter(pk=programme.pk).update(changeover=1)


@pytest.mark.django_db
def test_component_stands_in_a_zone_of_the_hub_of_its_programme() -> None:
    programme = make_programme()
    another = make_zone(venue=make_venue(hub=programme.venue.hub))
    elsewhere = make_zone(venue=make_venue(hub=make_other_hub()))

    Component(programme=programme, name="Lassen", zone=another).clean()
    with pytest.raises(ValidationError, match="Deze zone is van een andere hub"):
        Component(programme=programme, name="Lassen", zone=elsewhere).clean()


@pytest.mark.parametrize(
    ("model", "field", "most"),
    [
        (Programme, "bring", 600),
        (Programme, "arrange", 600),
        (Programme, "mail_note", 1000),
        (Programme, "story", 4000),
        (Programme, "learning", 2000),
        (Programme, "preparation", 2000),
        (Programme, "teachers_part", 1000),
        (Programme, "follow_up", 2000),
        (Programme, "for_pupils", 1500),
        (Venue, "directions", 600),
        (LessonKit, "story", 4000),
        (LessonKit, "mail_note", 1000),
        (KitDocument, "text", 20_000),
    ],
)
def test_form_of_staff_says_how_long_a_text_may_be(model: type[Model], field: str, most: int):
    """Longer ones make a letter of pages and seconds."""
    errors = modelform_factory(model, fields=[field])({field: "x" * (most + 1)}).errors[field]
    assert [str(most) in error for error in errors] == [True]
    assert field not in modelform_factory(model, fields=[field])({field: "x" * most}).errors
