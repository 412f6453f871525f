"""The addresses of evaluations for the walk over every address (test_every_address.py)."""

from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction

from bookings.models import Booking
from impact.lifecycle import ask
from impact.links import token_of
from impact.models import Evaluation, HourRate
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_submission,
    make_visit,
    the_hub,
)
from tests.impact.counted import (
    divide,
    make_contact,
    make_indicator,
    make_pledge,
    make_report,
    make_source,
    make_target,
    make_value,
)

OWN = UUID(int=11)
_LINKED = "/evaluatie/<uuid:public_id>/<token:token>"
TABLE = rf"""
/evaluatie/<uuid:public_id>/                    GET       404  200  404  404  404  404
/evaluatie/<uuid:public_id>/<id:pk>/            GET,POST  404  200  404  404  404  404
/evaluatie/<uuid:public_id>/<id:pk>/klas/       GET,POST  404  200  404  404  404  404
/evaluatie/<uuid:public_id>/<id:pk>/citaat/     POST      404  404  404  404  404  404
/evaluatie/<uuid:public_id>/klassenblad/        GET       404  200  404  404  404  404
/evaluatie/<uuid:public_id>/klassenblad.pdf     GET       404  200  404  404  404  404
/open/cijfers.json                              GET       200  200  200  200  200  200
/open/cijfers.csv                               GET       200  200  200  200  200  200
/mijn/school/                                   GET       →sign-in  200  200  200  200  200
/mijn/school/jaar.pdf                           GET       →sign-in  200  200  404  404  404
{_LINKED}/                 GET       200   200   200   200   200   200
{_LINKED}/<id:pk>/         GET,POST  200   200   200   200   200   200
{_LINKED}/<id:pk>/klas/    GET,POST  200   200   200   200   200   200
{_LINKED}/<id:pk>/citaat/  POST      404   404   404   404   404   404
{_LINKED}/klassenblad/     GET       200   200   200   200   200   200
{_LINKED}/klassenblad.pdf  GET       200   200   200   200   200   200
"""
ADMIN_MODELS = """
impact.evaluation         403|200  403|403  403|200      403|403      403|200
impact.evaluationevent    403|200  403|403  403|200      403|403      403|200
impact.indicator          403|200  403|200  403|200      403|403      403|200
impact.value              403|200  403|200  403|200      403|403      403|200
impact.target             403|200  403|200  403|200      403|403      403|200
impact.fundingsource      403|200  403|200  403|200      403|403      403|200
impact.division           403|200  403|200  403|200      403|403      403|200
impact.pledge             403|200  403|200  403|200      403|403      403|200
impact.hourrate           403|200  403|200  403|200      403|403      403|200
impact.report             403|200  403|200  403|200      403|403      403|200
"""
ADMIN_PAGES = """
/beheer/impact/evaluation/uitkomsten/                               403  200
/beheer/impact/evaluation/<path:object_id>/doe/<slug:move>/         403  200
"""
ADMIN_PAGES += """
/beheer/cijfers/indicatoren/                                        403  200
/beheer/cijfers/indicatoren/jaarcijfers/                            405  405
/beheer/cijfers/bewijs/<id:pk>/                                     403  200
/beheer/cijfers/financiering/                                       403  200
/beheer/cijfers/toezegging/<id:pk>/                                 403  200
/beheer/cijfers/verslagen/<id:pk>/                                  403  200
/beheer/cijfers/verslagen/<id:pk>/versturen/                        405  405
/beheer/cijfers/verslagen/<id:pk>/verslag.pdf                       403  200
/beheer/cijfers/verslagen/<id:pk>/verslag.xlsx                      403  200
/beheer/cijfers/                                                    403  200
/beheer/cijfers/alle/                                               403  200
/beheer/cijfers/scholen/                                            403  200
/beheer/cijfers/stille-scholen/                                     403  200
/beheer/cijfers/stille-scholen.<slug:ending>                        405  405
/beheer/cijfers/stille-scholen/<id:pk>/                             403  200
/beheer/cijfers/stille-scholen/<id:school_id>/regel/<id:pk>/weg/    405  405
/beheer/cijfers/rijen/<slug:code>/                                  403  200
/beheer/cijfers/deel/<slug:table>/                                  403  404
"""
ELSEWHERE = """
/beheer/cijfers/bewijs/<id:pk>/                                     404
/beheer/cijfers/toezegging/<id:pk>/                                 404
/beheer/cijfers/verslagen/<id:pk>/                                  404
/beheer/cijfers/verslagen/<id:pk>/verslag.pdf                       404
/beheer/cijfers/verslagen/<id:pk>/verslag.xlsx                      404
/beheer/impact/evaluation/<path:object_id>/doe/<slug:move>/         404
"""


class Rows:
    """What the addresses are filled in with; `owner` is the teacher whose they are."""

    def __init__(self, owner: Any) -> None:
        self.submission = make_submission(user=owner, public_id=OWN)
        programme = make_programme(max_groups=2, max_pupils=99)
        slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 14, 9), max_pupils=99)
        visit = make_visit(slot=slot, programme=programme)
        self.evaluations = [
            _asked(make_booking(submission=self.submission, visit=visit, party_name=name))
            for name in ("Groep 7", "Groep 8")
        ]
        self.value = make_value(proof=ContentFile(b"%PDF-1.7", "bewijs.pdf"))
        self.target = make_target(indicator=self.value.indicator)
        self.report = make_report()
        self.pledge = make_pledge(
            written_on=NOW.date(), promised_on=NOW.date(), paper=ContentFile(b"%PDF-1.7", "x.pdf")
        )
        divide(programme, {self.pledge.source: 1})
        HourRate.objects.create(hub=the_hub(), since=NOW.date(), amount=15)
        self.contact = make_contact()

    def arguments(self, route: str) -> dict[str, Any]:
        if route.startswith("beheer/impact/evaluation/"):
            return {"object_id": self.evaluations[0].pk, "move": "show"}
        if route.startswith("beheer/cijfers/"):
            row = self.value if "/bewijs/" in route else self.report
            row = self.pledge if "/toezegging/" in route else row
            if "stille" in route:
                row = self.contact if "regel" in route else self.contact.school
            return {"code": "pupils", "table": "line", "ending": "csv", "pk": row.pk}
        if not route.startswith("evaluatie/"):
            return {}
        return {
            "public_id": self.submission.public_id,
            "token": token_of(self.submission),
            "pk": self.evaluations[0].pk,
        }


def rows_at(venue: Any) -> list[Any]:
    """One of each that stands in the back office, of the venue's hub."""
    booking = Booking.objects.filter(visit__slot__venue=venue).earliest("pk")
    evaluation = _asked(booking, day=NOW.date())
    value = make_value(indicator=make_indicator(hub=venue.hub))
    report = make_report(hub=venue.hub)
    target = make_target(indicator=value.indicator)
    pledge = make_pledge(source=make_source(hub=venue.hub))
    division = divide(booking.visit.programme, {pledge.source: 1})
    rate = HourRate.objects.create(hub=venue.hub, since=NOW.date(), amount=15)
    looked_back = [evaluation, evaluation.events.get(), value.indicator, value, target, report]
    return [*looked_back, pledge, pledge.source, division, rate]


def _asked(booking: Booking, day: Any = None) -> Evaluation:
    with transaction.atomic():
        assert ask(booking, day=day or booking.visit.slot.day)
    return Evaluation.objects.with_facts().get(booking=booking)
