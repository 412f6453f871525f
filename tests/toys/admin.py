from django.contrib import admin
from django.urls import reverse

from core.backoffice.moves import EventAdmin, StaffMove
from submissions.admin.asked import AskedAdmin
from submissions.admin.papers import Paper
from submissions.admin.phone import ByPhone
from tests.toys import lifecycle
from tests.toys.forms import ToyForm, WhenForm
from tests.toys.models import Toy, ToyEvent


class ToyByPhone(ByPhone):
    title, booked = "Speelgoed uitlenen", "Gelukt: %(email)s krijgt een mail."
    template_name, first_form = "toys/by_phone.html", WhenForm

    def form(self, data, chosen, again=None):
        return ToyForm(data, for_staff=True)

    def book(self, form, chosen, by, overruled):
        toy = form.toy(**chosen, browser="", language="nl")
        return lifecycle.verify(lifecycle.hold(toy, by=by), by=by, note=overruled["note"])

    def day(self, chosen):
        return chosen["day"]

    def class_forms(self, form):
        return [form.party]

    def free_class(self, typed):
        return "klas"

    def address(self, submission):
        return reverse("admin:toys_toy_change", args=[submission.toys.get().pk])


@admin.register(Toy)
class ToyAdmin(AskedAdmin):
    moves, row_name, by_phone = lifecycle.MOVES, "toy", ToyByPhone
    staff_moves = {"cancel": StaffMove(lifecycle.cancel, "Geannuleerd.")}
    papers = {"briefje": Paper("Briefje", lambda toy: b"%PDF-1.7")}
    confirmation = "toy_reserved"
    list_display = ("party_name", "day", "state")


@admin.register(ToyEvent)
class ToyEventAdmin(EventAdmin):
    list_display = ("moment", "what", "toy", "by_whom")
