"""The form in which a visit is booked: where it is, and what a teacher types in it."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from bookings.models import VisitSlot
from programmes.models import Programme
from submissions.codes import code_of
from submissions.models import CodeChallenge, Submission


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


def key_on(client: Client, programme: Programme, slot: VisitSlot) -> str:
    return key_in(client.get(address(programme, slot)).content.decode())


def held(client: Client, programme: Programme, slot: VisitSlot, **fields: Any) -> Submission:
    """The form is sent, and its code is on the way."""
    response = client.post(address(programme, slot), typed(**fields))
    submission = Submission.objects.latest("pk")
    assert response.status_code == 302, response.content.decode()
    assert response["Location"] == reverse("bookings:code", args=[submission.public_id])
    return submission


def code_in_mail() -> str:
    return code_of(CodeChallenge.objects.latest("pk"))


def errors_of(response: Any) -> dict[str, list[str]]:
    form = response.context["form"]
    return {field.html_name if field else "": message for field, message in form.errors}
