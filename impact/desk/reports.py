"""Reports on their pages: a draft as it would be sent, or what was sent and what changed since."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.backoffice.access import desk_page
from core.documents import DocumentsUnavailable, pdf_response
from core.lifecycle import Refused
from impact.models import Report
from impact.reports.facts import changed_since, facts_of
from impact.reports.papers import context_of, pdf_of
from impact.reports.sending import send
from impact.reports.spreadsheet import xlsx_of
from submissions.access import SignedInRequest

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _report(request: SignedInRequest, pk: int) -> Report:
    """Without its files, which are of some size."""
    reports = (
        Report.objects.of_hubs(request.user)
        .select_related("hub", "board", "funder", "source")
        .defer("pdf", "xlsx")
    )
    return get_object_or_404(reports, pk=pk)


@desk_page("impact.view_report")
def page(request: SignedInRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    now = facts_of(report)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": report.title,
        "report": report,
        **context_of(report.facts or now),
        "changed": changed_since(report.facts or now, now),
        "may_send": not report.is_sent and request.user.has_perm("impact.change_report"),
    }
    return TemplateResponse(request, "admin/impact/report.html", context)


@desk_page("impact.change_report", "POST")
def send_it(request: SignedInRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    try:
        send(report=report, by=request.user)
    except DocumentsUnavailable:
        messages.error(request, _("No PDF can be made here, so the report is not sent."))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Sent: from now on this report stays as it is."))
    return redirect("figures:report", pk=pk)


@desk_page("impact.view_report")
def pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    try:
        content = report.pdf or pdf_of(facts_of(report), is_draft=True)
    except DocumentsUnavailable:
        messages.error(request, _("No PDF can be made here: print this page instead."))
        return redirect("figures:report", pk=pk)
    return pdf_response(bytes(content), f"{_name(report)}.pdf")


@desk_page("impact.view_report")
def xlsx(request: SignedInRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    content = report.xlsx or xlsx_of(facts_of(report))
    return HttpResponse(
        bytes(content),
        content_type=XLSX_TYPE,
        headers={
            "Content-Disposition": str(content_disposition_header(True, f"{_name(report)}.xlsx")),
            "Cache-Control": "private, no-store",
        },
    )


def _name(report: Report) -> str:
    return slugify(f"{report.title} {report.first} {report.last}")
