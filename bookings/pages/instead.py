"""What there is instead of what somebody came for: a programme or date that the site does not offer
(any more), or one before which a class must do a Proeverij.
"""

from typing import Any, NamedTuple

from django.http import HttpRequest

from bookings.pages.forms import BookingForm
from bookings.planning.availability import first_offers, free_after, next_free
from bookings.planning.offer import Offer
from bookings.telling.wording import requirements_of
from core.pages.not_found import NotOffered
from programmes.models import Programme, ProgrammeKind
from submissions.pages.prefilled import class_asked, query_of_class

PROGRAMMES_SHOWN = 4
DATES_SHOWN = 5


class ProgrammeNotOffered(NotOffered):
    template_name = "programmes/not_offered.html"

    def context(self, request: HttpRequest) -> dict[str, Any]:
        return {"next_free": free_soonest(request.user)}


def published_programme(slug: str) -> Programme:
    """Raises ProgrammeNotOffered."""
    found = Programme.objects.published().select_related("venue__hub").filter(slug=slug).first()
    if found is None:
        raise ProgrammeNotOffered
    return found


class DateNotOffered(NotOffered):
    template_name = "bookings/date_not_offered.html"

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        super().__init__()

    def context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "programme": self.programme,
            "hub": self.programme.venue.hub,
            "others": next_free(self.programme),
            "carried": query_of_class(class_asked(request)),
        }


class Soonest(NamedTuple):
    programme: Programme
    offer: Offer
    requirement: str  # what must come first, in a few words


def free_soonest(user: Any) -> list[Soonest]:
    """The programmes with the first free dates, each with that date."""
    programmes = Programme.objects.published()
    free = first_offers(programmes)
    found = sorted(
        (one for one in programmes if one.pk in free),
        key=lambda one: (comes_later(one), free[one.pk].starts_at),
    )[:PROGRAMMES_SHOWN]
    required = requirements_of(found, user)
    return [Soonest(one, free[one.pk], required.get(one.pk, "")) for one in found]


def comes_later(programme: Programme) -> bool:
    """The Proeverij is where a class begins: it comes before everything else."""
    return programme.kind != ProgrammeKind.TASTER


# --- The Proeverij first -------------------------------------------------------------------------


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
