"""Visits: who comes together, how full it is; moving one, and raising its maximum."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from unfold.admin import TabularInline
from unfold.decorators import display

from bookings import visits
from bookings.admin.exports import VISITS
from bookings.admin.filters import WhenFilter
from bookings.admin.only_looking import these_days
from bookings.admin.planner import week_page
from bookings.admin.search import booking_fits
from bookings.admin.visits.calling_off import call_off_page
from bookings.admin.visits.forms import MoveVisitForm, VisitMaximaForm
from bookings.admin.visits.joining import joining_page
from bookings.admin.visits.rooms import rooms_page
from bookings.models import Booking, Visit
from bookings.telling.day_papers import DAY, PAPERS, ROUNDS, WEEK, paper_of
from bookings.visits.concerned import concerned
from bookings.visits.moving import other_rooms
from core.backoffice.asking import ask_page
from core.backoffice.base import Button, ReadOnly
from core.backoffice.changes import log_done
from core.backoffice.exports import ExportingAdmin
from core.backoffice.filters import RelatedDropdownFilter
from core.backoffice.who_waits import mails_of, refuse_unseen
from core.documents import DocumentsUnavailable, pdf_response
from core.lifecycle import Refused
from core.text.searching import rows_with
from core.text.typed_days import terms
from programmes.models import Programme, Venue


class VisitWhenFilter(WhenFilter):
    field = "slot__starts_at"


class BookingInline(ReadOnly, TabularInline):
    model = Booking
    extra = 0
    fields = ("class_shown", "asker", "pupils", "supervisors", "state", "attention")
    readonly_fields = fields
    show_title = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        bookings = super().get_queryset(request).order_by("pk")
        return bookings.select_related("submission__school", "submission__organisation")

    @display(description=_("class or group"))
    def class_shown(self, booking: Booking) -> SafeString:
        address = reverse("admin:bookings_booking_change", args=[booking.pk])
        return format_html('<a class="desk-link" href="{}">{}</a>', address, booking.party_name)

    @display(description=_("school"))
    def asker(self, booking: Booking) -> str:
        return booking.submission.asker_name


@admin.register(Visit)
class VisitAdmin(ReadOnly, ExportingAdmin):
    resource_classes = (VISITS,)
    list_display = (
        "day_shown", "time_shown", "programme", "classes", "pupils", "venue", "going_on",
    )  # fmt: skip
    list_display_links = ("day_shown", "time_shown")
    list_select_related = ("slot__venue", "programme")
    list_filter = (
        VisitWhenFilter,
        ("programme", RelatedDropdownFilter),
        ("slot__venue", RelatedDropdownFilter),
        ("released_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("programme__title",)
    search_help_text = _("day (‘9 March’), programme, venue, school, class, contact or reference")
    ordering = ("slot__starts_at", "pk")
    inlines = (BookingInline,)
    fields = ("programme", "slot", "classes", "pupils", ("opened_at", "released_at"))
    readonly_fields = ("closed_shown", *fields[:-1])

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        is_ahead = obj and obj.slot.day >= timezone.localdate()
        return ["closed_shown", *fields] if is_ahead and obj.closed else fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visit]:
        visits = super().get_queryset(request).select_related("slot__venue", "programme")
        visits = visits.with_closed()
        if request.user.has_perm("bookings.change_visit"):
            return visits
        return visits.filter(these_days("slot__starts_at"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Visit], search_term: str
    ) -> tuple[QuerySet[Visit], bool]:
        """A visit is found by what it is, or by a class that comes."""
        for term in terms(search_term):
            fits = term.on("slot__starts_at")
            fits |= Q(pk__in=Booking.objects.filter(booking_fits(term)).order_by().values("visit"))
            itself = Q()
            for word in term.words:
                titles = rows_with(Programme.objects.all(), ["title"], word)
                venues = rows_with(Venue.objects.all(), ["name"], word)
                itself &= Q(programme__in=titles) | Q(slot__venue__in=venues)
            queryset = queryset.filter(fits | itself)
        return queryset, False

    # --- Pages of our own ---------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        def page(name: str, view: Callable[..., HttpResponse], guard: Any) -> Any:
            wrapped = self.admin_site.admin_view(guard(view))
            return path(f"<id:visit_id>/{name}/", wrapped, name=f"bookings_visit_{name}")

        asking = require_http_methods(["GET", "POST"])
        planner = self.admin_site.admin_view(require_safe(partial(week_page, self)))
        return [
            path("week/", planner, name="bookings_visit_week"),
            page("verplaats", self.move_page, asking),
            page("maximum", self.maxima_page, asking),
            page("afzeggen", self.call_off, asking),
            page("samen", self.join_page, asking),
            page("ruimtes", self.rooms_page, asking),
            *(page(name, partial(self.paper, name=name), require_safe) for name in PAPERS),
            *super().get_urls(),
        ]

    def buttons(self, request: HttpRequest, row: Visit) -> list[Button]:
        labels = {DAY: _("Day sheet (PDF)"), WEEK: _("The week (PDF)")}
        if row.programme.components.exists():
            labels |= {ROUNDS: _("Rotation (PDF)")}
        if request.user.has_perm("bookings.change_visit") and row.released_at is None:
            labels = {"verplaats": _("Move the visit"), "maximum": _("Change the maximum")} | labels
            labels |= {"ruimtes": _("Other rooms"), "afzeggen": _("Call the visit off")}
        buttons = [
            Button(str(label), reverse(f"admin:bookings_visit_{name}", args=[row.pk]))
            for name, label in labels.items()
        ]
        return [*buttons, *super().buttons(request, row)]

    def _load(self, request: HttpRequest, visit_id: int, permission: str) -> Visit:
        if not request.user.has_perm(f"bookings.{permission}"):
            raise PermissionDenied
        visit = self.get_object(request, str(visit_id))
        if visit is None:
            raise Http404
        return visit

    def move_page(self, request: HttpRequest, visit_id: int) -> HttpResponse:
        """Another slot for the visit, with all its classes or with none."""
        visit = self._load(request, visit_id, "change_visit")
        data = request.POST if request.method == "POST" else None
        form = MoveVisitForm(data, visit=visit)
        if data is not None and form.is_valid():
            slot = form.cleaned_data["slot"]
            there = Visit.objects.active().filter(slot=slot, programme=visit.programme)
            if visit.released_at is not None and there:  # the second of two clicks
                messages.info(request, _("The visit is on this date already."))
                return redirect("admin:bookings_visit_change", there[0].pk)
            try:
                by: Any = request.user
                moved = visits.move_visit(visit=visit, by=by, **form.arguments)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                to = there.select_related("programme").first() or visit
                words = partial(_moved, moved, form.said_along, visit, to)
                return self._done(request, to, words)
        return self._page(request, visit, form, _("Move the visit"), _moves_along(visit))

    def maxima_page(self, request: HttpRequest, visit_id: int) -> HttpResponse:
        visit = self._load(request, visit_id, "change_visit")
        data = request.POST if request.method == "POST" else None
        form = VisitMaximaForm(data, visit=visit)
        if data is not None and form.is_valid():
            try:
                deed = partial(visits.set_maxima, visit=visit, **form.arguments)
                refuse_unseen(request, mails_of(deed))
                deed()
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                maxima = tuple(form.maxima.values())
                words = partial(_limited, visit, *maxima)
                return self._done(request, visit, words)
        return self._page(request, visit, form, _("Change the maximum"))

    def call_off(self, request: HttpRequest, visit_id: int) -> HttpResponse:
        return call_off_page(request, self._load(request, visit_id, "change_visit"))

    def rooms_page(self, request: HttpRequest, visit_id: int) -> HttpResponse:
        return rooms_page(self, request, self._load(request, visit_id, "change_visit"))

    def join_page(self, request: HttpRequest, visit_id: int) -> HttpResponse:
        return joining_page(self, request, self._load(request, visit_id, "change_visit"))

    def paper(self, request: HttpRequest, visit_id: int, name: str) -> HttpResponse:
        """Something of this visit, of its day at that venue or of its week, on paper."""
        visit = self._load(request, visit_id, "view_visit")
        try:
            paper = paper_of(visit, name, among=self.get_queryset(request))
        except DocumentsUnavailable:
            messages.error(request, _("This paper cannot be made at this moment."))
            return redirect("admin:bookings_visit_change", visit.pk)
        return pdf_response(paper.content, paper.filename)

    def _done(self, request: HttpRequest, visit: Visit, words: Callable[[], str]) -> HttpResponse:
        log_done(request.user, visit, words)
        messages.success(request, words())
        return redirect("admin:bookings_visit_change", visit.pk)

    def _page(
        self, request: HttpRequest, visit: Visit, form: Any, label: Any, explanation: str = ""
    ) -> HttpResponse:
        about = f"{visit} ({self.classes(visit)}, {self.pupils(visit)})"
        return ask_page(request, visit, form, title=label, about=about, explanation=explanation)

    # --- Columns ------------------------------------------------------------------------------

    @display(description=_("needs attention"))
    def closed_shown(self, visit: Any) -> str:
        said = {"day": date_format(visit.slot.day, "MONTH_DAY_FORMAT"), "what": visit.closed}
        return _("The venue is closed on %(day)s: %(what)s") % said

    @display(description=_("date"), ordering="slot__starts_at")
    def day_shown(self, visit: Visit) -> str:
        return date_format(timezone.localtime(visit.slot.starts_at), "TABLE_DATE_FORMAT")

    @display(description=_("time"))
    def time_shown(self, visit: Visit) -> str:
        return f"{timezone.localtime(visit.slot.starts_at):%H:%M}"

    @display(description=_("classes"), ordering="groups_taken")
    def classes(self, visit: Visit) -> str:
        return _("%(taken)d of %(most)s") % {
            "taken": visit.groups_taken,
            "most": visit.programme.whom.parties(visit.max_groups),
        }

    @display(description=_("pupils"), ordering="pupils_taken")
    def pupils(self, visit: Visit) -> str:
        return _("%(taken)d of %(most)s") % {
            "taken": visit.pupils_taken,
            "most": visit.programme.whom.heads(visit.max_pupils),
        }

    @display(description=_("venue"))
    def venue(self, visit: Visit) -> str:
        return visit.slot.venue.name

    @display(description=_("goes ahead"), boolean=True, ordering="released_at")
    def going_on(self, visit: Any) -> bool:
        return visit.released_at is None


def _moves_along(visit: Visit) -> str:
    """Who hears of it when the whole visit moves, and what becomes of rooms that staff chose."""
    booked = concerned(visit).booked
    words = ngettext(
        "%(number)d class moves along and hears the new date by mail: %(who)s",
        "%(number)d classes move along and hear the new date by mail: %(who)s",
        len(booked),
    )
    who = ", ".join(f"{one.party_name} ({one.submission.asker_name})" for one in booked)
    said = [words % {"number": len(booked), "who": who}] if booked else []
    if visit.has_own_rooms:
        rooms = {
            "chosen": ", ".join(visit.room_names),
            "usual": ", ".join(zone.name for zone in visit.programme.zones.all()),
        }
        keeps = _(
            "Other rooms were chosen for this visit (%(chosen)s). It keeps them where they are "
            "free then; else it gets those of its programme (%(usual)s)."
        )
        said.append(keeps % rooms)
    return ". ".join(said)


def _moved(number: int, along: list[str], left: Visit, to: Visit) -> str:
    text = ngettext("%(number)d class moved.", "%(number)d classes moved.", number)
    kits = [f"{one}." for one in along]
    return " ".join([text % {"number": number}, *kits, *filter(None, [other_rooms(left, to)])])


def _limited(visit: Visit, groups: int, pupils: int) -> str:
    whom, words = visit.programme.whom, _("Maximum changed: %(parties)s, %(heads)s.")
    return words % {"parties": whom.parties(groups), "heads": whom.heads(pupils)}
