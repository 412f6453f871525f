import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.lifecycle import Refused
from programmes.models import Venue
from submissions import browsers
from submissions.access import load_submission, path_of
from submissions.forms import SchoolContactForm
from submissions.models import Submission
from submissions.pages.ask import Asking, asked_by
from submissions.pages.code import CodeView, CorrectAddressView
from submissions.pages.details import DetailsView
from submissions.pages.shared import also_by_link
from tests.toys import lifecycle
from tests.toys.forms import ToyForm
from tests.toys.models import Toy

app_name = "toys"
DAY = datetime.date(2026, 9, 22)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    browsers.give_number(request)
    venue = get_object_or_404(Venue, slug=slug)
    form = ToyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        who = asked_by(request)
        try:
            return ToyAsking().hold_or_book(request, form.toy(venue=venue, day=DAY, **who), None)
        except Refused as refusal:
            form.contact.add_error(None, refusal)
    return render(request, "toys/ask.html", {"form": form})


class ToyAsking(Asking):
    def hold(self, wanted) -> Submission:
        return lifecycle.hold(wanted, by=None)

    def book(self, wanted, teacher) -> Submission:
        return lifecycle.book(wanted, by=teacher)

    def verify(self, submission: Submission) -> Submission:
        return lifecycle.verify(submission)

    def page_of(self, submission: Submission, page: str = "") -> str:
        return path_of(submission, f"toys:{page or 'toy'}")


class ToyCodeView(ToyAsking, CodeView):
    template_name = "toys/code.html"
    gone = ()

    def rows(self, submission: Submission) -> list[Toy]:
        return list(submission.toys.order_by("pk"))

    def context(self, submission: Submission, rows: list[Toy], *, gone: bool):
        return {"start": "/", "change_url": "/"}


class ToyAddressView(CorrectAddressView, ToyCodeView):
    pass


class ToyDetailsView(DetailsView):
    def rows(self, submission: Submission) -> list[Toy]:
        return [toy for toy in submission.toys.order_by("pk") if toy.may_be_described]

    def contact_form(self, submission: Submission):
        return SchoolContactForm

    def page_of(self, submission: Submission, token: str | None) -> str:
        return path_of(submission, "toys:toy", token)


@login_not_required
@never_cache
@require_safe
def toy(request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
    submission = load_submission(request, public_id, token)
    return render(request, "toys/toy.html", {"submission": submission})


urlpatterns = [
    path("nieuw/<slug:slug>/", ask, name="ask"),
    path("<uuid:public_id>/code/", ToyCodeView.as_view(), name="code"),
    path("<uuid:public_id>/adres/", ToyAddressView.as_view(), name="correct_address"),
    *also_by_link(
        [
            path("", toy, name="toy"),
            path("gegevens/", ToyDetailsView.as_view(), name="details"),
        ]
    ),
]
