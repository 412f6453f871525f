"""Borrowing in three steps, as a visit: the days (on the kit's page), the class, the code."""

from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from core.dates import parse_day
from core.lifecycle import Refused
from core.pages import drafts
from kits import lifecycle
from kits.free_boxes import count_free
from kits.models import Delivery, LessonKit, Loan, LoanState, RefusedDemand
from kits.pages import waiting
from kits.pages.access import address_of
from kits.pages.catalogue import KitNotOffered, delivery_of
from kits.pages.forms import LoanForm
from kits.pages.with_visit import KEY, query_of_visit, visit_of
from kits.refusals import (
    LoanTooLong,
    NoCopyFree,
    NotAHandoverDay,
    NothingHeld,
    TooFarAhead,
    TooSoon,
)
from kits.rules import LoanItem, LoanRequest, refuse_dates, refuse_out_of_time
from kits.telling.other_days import other_periods
from kits.telling.waiting import where_to_choose
from kits.telling.wording import terms_of
from kits.waiting import freed_boxes
from kits.waiting.loan_list import LoanWaitRequest
from schools.models import User
from submissions import browsers
from submissions.lifecycle import KeyConflict, TooMuchHeld
from submissions.models import Submission
from submissions.pages.ask import CHANGE, Asking, AskView, asked_by
from submissions.pages.code import CodeView, CorrectAddressView
from submissions.pages.prefilled import asked_last, class_asked, query_of_class
from submissions.pages.waiting import WAIT, asks_to_wait
from submissions.rules import RulesBroken

GONE = (NoCopyFree,)
# Refusals about the days, not about what was typed: other days are shown.
ABOUT_DAYS = (NoCopyFree, NotAHandoverDay, LoanTooLong, TooSoon, TooFarAhead)


@dataclass(frozen=True)
class Chosen(LoanItem):
    """What the address says."""

    key: str | None = None  # of the link by which one came to the visit
    class_asked: int = 0  # for which a link led here

    @property
    def delivery_words(self) -> str:
        return str(Delivery(self.delivery).label)

    @property
    def query(self) -> dict[str, Any]:
        """What other periods, and the calendar, take along in their addresses."""
        visit = query_of_visit(self.booking, self.key)
        return {"hoe": self.delivery} | visit | query_of_class(self.class_asked)

    @property
    def form_address(self) -> str:
        days = {"van": self.starts_on.isoformat(), "tot": self.ends_on.isoformat()}
        form = reverse("kits:reserve", args=[self.kit.slug])
        return f"{form}?{urlencode(days | self.query)}"


class LoanAsking(Asking):
    def hold(self, wanted: LoanRequest) -> Submission:
        return lifecycle.hold(wanted, by=None)

    def book(self, wanted: LoanRequest, teacher: User) -> Submission:
        return lifecycle.book(wanted, by=teacher)

    def verify(self, submission: Submission) -> Submission:
        return lifecycle.verify(submission)

    def page_of(self, submission: Submission, page: str = "") -> str:
        return address_of(submission, page or "loan")


class ReserveView(LoanAsking, AskView):
    """Step two: which class, and who asks. A POST holds a copy."""

    template_name = "kits/loan_new.html"
    to_wait: ClassVar = waiting.LoanWaitAsking()
    chosen: Chosen

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        kit = _kit(slug)
        chosen = _chosen(request, kit)
        if chosen is None:
            return redirect(f"{kit.get_absolute_url()}#lenen")
        last = None if chosen.booking else asked_last(request)
        browsers.give_number(request)
        self.chosen = chosen
        held = _own_hold(request, chosen)
        if held and CHANGE not in request.GET:
            return redirect(address_of(held.submission, "code"))
        own, days = waiting.own_offer(request, kit), (chosen.starts_on, chosen.ends_on)
        if own and (own.starts_on, own.ends_on) == days:
            return redirect(waiting.wait_address(own.submission))
        if not kit.is_published:
            raise KitNotOffered
        asked = held.submission if held else last
        form = self.form(asked=asked, again=drafts.kept(request), class_asked=chosen.class_asked)
        refused = _why_not(chosen) if held is None else None
        waits = asks_to_wait(request) and isinstance(refused, NoCopyFree)
        # Who asks to wait knows that there is none.
        return self.show(form, None if waits else refused, waits=waits)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        kit = _kit(slug)
        chosen = _chosen(request, kit)
        if chosen is None:
            return redirect(f"{kit.get_absolute_url()}#lenen")
        if not kit.is_published:
            raise KitNotOffered
        self.chosen = chosen
        return self.answer(request, self.form(request.POST))

    def form(self, data: Any = None, **known: Any) -> LoanForm:
        chosen = self.chosen
        return LoanForm(
            data,
            kit=chosen.kit,
            user=self.user,
            booking=chosen.booking,
            day=chosen.starts_on,
            **known,
        )

    def wanted(self, form: LoanForm) -> LoanRequest:
        return form.wanted(item=self.chosen, **asked_by(self.request))

    def wanted_waiting(self, form: LoanForm) -> LoanWaitRequest:
        return form.wanted_waiting(self.chosen, **asked_by(self.request))

    def show_refusal(self, form: LoanForm, refusal: Refused) -> Refused | None:
        if isinstance(refusal, NoCopyFree):
            # The transaction of the refusal is over; what was asked for is worth knowing.
            key, chosen = form.contact.cleaned_data["submission_key"], self.chosen
            RefusedDemand.objects.note(key, chosen.kit, chosen.starts_on, chosen.ends_on)
        if isinstance(refusal, RulesBroken):
            form.add_broken(refusal.broken)
            return None
        if isinstance(refusal, (*ABOUT_DAYS, KeyConflict, TooMuchHeld)):
            return refusal
        form.contact.add_error(None, refusal)
        return None

    def offer_instead(self, form: LoanForm) -> None:
        freed_boxes.offer_instead(self.chosen.kit)

    def context(self, form: LoanForm, refused: Refused | None) -> dict[str, Any]:
        chosen, gone = self.chosen, isinstance(refused, ABOUT_DAYS)
        return {
            "kit": chosen.kit,
            "hub": chosen.kit.venue.hub,
            "chosen": chosen,
            "form": form,
            "terms": terms_of(chosen.kit),
            "refused": refused,
            "gone": gone,
            "waits": form.is_bound and asks_to_wait(self.request) and not gone,
            "can_wait": isinstance(refused, NoCopyFree) and chosen.booking is None,
            "signing_in_helps": isinstance(refused, TooMuchHeld),
            "others": other_periods(chosen) if gone else [],
        }


