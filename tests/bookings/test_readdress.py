"""A venue gets another address: calendars say so in a newer revision, and schools hear of it."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from bookings.models import State
from bookings.telling import ical
from core.mail.outbox import Teller
from core.models import Mail
from kits.models import Delivery, LoanState
from kits.telling import ical as loan_ical
from tests.factories import amsterdam, make_booking, make_kit, make_loan, make_slot, make_visit

pytestmark = pytest.mark.usefixtures("one_factor")


@pytest.fixture
def confirmed(db, frozen):
    booking = make_booking()
    frozen.shift(3600)
    return booking


def save(desk, venue, **asked):
    address = reverse("admin:programmes_venue_change", args=[venue.pk])
    page = desk.get(address)
    form = page.context["adminform"].form
    sent = {name: form.initial.get(name) or "" for name in form.fields}
    for inline in page.context["inline_admin_formsets"]:
        sent |= {f"{inline.formset.prefix}-{count}_FORMS": 0 for count in ("TOTAL", "INITIAL")}
    return desk.post(address, sent | asked)


def event_of(booking):
    booking = type(booking).objects.with_facts().get(pk=booking.pk)
    return ical.for_school(booking)


def test_whom_it_concerns_is_shown_and_told(desk, confirmed):
    venue = confirmed.visit.slot.venue
    before = event_of(confirmed)
    past = make_slot(venue=venue, starts_at=amsterdam(2026, 9, 14, 9))
    was = make_booking(visit=make_visit(slot=past))
    held = make_booking(state=State.HELD, visit=make_visit(slot=make_slot(venue=venue)))

    shown = save(desk, venue, street="Nieuwe Kade 9")

    intro, line = [str(one) for one in shown.context["adminform"].form.non_field_errors()]
    assert "over 1 afspraak is verteld" in intro
    assert confirmed.party_name in line
    venue.refresh_from_db()
    assert venue.street != "Nieuwe Kade 9"

    done = save(desk, venue, street="Nieuwe Kade 9", telling="tell")

    lines = [str(message) for message in get_messages(done.wsgi_request)]
    assert "1 klas of groep krijgt een mail: het bezoek is op een ander adres." in lines
    after = event_of(confirmed)
    assert "Nieuwe Kade 9" in after["LOCATION"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
    Teller().tell(seconds=30)
    [mail] = Mail.objects.all()
    assert mail.to == confirmed.submission.email
    assert "Het adres is nu" in mail.text
    assert "Nieuwe Kade 9" in mail.text
    assert [row.events.count() for row in (was, held)] == [1, 1]


def test_typing_mistake_is_mended_without_a_mail_and_calendars_have_it(desk, confirmed):
    before = event_of(confirmed)
    save(desk, confirmed.visit.slot.venue, street="Nieuwe Kade 9", telling="quietly")
    after = event_of(confirmed)
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
    assert Teller().tell(seconds=30) == 0


def test_telephone_of_a_venue_concerns_nobody(desk, confirmed):
    assert save(desk, confirmed.visit.slot.venue, phone="0570 99 99 99").status_code == 302
    assert confirmed.events.count() == 1


def test_who_collects_a_box_there_hears_of_it_and_who_gets_it_brought_does_not(desk, frozen, db):
    kit = make_kit(copies=3)
    collects, brought, back = [
        make_loan(copy=copy, **fields)
        for copy, fields in zip(
            kit.copies.order_by("code"),
            ({}, {"delivery": Delivery.ROUND}, {"state": LoanState.DONE}),
            strict=True,
        )
    ]
    revision = collects.sequence
    frozen.shift(3600)

    shown = save(desk, kit.venue, city="Zutphen")
    assert len(shown.context["adminform"].form.concerned) == 1
    done = save(desk, kit.venue, city="Zutphen", telling="tell")

    lines = [str(message) for message in get_messages(done.wsgi_request)]
    assert "1 school met een leskist krijgt een mail: de balie is op een ander adres." in lines
    assert [row.events.count() for row in (collects, brought, back)] == [2, 1, 1]
    collects = type(collects).objects.with_facts().get(pk=collects.pk)
    [event, _return] = loan_ical.events([collects])
    assert event["SEQUENCE"] == revision + 1
    assert "Zutphen" in event["LOCATION"]
    Teller().tell(seconds=30)
    [mail] = Mail.objects.all()
    assert (mail.to, "Zutphen" in mail.text) == (collects.submission.email, True)
