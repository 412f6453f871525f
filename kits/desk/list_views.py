"""The desk's lists: what goes out and comes in, the round, shopping, repairs, stock, labels."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.addresses import row_number
from core.backoffice.access import desk_page
from core.backoffice.base import scoped
from core.dates import ONE_DAY, parse_day
from core.documents import DocumentsUnavailable, pdf_response
from kits import desk_days, handling
from kits.desk import figures, labels_and_round, lists, stock_take
from kits.desk.box_codes import find_copy
from kits.desk.forms import LabelForm, RepairForm, StockTakeForm
from kits.desk.venue import desk_of
from kits.models import KitCopy, Repair, Shortage
from kits.telling.wording import left_in_words
from schools.years import current_school_year, school_year_label
from submissions.access import SignedInRequest


@desk_page("kits.view_loan")
def out_and_in(request: SignedInRequest) -> HttpResponse:
    """Today's or this week's boxes, overdue first, with telephone numbers; made to print too."""
    today = timezone.localdate()
    week = request.GET.get("periode") == "week"
    before = lists.end_of_week(today) if week else today + ONE_DAY
    desk = desk_of(request)
    incoming = list(lists.incoming(desk.loans, before))
    late = desk_days.late(incoming)
    context = {
        "today": today,
        "week": week,
        "last": before - ONE_DAY,
        "overdue": late,
        "outgoing": lists.outgoing(desk.loans, before),
        "incoming": [loan for loan in incoming if loan not in late],
        "to_check": lists.to_check(desk.loans),
        **desk.choice,
    }
    return render(request, "kits/desk/lists.html", context)


@desk_page("kits.view_loan")
def transport_round(request: SignedInRequest) -> HttpResponse:
    """The round of a day, in order of postcode; as a PDF for the driver with `?papier`."""
    desk = desk_of(request)
    round_days = lists.round_days(desk.loans, timezone.localdate())
    first = round_days[0] if round_days else timezone.localdate()
    day = parse_day(request.GET.get("dag", "")) or first
    stops = lists.transport_round(desk.loans, day)
    if "papier" in request.GET:
        try:
            pdf = labels_and_round.round_sheet(day, stops)
        except DocumentsUnavailable:
            messages.error(request, _("No PDF can be made here: print this page instead."))
        else:
            return pdf_response(pdf, _("round-%(day)s.pdf") % {"day": day.isoformat()})
    context = {"day": day, "days": round_days, "stops": stops, **desk.choice}
    return render(request, "kits/desk/round.html", context)


@desk_page("kits.change_shortage", "GET", "HEAD", "POST")
def shopping(request: SignedInRequest) -> HttpResponse:
    """What boxes lack; on POST one line is put right, or `undo` says that it was not after all."""
    if request.method == "POST":
        shortages = Shortage.objects.of_hubs(request.user).select_related("copy", "item")
        shortage = get_object_or_404(shortages, pk=row_number(request.POST.get("shortage")))
        if "undo" in request.POST:
            handling.undo_refill(shortage=shortage, by=request.user)
            return redirect("desk:shopping")
        handling.refill(shortage=shortage, by=request.user)
        return redirect(reverse("desk:shopping", query={"klaar": shortage.pk}))
    desk = desk_of(request)
    consumables, parts = lists.shopping(desk.shortages)
    refilled = Shortage.objects.of_hubs(request.user).refilled_last().select_related("copy", "item")
    done = refilled.filter(pk=row_number(request.GET.get("klaar"))).first()
    context = {"consumables": consumables, "parts": parts, "done": done, **desk.choice}
    return render(request, "kits/desk/shopping.html", context)


@desk_page("kits.add_repair", "GET", "HEAD", "POST")
def repair(request: SignedInRequest, code: str) -> HttpResponse:
    """A box is out of service for a while: what becomes of its loans is said at once."""
    copy = find_copy(code, KitCopy.objects.of_hubs(request.user))
    if copy is None:
        raise Http404
    running = copy.repairs.filter(free_again_on__gt=timezone.localdate()).order_by("starts_on")
    if "ended" in request.POST:
        return _end_repair(request, copy, running)
    form = RepairForm(
        request.POST or None,
        instance=Repair(copy=copy),
        initial={"starts_on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        result = handling.out_of_service(copy=copy, by=request.user, **form.cleaned_data)
        _say_moved(request, result)
        return redirect("desk:box", copy.code)
    context = {"copy": copy, "form": form, "running": running}
    return render(request, "kits/desk/repair.html", context)


def _end_repair(request: SignedInRequest, copy: KitCopy, running: QuerySet[Repair]) -> HttpResponse:
    """Back sooner; a second tap finds it ended already."""
    for one in running.filter(pk=row_number(request.POST["ended"])):
        handling.end_repair(repair=one, by=request.user)
    messages.success(request, _("The box can be lent again."))
    return redirect("desk:box", copy.code)


def _say_moved(request: SignedInRequest, result: handling.OutOfService) -> None:
    messages.success(request, _("The box is out of service for that time."))
    for loan in result.left:
        messages.error(request, left_in_words(loan))
    for loan in result.moved:
        messages.info(request, _("Moved to another box: %(loan)s.") % {"loan": loan})


@desk_page("kits.view_kitcopy", "GET", "HEAD", "POST")
def stock(request: SignedInRequest) -> HttpResponse:
    """Stock-take: nothing is written, so POST only carries the long list."""
    desk = desk_of(request)
    form = StockTakeForm(request.POST or None)
    result = None
    if form.is_bound and form.is_valid():
        result = stock_take.compare(
            desk.copies, form.cleaned_data["codes"].splitlines(), desk.venue
        )
    return render(request, "kits/desk/stock.html", {"form": form, "result": result, **desk.choice})


@desk_page("kits.view_kitcopy")
def labels(request: SignedInRequest) -> HttpResponse:
    """Choose boxes and paper; with a choice made, the sheet as a PDF."""
    if "vel" not in request.GET:
        chosen = KitCopy.objects.of_hubs(request.user).filter(
            pk__in=map(row_number, request.GET.getlist("exemplaar"))
        )
        form = LabelForm(user=request.user, initial={"exemplaar": chosen, "vel": "3x8", "vanaf": 1})
        return render(request, "kits/desk/labels.html", {"form": form})
    form = LabelForm(request.GET, user=request.user)
    if form.is_valid():
        sheet = labels_and_round.LABEL_SHEETS[form.cleaned_data["vel"]]
        start = min(form.cleaned_data["vanaf"], sheet.count)
        try:
            pdf = labels_and_round.labels(form.copies(), sheet, start=start)
        except DocumentsUnavailable:
            messages.error(request, _("No PDF can be made here: Pango is not installed."))
        else:
            return pdf_response(pdf, _("labels.pdf"))
    return render(request, "kits/desk/labels.html", {"form": form})


@desk_page("kits.view_loan")
def use(request: SignedInRequest) -> HttpResponse:
    """Use per kit and copy in a school year."""
    first_day = parse_day(f"{request.GET.get('jaar', '')}-08-01")
    year = first_day.year if first_day else current_school_year()
    context: dict[str, Any] = {
        "year": year,
        "label": school_year_label(year),
        "before": reverse("desk:use", query={"jaar": year - 1}),
        "after": reverse("desk:use", query={"jaar": year + 1}),
        "kits": scoped(figures.kits_in(year), request.user),
        "copies": scoped(figures.copies_in(year), request.user),
        "losses": scoped(figures.losses_in(year), request.user),
    }
    return render(request, "kits/desk/use.html", context)
