"""Stock-take: what stands on the shelf, next to what should."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from kits.desk.box_codes import sort_out
from kits.free_boxes import with_whereabouts
from kits.models import KitCopy
from programmes.models import Venue


@dataclass(frozen=True)
class StockTake:
    present: list[KitCopy]
    missing: list[KitCopy]  # should be here, and was not scanned
    unexpected: list[KitCopy]  # scanned, and should be out, withdrawn or elsewhere
    unknown: list[str]  # codes that no box has


def compare(
    boxes: QuerySet[KitCopy], lines: Iterable[str], venue: Venue | None = None
) -> StockTake:
    """Compare codes, one a line, with where these boxes should be today. One query.

    Of a venue, only its own boxes can be missing, and another's are unexpected. A box in repair
    may be here or at the workshop: it is neither missing nor unexpected.
    """
    in_order = boxes.select_related("kit__venue").order_by("shelf", "code")
    copies = list(with_whereabouts(in_order))
    scanned, unknown = sort_out(lines, copies)
    seen = {copy.pk for copy in scanned}
    gone = {
        copy.pk
        for copy in copies
        if copy.is_out or copy.is_withdrawn or venue not in (None, copy.kit.venue)
    }
    return StockTake(
        present=[copy for copy in scanned if copy.pk not in gone],
        missing=[copy for copy in copies if copy.pk not in gone | seen and not copy.in_repair],
        unexpected=[copy for copy in scanned if copy.pk in gone],
        unknown=unknown,
    )
