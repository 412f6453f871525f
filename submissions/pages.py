"""What the pages of a visit and of a loan share: sending the form, typing the code, addresses.

An app makes one `CodePage` of its own verb, addresses and template; its methods are the views.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core import rate_limits
from core.lifecycle import Refused
from submissions import codes, steps
from submissions.access import load_submission
from submissions.forms import AddressForm, CodeForm
from submissions.models import Submission
from submissions.sign_in import verify_and_sign_in


def say_done(request: HttpRequest, submission: Submission) -> None:
    """Once, on the page that comes next: it worked, and what happens now."""
    messages.success(
        request, _("Done! A mail about it is going to %(email)s.") % {"email": submission.email}
    )


def send(request: HttpRequest, make: Callable[..., Submission], **asked: Any) -> Submission:
    """Hold (or book, for who is signed in) what a form asks; raises what the verbs raise.

    `make(browser=…, language=…)` gives the submission, not saved. `asked`: the app's verbs `hold`
    and `book`, and what these take.
    """
    rate_limits.count_post(request)
    browser = codes.browser_of(request.session)
    new = make(browser=browser, language=get_language() or settings.LANGUAGE_CODE)
    user = request.user if request.user.is_authenticated else None
    submission = steps.submit(submission=new, user=user, **asked)
    if submission is new and submission.verified_at:  # not when sent twice
        say_done(request, submission)
    return submission


@dataclass(frozen=True)
class CodePage:
    """Two views, `show` and `correct_address`."""

    template: str
    verify: steps.Verb
    # Of a submission: the path of its code page, and of the page of what is confirmed.
    own_address: Callable[[Submission], str]
    next_address: Callable[[Submission], str]
    # What else the template shows; the flag says that what was held is gone. May raise Http404.
    facts: Callable[[Submission, bool], dict[str, Any]]
    # Refusals which say that another was faster.
    gone: tuple[type[Refused], ...]
    # Called after such a refusal, when its transaction is over.
    note_gone: Callable[[Submission], None] = lambda submission: None

    @method_decorator(login_not_required)
    @method_decorator(never_cache)
    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def show(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """The code from the mail confirms, and signs a teacher in."""
        try:
            submission = load_submission(request, public_id, token=None)
        except Http404:
            # A second click while the first one signed in: its session has a new key by now. The
            # page it goes to looks for itself who may see it.
            done = Submission.objects.filter(public_id=public_id, verified_at__isnull=False).first()
            if request.method == "POST" and done is not None:
                return redirect(self.next_address(done))
            raise
        if submission.verified_at is not None:
            return redirect(self.next_address(submission))
        if request.method == "POST" and "again" in request.POST:
            return self._send_again(request, submission)
        form = CodeForm(request.POST or None)
        gone: Refused | None = None
        if request.method == "POST" and form.is_valid():
            try:
                return self._confirm(request, submission, form.cleaned_data["code"])
            except Refused as refusal:
                form.add_error("code", refusal)
                gone = refusal if isinstance(refusal, self.gone) else None
                if gone:
                    self.note_gone(submission)
        return self._page(request, submission, form, gone=gone)

    @method_decorator(login_not_required)
    @method_decorator(never_cache)
    @method_decorator(require_POST)
    def correct_address(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """A mistyped address, before the code was typed."""
        submission = load_submission(request, public_id, token=None)
        if submission.verified_at is not None:
            return redirect(self.next_address(submission))
        form = AddressForm(request.POST)
        if form.is_valid():
            try:
                rate_limits.count_post(request)
                steps.correct_address(submission=submission, email=form.cleaned_data["email"])
                return redirect(self.own_address(submission))
            except steps.AlreadyConfirmed as refusal:
                messages.error(request, str(refusal))
                return redirect(self.next_address(submission))
            except rate_limits.TooMany as refusal:
                form.add_error("email", refusal)
        submission.refresh_from_db(fields=["email"])
        return self._page(request, submission, CodeForm(), address_form=form, status=422)

    def addresses(self, pages: Iterable[tuple[str, Any, str]]) -> list[URLPattern]:
        """The two views, and `pages` (the end of the address, view, name), each of these also by
        the link in a mail."""
        return [
            path("<uuid:public_id>/code/", self.show, name="code"),
            path("<uuid:public_id>/adres/", self.correct_address, name="correct_address"),
            *(
                path(f"<uuid:public_id>/{link}{end}", view, name=name)
                for link in ("", "<token:token>/")
                for end, view, name in pages
            ),
        ]

    # --- Within a request --------------------------------------------------------------------

    def _confirm(self, request: HttpRequest, submission: Submission, typed: str) -> HttpResponse:
        rate_limits.count_post(request)
        browser = codes.browser_of(request.session)
        verified = steps.confirm(
            verify=self.verify, submission=submission, browser=browser, typed=typed
        )
        assert verified.user is not None
        verify_and_sign_in(request, verified.user)
        say_done(request, verified)
        return redirect(self.next_address(verified))

    def _send_again(self, request: HttpRequest, submission: Submission) -> HttpResponse:
        try:
            rate_limits.count_post(request)
            steps.mail_code(submission)
        except rate_limits.TooMany as refusal:
            messages.error(request, str(refusal))
            return self._page(request, submission, CodeForm(), status=429)
        messages.success(
            request, _("A new code is on its way to %(email)s.") % {"email": submission.email}
        )
        return redirect(self.own_address(submission))

    def _page(
        self,
        request: HttpRequest,
        submission: Submission,
        form: CodeForm,
        *,
        gone: Refused | None = None,
        address_form: AddressForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "submission": submission,
            "form": form,
            "address_form": address_form or AddressForm(),
            "address_open": address_form is not None,
            "gone": gone is not None,
            "refusal": gone,
        }
        context |= self.facts(submission, bool(gone))
        return render(request, self.template, context, status=status)
