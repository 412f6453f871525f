"""The page of a class: its trajectory, with what each step adds, what was prepared and looked back
on, and the first dates."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings.models import Booking
from bookings.planning.trajectory import TrajectoryStep, trajectory_of, visits_of
from core.kinds import next_steps, remarks_on
from schools.models import ClassGroup, User
from submissions.access import SignedInRequest
from submissions.pages.prefilled import query_of_class


@dataclass(frozen=True)
class Told:
    """A step of the trajectory, with what others say of its visit."""

    step: TrajectoryStep
    remarks: list[str]
    is_own: bool  # whether the reader booked it, so that its page opens for her


@never_cache
@require_safe
def class_page(request: SignedInRequest, class_id: int) -> HttpResponse:
    """The trajectory of one of her classes; 404 for that of somebody else."""
    hers = Booking.objects.visible_to(request.user)
    classes = ClassGroup.objects.filter(bookings__in=hers)
    found = get_object_or_404(classes.select_related("school", "continues").distinct(), pk=class_id)
    visits = visits_of(found)
    mine = hers.filter(class_group=found)
    pupils: int = mine.order_by("-pk").values_list("pupils", flat=True).first() or 0
    remarks = remarks_on(visits)
    told = [_told(step, remarks, request.user) for step in trajectory_of(found, visits, pupils)]
    on_page = {one.step.programme.get_absolute_url() for one in told}
    steps = [one for one in next_steps(visits) if one.address not in on_page]
    # The class for which she chooses goes along to the form.
    carried = query_of_class(found.pk)
    context = {"class_group": found, "told": told, "steps": steps, "carried": carried}
    return render(request, "bookings/class_page.html", context)


def _told(step: TrajectoryStep, remarks: dict[int, list[str]], user: User) -> Told:
    booking = step.booking
    if booking is None:
        return Told(step, [], is_own=False)
    is_own = booking.submission.user_id == user.pk
    return Told(step, remarks.get(booking.pk, []), is_own=is_own)
