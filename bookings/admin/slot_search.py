"""What the field in which staff choose a slot shows while they type.

The field itself is in `bookings/admin/slot_choice.py`.
"""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from bookings.admin.slot_choice import labels, slots_for
from programmes.models import Programme

AT_ONCE = 20
# Whoever may look at slots, and whoever has a form with this field.
MAY_CHOOSE = ("view_visitslot", "change_visitslot", "add_booking", "change_booking", "change_visit")


def choose_slot(request: HttpRequest, programme_id: int) -> HttpResponse:
    """In the form of Django's own autocomplete, so that its script understands it."""
    if not any(request.user.has_perm(f"bookings.{name}") for name in MAY_CHOOSE):
        raise PermissionDenied
    programme = get_object_or_404(Programme.objects.of_hubs(request.user), pk=programme_id)
    found = slots_for(programme).matching(request.GET.get("term", ""))
    page = Paginator(found, AT_ONCE).get_page(request.GET.get("page"))
    texts = labels(programme, page.object_list)
    return JsonResponse(
        {
            "results": [{"id": str(pk), "text": text} for pk, text in texts.items()],
            "pagination": {"more": page.has_next()},
        }
    )
