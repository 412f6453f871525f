"""The waiting list for visits: joining it, where one stands, and taking what is offered."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings.models import State, VisitWait
from bookings.pages.access import address_of, form_address
from bookings.pages.instead import after_taster, published_programme, tasters_for
from bookings.pages.waiting_for_days import WishBookingForm
from bookings.planning.month import Own
from bookings.telling import waiting as words
from bookings.telling.other_dates import other_dates, where_to_choose
from bookings.telling.stays import stays_of
from bookings.telling.wording import requirements_of, terms_of
from bookings.waiting.positions import positions
from bookings.waiting.visit_list import LIST, WaitRequest
from core.lifecycle import Refused
from core.pages import drafts
from core.pages.saying import say_once
from programmes.models import Programme
from submissions import browsers
from submissions.access import load_submission, mine
from submissions.forms import participants_field, pupils_field
from submissions.lifecycle import TooMuchHeld
from submissions.models import Submission, WaitState
from submissions.pages.ask import CHANGE, AskView, asked_by
from submissions.pages.code import CorrectAddressView
from submissions.pages.prefilled import asked_last, class_asked, query_of_class
from submissions.pages.waiting import WAIT, WaitAsking, WaitCodeView, WaitView, rows_waiting
from submissions.rules import RulesBroken
from submissions.waiting.lifecycle import LIVE
from submissions.waiting.wording import position_in_words


class VisitWaitAsking(WaitAsking):
    waiting_list = LIST

    def page_of(self, submission: Submission, page: str = "") -> str:
        return wait_address(submission, page)


def wait_address(submission: Submission, page: str = "", token: str | None = None) -> str:
    return address_of(submission, f"wait_{page}" if page else "wait", token)


# --- A wish --------------------------------------------------------------------------------------


class WishView(VisitWaitAsking, AskView):
    """Wait for any of several days."""

    template_name = "bookings/wish_new.html"
    to_wait: ClassVar = VisitWaitAsking()

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        asked, again = asked_last(request), drafts.kept(request)
        browsers.give_number(request)
        form = WishBookingForm(
            programme=published_programme(slug),
            user=self.user,
            asked=asked,
            again=again,
            class_asked=class_asked(request),
        )
        restored = again is not None or (asked is not None and CHANGE not in request.GET)
        return self.show(form, restored=restored)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = WishBookingForm(request.POST, programme=published_programme(slug), user=self.user)
        return self.answer(request, form)

    def wanted(self, form: WishBookingForm) -> WaitRequest:
        return form.wanted_waiting(form.days.wish, **asked_by(self.request))

    wanted_waiting = wanted

    def show_refusal(self, form: WishBookingForm, refusal: Refused) -> Refused | None:
        if isinstance(refusal, RulesBroken):
            form.add_broken(refusal.broken)
            return None
        return refusal

    def context(self, form: WishBookingForm, refused: Refused | None) -> dict[str, Any]:
        programme = form.programme
        return {
            "programme": programme,
            "hub": programme.venue.hub,
            "form": form,
            "days": form.days,
            "waits": True,
            "refused": str(refused or ""),
            "signing_in_helps": isinstance(refused, TooMuchHeld),
            "has_more_room": len(form.classes.forms) < programme.max_groups,
            "requirement": requirements_of([programme], self.request.user).get(programme.pk, ""),
            "tasters": tasters_for(form),
            "others": after_taster(form),
            "carried": query_of_class(class_asked(self.request)),
        }


# --- Where one stands ----------------------------------------------------------------------------


class VisitWaitView(VisitWaitAsking, WaitView):
    template_name = "bookings/wait_detail.html"

    def page_by_link(self, submission: Submission, page: str, token: str | None) -> str:
        return address_of(submission, page or "booking", token)

    def context(self, submission: Submission, rows: list[VisitWait]) -> dict[str, Any]:
        first = rows[0]
        bookings = list(submission.bookings.with_facts().order_by("visit__slot__starts_at", "pk"))
        offered = [one for one in bookings if one.state == State.OFFERED]
        return {
            "programme": first.programme,
            "when": words.when_of(first),
            "position": position_in_words(positions(rows).get(first.pk)),
            "was_passed_over": first.is_passed_over,
            "stays": stays_of(offered),
            "until": first.held_until if offered else None,
            "not_free": words.is_free_no_longer(offered),
            "booked": [one for one in bookings if one.state != State.OFFERED and one.is_holding],
            "others": [] if first.state in LIVE else other_dates(first.programme, rows),
            "history": words.history_of(rows),
        }


class FewerForm(forms.Form):
    use_required_attribute = False

    def __init__(self, data: Any, *, row: VisitWait) -> None:
        super().__init__(data, initial={"pupils": row.pupils})
        self.fields["pupils"] = participants_field() if row.audience.is_groups else pupils_field()


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def numbers(
    request: HttpRequest, public_id: UUID, wait_id: int, token: str | None = None
) -> HttpResponse:
    """Fewer pupils keep the place in the row; what does not is said here, before saving."""
    submission = load_submission(request, public_id, token)
    rows = rows_waiting(submission, LIST)
    row = next((one for one in rows if one.pk == wait_id), None)
    if row is None:
        raise Http404
    form = FewerForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            LIST.change_numbers(row, pupils=form.cleaned_data["pupils"], by=submission.teacher)
        except Refused as refusal:
            form.add_error("pupils", refusal)
        else:
            say_once(request, _("The numbers have been changed."))
            return redirect(wait_address(submission, token=token))
    context = {"submission": submission, "row": row, "form": form, "token": token}
    return render(request, "bookings/wait_numbers.html", context | {"hub": submission.hub})


# --- The code ------------------------------------------------------------------------------------


class VisitWaitCodeView(VisitWaitAsking, WaitCodeView):
    template_name = "bookings/wait_code.html"

    def rows(self, submission: Submission) -> list[VisitWait]:
        rows = list(submission.visitwaits.with_facts().order_by("pk"))
        if not rows:
            raise Http404  # something else was asked for in this submission
        return rows

    def context(
        self, submission: Submission, rows: list[VisitWait], *, gone: bool
    ) -> dict[str, Any]:
        first = rows[0]
        return {
            "rows": rows,
            "row": first,
            "programme": first.programme,
            "when": words.when_of(first),
            "hub": submission.hub,
            "start": where_to_choose(first.programme),
            "change_url": _form_of(first),
            "terms": terms_of(first.programme, first.first_day, len(rows)),
        }


class VisitWaitAddressView(CorrectAddressView, VisitWaitCodeView):
    """A mistyped address of an entry."""


def _form_of(row: VisitWait) -> str:
    if row.slot is not None:
        is_planned = row.slot.programmes.filter(pk=row.programme_id).exists()
        query = f"{WAIT}&{CHANGE}"
        return form_address(row.programme, row.slot, query, is_planned=is_planned)
    if not row.programme.is_published:
        return ""  # the site does not offer it any more
    return reverse("bookings:wish", args=[row.programme.slug]) + f"?{CHANGE}"


# --- Whose it is ---------------------------------------------------------------------------------


def own_offers(request: HttpRequest, programme: Programme) -> dict[int, Own]:
    """Slot (primary key) → what of this programme is offered to this teacher, or browser, there."""
    if not request.user.is_authenticated and not browsers.browser_of(request):
        return {}  # nobody that we know of
    offered = VisitWait.objects.filter(
        mine(request), state=WaitState.OFFERED, programme=programme
    ).select_related("submission", "booking__visit")
    return {
        row.booking.visit.slot_id: Own(row.held_until, wait_address(row.submission))
        for row in offered
        if row.booking and row.held_until
    }
