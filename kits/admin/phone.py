"""Lending on a school's behalf, while the teacher is on the telephone.

First which kit and when, then who. The days need not be desk days: what staff agree on, counts.
The teacher gets the same mail as if she had reserved herself.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from core.lifecycle import Refused
from kits import lifecycle
from kits.admin.forms import LoanOverruleForm, WhatForm
from kits.models import RefusedDemand
from kits.pages.forms import LoanForm
from kits.refusals import NoCopyFree
from submissions.models import Submission
from submissions.rules import NoteRequired, RulesBroken

if TYPE_CHECKING:
    from kits.admin.loan import LoanAdmin


def book_on_behalf(model_admin: "LoanAdmin", request: HttpRequest) -> HttpResponse:
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    what = WhatForm(request.GET or None, user=request.user)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Lend on a school's behalf"),
        "what": what,
    }
    if what.is_valid():
        data = request.POST if request.method == "POST" else None
        form = LoanForm(data, kit=what.cleaned_data["kit"], for_staff=True)
        overrule = LoanOverruleForm.beside(form, data)
        if all([form.is_valid(), overrule.is_bound and overrule.is_valid()]):
            submission = _book(what.cleaned_data, form, overrule, request)
            if submission is not None:
                return _booked(request, submission)
        context |= {"form": form, "overrule": overrule, "free": what.free}
    return TemplateResponse(request, "admin/kits/lend_on_behalf.html", context)


def _book(
    what: dict[str, Any], form: LoanForm, overrule: LoanOverruleForm, request: HttpRequest
) -> Submission | None:
    """The submission, or None with each refusal at its field."""
    by: Any = request.user
    asked = form.request(**what, browser="", language="nl", **overrule.arguments)
    try:
        return lifecycle.book(asked, by=by)
    except RulesBroken as refusal:
        form.add_broken(refusal.broken)
        overrule.add_broken(refusal.broken)
    except NoteRequired as refusal:
        overrule.add_error("note", str(refusal))
    except Refused as refusal:
        if isinstance(refusal, NoCopyFree):
            key = asked.submission.submission_key
            RefusedDemand.objects.note(key, what["kit"], what["starts_on"], what["ends_on"])
        form.contact.add_error(None, str(refusal))
    return None


def _booked(request: HttpRequest, submission: Submission) -> HttpResponse:
    messages.success(
        request,
        _("Reserved. %(email)s gets the confirmation by mail.") % {"email": submission.email},
    )
    return redirect("admin:kits_loan_change", submission.loans.earliest("pk").pk)
