from django.contrib import admin

from core.backoffice.base import ModelAdmin, ReadOnly
from core.backoffice.history import staff_history
from core.backoffice.moves import EventAdmin
from tests.toys.models import Toy, ToyEvent


@admin.register(Toy)
class ToyAdmin(ReadOnly, ModelAdmin):
    list_display = ("party_name", "day", "state")

    def render_change_form(self, request, context, *args, **kwargs):
        context["history"] = staff_history(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(ToyEvent)
class ToyEventAdmin(EventAdmin):
    list_display = ("at", "what", "toy", "by_whom")