# --- Within a request ----------------------------------------------------------------------------


def _kit(slug: str) -> LessonKit:
    """Published or not: what is held of it can be confirmed."""
    kit = LessonKit.objects.select_related("venue__hub").filter(slug=slug).first()
    if kit is None:
        raise KitNotOffered
    return kit


def _chosen(request: HttpRequest, kit: LessonKit) -> Chosen | None:
    """None when the address does not say when, or not in the right order."""
    starts_on = parse_day(request.GET.get("van", ""))
    ends_on = parse_day(request.GET.get("tot", ""))
    if starts_on is None or ends_on is None or ends_on < starts_on:
        return None
    booking, key = visit_of(request), request.GET.get(KEY)
    delivery, asked = delivery_of(request, kit), class_asked(request)
    return Chosen(kit, starts_on, ends_on, delivery, booking, key, asked)


def _own_hold(request: HttpRequest, chosen: Chosen) -> Loan | None:
    """What this browser already holds of the kit on these days, until its code is typed."""
    held = Loan.objects.live().filter(state=LoanState.HELD, copy__kit=chosen.kit)
    held = held.filter(starts_on=chosen.starts_on, ends_on=chosen.ends_on)
    browser = browsers.browser_of(request)
    return held.filter(submission__browser=browser).with_facts().first() if browser else None


def _why_not(chosen: Chosen) -> Refused | None:
    """What stands in the way before anything is typed, so that nobody types for nothing."""
    try:
        refuse_dates(chosen)
    except Refused as refusal:
        return refusal
    copies = count_free([chosen.kit], chosen.starts_on, chosen.ends_on).get(chosen.kit.pk)
    return None if copies and copies.free else NoCopyFree()


# --- The code ------------------------------------------------------------------------------------


class LoanCodeView(LoanAsking, CodeView):
    """Step three: the code reserves the box."""

    template_name = "kits/loan_code.html"
    gone: ClassVar = GONE

    def rows(self, submission: Submission) -> list[Loan]:
        loan = submission.loans.with_facts().first()
        if loan is None:
            raise Http404  # something else was asked for in this submission
        return [loan]

    def context(self, submission: Submission, rows: list[Loan], *, gone: bool) -> dict[str, Any]:
        [loan] = rows
        chosen = Chosen.of(loan)
        may_wait = gone and loan.kit.is_published and chosen.booking is None
        can_wait = may_wait and isinstance(_why_not(chosen), NoCopyFree)
        return {
            "loan": loan,
            "kit": loan.kit,
            "hub": loan.submission.hub,
            "chosen": chosen,
            "start": where_to_choose(loan.kit),
            "change_url": chosen.form_address + f"&{CHANGE}" if loan.kit.is_published else "",
            "others": other_periods(chosen) if gone else [],
            "wait_url": f"{chosen.form_address}&{WAIT}=1" if can_wait else "",
            "let_go": gone and self.was_let_go(submission, rows),
        }

    def in_the_way(self, rows: list[Loan]) -> Refused | None:
        [loan] = rows
        if loan.state not in lifecycle.MOVES["verify"].sources:
            return NothingHeld()
        try:
            refuse_out_of_time(loan)
        except Refused as refusal:
            return refusal
        return None

    def note_gone(self, submission: Submission) -> None:
        for loan in submission.loans.with_facts():
            key = submission.submission_key
            RefusedDemand.objects.note(key, loan.kit, loan.starts_on, loan.ends_on)


class LoanAddressView(CorrectAddressView, LoanCodeView):
    """A mistyped address of a loan."""
