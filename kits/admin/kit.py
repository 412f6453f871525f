"""Kits with their contents, and the boxes on the shelf."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, NoDelete, ReadOnly, TabularInline
from core.backoffice.changes import log_done
from core.backoffice.filters import RelatedDropdownFilter
from core.backoffice.history import who_made
from core.backoffice.refused import RefusableAdmin, RefusableForm
from core.backoffice.who_waits import ShowsWhoWaits
from kits import handling
from kits.admin.box_codes import CopyForm, CopyFormSet, LoneCopyForm
from kits.admin.document import link_to_pdf
from kits.admin.duplicates import duplicate
from kits.changes import (
    ASKED,
    apply_turnaround,
    name_beyond,
    refresh_calendars,
    refuse_other_kit,
    refuse_other_venue,
)
from kits.free_boxes import with_whereabouts
from kits.models import (
    ContentItem,
    CopyEvent,
    KitCopy,
    KitDocument,
    LessonKit,
    Loan,
    Repair,
    Shortage,
)
from kits.telling.wording import left_in_words, of_box
from programmes.admin import PICTURE_FIELDS, Pictured
from programmes.one_hub import OneHubForm
from programmes.samples import WithSamples


class ContentInline(TabularInline):
    model = ContentItem
    extra = 0
    fields = (
        *("position", "name", "name_en", "quantity", "unit_cost"),
        *("is_essential", "is_consumable"),
    )
    ordering = ("position", "pk")


class CopyInline(TabularInline):
    model = KitCopy
    form, formset = CopyForm, CopyFormSet
    extra = 0
    fields = ("code", "shelf", "note", "is_withdrawn")
    readonly_fields = ("is_withdrawn",)
    show_change_link = True
    can_delete = False


class DocumentInline(ReadOnly, TabularInline):
    """Every version; a new one is made on the page of the document."""

    model = KitDocument
    extra = 0
    fields = ("kind", "version", "created_at", "pdf")
    readonly_fields = fields
    show_change_link = True
    ordering = ("kind", "-version")

    @display(description="PDF")
    def pdf(self, document: KitDocument) -> str:
        return link_to_pdf(document)


class KitForm(RefusableForm, OneHubForm):
    """Keeps a kit at the venue that schools were told."""


@admin.register(LessonKit)
class LessonKitAdmin(RefusableAdmin, ShowsWhoWaits, WithSamples, Pictured):
    logs_values = True
    form = KitForm
    list_display = ("title", "whom", "complexity", "copies_shown", "venue", "is_published")
    list_select_related = ("venue",)
    list_filter = (
        ("complexity", ChoicesDropdownFilter),
        ("venue", RelatedDropdownFilter),
        "is_published",
        "is_example",
    )
    search_fields = ("title", "title_en", "summary", "summary_en")
    ordering = ("position", "title")
    prepopulated_fields = {"slug": ("title",)}
    filter_horizontal = ("worlds",)
    autocomplete_fields = ("core_objectives",)
    inlines = (ContentInline, CopyInline, DocumentInline)
    actions = ("duplicate_selected",)
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", "story")}),
        (
            _("For whom"),
            {
                "fields": (
                    ("year_from", "year_to"),
                    ("complexity", "max_pupils"),
                    ("lessons", "lesson_minutes"),
                )
            },
        ),
        (
            _("Lending"),
            {
                "fields": (
                    ("venue", "can_be_delivered"),
                    ("loan_days", "turnaround"),
                    "charge_note",
                    "mail_note",
                )
            },
        ),
        (_("Curriculum"), {"fields": ("worlds", "core_objectives", "continues")}),
        PICTURE_FIELDS,
        (
            _("In English"),
            {
                "classes": ["collapse"],
                "description": _("Where it is empty, English pages show the Dutch."),
                "fields": (
                    *("title_en", "summary_en", "story_en", "charge_note_en", "mail_note_en"),
                ),
            },
        ),
        (_("On the site"), {"fields": (("is_published", "is_example", "position"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[LessonKit]:
        return super().get_queryset(request).annotate(
            copy_count=Count("copies", filter=Q(copies__is_withdrawn=False))
        )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: LessonKit, form: Any, change: bool) -> None:
        if change and "venue" in form.changed_data:
            refuse_other_venue(obj)
        if change and ASKED & set(form.changed_data):
            for line in name_beyond(obj, LessonKit.objects.get(pk=obj.pk)):
                messages.warning(request, line)
        super().save_model(request, obj, form, change)
        if change and {"title", "title_en"} & set(form.changed_data):
            refresh_calendars(obj)
        if change and "turnaround" in form.changed_data:
            for line in apply_turnaround(obj):
                messages.warning(request, line)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Old versions of documents go with a kit that never had a box; nothing else may."""
        texts, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return texts, counts, lacking - {KitDocument._meta.verbose_name}, protected

    @display(description=_("for whom"), ordering="year_from")
    def whom(self, kit: LessonKit) -> str:
        return kit.for_whom

    @display(description=_("copies"), ordering="copy_count")
    def copies_shown(self, kit: Any) -> int:
        return kit.copy_count

    @admin.action(description=_("Duplicate"), permissions=["add"])
    def duplicate_selected(
        self, request: HttpRequest, queryset: QuerySet[LessonKit]
    ) -> HttpResponse | None:
        made = [duplicate(kit) for kit in queryset]
        for kit in made:
            log_done(request.user, kit, lambda: _("Duplicated."), flag=ADDITION)
        text = ngettext(
            "%(number)d kit was duplicated, without its boxes. It is not published yet.",
            "%(number)d kits were duplicated, without their boxes. They are not published yet.",
            len(made),
        )
        messages.success(request, text % {"number": len(made)})
        return redirect("admin:kits_lessonkit_change", made[0].pk) if len(made) == 1 else None


