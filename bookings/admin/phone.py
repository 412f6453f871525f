"""Booking on a school's behalf, while the teacher is on the telephone.

First what and when, then who: the teachers' own form, with what staff may overrule. The teacher
gets the same mail as if she had booked herself.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.admin.forms import WhereForm
from bookings.pages.forms import BookingForm
from core.lifecycle import Refused
from submissions.forms import OverruleForm
from submissions.models import Submission
from submissions.rules import NoteRequired, RulesBroken

if TYPE_CHECKING:
    from bookings.admin.booking import BookingAdmin


def book_on_behalf(model_admin: "BookingAdmin", request: HttpRequest) -> HttpResponse:
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    where = WhereForm(request.GET or None, user=request.user)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Book on a school's behalf"),
        "where": where,
    }
    if where.is_valid() and where.cleaned_data.get("slot"):
        programme, slot = where.cleaned_data["programme"], where.cleaned_data["slot"]
        data = request.POST if request.method == "POST" else None
        form = BookingForm(data, programme=programme, slot=slot, for_staff=True)
        overrule = OverruleForm.beside(form, data)
        if all([form.is_valid(), overrule.is_bound and overrule.is_valid()]):
            submission = _book(form, overrule, request)
            if submission is not None:
                return _booked(request, submission)
        context |= {"programme": programme, "slot": slot, "form": form, "overrule": overrule}
    return TemplateResponse(request, "admin/bookings/book_on_behalf.html", context)


def _book(form: BookingForm, overrule: OverruleForm, request: HttpRequest) -> Submission | None:
    """The submission, or None with each refusal at its field."""
    by: Any = request.user
    try:
        asked = form.request(browser="", language="nl", **overrule.arguments)
        return lifecycle.book(asked, by=by)
    except RulesBroken as refusal:
        form.add_broken(refusal.broken)
        overrule.add_broken(refusal.broken)
    except NoteRequired as refusal:
        overrule.add_error("note", str(refusal))
    except Refused as refusal:
        form.contact.add_error(None, str(refusal))
    return None


def _booked(request: HttpRequest, submission: Submission) -> HttpResponse:
    messages.success(
        request,
        _("Booked. %(email)s gets the confirmation by mail.") % {"email": submission.email},
    )
    return redirect("admin:bookings_booking_change", submission.bookings.earliest("pk").pk)
