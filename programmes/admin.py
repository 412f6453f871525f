"""What schools can book, in the back office."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, NoDelete, SaidInCalendars, TabularInline
from core.backoffice.filters import RelatedDropdownFilter
from core.backoffice.refused import RefusableAdmin, RefusableForm
from core.backoffice.who_waits import ShowsWhoWaits
from programmes.closing_days import closures
from programmes.models import (
    Component,
    CoreObjective,
    Hub,
    ObjectiveScheme,
    Offer,
    Programme,
    ProgrammeFile,
    ProgrammeKind,
    Venue,
    World,
    Zone,
)
from programmes.one_hub import OneHubForm
from programmes.samples import WithSamples
from programmes.tell_or_not import TellingAdmin, TellingForm

# Imported so that closed days register their page.
_registered = (closures,)

# What visits that are booked follow, or are named for: their rooms, their limits and what calendars
# say of them; and for whom they are, which stays.
PROMISED = {
    *("zones", "duration", "changeover", "max_groups", "max_pupils"),
    *("year_from", "year_to", "min_pupils", "max_pupils_per_class"),
    *("title", "title_en", "bring", "bring_en", "audience"),
}


# Of programmes and kits.
PICTURE_FIELDS = (
    _("Drawing or picture"),
    {"fields": ("seen_now", "artwork", "picture", ("picture_alt", "picture_alt_en"))},
)


class Pictured(ModelAdmin):
    """For rows that teachers see drawn or pictured."""

    readonly_fields = ("seen_now",)

    @display(description=_("what teachers see now"))
    def seen_now(self, offer: Offer) -> str:
        """The picture as on its card, but small."""
        if offer.pk is None:
            return "–"
        drawn = render_to_string("_picture.html", {"offer": offer})
        return format_html('<span class="desk-thumbnail">{}</span>', drawn)


class ProgrammeForm(RefusableForm, TellingForm, OneHubForm):
    together = ("zones",)

    class Meta:
        help_texts: ClassVar = {
            "kind": _("A Proeverij rotates along its components; Experiences may follow it."),
            "slug": _("Part of the address. Leave it as it is once schools know the page."),
            "summary": _("On the card in the catalogue."),
            "year_from": _("Year groups are of schools only."),
            "max_pupils_per_class": _("Staff can overrule this per booking."),
            "max_groups": _("In one visit; the half day may set less."),
            "max_pupils": _("Of all classes of one visit together."),
            "pupils_per_supervisor": _(
                "The norm that the form shows. A school with fewer is told once, and may come; "
                "staff say why."
            ),
            "price": _("0 is free."),
            "lead_time": _("How long before a visit a school can still book. Empty: the default."),
            "change_until": _("The last day for a school. Empty: the centre’s default."),
            "cancel_until": _("Later a school asks staff. Empty: the centre’s default."),
            "is_published": _("Off: not in the catalogue; what is booked stays."),
            "position": _("Lower comes first in the catalogue."),
        }


class ComponentInline(TabularInline):
    model = Component
    extra = 0
    fields = (
        *("position", "name", "name_en", "description", "description_en"),
        *("zone", "minutes", "max_pupils"),
    )
    ordering = ("position", "pk")

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """The choice of zones, read once for all rows."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "zone":
            if not hasattr(request, "_zone_choices"):
                request._zone_choices = list(field.choices)
            field.choices = request._zone_choices
        return field


class FileInline(TabularInline):
    model = ProgrammeFile
    extra = 0
    fields = ("when", "title", "title_en", "file")