class RepairInline(ReadOnly, TabularInline):
    model = Repair
    extra = 0
    fields = ("starts_on", "free_again_on", "reason")


class ShortageInline(ReadOnly, TabularInline):
    model = Shortage
    extra = 0
    fields = ("item", "missing", "damaged", "since")
    verbose_name_plural = _("what this box lacks")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shortage]:
        open_ones = super().get_queryset(request).filter(closed_at=None)
        return open_ones.select_related("item", "copy").order_by("item")


class LoanInline(ReadOnly, TabularInline):
    model = Loan
    extra = 0
    fields = ("starts_on", "ends_on", "state", "party_name", "school")
    readonly_fields = fields
    show_change_link = True
    verbose_name_plural = _("promised to")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Loan]:
        loans: Any = super().get_queryset(request)
        return loans.holding().with_facts().order_by("starts_on")

    @display(description=_("school"))
    def school(self, loan: Loan) -> str:
        return loan.submission.asker_name


class CopyEventInline(ReadOnly, TabularInline):
    model = CopyEvent
    extra = 0
    fields = ("at", "what", "who")
    readonly_fields = fields
    ordering = ("-pk",)
    verbose_name_plural = _("what was done to this box")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CopyEvent]:
        return super().get_queryset(request).select_related("by")

    @display(description=_("what"))
    def what(self, event: CopyEvent) -> str:
        return of_box(event)

    @display(description=_("by"))
    def who(self, event: CopyEvent) -> str:
        return who_made(event)


@admin.register(KitCopy)
class KitCopyAdmin(NoDelete, RefusableAdmin, ShowsWhoWaits, ModelAdmin):
    logs_values = True
    form = LoneCopyForm
    list_display = ("code", "kit", "shelf", "where", "next_out", "lacks", "is_withdrawn")
    list_select_related = ("kit",)
    list_filter = (("kit", RelatedDropdownFilter), "is_withdrawn")
    search_fields = ("code", "kit__title", "shelf")
    search_help_text = _("code, kit or shelf")
    autocomplete_fields = ("kit",)
    fields = (("kit", "code"), ("shelf", "note"), "is_withdrawn")
    inlines = (ShortageInline, LoanInline, RepairInline, CopyEventInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[KitCopy]:
        """All that the list says of a box, in the query of the list."""
        still_here = Loan.objects.where(holds=True, went_out=False)
        coming = still_here.filter(copy=OuterRef("pk")).order_by()
        short = Shortage.objects.filter(copy=OuterRef("pk"), closed_at=None).order_by()
        return with_whereabouts(super().get_queryset(request)).annotate(
            next_start=Subquery(coming.values("copy").annotate(d=Min("starts_on")).values("d")),
            short=Subquery(short.values("copy").annotate(n=Count("pk")).values("n")),
        )

    @display(
        description=_("where"),
        label={"out": "info", "repair": "danger", "here": "success", "withdrawn": ""},
    )
    def where(self, copy: Any) -> tuple[str, Any]:
        if copy.is_out:
            return "out", _("with a school")
        if copy.is_withdrawn:
            return "withdrawn", pgettext("of a box", "withdrawn")
        if copy.in_repair:
            return "repair", _("in repair")
        return "here", _("on the shelf")

    @display(description=_("goes out next"), ordering="next_start")
    def next_out(self, copy: Any) -> str:
        return date_format(copy.next_start, "TABLE_DATE_FORMAT") if copy.next_start else "–"

    @display(description=_("lacks"), ordering="short")
    def lacks(self, copy: Any) -> str:
        if not copy.short:
            return "–"
        text = ngettext("%(number)d item", "%(number)d items", copy.short)
        return format_html("<strong>{}</strong>", text % {"number": copy.short})

    def save_model(self, request: HttpRequest, obj: KitCopy, form: Any, change: bool) -> None:
        by: Any = request.user
        if change and "kit" in form.changed_data:
            refuse_other_kit(obj)
        if change and "is_withdrawn" in form.changed_data:
            if obj.is_withdrawn:
                _moved, left = handling.withdraw(copy=obj, by=by)
                say_left(request, left)
            else:
                handling.lend_again(copy=obj, by=by)
        super().save_model(request, obj, form, change)


def say_left(request: HttpRequest, left: list[Loan]) -> None:
    """Loudly, which loans have no box any more."""
    for loan in left:
        messages.error(request, left_in_words(loan))
