"""The form in which a kit is reserved: where it is, and what a teacher types in it."""

import datetime
from typing import Any

from django.urls import reverse

from kits.models import LessonKit

MONDAY = datetime.date(2026, 11, 2)
FRIDAY = datetime.date(2026, 11, 6)


def address(
    kit: LessonKit, start: datetime.date = MONDAY, end: datetime.date = FRIDAY, **more: Any
) -> str:
    query = {"van": start.isoformat(), "tot": end.isoformat()} | more
    return reverse("kits:reserve", args=[kit.slug], query=query)


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "klas-name": "7b",
        "klas-year_groups": [7],
        "klas-pupils": 24,
        "school_typed_name": "De Nieuwe School",
        "school_typed_city": "Deventer",
        "contact_name": "Ümit Çelik-van ’t Hof",
        "email": "umit@school.example",
        "phone": "0570 123456",
        "purchase_order": "",
        "submission_key": "a-random-key-of-the-form",
        "send": "1",
    } | fields
