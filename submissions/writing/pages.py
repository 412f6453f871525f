"""The page on which staff write to many: whom and what, a preview, and then it is sent.

'Send' does exactly what the preview showed: where the form was changed below it, or somebody books
or cancels meanwhile, the page comes back and says what is new.
"""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.mail.reading import readable
from core.tasks.dashboard import page_of
from core.tasks.models import Task
from core.tasks.preview import FORM_CHANGED, Otherwise, opened, sealed, started
from schools.years import current_school_year, school_year_end
from submissions.models import Asked, Submission
from submissions.writing.forms import WritingForm
from submissions.writing.mailing import Mailing, mail_to
from submissions.writing.recipients import Recipient, Rows, people
from submissions.writing.work import Writing, in_short, send

MAY = (Writing.permission, "submissions.view_submission")
SALT, ROWS = "submissions.writing", "submissions.writing.rows"


def writing_page(
    request: HttpRequest, *, site: Any, opts: Any, rows: Rows | None = None
) -> HttpResponse:
    """`rows`: chosen just now in a list; afterwards its form brings them back."""
    user: Any = request.user
    if not all(map(user.has_perm, MAY)):
        raise PermissionDenied
    is_sent = request.method == "POST" and rows is None
    rows = rows if rows is not None else _chosen(request)
    form = WritingForm(request.POST if is_sent else None, user=user, query=request.GET, rows=rows)
    context = {
        **site.each_context(request),
        "opts": opts,
        "title": _("Write to many"),
        "form": form,
        "people": None,
        "rows": signing.dumps(rows, compress=True, salt=ROWS) if rows is not None else "",
        "chosen": sum(map(len, rows.values())) if rows is not None else 0,
        "year": (timezone.localdate(), school_year_end(current_school_year())),
        "back": reverse("admin:index"),
    }
    if is_sent and form.is_valid():
        if "do" in request.POST:
            try:
                return redirect(page_of(_task(request, form.mailing)))
            except Otherwise as otherwise:
                context["news"] = otherwise.news
        context |= _preview(form.mailing)
    return TemplateResponse(request, "admin/submissions/writing.html", context)


def write_to(request: HttpRequest, rows: Iterable[Asked], *, kind: str, site: Any) -> HttpResponse:
    """The page for rows of a kind that staff ticked in a list."""
    keys = [row.pk for row in rows]
    return writing_page(request, site=site, opts=Submission._meta, rows={kind: keys})


def _chosen(request: HttpRequest) -> Rows | None:
    try:
        found: Rows | None = signing.loads(request.POST.get("rows", ""), salt=ROWS)
    except signing.BadSignature:
        return None
    return found


def _preview(mailing: Mailing) -> dict[str, Any]:
    found, token = people(mailing.circle), uuid4()
    if not found:
        return {"people": found}
    seal = sealed([mailing.about, in_short(found)], token, salt=SALT)
    return {"people": found, "mails": _examples(mailing, found), "token": token, "seal": seal}


def _examples(mailing: Mailing, found: list[Recipient]) -> list[Any]:
    """The mail of the first in each language."""
    first = {one.language: one for one in reversed(found)}
    mails = [mail_to(one, mailing.words, mailing.circle.hub) for one in first.values()]
    return [(mail, readable(mail)) for mail in mails]


def _task(request: HttpRequest, mailing: Mailing) -> Task:
    """It sends what the preview showed, and nothing else. Raises Otherwise."""
    if first := started(Writing(), about=mailing.about, posted=request.POST):
        return first
    (about, shown), token = opened(request.POST, salt=SALT)
    if about != mailing.about:
        raise Otherwise([FORM_CHANGED])
    try:
        return send(mailing, shown, by=request.user, token=token)
    except IntegrityError:  # both clicks at the same moment
        if first := started(Writing(), about=mailing.about, posted=request.POST):
            return first
        raise
