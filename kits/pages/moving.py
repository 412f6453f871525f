"""Other days for a loan, in two steps: the same month as when borrowing, and what it means."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from core.dates import month_of, parse_day
from core.lifecycle import Refused
from core.pages import drafts
from core.pages.saying import say_once
from kits import moving
from kits.desk_days import Days
from kits.lendable_days import look_at
from kits.pages.access import address_of, loan_of
from kits.pages.month import build_month
from schools.holidays import holidays_of
from schools.months import parse_month
from submissions.access import load_submission
from submissions.forms import NoteForm


@method_decorator([login_not_required, never_cache], name="dispatch")
class MoveLoanView(View):
    """Without `tot` in the address the month; with it, the days that are chosen."""

    http_method_names = ["get", "head", "post"]  # as in View

    def dispatch(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> Any:
        self.token = token
        self.submission = load_submission(request, public_id, token)
        self.loan = loan_of(self.submission)
        if not self.loan.standing.is_coming or self.loan.starts_on < timezone.localdate():
            return redirect(self.page)  # it says how things are now
        return super().dispatch(request)

    @property
    def page(self) -> str:
        return address_of(self.submission, token=self.token)

    @property
    def late(self) -> bool:
        return not self.loan.is_free_to_cancel

    @property
    def chosen(self) -> Days | None:
        first = parse_day(self.request.GET.get("van", ""))
        last = parse_day(self.request.GET.get("tot", ""))
        return Days(first, last) if first and last and first <= last else None

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.chosen is None:
            return self.show_month()
        typed = drafts.kept(request, of=request.path)
        return self.show_question(self.chosen, NoteForm(initial=typed))

    def post(self, request: HttpRequest) -> HttpResponse:
        form, chosen = NoteForm(request.POST), self.chosen
        if chosen is None:
            return self.choose_again()
        if not form.is_valid():
            return self.show_question(chosen, form, status=422)
        verb = moving.ask_to_move if self.late else moving.move
        note = form.cleaned_data["note"]
        try:
            verb(loan=self.loan, by=self.submission.teacher, note=note, **chosen._asdict())
        except Refused as refusal:
            return self.choose_again(refusal)
        if self.late:
            say_once(request, _("We have your request and will contact you."))
        else:
            say_once(request, _("Moved. A mail with the new days is on its way."))
        response = redirect(self.page)
        drafts.forget_of(request, response)
        return response

    # --- The two steps ----------------------------------------------------------------------

    def choose_again(self, refused: Refused | None = None) -> HttpResponse:
        """The month once more. What was typed stands in the question about the next days."""
        response = self.show_month(refused)
        drafts.keep(self.request, response, of=self.request.path)
        return response

    def show_month(self, refused: Refused | None = None) -> HttpResponse:
        loan, request = self.loan, self.request
        start = parse_day(request.GET.get("van", ""))
        asked = request.GET.get("maand")
        at = parse_month(asked) if asked else month_of(start or loan.starts_on)
        start = start if start and month_of(start) == at else None
        period = look_at(loan.kit, at.first, at.last, loan.delivery, loan.booking, but=loan)
        can_start = start is not None and period.can_start(start)
        context = self.words() | {
            "month": build_month(period, at, start, holidays_of(request, at.first, at.last)),
            "start": start,
            "returns": period.returns(start) if start and can_start else [],
            "asked": {},
            "refused": refused,
        }
        status = 409 if refused else 200
        return render(request, "kits/loan_move.html", context, status=status)

    def show_question(self, chosen: Days, form: NoteForm, status: int = 200) -> HttpResponse:
        context = self.words() | {"chosen": chosen, "form": form}
        return render(self.request, "kits/loan_move_to.html", context, status=status)

    def words(self) -> dict[str, Any]:
        return {
            "submission": self.submission,
            "loan": self.loan,
            "kit": self.loan.kit,
            "hub": self.submission.hub,
            "late": self.late,
            "token": self.token,
        }
