"""The code page of every kind, and correcting an address on it.

Each kind subclasses `CodeView` beside its own `Asking`, with what it holds, and calls the address
of that page 'code' (of a waiting list 'wait_code'): `after_second_click` looks for these names.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urldefrag
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from core import rate_limits
from core.lifecycle import Refused
from core.pages import drafts
from core.pages.not_found import SaysWhy
from core.pages.saying import say_once
from core.transactions import retried
from submissions import browsers, codes
from submissions.access import load_submission
from submissions.changing import let_go
from submissions.forms import AddressForm, CodeForm
from submissions.lifecycle import AlreadyConfirmed, correct_unconfirmed
from submissions.models import CodeChallenge, Companion, Submission
from submissions.pages.ask import Asking
from submissions.pages.shared import say_done
from submissions.sign_in import signed_in_address, verify_and_sign_in
from submissions.telling import ask_code

VERIFY = CodeChallenge.Purpose.VERIFY


class UnknownBrowser(SaysWhy):
    """A code page in another browser than that of the form, or without its cookies. To whoever
    guesses the address of one it says the same."""

    template_name = "submissions/unknown_browser.html"

    def context(self, request: HttpRequest) -> dict[str, Any]:
        return {"minutes": settings.HOLD_FOR // timedelta(minutes=1)}


def _load(request: HttpRequest, public_id: UUID) -> Submission:
    try:
        return load_submission(request, public_id, token=None)
    except Http404 as error:
        raise UnknownBrowser from error


@method_decorator([login_not_required, never_cache], name="dispatch")
class CodeView(Asking, View):
    """The code from the mail confirms what is held, and signs a teacher in."""

    http_method_names = ["get", "head", "post"]  # as in View
    template_name: ClassVar[str]
    # Refusals which say that another was faster.
    gone: ClassVar[tuple[type[Refused], ...]]

    def rows(self, submission: Submission) -> list[Any]:
        """What was asked in it, one at least. May raise Http404."""
        raise NotImplementedError

    def context(self, submission: Submission, rows: list[Any], *, gone: bool) -> dict[str, Any]:
        """What else the template shows; `gone`: true when the place was lost to others.

        Among it `change_url`, of the form filled in with what was asked ('' where it is no longer
        offered), and `start`, of the page where one asks for something else.
        """
        raise NotImplementedError

    def in_the_way(self, rows: list[Any]) -> Refused | None:
        """What will be refused whatever code is typed, as far as can be said before."""
        return None

    def was_let_go(self, submission: Submission, rows: Iterable[Any]) -> bool:
        """Whether a hold ended before its time: by another form of this browser, or by staff."""
        until = submission.created_at + settings.HOLD_FOR
        return any(row.events.filter(move="lapse", at__lt=until).exists() for row in rows)

    def note_gone(self, submission: Submission) -> None:
        """Called when the place was lost to others, after the transaction: to write that down."""

    # --- Requests ----------------------------------------------------------------------------

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        submission = _load(request, public_id)
        if submission.verified_at is not None:
            return redirect(self.page_of(submission))
        return self.show(submission, CodeForm())

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        submission = _load(request, public_id)
        if "again" in request.POST and submission.verified_at is None:
            return self.send_again(submission)
        if "let_go" in request.POST and submission.verified_at is None:
            return self.let_go(submission)
        form = CodeForm(request.POST)
        gone = None
        if form.is_valid():
            typed = form.cleaned_data["code"]
            try:
                rate_limits.count_post(request)
                verified = self.confirm(submission, typed)
                assert verified.user is not None
                verify_and_sign_in(request, verified.user)
                say_done(request, verified)
                return redirect(self.page_of(verified))
            except self.gone as refusal:
                form.add_error("code", refusal)
                gone = refusal
                self.note_gone(submission)
            except Refused as refusal:
                form.add_error("code", refusal)
        submission.refresh_from_db(fields=["verified_at"])
        if submission.verified_at is not None:  # by the other of two clicks, or long ago
            return redirect(self.page_of(submission))
        return self.show(submission, form, gone=gone)

    # --- Within a request --------------------------------------------------------------------

    def confirm(self, submission: Submission, typed: str) -> Submission:
        """The code was typed: confirm all, or say why not. Raises a refusal of codes or of verify.

        What may not be undone by a refusal (counting a wrong code) is done before.
        """
        browser = browsers.browser_of(self.request)
        try:
            challenge = codes.check(
                purpose=VERIFY, browser=browser, typed=typed, submission=submission
            )
            return self._spend(challenge, submission)
        except codes.CodeUsed:
            if not codes.repeated(
                purpose=VERIFY, browser=browser, typed=typed, submission=submission
            ):
                raise
            return Submission.objects.select_related("user").get(pk=submission.pk)

    @retried
    def _spend(self, challenge: CodeChallenge, submission: Submission) -> Submission:
        # First, since it locks the submission; where the code is refused this is undone.
        verified = self.verify(submission)
        codes.use(challenge, locked=verified)
        return verified

    def send_again(self, submission: Submission) -> HttpResponse:
        try:
            rate_limits.count_post(self.request)
            with transaction.atomic():
                ask_code(submission)
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return self.show(submission, CodeForm(), status=429)
        say_once(
            self.request, _("A new code is on its way to %(email)s.") % {"email": submission.email}
        )
        return redirect(self.page_of(submission, "code"))

    def let_go(self, submission: Submission) -> HttpResponse:
        start = self.context(submission, self.rows(submission), gone=False)["start"]
        try:
            let_go(submission)
        except AlreadyConfirmed as refusal:
            messages.error(self.request, str(refusal))
            return redirect(self.page_of(submission))
        say_once(self.request, _("Nothing is held for you any more."))
        response = redirect(urldefrag(start).url)  # to its top, where that is said
        self.forget_typed(submission, response)
        return response

    def forget_typed(self, submission: Submission, response: HttpResponse) -> None:
        """Leave nothing of it to whoever sits at this browser next. For another date, with what was
        typed, nothing needs to be let go: 'Change it' and the form of that date fill it in. What
        this browser asked for later, in another tab, still waits for its code here."""
        browser = browsers.browser_of(self.request)
        later = Submission.objects.filter(browser=browser, pk__gt=submission.pk)
        if browser and not later.exists():
            browsers.forget(self.request)
            drafts.forget(response)

    def show(
        self,
        submission: Submission,
        form: CodeForm,
        *,
        gone: Refused | None = None,
        address_form: AddressForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        rows, lost = self.rows(submission), gone is not None
        gone = gone or self.in_the_way(rows)
        context = {
            "submission": submission,
            "form": form,
            "address_form": address_form or AddressForm(),
            "address_open": address_form is not None,
            "gone": gone is not None,
            "lost": lost,
            "refusal": gone,
            **self.context(submission, rows, gone=gone is not None),
        }
        return render(self.request, self.template_name, context, status=status)


class CorrectAddressView(CodeView):
    """A mistyped address, before the code was typed: a form on the code page."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        submission = _load(request, public_id)
        if submission.verified_at is not None:
            return redirect(self.page_of(submission))
        form = AddressForm(request.POST)
        if form.is_valid():
            try:
                rate_limits.count_post(request)
                _correct(submission, form.cleaned_data["email"])
                return redirect(self.page_of(submission, "code"))
            except AlreadyConfirmed as refusal:
                messages.error(request, str(refusal))
                return redirect(self.page_of(submission))
            except Refused as refusal:
                form.add_error("email", refusal)
        submission.refresh_from_db(fields=["email"])
        return self.show(submission, CodeForm(), address_form=form, status=422)


@retried
def _correct(submission: Submission, email: str) -> None:
    """Another address for what is not confirmed yet, and a new code to it."""
    correct_unconfirmed(submission=submission, email=email)
    ask_code(submission)


def after_second_click(request: HttpRequest) -> str:
    """Where a code leads that was typed with two clicks, of which the first signed her in; or ''.

    Her form still has the token against forgery from before that, so the second is refused. So has
    the form of another tab in which a code is waited for: that one is asked for again.
    """
    match = request.resolver_match
    if match is None or not request.user.is_authenticated:
        return ""
    if match.url_name == "sign_in_code":
        return signed_in_address(request)
    if match.url_name == "invitation":
        hers = Companion.objects.filter(invitation=match.kwargs["invitation"], user=request.user)
        return request.path if hers.exists() else ""
    if match.url_name not in {"code", "wait_code"}:
        return ""
    asked = Submission.objects.filter(public_id=match.kwargs["public_id"])
    if asked.filter(user=request.user).exists():
        return request.path  # and from there to what is confirmed
    browser = browsers.browser_of(request)
    if browser and asked.filter(browser=browser).exists():
        messages.warning(request, _("Send the form once more"))
        return request.path
    return ""
