"""The kit desk: scan a box, and do the one thing that comes next. Made for a phone."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.addresses import row_number
from core.backoffice.access import desk_page
from core.lifecycle import IllegalMove, Refused
from core.text.normal import paragraphs
from core.uploads import attachment
from kits import handling, lifecycle
from kits.desk import lists
from kits.desk.box import Box
from kits.desk.box_codes import find_copy
from kits.desk.forms import CountForm
from kits.desk.venue import desk_of
from kits.models import Finding, KitCopy, Loan, LoanEvent, LoanState
from kits.refusals import CopyUnfit, NoCopyFree, OtherCopy
from programmes.models import is_of_no_hub
from submissions.access import SignedInRequest

COUNTED = {"hand_out": handling.hand_out, "receive": handling.receive, "check": handling.check}
PLAIN = {"pack": handling.pack, "unpack": handling.unpack, "take_back": handling.take_back}


@login_not_required
@require_safe
def short_address(request: HttpRequest, code: str) -> HttpResponse:
    """`/k/<code>/`, short enough to type: staff to the desk, others to the kit's own page."""
    if request.user.is_authenticated and request.user.is_staff:
        return redirect("desk:box", code)
    copy = find_copy(code, KitCopy.objects.all())
    if copy is None or not copy.kit.is_published:
        raise Http404
    try:
        return redirect(copy.kit)
    except NoReverseMatch as error:
        raise Http404 from error


@desk_page("kits.view_loan")
def home(request: SignedInRequest) -> HttpResponse:
    """Where each box starts: the field for its code, and what waits."""
    typed = request.GET.get("code", "").strip()
    if typed:
        copy = find_copy(typed, KitCopy.objects.of_hubs(request.user))
        if copy:
            return redirect("desk:box", copy.code)
        messages.error(request, _("No box has the code '%(code)s'.") % {"code": typed[:40]})
    desk = desk_of(request)
    context = {
        "typed": typed,
        "has_no_hub": is_of_no_hub(request.user),
        "done": _just_done(request),
        "counts": lists.counts(desk.loans, desk.shortages, timezone.localdate()),
        "attention": lists.needing_attention(desk.loans)[:20],
        **desk.choice,
    }
    return render(request, "kits/desk/home.html", context)


def _just_done(request: SignedInRequest) -> dict[str, Any] | None:
    """The last step, what followed from it, and whether it can be undone."""
    event = (
        LoanEvent.objects.of_hubs(request.user)
        .select_related("loan__copy__kit", "loan__submission__school")
        .filter(pk=row_number(request.GET.get("klaar")))
        .first()
    )
    if event is None:
        return None
    loan = event.loan
    checked = event.move in ("check", "write_off")
    others = Loan.objects.with_facts().order_by("starts_on")
    return {
        "event": event,
        "loan": loan,
        "can_undo": event.move == "pack" and loan.state == LoanState.PACKED,
        "shortages": loan.shortages.filter(closed_at=None).select_related("item")
        if checked
        else (),
        "charges": loan.charges.select_related("item") if checked else (),
        "moved": others.filter(pk__in=event.data.get("moved", ())) if checked else (),
        "left": others.filter(pk__in=event.data.get("left", ())) if checked else (),
    }


