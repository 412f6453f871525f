"""The page on which staff close days: what that hits, a choice for each, the mails, and then done.

Each press of 'show' is a rehearsal. 'Do it' does exactly what the last one showed: where the form
was changed below it, or something stands otherwise, the page comes back and says what is new.
"""

from functools import partial
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.backoffice.base import scoped
from core.mail.reading import readable
from core.tasks.dashboard import page_of
from core.tasks.models import Task
from core.tasks.preview import FORM_CHANGED, Otherwise, opened, sealed, started
from programmes.closing_days.forms import ClosedSpanForm
from programmes.closing_days.plan import ClosedSpan, ClosingPlan, rehearse
from programmes.closing_days.work import Closing, close, days_in_words
from programmes.models import Closure

WAY = "way-"  # before the key of a hit: the name of its choice
SALT = "programmes.closing_days"


def closing_urls(model_admin: Any) -> list[Any]:
    def page(route: str, name: str) -> Any:
        view = require_http_methods(["GET", "POST"])(partial(closing_page, model_admin))
        return path(route, model_admin.admin_site.admin_view(view), name=name)

    return [
        page("sluit/", "programmes_closure_close"),
        page("<id:closure_id>/regel/", "programmes_closure_settle"),
    ]


def closing_page(
    model_admin: Any, request: HttpRequest, closure_id: int | None = None
) -> HttpResponse:
    """Close days that are still open, or (`closure_id`) handle what was left on closed days."""
    if not request.user.has_perm(Closing.permission):
        raise PermissionDenied
    closure = _closure(request, closure_id)
    data = request.POST if request.method == "POST" else None
    initial = {"venue": request.GET.get("locatie"), "starts_on": request.GET.get("dag")}
    initial["ends_on"] = initial["starts_on"]
    form = ClosedSpanForm(data, user=request.user, instance=closure, initial=initial)
    plan, news = None, list[str]()
    if closure and data is None:
        plan = rehearse(ClosedSpan(closure, ""), {}, by=request.user)
    if data is not None and form.is_valid():
        if "do" in data:
            if task := _started(request, closure_id):
                return redirect(page_of(task))
            try:
                return _do(model_admin, request, form.span)
            except Otherwise as otherwise:
                news = otherwise.news
        plan = rehearse(form.span, _chosen(request), by=request.user)
    return _page(model_admin, request, form, plan, news)


def _closure(request: HttpRequest, closure_id: int | None) -> Closure | None:
    if closure_id is None:
        return None
    found = scoped(Closure.objects.select_related("venue"), request.user)
    closure: Closure | None = found.filter(pk=closure_id).first()
    if closure is None:
        raise Http404
    return closure


def _chosen(request: HttpRequest) -> dict[str, str]:
    ways = request.POST.items()
    return {name.removeprefix(WAY): str(way) for name, way in ways if name.startswith(WAY)}


def _started(request: HttpRequest, closure_id: int | None) -> Task | None:
    return started(Closing(), about=str(closure_id or ""), posted=request.POST)


def _do(model_admin: Any, request: HttpRequest, span: ClosedSpan) -> HttpResponse:
    """What the preview showed, and nothing else. Raises Otherwise."""
    (values, shown), token = opened(request.POST, salt=SALT)
    if values != span.values or _chosen(request) != {key: way for key, way, *_rest in shown}:
        raise Otherwise([FORM_CHANGED])
    by: Any = request.user
    try:
        closure, task = close(span, shown, by=by, token=token)
    except IntegrityError:  # both clicks at the same moment
        if first := _started(request, span.closure.pk):
            return redirect(page_of(first))
        raise
    if span.closure.pk is None:
        model_admin.log_addition(request, closure, [{"added": {}}])
    if shown:
        return redirect(page_of(task))
    messages.success(request, _("Closed: %(days)s.") % {"days": days_in_words(closure)})
    return redirect("admin:programmes_closure_changelist")


def _page(
    model_admin: Any,
    request: HttpRequest,
    form: ClosedSpanForm,
    plan: ClosingPlan | None,
    news: list[str],
) -> HttpResponse:
    closure = form.instance if form.instance.pk else None
    token = uuid4()
    shown_span = ClosedSpan(
        form.instance, (getattr(form, "cleaned_data", None) or {}).get("note", "")
    )
    seal = ""
    if plan and plan.is_possible:
        seal = sealed([shown_span.values, plan.shown], token, salt=SALT)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("What still stands on these days") if closure else _("Close days"),
        "about": f"{closure.venue}: {days_in_words(closure)}, {closure.reason}" if closure else "",
        "form": form,
        "plan": plan,
        # What was chosen for each waits until the days are right.
        "kept": {} if plan else {f"{WAY}{key}": way for key, way in _chosen(request).items()},
        "summary": plan_in_words(plan) if plan else "",
        "mails": [(mail, readable(mail)) for mail in plan.mails] if plan else [],
        "news": news,
        "needs_note": bool(plan and plan.mails and not shown_span.note),
        "seal": seal,
        "token": token,
        "back": reverse("admin:programmes_closure_changelist"),
    }
    return TemplateResponse(request, "admin/programmes/closing.html", context)


def plan_in_words(plan: ClosingPlan) -> str:
    """'9 dingen staan op deze dagen; 7 mails gaan uit.'"""
    number, mails = len(plan.lines), len(plan.mails)
    if not number:
        return _("Nothing stands on these days.")
    stand = ngettext(
        "%(number)d appointment stands on these days",
        "%(number)d appointments stand on these days",
        number,
    )
    told = ngettext("%(number)d mail goes out", "%(number)d mails go out", mails)
    return f"{stand % {'number': number}}; {told % {'number': mails}}."
