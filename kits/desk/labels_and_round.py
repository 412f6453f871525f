"""What the desk prints: labels for the boxes, and the transport round. PDFs for staff."""

import datetime
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.documents import qr_code, render_pdf
from kits.desk.lists import Stop
from kits.models import KitCopy
from programmes.models import Hub


@dataclass(frozen=True)
class LabelSheet:
    """Label paper, A4: sizes in millimetres. `step` is from one label to the next."""

    label: str | Promise
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    step: float

    @property
    def count(self) -> int:
        return self.columns * self.rows


# Sold under many names; Avery 3490 and L7163 are the best known.
LABEL_SHEETS = {
    "3x8": LabelSheet(gettext_lazy("24 labels of 70 × 36 mm"), 3, 8, 70, 36, 0, 4.5, 70),
    "2x7": LabelSheet(
        gettext_lazy("14 labels of 99.1 × 38.1 mm"), 2, 7, 99.1, 38.1, 4.65, 15.15, 101.6
    ),
}


def address_of(copy: KitCopy) -> str:
    """What the QR code on the box says: its page at the desk."""
    return settings.SITE_URL + reverse("desk:box", args=[copy.code])


def labels(copies: Sequence[KitCopy], sheet: LabelSheet, *, start: int = 1) -> bytes:
    """Labels for the boxes, the first on label number `start`. Raises DocumentsUnavailable."""
    placed: list[dict[str, Any] | None] = [None] * (start - 1)
    for copy in copies:
        alternative = _("QR code of box %(code)s") % {"code": copy.code}
        qr = qr_code(address_of(copy), alternative=alternative)
        placed.append({"copy": copy, "qr": qr, "hub": copy.kit.venue.hub})
    pages = [
        [(_spot(sheet, place), label) for place, label in enumerate(page) if label]
        for page in itertools.batched(placed, sheet.count)
    ]
    organizer = _organizers(copy.kit.venue.hub for copy in copies)
    context = {"pages": pages, "sheet": sheet, "organizer": organizer}
    return render_pdf("pdf/kit_labels.html", context)


def _spot(sheet: LabelSheet, place: int) -> tuple[float, float]:
    """The place of a label on its page: (left, top) in millimetres."""
    row, column = divmod(place, sheet.columns)
    return round(sheet.left + column * sheet.step, 2), round(sheet.top + row * sheet.height, 2)


def round_sheet(day: datetime.date, stops: Sequence[Stop]) -> bytes:
    """The round for the driver, to tick off. Raises DocumentsUnavailable."""
    organizer = _organizers(loan.submission.hub for stop in stops for loan in stop.loans)
    context = {"day": day, "stops": stops, "organizer": organizer}
    return render_pdf("pdf/transport_round.html", context)


def _organizers(hubs: Iterable[Hub]) -> str:
    """Whose paper it is: mostly one hub's; its name once."""
    return ", ".join(dict.fromkeys(hub.organizer_name for hub in hubs))
