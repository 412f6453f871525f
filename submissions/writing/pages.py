"""The page on which staff write to many: whom and what, a preview, and then it is sent.

'Send' does exactly what the preview showed: where the form was changed below it, or somebody books
or cancels meanwhile, the page comes back and says what is new.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

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
from core.tasks import running
from core.tasks.overview import page_of
from schools.years import current_school_year, school_year_end
from submissions.models import Asked, Submission
from submissions.writing.circle import Person, Rows, people
from submissions.writing.forms import WritingForm
from submissions.writing.letter import letter_to
from submissions.writing.work import Letter, Otherwise, Writing, opened, sealed, send

MAY = (Writing.permission, "submissions.view_submission")
ROWS = "submissions.writing.rows"


def writing_page(
    request: HttpRequest, *, site: Any, opts: Any, rows: Rows | None = None
) -> HttpResponse:
    """`rows`: chosen just now in a list; afterwards its form brings them back."""
    user: Any = request.user
    if not all(map(user.has_perm, MAY)):
        raise PermissionDenied
    is_sent = request.method == "POST" and rows is None
    rows = rows if rows is not None else _chosen(request)
    data = request.POST if is_sent else None
    form = WritingForm(data, user=user, query=request.GET, rows=rows)
    found, news = None, list[str]()
    if form.is_bound and form.is_valid():
        if "do" in request.POST:
            if started := _started(request, form.letter):
                return redirect(page_of(started))
            try:
                return _do(request, form.letter)
            except Otherwise as otherwise:
                news = [str(otherwise), *otherwise.lines]
        found = people(form.letter.circle)
    context = {
        **site.each_context(request),
        "opts": opts,
        "title": _("Write to many"),
        "form": form,
        "rows": signing.dumps(rows, compress=True, salt=ROWS) if rows is not None else "",
        "chosen": sum(map(len, rows.values())) if rows is not None else 0,
        "people": found,
        "news": news,
        "year": (timezone.localdate(), school_year_end(current_school_year())),
        "back": reverse("admin:index"),
    }
    if found:
        token = uuid4()
        context |= {"token": token, "seal": sealed(form.letter, found, token)}
        context["mails"] = _examples(form.letter, found)
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


def _token(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return None


def _started(request: HttpRequest, letter: Letter) -> Any:
    """What the first of two clicks started, or a colleague who sends the same."""
    token = _token(request)
    return token and running.find(Writing(), about=letter.about, token=token)


def _do(request: HttpRequest, letter: Letter) -> HttpResponse:
    """What the preview showed, and nothing else. Raises Otherwise."""
    token, by = _token(request), request.user
    shown = token and opened(request.POST.get("seal", ""), letter, token)
    if not token or not shown:
        raise Otherwise([_("You changed the form after the preview. This is the new one.")])
    try:
        return redirect(page_of(send(letter, shown, by=by, token=token)))
    except IntegrityError:  # both clicks at the same moment
        if started := _started(request, letter):
            return redirect(page_of(started))
        raise


def _examples(letter: Letter, found: list[Person]) -> list[Any]:
    """The mail of the first in each language."""
    first = {one.language: one for one in reversed(found)}
    mails = [letter_to(one, letter.words, letter.circle.hub) for one in first.values()]
    return [(mail, readable(mail)) for mail in mails]
