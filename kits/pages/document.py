"""A kit's teacher guide and pupil card, for everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from core.documents import pdf_response
from kits.models import KitDocument
from kits.pages.lesson_documents import as_pdf, filename, tag_of


def serve(document: KitDocument, *, attachment: bool) -> HttpResponse:
    """The uploaded file if there is one, else the PDF of the text."""
    if document.file:
        with document.file.open("rb") as file:
            pdf = file.read()
    else:
        pdf = as_pdf(document)
    return pdf_response(pdf, filename(document), attachment=attachment)


@require_safe
@login_not_required
def document(request: HttpRequest, slug: str, page_name: str) -> HttpResponse:
    """The newest version, to read in the browser; 304 if the reader has it."""
    newest = KitDocument.objects.current().select_related("kit__venue")
    found = get_object_or_404(
        newest, kit__slug=slug, kit__is_published=True, kind=KitDocument.KIND_OF_PAGE[page_name]
    )
    tag = tag_of(found)
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        answer = serve(found, attachment=False)
    if isinstance(answer, HttpResponseNotModified) or answer.status_code == 200:
        answer["ETag"] = tag
        answer["Cache-Control"] = "public, no-cache"
    return answer
