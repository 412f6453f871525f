"""Two hubs on one site: whatever speaks for one speaks for the right one."""

import pytest

from bookings.models import Booking
from kits.models import Loan
from programmes.models import Hub
from submissions.models import Submission
from tec_site import demo
from tests.factories import amsterdam

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "email", "sender"),
    [
        ("", "", "Technicampus <balie@tec.example>"),
        ("TEC Deventer", "", "TEC Deventer <balie@tec.example>"),
        ("TEC, Deventer", "post@tec.example", '"TEC, Deventer" <post@tec.example>'),
    ],
)
def test_sender_of_a_hub(name: str, email: str, sender: str) -> None:
    hub = Hub(name="Technicampus", email="balie@tec.example", sender_name=name, sender_email=email)
    assert hub.sender == sender


def test_demo_has_a_second_hub_with_a_class_and_a_box(time_machine) -> None:
    time_machine.move_to(amsterdam(2026, 9, 15, 10), tick=False)
    demo.load()
    assert list(Hub.objects.values_list("short_name", flat=True)) == ["TEC", "NewTechPark"]
    park = Hub.objects.get(short_name="NewTechPark")
    assert "(voorbeeld)" in park.name
    booking = Booking.objects.get(visit__slot__venue__hub=park)
    loan = Loan.objects.get(copy__kit__venue__hub=park)
    assert {booking.submission.hub, loan.submission.hub} == {park}
    assert {*Submission.objects.exclude(hub=park).values_list("hub__slug", flat=True)} == {"tec"}
