"""The form in which a visit is booked: where it is, and what a teacher types in it."""

import re
from typing import Any

from django.urls import reverse

from bookings.models import VisitSlot
from programmes.models import Programme


def address(programme: Programme, slot: VisitSlot) -> str:
    return reverse("bookings:book", args=[programme.slug, slot.pk])


def key_in(page: str) -> str:
    """The form's submission key, of which each page that is opened has its own."""
    found = re.search(r'name="submission_key" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def typed(*, classes: tuple[Any, ...] = (("7b", [7], 24, 3),), **fields: Any) -> dict[str, Any]:
    """Each of `classes`: name, year groups, pupils, supervisors."""
    data = {
        "klas-TOTAL_FORMS": len(classes),
        "klas-INITIAL_FORMS": 0,
        "klas-MIN_NUM_FORMS": 1,
        "klas-MAX_NUM_FORMS": 8,
        "school_typed_name": "De Nieuwe School",
        "school_typed_city": "Deventer",
        "contact_name": "Ümit Çelik-van ’t Hof",
        "email": "umit@school.example",
        "phone": "0570 123456",
        "facilities": "",
        "photos": "ask",
        "purchase_order": "",
        "submission_key": "a-random-key-of-the-form",
        "send": "1",
    }
    for index, (name, groups, pupils, supervisors) in enumerate(classes):
        data |= {
            f"klas-{index}-name": name,
            f"klas-{index}-year_groups": groups,
            f"klas-{index}-pupils": pupils,
            f"klas-{index}-supervisors": supervisors,
        }
    return data | fields


def typed_by(number: int, **fields: Any) -> dict[str, Any]:
    """By one of many teachers, each from a school of her own."""
    who = {
        "school_typed_name": f"School {number}",
        "contact_name": f"Juf {number}",
        "email": f"juf{number}@school.example",
        "submission_key": f"a-random-key-of-form-{number}",
    }
    return typed() | who | fields
