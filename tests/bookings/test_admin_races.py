"""Impatience at the desk: one move, however many clicks reach the server at once."""

import pytest
from django.test import Client
from django.urls import reverse

from core.backoffice import moves
from tests.factories import make_booking, make_staff
from tests.racing import race

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("frozen", "one_factor"),
]


def click_together(number):
    """So many sends of one form that adds a note; the moves that came of it."""
    booking, staff = make_booking(), make_staff()
    address = reverse("admin:bookings_booking_move", args=[booking.pk, "note"])
    data = {"note": "Gebeld", "seen": booking.events.get().pk}

    def click(client):
        return lambda: client.post(address, data).status_code

    clients = [Client() for _click in range(number)]
    for client in clients:
        client.force_login(staff)
    assert set(race([click(client) for client in clients])) == {302}
    return [event.move for event in booking.events.all()]


def test_ten_clicks_at_once_are_one_move():
    assert click_together(10) == ["made", "note"]


def test_the_race_sees_it_when_nobody_looks_for_the_first(monkeypatch):
    monkeypatch.setattr(moves, "_newer_events", lambda _request, row: row.events.none())
    assert len(click_together(3)) > 2
