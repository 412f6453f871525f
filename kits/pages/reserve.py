"""Borrowing in three steps, as a visit: the days (on the kit's page), the class, the code."""

import datetime
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings.models import Booking
from core import drafts
from core.dates import parse_day
from core.lifecycle import Refused
from kits import lifecycle
from kits.availability import rooms
from kits.models import Delivery, LessonKit, Loan, LoanState, RefusedDemand
from kits.pages.access import address_of
from kits.pages.catalogue import delivery_of
from kits.pages.forms import LoanForm
from kits.pages.other_periods import other_periods
from kits.pages.with_visit import KEY, query_of, visit_of
from kits.refusals import LoanTooLong, NoCopyFree, NotAHandoverDay, TooSoon
from kits.rules import LoanRequest
from kits.telling.wording import terms_of
from kits.waiting import door
from kits.waiting import pages as waiting
from schools.models import User
from submissions import browsers
from submissions.lifecycle import KeyConflict, TooMuchHeld
from submissions.models import Submission
from submissions.pages.ask import Asking, asked_by
from submissions.pages.code import CodeView, CorrectAddressView
from submissions.pages.initial import class_asked
from submissions.pages.waiting import asks_to_wait
from submissions.rules import RulesBroken

GONE = (NoCopyFree,)
# Refusals about the days, not about what was typed: other days are shown.
ABOUT_DAYS = (NoCopyFree, NotAHandoverDay, LoanTooLong, TooSoon)


class Wish(NamedTuple):
    """What the address says: which kit, when, how, and with which visit."""

    kit: LessonKit
    starts_on: datetime.date
    ends_on: datetime.date
    delivery: str
    booking: Booking | None
    key: str | None = None  # of the link by which one came to the visit

    @property
    def delivery_words(self) -> str:
        return str(Delivery(self.delivery).label)

    @property
    def query(self) -> dict[str, Any]:
        """What other periods take along in their addresses."""
        return {"hoe": self.delivery} | query_of(self.booking, self.key)

    @property
    def form_address(self) -> str:
        days = {"van": self.starts_on.isoformat(), "tot": self.ends_on.isoformat()}
        form = reverse("kits:reserve", args=[self.kit.slug])
        return f"{form}?{urlencode(days | self.query)}"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reserve(request: HttpRequest, slug: str) -> HttpResponse:
    """Step two: which class, and who asks. A POST holds a copy."""
    kit = get_object_or_404(LessonKit.objects.published().select_related("venue__hub"), slug=slug)
    wish = _wish(request, kit)
    if wish is None:
        return redirect(f"{kit.get_absolute_url()}#lenen")
    browsers.give_number(request)
    user = request.user if request.user.is_authenticated else None
    data = request.POST if request.method == "POST" else None
    held = _own_hold(request, wish) if data is None else None
    if held and CHANGE not in request.GET:
        return redirect(address_of(held.submission, "code"))
    form = LoanForm(
        data,
        kit=kit,
        user=user,
        booking=wish.booking,
        day=wish.starts_on,
        held=held,
        again=drafts.kept(request),
        class_asked=class_asked(request),
    )
    refused = _why_not(wish) if data is None and held is None else None
    waits = asks_to_wait(request) and (data is not None or isinstance(refused, NoCopyFree))
    if waits and data is None:
        refused = None  # she knows, and waits for it
    status = 200
    if form.is_valid():
        try:
            if "wait" in request.POST:
                return waiting.join(request, form, wish)
            return _submit(request, form, wish)
        except Refused as refusal:
            refused, status = _place_refusal(form, wish, refusal), 409
            door.offer_instead(kit)
    elif form.errors and not form.asks_for_more:
        status = 422
    gone = isinstance(refused, ABOUT_DAYS)
    context = {
        "kit": kit,
        "hub": kit.venue.hub,
        "wish": wish,
        "form": form,
        "terms": terms_of(kit),
        "refused": refused,
        "gone": gone,
        "waits": waits and not gone,
        "can_wait": isinstance(refused, NoCopyFree) and wish.booking is None,
        "signing_in_helps": isinstance(refused, TooMuchHeld),
        "others": _others(wish) if gone else [],
    }
    response = render(request, "kits/loan_new.html", context, status=status)
    if status != 200:
        drafts.keep(request, response)
    return response


CHANGE = "wijzig"  # in the address: what this browser holds is filled in, to be changed


# --- Within a request ----------------------------------------------------------------------------


