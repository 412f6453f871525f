"""Two who wait in the demo: for the first full Proeverij, each with a class of its own."""

from bookings.models import Booking, VisitWait
from bookings.waiting.visit_list import LIST, WaitRequest, Wish
from core.lifecycle import Refused
from programmes.models import Programme
from schools.models import School
from submissions.models import Submission
from submissions.rules import Party, first_bookable_moment
from tec_site.demo.schools import SCHOOLS, TEACHERS

WAITING = [("Groep 8B", 8, 25), ("Groep 6C", 6, 22)]


def load() -> None:
    """Unless somebody waits already."""
    programme = Programme.objects.get(slug="proeverij")
    full = (
        Booking.objects.promised()
        .filter(visit__programme=programme, visit__slot__starts_at__gt=first_bookable_moment(None))
        .filter(visit__groups_taken=programme.max_groups)
        .select_related("visit__slot__venue__hub")
        .order_by("visit__slot__starts_at")
        .first()
    )
    if full is None or VisitWait.objects.exists():
        return
    for number, (name, year, pupils) in enumerate(WAITING):
        teacher = TEACHERS[number + 1]
        key = f"demo-wait-{number}"
        submission = Submission(
            submission_key=key,
            data_hash=key,
            contact_name=teacher.name,
            email=teacher.email,
            phone=f"0570 00 00 {number + 1:02d}",
            school=School.objects.get(site_code=SCHOOLS[number + 1][0]),
        )
        party = Party(name, year, year, pupils, 3)
        asked = WaitRequest(submission, programme, [party], Wish.of(full.visit.slot))
        try:
            LIST.verify(LIST.hold(asked, by=None))
        except Refused:
            return
