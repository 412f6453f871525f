"""What a form leads to where a class did no Proeverij before its date: the Proeverijen that it can
do first, or the dates after the one that it has."""

from bookings.pages.forms import BookingForm
from bookings.planning.availability import free_after
from bookings.planning.offer import Offer
from programmes.models import Programme, ProgrammeKind

DATES_SHOWN = 5


def tasters_for(form: BookingForm) -> list[Programme]:
    """What one can book first, where that must be: as far as the classes are filled in, for one of
    them."""
    if not form.programme.requires_taster:
        return []
    tasters = Programme.objects.published().for_schools().filter(kind=ProgrammeKind.TASTER)
    ages = form.ages
    return [
        one
        for one in tasters
        if not ages or any(one.year_from <= low and high <= one.year_to for low, high in ages)
    ]


def after_taster(form: BookingForm) -> list[Offer]:
    """The first dates after a Proeverij that is booked already; none where there is none."""
    if form.late_taster is None:
        return []
    room = {"groups": len(form.pupils), "pupils": sum(form.pupils)}
    return free_after(form.programme, form.late_taster.ends_at, DATES_SHOWN, **room)
