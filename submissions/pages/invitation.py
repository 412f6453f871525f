"""The page of an invitation: what is shared, for whom it is, and how things stand.

Opening it uses nothing and lets nobody in. Who is signed in with the invited address takes part at
once; anybody else by the code that goes to that address.
"""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache

from core import rate_limits
from core.lifecycle import Refused
from core.pages.saying import say_once
from core.text.fields import LineField, TelephoneField
from core.transactions import retried
from submissions import browsers, codes, links
from submissions.access import teacher_with
from submissions.forms import CodeForm
from submissions.models import CodeChallenge, Companion
from submissions.sharing.lifecycle import accept, rows_of
from submissions.sign_in import verify_and_sign_in
from submissions.telling import send_code

JOIN = CodeChallenge.Purpose.JOIN


class PersonForm(forms.Form):
    name = LineField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Fill in your name.")},
    )

    use_required_attribute = False


class NewContactForm(PersonForm):
    phone = TelephoneField(
        label=_("Telephone"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        help_text=_("For the day itself, if something changes at the last moment."),
        error_messages={"required": _("Fill in a telephone number.")},
    )


@method_decorator([login_not_required, never_cache], name="dispatch")
class InvitationView(View):
    http_method_names = ["get", "head", "post"]  # as in View

    def get(self, request: HttpRequest, invitation: UUID, token: str) -> HttpResponse:
        companions = _load(invitation, token)
        user = teacher_with(request, companions[0].email)
        known = {"name": user.name, "phone": user.phone} if user else {}
        browsers.give_number(request)
        return self.show(companions, _form(companions)(initial=known))

    def post(self, request: HttpRequest, invitation: UUID, token: str) -> HttpResponse:
        companions = _load(invitation, token)
        form = _form(companions)(request.POST)
        if not form.is_valid():
            return self.show(companions, form, status=422)
        if not rows_of(companions):
            return self.show(companions, form, status=409)
        email = companions[0].email
        user = teacher_with(request, email)
        if user is None and "code" not in request.POST:
            return self.send_code(companions, form)
        code_form = CodeForm(request.POST) if user is None else None
        if code_form is not None and not code_form.is_valid():
            return self.show(companions, form, code_form=code_form, status=422)
        try:
            typed = code_form.cleaned_data["code"] if code_form else None
            joined = self.join(companions, form, typed)
        except Refused as refusal:
            if code_form is None:
                form.add_error(None, refusal)
            else:
                code_form.add_error("code", refusal)
            return self.show(companions, form, code_form=code_form, status=409)
        if joined[0].user is not None:
            verify_and_sign_in(request, joined[0].user)
        say_once(
            request, gettext("Done! A mail about it is going to %(email)s.") % {"email": email}
        )
        if teacher_with(request, email) is not None:
            return redirect("my_tec")
        return redirect(request.path)

    def send_code(self, companions: list[Companion], form: PersonForm) -> HttpResponse:
        browser = browsers.give_number(self.request)
        try:
            rate_limits.count_post(self.request)
            with transaction.atomic():
                challenge = codes.ask(purpose=JOIN, email=companions[0].email, browser=browser)
                send_code(challenge, get_language() or companions[0].submission.language)
        except Refused as refusal:
            form.add_error(None, refusal)
            return self.show(companions, form, status=429)
        return self.show(companions, form, code_form=CodeForm())

    def join(
        self, companions: list[Companion], form: PersonForm, typed: str | None
    ) -> list[Companion]:
        """`typed`: the code, unless she is signed in. Raises a refusal of codes or of `accept`."""
        email, challenge = companions[0].email, None
        if typed is not None:
            browser = browsers.browser_of(self.request)
            try:
                challenge = codes.check(purpose=JOIN, browser=browser, typed=typed)
            except codes.CodeUsed:
                challenge = codes.repeated(purpose=JOIN, browser=browser, typed=typed)
                if challenge is None:
                    raise
            if challenge.email != email:  # of another invitation, in another tab
                raise codes.NoCode
        return _join(companions[0].invitation, email, form.cleaned_data, challenge)

    def show(
        self,
        companions: list[Companion],
        form: PersonForm,
        *,
        code_form: CodeForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        waiting = [one for one in companions if one.standing.is_coming and not one.accepted_at]
        joined = [one for one in companions if one.accepted_at and not one.standing.is_off]
        found = rows_of(waiting or joined)
        user: Any = self.request.user
        email = companions[0].email
        context = {
            "companion": companions[0],
            "submission": companions[0].submission,
            "is_waiting": bool(waiting and found),
            "is_over": not found,
            "has_joined": bool(joined),
            "lines": [line for kind, rows in found for line in kind.lines(rows)],
            "email": email,
            "is_mine": teacher_with(self.request, email) is not None,
            "other": user.email if user.is_authenticated and user.email != email else "",
            "form": form,
            "code_form": code_form,
            "hub": companions[0].submission.hub,
        }
        return render(self.request, "submissions/invitation.html", context, status=status)


# --- Within a request ----------------------------------------------------------------------------


@retried
def _join(
    invitation: UUID, email: str, person: dict[str, str], challenge: CodeChallenge | None
) -> list[Companion]:
    if challenge is not None and challenge.used_at is None:
        codes.use(challenge)
    language = get_language() or "nl"
    return accept(invitation=invitation, email=email, person=person, language=language)


def _load(invitation: UUID, token: str) -> list[Companion]:
    """What the invitation shares; 404 for another link, and once who was invited is erased."""
    if not links.is_invitation(invitation, token):
        raise Http404
    rows = Companion.objects.filter(invitation=invitation).exclude(email="").order_by("pk")
    found = list(rows.select_related("submission__hub", "submission__school", "user"))
    if not found:
        raise Http404
    return found


def _form(companions: list[Companion]) -> type[PersonForm]:
    return NewContactForm if companions[0].takes_over else PersonForm
