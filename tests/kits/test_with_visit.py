"""A box that goes back to class after a visit: the visit itself is when it changes hands."""

import datetime
import html
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.urls import reverse

from core.mail.outbox import Teller
from core.models import Mail
from kits import desk_days, moving
from kits.models import Delivery, DeskDay, Loan, LoanState
from kits.pages.with_visit import block_beside
from kits.refusals import NotAHandoverDay
from kits.telling import documents, ical
from tests.factories import (
    amsterdam,
    make_booking,
    make_loan,
    make_slot,
    make_venue,
    make_visit,
)
from tests.kits.test_loan_pages import visit_with_kit
from tests.loan_form import address, typed
from tests.submissions.sharing import shared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_holidays")]

TUESDAY = datetime.date(2026, 11, 3)
WEEK = datetime.timedelta(weeks=1)


@pytest.fixture
def tuesday(monkeypatch) -> tuple[Any, Any]:
    """A visit on Tuesday 3 November, 9:00–11:00, at a venue whose desk is open on Thursdays."""
    monkeypatch.setattr("submissions.telling.can_be_made", lambda: False)
    booking, kit = visit_with_kit()
    DeskDay.objects.all().delete()
    DeskDay.objects.create(
        venue=kit.venue,
        weekday=3,
        opens_at=datetime.time(12),
        closes_at=datetime.time(17, 30),
    )
    return booking, kit


def lent_along(booking, kit, **fields) -> Loan:
    """From the day of the visit to Thursday 12 November."""
    days = {"starts_on": TUESDAY, "ends_on": datetime.date(2026, 11, 12)}
    return make_loan(
        copy=kit.copies.get(), booking=booking, submission=booking.submission, **days, **fields
    )


def test_day_of_the_visit_can_be_chosen_for_its_own_class_only(client, tuesday):
    booking, kit = tuesday
    client.force_login(booking.submission.user)
    along = {"bezoek": booking.submission.public_id, "van": TUESDAY.isoformat()}
    page = client.get(kit.get_absolute_url(), along)
    assert [one.date.day for one in page.context["returns"]] == [5, 12, 19]
    del along["bezoek"]
    assert client.get(kit.get_absolute_url(), along).context["returns"] == []


def test_form_takes_what_the_visit_offers_and_the_mail_says_when_the_class_is_there(
    client, tuesday
):
    booking, kit = tuesday
    client.force_login(booking.submission.user)
    end = datetime.date(2026, 11, 19)
    there = address(kit, TUESDAY, end, bezoek=booking.submission.public_id)
    assert client.get(there).context["refused"] is None
    assert client.post(there, typed(email=booking.submission.email)).status_code == 302
    Teller().tell(seconds=30)
    text = Mail.objects.get(template="loan_reserved").text
    assert "Ophalen: dinsdag 3 november 2026, tijdens jullie bezoek, 09:00–11:00\n" in text
    assert "Terugbrengen: donderdag 19 november 2026, 12:00–17:30\n" in text


def test_kit_goes_with_the_visit_for_which_it_was_offered(client, tuesday):
    """Of two visits that is the first to come, also where it was booked last."""
    later, kit = tuesday
    programme = later.visit.programme
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 10, 27, 9))
    visit = make_visit(slot=slot, programme=programme)
    sooner = make_booking(submission=later.submission, visit=visit, pupils=20)
    client.force_login(later.submission.user)
    query = block_beside([later, sooner], None).content["query"]
    assert (query["boeking"], query["van"]) == (sooner.pk, "2026-10-27")

    def goes_with(**named: Any) -> Any:
        there = address(kit, slot.day, datetime.date(2026, 11, 5), **query | named)
        return client.get(there).context["chosen"].booking

    assert goes_with() == sooner
    assert goes_with(boeking=later.pk) == later
    assert [goes_with(boeking=other) for other in ("", "x", "0")] == [None] * 3
    del query["boeking"]  # of an address that was kept from before
    assert goes_with() == sooner


def test_without_the_visit_the_same_days_are_refused(client, tuesday):
    _booking, kit = tuesday
    there = address(kit, TUESDAY, datetime.date(2026, 11, 19))
    refusal = "Op die dag kun je geen leskist halen of brengen"
    assert str(client.get(there).context["refused"]).startswith(refusal)


