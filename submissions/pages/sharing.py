"""Sharing a booking or loan with a colleague: its own page, withdrawing, leaving, handing over."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core import rate_limits
from core.lifecycle import Refused
from core.pages.saying import say_once
from core.text.fields import MailAddressField
from submissions import links
from submissions.access import SignedInRequest, load_submission, path_of
from submissions.forms import EMAIL_MESSAGES
from submissions.kinds import kind_of_asked, submitted
from submissions.models import Asked, Companion, CompanionState, Submission
from submissions.sharing import lifecycle
from submissions.sharing.lifecycle import Share

WHOLE, EVERYTHING = "alles", "mijn"
LEFT = CompanionState.LEFT


class ColleagueForm(forms.Form):
    email = MailAddressField(
        label=_("Your colleague’s e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages=EMAIL_MESSAGES,
    )

    use_required_attribute = False


class ShareForm(ColleagueForm):
    """`what`: all of the submission, one of its rows, or everything of hers that is to come."""

    what = forms.ChoiceField(label=_("What do you share?"), widget=forms.RadioSelect)

    field_order = ("what", "email")

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["what"]
        field.choices = choices
        if len(choices) == 1:
            field.widget, field.initial = forms.HiddenInput(), choices[0][0]


@method_decorator([login_not_required, never_cache], name="dispatch")
class ShareView(View):
    http_method_names = ["get", "head", "post"]  # as in View

    def get(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
        submission = load_own(request, public_id, token)
        rows, choices = self.choices(submission)
        wanted = request.GET.get("voor", WHOLE)
        initial = {"what": wanted if wanted in dict(choices) else WHOLE}
        return self.show(submission, token, ShareForm(choices=choices, initial=initial), rows)

    def post(self, request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
        submission = load_own(request, public_id, token)
        rows, choices = self.choices(submission)
        form = ShareForm(request.POST, choices=choices)
        if form.is_valid():
            email, what = form.cleaned_data["email"], form.cleaned_data["what"]
            shares = self.shares(submission, rows, what)
            try:
                _count(request, email)
                lifecycle.invite(shares=shares, email=email, by=submission.teacher)
            except Refused as refusal:
                form.add_error("email", refusal)
            else:
                say_once(request, _("A mail is going to %(email)s.") % {"email": email})
                return redirect(path_of(submission, "sharing:share", token))
        return self.show(submission, token, form, rows, status=422)

    def choices(self, submission: Submission) -> tuple[list[Asked], list[tuple[str, str]]]:
        rows = [row for kind in submitted() for row in kind.coming_in([submission])]
        found = [(WHOLE, gettext("All of this"))]
        if len(rows) > 1:
            alone = [row for row in rows if kind_of_asked(row).is_shared_by_row]
            found += [(_value(row), gettext("Only %(name)s") % {"name": row}) for row in alone]
        user: Any = self.request.user
        is_hers = user.is_authenticated and user.pk == submission.user_id
        if is_hers and len(lifecycle.all_of(user)) > 1:
            found.append((EVERYTHING, gettext("Everything of mine that is still to come")))
        return rows, found

    def shares(self, submission: Submission, rows: list[Asked], what: str) -> list[Share]:
        if what == EVERYTHING:
            user: Any = self.request.user
            return lifecycle.all_of(user)
        row = next((row for row in rows if _value(row) == what), None)
        return [Share(submission, row)]

    def show(
        self,
        submission: Submission,
        token: str | None,
        form: ShareForm,
        rows: list[Asked],
        status: int = 200,
    ) -> HttpResponse:
        colleagues = list(submission.companions.alive())
        by_row = {_value(row): row.party_name for row in rows}
        for one in colleagues:
            one.of = by_row.get(f"{one.row_of}-{one.row}", "")
        context = {
            "submission": submission,
            "token": token,
            "form": form,
            "colleagues": colleagues,
            "nothing_to_come": not rows,
            "back": page_of(submission, token),
            "hub": submission.hub,
        }
        return render(self.request, "submissions/share.html", context, status=status)


@login_not_required
@require_POST
def withdraw(
    request: HttpRequest, public_id: UUID, pk: int, token: str | None = None
) -> HttpResponse:
    submission = load_own(request, public_id, token)
    companion = get_object_or_404(submission.companions.select_related("submission"), pk=pk)
    lifecycle.withdraw(companions=[companion], by=submission.teacher)
    say_once(request, gettext("This is no longer shared with %(who)s.") % {"who": companion.email})
    return redirect(path_of(submission, "sharing:share", token))


@login_not_required
@require_POST
def leave(request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
    """By the colleague herself; what she had of it is closed to her from here on."""
    try:
        submission = load_submission(request, public_id, token)
        if not submission.seen_as:
            raise Http404
        lifecycle.leave(companions=submission.seen_as, by=submission.teacher)
    except Http404:
        if not has_just_left(request, public_id, token):
            raise
    say_once(request, gettext("You no longer take part. A last mail about it is on its way."))
    return redirect("my_tec" if request.user.is_authenticated else "home")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: SignedInRequest) -> HttpResponse:
    """Everything that is still to come, to a colleague who accepts it first."""
    form = ColleagueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email, user = form.cleaned_data["email"], request.user
        try:
            _count(request, email)
            shares = lifecycle.all_of(user)
            lifecycle.invite(shares=shares, email=email, by=user, takes_over=True)
        except Refused as refusal:
            form.add_error("email", refusal)
        else:
            words = gettext("A mail is going to %(email)s. Nothing changes until it is accepted.")
            say_once(request, words % {"email": email})
            return redirect("hand_over")
    offered = Companion.objects.alive().filter(submission__user=request.user, takes_over=True)
    context = {
        "form": form,
        "coming": lifecycle.coming_of(request.user),
        "offered": offered.order_by("pk").first(),
    }
    status = 422 if form.errors else 200
    return render(request, "submissions/hand_over.html", context, status=status)


@require_POST
def take_back_offer(request: SignedInRequest) -> HttpResponse:
    offered = Companion.objects.alive().filter(submission__user=request.user, takes_over=True)
    found = list(offered.select_related("submission").order_by("pk"))
    lifecycle.withdraw(companions=found, by=request.user)
    say_once(request, gettext("The offer is withdrawn. Everything stays yours."))
    return redirect("hand_over")


# --- Within a request ----------------------------------------------------------------------------


def load_own(request: HttpRequest, public_id: UUID, token: str | None) -> Submission:
    """404 also for a colleague: with whom it is shared is the asker's to say."""
    submission = load_submission(request, public_id, token)
    if submission.seen_as or submission.verified_at is None:
        raise Http404
    return submission


def has_just_left(request: HttpRequest, public_id: UUID, token: str | None) -> bool:
    """Whether the first of two clicks closed this to her, who asks the same again."""
    lately = lifecycle.lately_in("leave")
    left = Companion.objects.filter(lately, submission__public_id=public_id, state=LEFT)
    if token is not None:
        return any(links.opened_as(one, token) for one in left)
    return left.filter(user=request.user.pk, user__isnull=False).exists()


def page_of(submission: Submission, token: str | None) -> str:
    """The page of what was asked, of whatever kind."""
    for kind in submitted():
        if kind.page and kind.model._base_manager.filter(submission=submission).exists():
            return path_of(submission, kind.page, token)
    raise Http404


def _value(row: Asked) -> str:
    return f"{row._meta.model_name}-{row.pk}"


def _count(request: HttpRequest, email: str) -> None:
    """Mails to addresses that somebody types are few: of one visitor, and to one address."""
    rate_limits.count_post(request)
    rate_limits.count("invitations_per_address", email)