@admin.register(Programme)
class ProgrammeAdmin(NoDelete, RefusableAdmin, ShowsWhoWaits, TellingAdmin, WithSamples, Pictured):
    logs_values = True
    form = ProgrammeForm
    promised = PROMISED
    list_display = ("title", "kind", "whom", "minutes", "venue", "approval", "is_published")
    list_select_related = ("venue",)
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("audience", ChoicesDropdownFilter),
        ("venue", RelatedDropdownFilter),
        "is_published",
        "is_example",
    )
    search_fields = ("title", "title_en", "summary", "summary_en")
    prepopulated_fields = {"slug": ("title",)}
    autocomplete_fields = ("zones", "worlds", "core_objectives")
    inlines = (ComponentInline, FileInline)
    fieldsets = (
        (None, {"fields": (("title", "kind"), "slug", "summary", "story", "learning")}),
        (
            _("For whom and how many"),
            {
                "fields": (
                    "audience",
                    ("year_from", "year_to"),
                    ("min_pupils", "max_pupils_per_class"),
                    ("max_groups", "max_pupils"),
                    "pupils_per_supervisor",
                )
            },
        ),
        (
            _("Where and how long"),
            {
                "fields": (
                    "venue",
                    "zones",
                    ("duration", "changeover"),
                    ("welcome", "move_minutes"),
                )
            },
        ),
        (_("Who of us"), {"fields": (("helpers_needed", "is_loud"),)}),
        (_("Practical"), {"fields": ("bring", "arrange", "mail_note", ("price", "price_note"))}),
        (
            _("Before, during, after"),
            {
                "description": _(
                    "On the page of the booking, in the letter, and in the mail three weeks before."
                ),
                "fields": (
                    ("preparation", "preparation_minutes"),
                    *("teachers_part", "follow_up", "for_pupils"),
                ),
            },
        ),
        (
            _("Booking rules"),
            {
                "fields": (
                    ("requires_taster", "needs_approval"),
                    ("lead_time", "change_until", "cancel_until"),
                )
            },
        ),
        (_("Curriculum"), {"fields": ("worlds", "core_objectives")}),
        PICTURE_FIELDS,
        (
            _("In English"),
            {
                "classes": ["collapse"],
                "description": _("Where it is empty, English pages show the Dutch."),
                "fields": (
                    *("title_en", "summary_en", "story_en", "learning_en"),
                    *("bring_en", "arrange_en", "mail_note_en", "price_note_en"),
                    *("preparation_en", "teachers_part_en", "follow_up_en", "for_pupils_en"),
                ),
            },
        ),
        (_("On the site"), {"fields": (("is_published", "is_example", "position"),)}),
    )

    def get_inlines(self, request: HttpRequest, obj: Programme | None) -> Any:
        """Components where the kind has them, or where there are some."""
        if obj is None:
            return ()
        has_them = ProgrammeKind(obj.kind).has_components or obj.components.exists()
        return self.inlines if has_them else (FileInline,)

    def response_add(self, request: HttpRequest, obj: Programme, *args: Any) -> HttpResponse:
        """A new Proeverij goes on with its components."""
        if ProgrammeKind(obj.kind).has_components and "_popup" not in request.POST:
            messages.info(request, _("Add the components along which the classes rotate."))
            return redirect("admin:programmes_programme_change", obj.pk)
        return super().response_add(request, obj, *args)

    @display(description=_("for whom"), ordering="year_from")
    def whom(self, programme: Programme) -> str:
        return programme.for_whom

    @display(description=_("duration"), ordering="duration")
    def minutes(self, programme: Programme) -> str:
        return programme.length_in_words

    @display(description=_("staff decide"), boolean=True, ordering="needs_approval")
    def approval(self, programme: Programme) -> bool:
        return programme.needs_approval


@admin.register(Hub)
class HubAdmin(NoDelete, SaidInCalendars, WithSamples, ModelAdmin):
    logs_values = True
    list_display = ("name", "short_name", "city", "sender")
    search_fields = ("name", "short_name", "city")
    prepopulated_fields = {"slug": ("short_name",)}
    autocomplete_fields = ("staff",)
    fieldsets = (
        (None, {"fields": ("name", ("short_name", "slug"), "staff", "position")}),
        (
            _("Where and how to reach you"),
            {
                "fields": (
                    "street",
                    ("postcode", "city"),
                    ("phone", "email"),
                    ("desk_hours", "desk_hours_en"),
                )
            },
        ),
        (
            _("In mails"),
            {"fields": (("sender_name", "sender_email"), "mail_note", "mail_note_en")},
        ),
    )

    @display(description=_("sender of mails"))
    def sender(self, hub: Hub) -> str:
        return hub.sender


class ZoneInline(TabularInline):
    model = Zone
    extra = 0
    fields = ("position", "name", "slug", "description", "description_en", "artwork")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Venue)
class VenueAdmin(NoDelete, TellingAdmin, ModelAdmin):
    logs_values = True
    form = TellingForm
    promised = set(Venue.ADDRESS)
    list_display = ("name", "city", "zones_shown", "region", "phone")
    list_filter = (("holiday_region", ChoicesDropdownFilter),)
    search_fields = ("name", "city", "zones__name")
    search_help_text = _("name, place or zone")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (ZoneInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Venue | None = None) -> Any:
        """What was booked at a venue was booked at its hub."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "hub") if obj else fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Venue]:
        return super().get_queryset(request).prefetch_related("zones")

    @display(description=_("zones"))
    def zones_shown(self, venue: Venue) -> str:
        return ", ".join(zone.name for zone in venue.zones.all()) or "–"

    @display(description=_("holiday region"), ordering="holiday_region")
    def region(self, venue: Venue) -> str:
        return venue.get_holiday_region_display()


@admin.register(Zone)
class ZoneAdmin(NoDelete, ModelAdmin):
    logs_values = True
    form = OneHubForm
    list_display = ("name", "venue", "programmes_shown")
    list_select_related = ("venue",)
    list_filter = (("venue", RelatedDropdownFilter), ("programmes", RelatedDropdownFilter))
    search_fields = ("name", "venue__name", "programmes__title")
    search_help_text = _("name, venue or programme")
    prepopulated_fields = {"slug": ("name",)}
    fields = ("venue", ("name", "slug"), "description", "description_en", ("artwork", "position"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Zone]:
        return super().get_queryset(request).prefetch_related("programmes")

    @display(description=_("programmes"))
    def programmes_shown(self, zone: Zone) -> str:
        return ", ".join(programme.title for programme in zone.programmes.all()) or "–"


@admin.register(World)
class WorldAdmin(NoDelete, ModelAdmin):
    logs_values = True
    list_display = ("number", "name", "code")
    list_display_links = ("name",)
    search_fields = ("name",)


@admin.register(ObjectiveScheme)
class ObjectiveSchemeAdmin(NoDelete, ModelAdmin):
    logs_values = True
    list_display = ("name", "in_force_from")
    search_fields = ("name", "code")


@admin.register(CoreObjective)
class CoreObjectiveAdmin(NoDelete, ModelAdmin):
    logs_values = True
    list_display = ("label", "scheme", "code")
    list_filter = ("scheme",)
    search_fields = ("label", "code", "text")
