"""What a teacher hands on: a letter to parents, and a page for the pupils themselves."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bookings.models import Booking
from core.documents import render_pdf
from submissions.models import PhotoAnswer


def facts_of(booking: Booking) -> dict[str, Any]:
    """What both say, in the language of the moment. Signed by the school, not by us."""
    return {
        "programme": booking.visit.programme,
        "starts_at": timezone.localtime(booking.starts_at),
        "ends_at": timezone.localtime(booking.ends_at),
        "venue": booking.visit.slot.venue,
        "photos": _photos(booking.submission.photos),
        "school": booking.submission.asker_name,
        "class_name": booking.party_name,
    }


def parents_text(booking: Booking) -> str:
    """The letter without markup, to be pasted into a mail or an app for parents."""
    backend: Any = render_to_string("bookings/parents.txt", facts_of(booking))
    return str(backend).strip() + "\n"


def parents_letter(booking: Booking) -> bytes:
    """A PDF in the language of the submission. Raises DocumentsUnavailable."""
    with translation.override(booking.submission.language):
        context = {
            "submission": booking.submission,
            "booking": booking,
            "organizer": booking.submission.hub.organizer_name,
        }
        return render_pdf("pdf/parents_letter.html", context | facts_of(booking))


def _photos(answer: str) -> str:
    """What the school answered about photographs, as parents read it."""
    match answer:
        case PhotoAnswer.YES:
            return _("The class may be photographed. Would you rather not? Tell the school.")
        case PhotoAnswer.NO:
            return _("No photographs are taken of the pupils.")
    return _(
        "Photographs are taken only of pupils who may be photographed. Tell the school what you "
        "want."
    )