def _wish(request: HttpRequest, kit: LessonKit) -> Wish | None:
    """None when the address does not say when, or not in the right order."""
    starts_on = parse_day(request.GET.get("van", ""))
    ends_on = parse_day(request.GET.get("tot", ""))
    if starts_on is None or ends_on is None or ends_on < starts_on:
        return None
    booking, key = visit_of(request), request.GET.get(KEY)
    return Wish(kit, starts_on, ends_on, delivery_of(request, kit), booking, key)


def _own_hold(request: HttpRequest, wish: Wish) -> Loan | None:
    """What this browser already holds of the kit on these days, until its code is typed."""
    held = Loan.objects.live().filter(state=LoanState.HELD, copy__kit=wish.kit)
    held = held.filter(starts_on=wish.starts_on, ends_on=wish.ends_on)
    browser = browsers.browser_of(request)
    return held.filter(submission__browser=browser).with_facts().first() if browser else None


def _why_not(wish: Wish) -> Refused | None:
    """What stands in the way before anything is typed, so that nobody types for nothing."""
    try:
        lifecycle.refuse_dates(wish.kit, wish.starts_on, wish.ends_on, wish.delivery, wish.booking)
    except Refused as refusal:
        return refusal
    room = rooms([wish.kit], wish.starts_on, wish.ends_on).get(wish.kit.pk)
    return None if room and room.free else NoCopyFree()


class LoanAsking(Asking):
    def hold(self, wanted: LoanRequest) -> Submission:
        return lifecycle.hold(wanted, by=None)

    def book(self, wanted: LoanRequest, teacher: User) -> Submission:
        return lifecycle.book(wanted, by=teacher)

    def page_of(self, submission: Submission, page: str = "") -> str:
        return address_of(submission, page or "loan")


def _submit(request: HttpRequest, form: LoanForm, wish: Wish) -> HttpResponse:
    """Hold (or book) what the form asks. Raises Refused."""
    loan_request = form.request(
        kit=wish.kit,
        starts_on=wish.starts_on,
        ends_on=wish.ends_on,
        delivery=wish.delivery,
        booking=wish.booking,
        **asked_by(request),
    )
    return LoanAsking().send(request, loan_request, form.school)


def _place_refusal(form: LoanForm, wish: Wish, refusal: Refused) -> Refused | None:
    """Put a refusal at its field; returns it when it concerns the whole page."""
    if isinstance(refusal, NoCopyFree):
        # The transaction of the refusal is over; what was asked for is worth knowing.
        key = form.contact.cleaned_data["submission_key"]
        RefusedDemand.objects.note(key, wish.kit, wish.starts_on, wish.ends_on)
    if isinstance(refusal, RulesBroken):
        form.add_broken(refusal.broken)
        return None
    if isinstance(refusal, (*ABOUT_DAYS, KeyConflict, TooMuchHeld)):
        return refusal
    form.contact.add_error(None, refusal)
    return None


def _others(wish: Wish) -> list[Any]:
    return other_periods(wish.kit, wish.starts_on, wish.ends_on, wish.delivery, wish.booking)


# --- The code ------------------------------------------------------------------------------------


class LoanCodeView(CodeView):
    """Step three: the code reserves the box."""

    template_name = "kits/loan_code.html"
    gone: ClassVar = GONE

    def verify(self, submission: Submission) -> Submission:
        return lifecycle.verify(submission=submission)

    def page_of(self, submission: Submission, page: str = "") -> str:
        return address_of(submission, page or "loan")

    def context(self, submission: Submission, *, gone: bool) -> dict[str, Any]:
        loan = submission.loans.with_facts().first()
        if loan is None:
            raise Http404  # something else was asked for in this submission
        wish = Wish(loan.kit, loan.starts_on, loan.ends_on, loan.delivery, loan.booking)
        return {
            "loan": loan,
            "kit": loan.kit,
            "hub": loan.submission.hub,
            "wish": wish,
            "start": loan.kit.get_absolute_url(),
            "change_url": wish.form_address + f"&{CHANGE}",
            "others": _others(wish) if gone else [],
            "let_go": gone and self.was_let_go(submission, [loan]),
        }

    def note_gone(self, submission: Submission) -> None:
        for loan in submission.loans.with_facts():
            key = submission.submission_key
            RefusedDemand.objects.note(key, loan.kit, loan.starts_on, loan.ends_on)


class LoanAddressView(CorrectAddressView, LoanCodeView):
    """A mistyped address of a loan."""
