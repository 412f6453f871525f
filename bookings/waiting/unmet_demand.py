"""What more room would have served: for staff, who may open it."""

from typing import Any

from django.db.models import Count, F, Max, Min, QuerySet, Sum

from bookings.models import VisitWait
from schools.models import User


def demand(user: User) -> QuerySet[Any, Any]:
    """What more capacity would have served, a line for each programme and date (or its wishes):
    how many classes and pupils wait, or waited until it was too late. The most first."""
    rows = VisitWait.objects.of_hubs(user).unserved().order_by()
    return (
        rows.values("programme", "programme__title", "slot")
        .annotate(
            starts_at=F("slot__starts_at"),
            first=Min("first_day"),
            last=Max("last_day"),
            entries=Count("submission", distinct=True),
            classes=Count("pk"),
            heads=Sum("pupils"),
        )
        .order_by("-heads", "starts_at", "programme__title")
    )