@desk_page("kits.change_loan", "GET", "HEAD", "POST")
def box(request: SignedInRequest, code: str) -> HttpResponse:
    """One box: its loan and the next step; on POST the step."""
    copy = find_copy(code, KitCopy.objects.of_hubs(request.user))
    if copy is None:
        return redirect(reverse("desk:home", query={"code": code}))
    if request.method != "POST":
        if copy.code != code:
            return redirect("desk:box", copy.code)
        return _box_page(request, Box(copy))
    try:
        return _do(request, copy)
    except IllegalMove:
        _say_already(request)
    except NoCopyFree:
        messages.error(request, _("No other box of this kit is free for that time."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:box", copy.code)


def _do(request: SignedInRequest, copy: KitCopy) -> HttpResponse:
    """The step that was asked. Raises Refused."""
    step = request.POST.get("do", "")
    loan = get_object_or_404(
        Loan.objects.with_facts(), pk=row_number(request.POST.get("loan")), copy__kit=copy.kit_id
    )
    if step == "give":
        lifecycle.swap(loan=loan, to=copy, by=request.user)
        messages.success(request, _("This box now belongs to the loan below."))
        return redirect("desk:box", copy.code)
    if loan.copy_id != copy.pk:
        raise OtherCopy
    if step == "other_box":
        lifecycle.swap(loan=loan, by=request.user)
        messages.success(request, _("The loan now has box %(code)s.") % {"code": loan.copy.code})
        return redirect("desk:box", loan.copy.code)
    return _step(request, Box(copy), loan, step)


def _step(request: SignedInRequest, one: Box, loan: Loan, step: str) -> HttpResponse:
    if step in PLAIN:
        return _done(PLAIN[step](loan=loan, by=request.user))
    if step == "write_off":
        note = paragraphs(request.POST.get("note", ""))[:500]
        return _done(handling.write_off(loan=loan, by=request.user, note=note))
    if step not in COUNTED:
        raise Http404
    if one.loan != loan:
        raise IllegalMove(move=step, state=loan.get_state_display())
    form = CountForm(request.POST, request.FILES, box=one)
    as_expected = request.POST.get("whole") == "1"
    if form.is_valid() and as_expected and form.different:
        messages.error(request, _("You counted something else. Use the button under the list."))
    elif form.is_valid():
        return _counted(request, loan, step, form)
    if request.FILES:
        messages.warning(request, _("Choose your photos again: they did not come along."))
    return _box_page(request, one, form)


def _counted(request: SignedInRequest, loan: Loan, step: str, form: CountForm) -> HttpResponse:
    verb: Callable[..., LoanEvent] = COUNTED[step]
    code, findings = loan.copy.code, form.findings()
    counted: Any = {"loan": loan, "counts": form.counts, "findings": findings, "by": request.user}
    try:
        return _done(verb(**counted))
    except CopyUnfit:
        for finding in findings:  # the loan may go out with another box
            finding.text = f"{code}: {finding.text}"
        handling.note_unfit(**counted)
    words = _(
        "This box lacks something without which it cannot go out. What you counted is noted. Give "
        "this class another box, or put in what is missing and tick it off."
    )
    messages.error(request, words)
    return redirect("desk:box", code)


def _done(event: LoanEvent) -> HttpResponse:
    """Back to the field for the next box."""
    return redirect(reverse("desk:home", query={"klaar": event.pk}))


def _box_page(request: SignedInRequest, one: Box, form: CountForm | None = None) -> HttpResponse:
    counting = one.step in COUNTED
    context = {
        "box": one,
        "loan": one.loan,
        "form": form or (CountForm(box=one) if counting else None),
        "counted": form is not None,
    }
    return render(request, "kits/desk/box.html", context)


def _say_already(request: SignedInRequest) -> None:
    """Somebody was first, perhaps the same finger a moment ago: say what happened then."""
    loans = Loan.objects.of_hubs(request.user)
    loan = loans.filter(pk=row_number(request.POST.get("loan"))).first()
    last = loan.events.exclude(to_state="").select_related("by").last() if loan else None
    if loan is None or last is None:
        messages.error(request, _("This loan is gone. Look again."))
        return
    words = _("Nothing was changed: the loan is '%(state)s' already, since %(time)s (%(name)s).")
    said = {
        "state": loan.get_state_display(),
        "time": timezone.localtime(last.at).strftime("%H:%M"),
        "name": last.by.name if last.by else _("the site"),
    }
    messages.warning(request, words % said)


@desk_page("kits.view_finding")
def photo(request: SignedInRequest, pk: int) -> HttpResponse:
    """A photo of damage, to be saved."""
    finding = get_object_or_404(Finding.objects.of_hubs(request.user).exclude(photo=""), pk=pk)
    try:
        return attachment(finding.photo, f"foto-{finding.pk}.jpg", "image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