def test_calendar_says_the_time_of_the_visit(tuesday):
    booking, kit = tuesday
    loan = lent_along(booking, kit)
    out, back = ical.events([loan])
    assert (out["DTSTART"].dt.hour, out["DTEND"].dt.hour) == (9, 11)
    assert back["DTSTART"].dt.hour == 12
    assert documents.hours_of(loan)["hours_back"] == "12:00–17:30"


def test_round_other_venue_and_visit_that_is_off_are_no_moment(tuesday):
    booking, kit = tuesday
    assert desk_days.visit_day(kit.venue_id, Delivery.DESK, booking) == TUESDAY
    assert desk_days.visit_day(kit.venue_id, Delivery.ROUND, booking) is None
    assert desk_days.visit_day(make_venue().pk, Delivery.DESK, booking) is None
    booking.state = "cancelled"
    assert desk_days.visit_day(kit.venue_id, Delivery.DESK, booking) is None


def test_only_kits_that_work_are_offered(tuesday, frozen):
    booking, kit = tuesday
    assert block_beside([booking], None).content["kits"] == [kit]
    loan = make_loan(copy=kit.copies.get(), starts_on=TUESDAY, ends_on=TUESDAY, state="held")
    assert block_beside([booking], None) is None
    loan.delete()
    DeskDay.objects.all().delete()  # and no day to bring it back
    assert block_beside([booking], None) is None


def test_kit_is_not_offered_when_it_is_too_soon_to_prepare(tuesday, frozen):
    booking, _kit = tuesday
    frozen.move_to("2026-11-02 10:00+01:00")
    assert block_beside([booking], None) is None


def test_loan_that_goes_along_stays_on_the_page_when_no_box_is_left(client, tuesday):
    booking, kit = tuesday
    lent_along(booking, kit, state=LoanState.RESERVED)
    client.force_login(booking.submission.user)
    page = client.get(reverse("bookings:booking", args=[booking.submission.public_id])).text
    assert "3 november – 12 november" in page


def test_loan_moves_on_days_on_which_only_its_own_visit_lets_it_change_hands(tuesday):
    booking, kit = tuesday
    loan = lent_along(booking, kit)
    later = {"starts_on": TUESDAY, "ends_on": datetime.date(2026, 11, 19)}

    moving.move(loan=loan, by=booking.submission.user, **later)

    loan.refresh_from_db()
    assert (loan.starts_on, loan.ends_on) == (TUESDAY, later["ends_on"])
    Loan.objects.update(booking=None)
    loan = Loan.objects.with_facts().get()
    with pytest.raises(NotAHandoverDay):
        moving.move(
            loan=loan, by=booking.submission.user, starts_on=TUESDAY, ends_on=loan.ends_on - WEEK
        )


def test_other_days_after_a_refusal_are_of_the_same_visit(client, tuesday):
    """And of the class for which a link led here: the calendar would not offer its day again."""
    booking, kit = tuesday
    client.force_login(booking.submission.user)
    named = {"bezoek": booking.submission.public_id, "klas": booking.class_group_id}

    page = client.get(address(kit, TUESDAY, datetime.date(2026, 11, 11), **named)).text

    links = re.findall(rf'href="({kit.get_absolute_url()}[^"]*)"', page)
    assert len(links) >= 3
    for link in links:
        query = QueryDict(html.unescape(link).partition("?")[2].removesuffix("#lenen"))
        assert (query["bezoek"], query["klas"]) == tuple(map(str, named.values()))
    calendar = client.get(html.unescape(links[0]).replace("#lenen", f"&van={TUESDAY}"))
    assert calendar.context["booking"] == booking


def test_form_is_filled_in_with_who_she_is_now(client, tuesday):
    """Since the visit she has another number; and a colleague who comes along is somebody else."""
    booking, kit = tuesday
    there = address(kit, TUESDAY, datetime.date(2026, 11, 19), bezoek=booking.submission.public_id)
    teacher = booking.submission.user
    teacher.phone = "06 87654321"
    teacher.save()
    client.force_login(teacher)
    form = client.get(there).context["form"]
    assert form.contact.initial["phone"] == "06 87654321"
    assert form.contact.initial["school"] == booking.submission.school
    assert form.class_form.initial["name"] == booking.party_name

    colleague = shared(booking.submission, name="Juf Els", phone="06 11223344").user
    client.force_login(colleague)
    initial = client.get(there).context["form"].contact.initial
    names = ("contact_name", "email", "phone", "school")
    assert [initial[name] for name in names] == [
        "Juf Els",
        colleague.email,
        "06 11223344",
        booking.submission.school,
    ]
