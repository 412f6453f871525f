"""The sheet with which a class says what it thought: slips to tick, or faces to lay cups on.

Where children raise their hands they follow each other; on a slip, or with a token in a cup, each
chooses first and the teacher counts afterwards. The order of the faces differs from slip to slip.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.documents import DocumentsUnavailable, pdf_response
from impact.pages.access import load_submission
from impact.telling import documents
from submissions.access import path_of


@login_not_required
@never_cache
@require_safe
def sheet(request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
    submission, facts = _load(request, public_id, token)
    faces = documents.faces(lambda name: static(f"art/{name}"))
    context = facts | {"submission": submission, "token": token, "hub": submission.hub}
    return render(request, "impact/sheet.html", context | {"faces": faces})


@login_not_required
@require_safe
def sheet_pdf(request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
    submission, _facts = _load(request, public_id, token)
    try:
        content = documents.class_sheet(submission)
    except DocumentsUnavailable:
        messages.error(request, _("The sheet cannot be made at this moment."))
        return redirect(path_of(submission, "evaluations:sheet", token))
    return pdf_response(content, filename=_("class-sheet.pdf"))


def _load(request: HttpRequest, public_id: UUID, token: str | None) -> tuple[Any, dict[str, Any]]:
    submission = load_submission(request, public_id, token)
    facts = documents.sheet_facts(submission)
    if not facts["classes"]:
        raise Http404
    return submission, facts
