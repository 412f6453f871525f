import datetime
from typing import Any

from django.db import transaction

from core.lifecycle import NEW, Move
from tests.factories import make_submission, make_venue
from tests.toys import lifecycle
from tests.toys.models import State, Toy


def make_toy(*, by: Any = None, note: str = "", **fields: Any) -> Toy:
    """Reserved for Tuesday 22 September 2026, unless said otherwise."""
    fields = {
        "party_name": "7a",
        "year_from": 7,
        "year_to": 7,
        "pupils": 24,
        "day": datetime.date(2026, 9, 22),
        "submission": fields.get("submission") or make_submission(),
        "venue": fields.get("venue") or make_venue(),
    } | fields
    toy = Toy(**fields)
    made = Move("reserveer", frozenset({NEW}), State.RESERVED, "reserved", name="verify")
    with transaction.atomic():
        lifecycle.MOVES.apply(toy, made, by=by, note=note)
    return toy
