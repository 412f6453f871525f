"""The page on which a visit gets other rooms, or swaps them with one beside it."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Visit
from bookings.visits import rooms
from core.backoffice.changes import log_done
from core.lifecycle import Refused
from core.mail import outbox
from core.text.fields import ParagraphsField
from programmes.models import Zone


class RoomsForm(forms.Form):
    swap = forms.TypedChoiceField(
        label=gettext_lazy("Swap rooms with"), coerce=int, empty_value=None, required=False
    )
    zones = forms.ModelMultipleChoiceField(
        Zone.objects.none(),
        label=gettext_lazy("Or choose its rooms"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = ParagraphsField(
        label=gettext_lazy("Note for colleagues"),
        help_text=gettext_lazy("Optional. The school does not see it."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, visit: Visit) -> None:
        self.visit, self.others = visit, {one.pk: one for one in rooms.beside(visit)}
        super().__init__(data, initial={"zones": rooms.rooms_of(visit)})
        choice: Any = self.fields["swap"]
        choice.choices = [
            ("", _("nobody")),
            *((pk, f"{one} ({_names(one)})") for pk, one in self.others.items()),
        ]
        choice = self.fields["zones"]
        choice.queryset = Zone.objects.filter(venue=visit.slot.venue_id)

    def change(self, by: Any) -> None:
        """Raises what the verbs raise."""
        asked: Any = {"visit": self.visit, "note": self.cleaned_data["note"], "seen": self.stood}
        if (other := self.others.get(self.cleaned_data["swap"])) is not None:
            rooms.swap_rooms(other=other, by=by, **asked)
        else:
            rooms.give_rooms(zones=self.cleaned_data["zones"], by=by, **asked)

    @property
    def visits(self) -> list[Visit]:
        other = self.others.get(self.cleaned_data["swap"])
        return [self.visit, other] if other else [self.visit]

    @cached_property
    def stood(self) -> dict[int, list[str]]:
        """In which rooms they were when the form was read."""
        return rooms.names_by_visit(Visit.objects.filter(pk__in=[one.pk for one in self.visits]))

    @property
    def before(self) -> list[str]:
        return [", ".join(self.stood.get(one.pk, ())) for one in self.visits]

    @property
    def choice(self) -> str:
        """What was chosen, and how it stood."""
        chosen = ",".join(sorted(str(zone.pk) for zone in self.cleaned_data["zones"]))
        return f"{self.cleaned_data['swap']} {chosen} {'; '.join(self.before)}"


def _names(visit: Visit) -> str:
    return ", ".join(zone.name for zone in rooms.rooms_of(visit))


def rooms_page(model_admin: Any, request: HttpRequest, visit: Visit) -> HttpResponse:
    """The first press says what it means; the second, with the same choice, does it."""
    data = request.POST if request.method == "POST" else None
    form = RoomsForm(data, visit=visit)
    back = reverse("admin:bookings_visit_week", query={"dag": visit.slot.day.isoformat()})
    lines, shown = list[str](), ""
    if data is not None and form.is_valid():
        try:
            choice, before = form.choice, form.before
            if data.get("shown") == choice:
                form.change(request.user)
                log_done(request.user, visit, partial(_in_a_line, form.visits, before))
                messages.success(request, _in_a_line(form.visits, before))
                return redirect(back)
            with outbox.rehearsal():
                form.change(request.user)
                lines, shown = _in_words(form.visits, before), choice
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Other rooms"),
        "about": f"{visit} ({_names(visit)})",
        "form": form,
        "lines": lines,
        "shown": shown,
        "back": back,
    }
    return TemplateResponse(request, "admin/bookings/rooms.html", context)


def _in_a_line(visits: list[Visit], before: list[str]) -> str:
    return "; ".join(_in_words(visits, before))


def _in_words(visits: list[Visit], before: list[str]) -> list[str]:
    words = _("%(visit)s goes from %(before)s to %(after)s")
    return [
        words % {"visit": visit, "before": left, "after": _names(visit)}
        for visit, left in zip(visits, before, strict=True)
    ]
