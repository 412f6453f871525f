"""Before, during and after in the demo: texts, a worksheet, kits that go on, and a few answers."""

import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from bookings import preparing, still_coming
from bookings.lifecycle import MOVES
from bookings.models import Booking, BookingEvent, State
from bookings.still_coming import Answer
from core.documents import DocumentsUnavailable, pdf_from_html
from kits.models import LessonKit
from programmes.models import Programme, ProgrammeFile
from tec_site.demo.texts.around import AROUND, CONTINUES, WORKSHEET, WORKSHEET_HTML


def load() -> None:
    """What the programmes say, unless one of them says something already."""
    if Programme.objects.exclude(preparation="").exists():
        return
    for slug, words in AROUND.items():
        Programme.objects.filter(slug=slug).update(**words)
    for slug, programmes in CONTINUES.items():
        for kit in LessonKit.objects.filter(slug=slug):
            kit.continues.set(Programme.objects.filter(slug__in=programmes))
    _worksheet()
    _answers()


def _worksheet() -> None:
    try:
        content = pdf_from_html(WORKSHEET_HTML)
    except DocumentsUnavailable:
        return
    for programme in Programme.objects.filter(slug="proeverij"):
        file = ContentFile(content, "werkblad.pdf")
        ProgrammeFile.objects.create(programme=programme, file=file, **WORKSHEET)


def _answers() -> None:
    """Of classes that come in some weeks: one said yes and is prepared, one is silent, and one has
    just been asked."""
    soon = timezone.now() + datetime.timedelta(days=8)
    coming = Booking.objects.filter(state=State.CONFIRMED, visit__slot__starts_at__gt=soon)
    coming = coming.filter(visit__programme__slug__in=AROUND).exclude(submission__email="")
    rows = list(coming.with_facts().order_by("visit__slot__starts_at", "pk")[:3])
    for number, booking in enumerate(rows):
        with transaction.atomic():
            MOVES.remind(booking, "ask_again", booking.visit.slot.day)
        if number < 2:
            asked = BookingEvent.objects.filter(booking=booking, move="ask_again")
            asked.update(at=timezone.now() - datetime.timedelta(days=9), noticed_at=timezone.now())
    for booking in rows[:1]:
        teacher = booking.submission.teacher
        still_coming.reconfirm([Answer(booking, booking.starts_at, booking.pupils)], by=teacher)
        preparing.prepare(booking=booking, by=teacher)
