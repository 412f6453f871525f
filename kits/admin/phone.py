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

from schools.models import Submission
from tec_site.lifecycle import Refused

from .. import lifecycle
from .forms import WhatForm, WhoForm

if TYPE_CHECKING:
    from .loan import LoanAdmin


def book_on_behalf(model_admin: "LoanAdmin", request: HttpRequest) -> HttpResponse:
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    what = WhatForm(request.GET or None)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Lend on a school's behalf"),
        "what": what,
    }
    if what.is_valid():
        data = request.POST if request.method == "POST" else None
        form = WhoForm(data, what=what.cleaned_data)
        submission = _book(form, request) if form.is_valid() else None
        if submission is not None:
            return _booked(request, submission)
        context |= {"form": form, "free": what.free}
    return TemplateResponse(request, "admin/kits/lend_on_behalf.html", context)


def _book(form: WhoForm, request: HttpRequest) -> Submission | None:
    """The submission, or None with the refusal above the form."""
    try:
        return lifecycle.book(
            **form.what, asked=form.asked, submission=form.submission, by=request.user
        )
    except Refused as refusal:
        form.contact.add_error(None, str(refusal))
    return None


def _booked(request: HttpRequest, submission: Submission) -> HttpResponse:
    messages.success(
        request,
        _("Reserved. %(email)s gets the confirmation by mail.") % {"email": submission.email},
    )
    return redirect("admin:kits_loan_change", submission.loans.earliest("pk").pk)
