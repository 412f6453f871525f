"""Booking in three steps: the date (in the catalogue), the class, the code."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from programmes.models import Kind, Programme
from schools import codes
from schools.lifecycle import KeyConflict
from schools.models import Submission
from schools.sign_in import verify_and_sign_in
from schools.sign_in_forms import CodeForm
from tec_site import rate_limits
from tec_site.lifecycle import Refused

from . import places, submitting
from .access import address_of, load_submission
from .availability import Offer, next_free, offer_for, same_week
from .forms import AddressForm, BookingForm
from .models import VisitSlot
from .refusals import ClassAlreadyBooked, RulesBroken


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, slug: str, slot_id: int) -> HttpResponse:
    """Step two: which class, and who asks. A POST holds the places."""
    programme, slot, offer = _offer(slug, slot_id)
    user = request.user if request.user.is_authenticated else None
    data = request.POST if request.method == "POST" else None
    form = BookingForm(data, programme=programme, slot=slot, user=user)
    refused: Refused | None = None
    status = 200
    if form.is_valid():
        try:
            return HttpResponseRedirect(_submit(request, form))
        except Refused as refusal:
            refused, status = _place_refusal(form, refusal), 409
    elif form.errors and not form.asks_for_more:
        status = 422
    gone = not offer.can_be_booked if data is None else isinstance(refused, GONE)
    context = {
        "programme": programme,
        "slot": slot,
        "offer": offer,
        "form": form,
        "refused": refused,
        "gone": gone,
        "others": _others(programme, slot, len(form.classes.forms)) if gone else [],
        "taster": _taster() if form.lacks_taster else None,
    }
    return render(request, "bookings/booking_new.html", context, status=status)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Step three: the code from the mail confirms, and signs a teacher in."""
    submission = load_submission(request, public_id, token=None)
    if submission.verified_at is not None:
        return redirect(address_of(submission))
    if request.method == "POST" and "again" in request.POST:
        return _send_again(request, submission)
    form = CodeForm(request.POST or None)
    gone = False
    if request.method == "POST" and form.is_valid():
        try:
            return _confirm(request, submission, form.cleaned_data["code"])
        except Refused as refusal:
            form.add_error("code", refusal)
            gone = isinstance(refusal, GONE)
    return _code_page(request, submission, form, gone=gone)


@login_not_required
@never_cache
@require_POST
def correct_address(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A mistyped address, before the code was typed."""
    submission = load_submission(request, public_id, token=None)
    if submission.verified_at is not None:
        return redirect(address_of(submission))
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            rate_limits.count_post(request)
            submitting.correct_address(submission=submission, email=form.cleaned_data["email"])
            return redirect(address_of(submission, "code"))
        except rate_limits.TooMany as refusal:
            form.add_error("email", refusal)
    submission.refresh_from_db(fields=["email"])
    return _code_page(request, submission, CodeForm(), address_form=form, status=422)


# --- Within a request ----------------------------------------------------------------------------

GONE = (places.VisitFull, places.ZonesTaken, places.DoesNotFit)


def _offer(slug: str, slot_id: int) -> tuple[Programme, VisitSlot, Offer]:
    programme = get_object_or_404(Programme.objects.published().select_related("venue"), slug=slug)
    slot = get_object_or_404(VisitSlot.objects.select_related("venue"), pk=slot_id)
    offer = offer_for(programme, slot)
    if offer is None:
        raise Http404
    return programme, slot, offer


def _submit(request: HttpRequest, form: BookingForm) -> str:
    """Hold (or book) what the form asks; returns where to go on."""
    rate_limits.count_post(request)
    browser = codes.browser_of(request.session)
    submission = submitting.submit(
        slot=form.slot,
        programme=form.programme,
        classes=form.asked,
        submission=form.submission(browser=browser, language=get_language() or "nl"),
        user=request.user if request.user.is_authenticated else None,
    )
    return address_of(submission, "booking" if submission.verified_at else "code")


def _place_refusal(form: BookingForm, refusal: Refused) -> Refused | None:
    """Put a refusal at its field; returns it when it concerns the whole page."""
    if isinstance(refusal, RulesBroken):
        form.add_broken(refusal.broken)
        return None
    if isinstance(refusal, ClassAlreadyBooked) and refusal.class_index is not None:
        form.classes.forms[refusal.class_index].add_error("name", refusal)
        return None
    if isinstance(refusal, KeyConflict):
        return refusal
    if not isinstance(refusal, GONE):
        form.contact.add_error(None, refusal)
        return None
    return refusal


def _confirm(request: HttpRequest, submission: Submission, typed: str) -> HttpResponse:
    rate_limits.count_post(request)
    browser = codes.browser_of(request.session)
    verified = submitting.confirm(submission=submission, browser=browser, typed=typed)
    assert verified.user is not None
    verify_and_sign_in(request, verified.user)
    return redirect(address_of(verified))


def _send_again(request: HttpRequest, submission: Submission) -> HttpResponse:
    try:
        rate_limits.count_post(request)
        submitting.mail_code(submission)
    except rate_limits.TooMany as refusal:
        messages.error(request, str(refusal))
        return _code_page(request, submission, CodeForm(), status=429)
    messages.success(
        request, _("A new code is on its way to %(email)s.") % {"email": submission.email}
    )
    return redirect(address_of(submission, "code"))


def _code_page(
    request: HttpRequest,
    submission: Submission,
    form: CodeForm,
    *,
    gone: bool = False,
    address_form: AddressForm | None = None,
    status: int = 200,
) -> HttpResponse:
    bookings = list(submission.bookings.with_facts().order_by("pk"))
    visit = bookings[0].visit
    context = {
        "submission": submission,
        "bookings": bookings,
        "booking": bookings[0],
        "programme": visit.programme,
        "slot": visit.slot,
        "form": form,
        "address_form": address_form or AddressForm(),
        "address_open": address_form is not None,
        "gone": gone,
        "others": _others(visit.programme, visit.slot, len(bookings)) if gone else [],
    }
    return render(request, "bookings/booking_code.html", context, status=status)


def _taster() -> Programme | None:
    return Programme.objects.published().filter(kind=Kind.TASTER).first()


def _others(programme: Programme, slot: VisitSlot, groups: int) -> list[Offer]:
    """What else is free that week, or else the first dates that are."""
    return same_week(programme, slot.day, groups) or next_free(programme, 5, groups)
