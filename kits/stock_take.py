"""Stock-take: what stands on the shelf, next to what should."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone

from programmes.models import Venue

from .codes import sort_out
from .models import KitCopy, Loan, LoanState, Repair


@dataclass(frozen=True)
class StockTake:
    present: list[KitCopy]
    missing: list[KitCopy]  # should be here, and was not scanned
    unexpected: list[KitCopy]  # scanned, and should be out, withdrawn or elsewhere
    unknown: list[str]  # codes that no box has


def compare(lines: Iterable[str], venue: Venue | None = None) -> StockTake:
    """Compare codes, one a line, with where the boxes should be today. One query.

    Of a venue, only its own boxes can be missing, and another's are unexpected. A box in repair
    may be here or at the workshop: it is neither missing nor unexpected.
    """
    today = timezone.localdate()
    away = Loan.objects.filter(copy=OuterRef("pk"), state=LoanState.OUT)
    repair = Repair.objects.filter(
        copy=OuterRef("pk"), starts_on__lte=today, free_again_on__gt=today
    )
    copies = list(
        KitCopy.objects.select_related("kit__venue")
        .annotate(is_out=Exists(away), in_repair=Exists(repair))
        .order_by("shelf", "code")
    )
    scanned, unknown = sort_out(lines, copies)
    seen = {copy.pk for copy in scanned}
    gone = {
        copy.pk
        for copy in copies
        if copy.is_out or copy.is_withdrawn or venue not in (None, copy.kit.venue)  # type: ignore[attr-defined]
    }
    return StockTake(
        present=[copy for copy in scanned if copy.pk not in gone],
        missing=[
            copy
            for copy in copies
            if copy.pk not in gone | seen and not copy.in_repair  # type: ignore[attr-defined]
        ],
        unexpected=[copy for copy in scanned if copy.pk in gone],
        unknown=unknown,
    )
