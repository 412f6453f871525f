"""Where staff read DUO's files in: upload, look at what would change, and then do it."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.tasks import running
from core.tasks.dashboard import page_of
from schools.imports import work
from schools.imports.reading import BrokenFile, Source

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 8
ALLOW = "allow"


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each read whole: they are some megabytes."""

    def clean(self, data: Any, initial: Any = None) -> list[Source]:
        uploads = [super(FilesField, self).clean(one, initial) for one in data or [None]]
        if len(uploads) > MOST_FILES:
            raise ValidationError(_("%d files at most.") % MOST_FILES)
        return [self._read(upload) for upload in uploads]

    def _read(self, upload: UploadedFile) -> Source:
        name = upload.name or ""
        if (upload.size or 0) > MOST_BYTES:
            limit = MOST_BYTES // 1024 // 1024
            words = _("%(file)s is too large: %(limit)d MB at most.")
            raise ValidationError(words % {"file": name, "limit": limit})
        return Source(name, upload.read())


class UploadForm(forms.Form):
    files = FilesField(  # type: ignore[assignment]  # a field is no attribute of its form
        label=gettext_lazy("Files"),
        help_text=gettext_lazy(
            "CSV as published: school sites (primary, secondary, special), school boards, pupil "
            "counts. Several at once, in any order."
        ),
        widget=FilesInput(attrs={"accept": ".csv,text/csv,.txt"}),
        max_length=200,
    )
    use_required_attribute = False


def import_urls(model_admin: Any) -> list[Any]:
    def page(route: str, view: Any, name: str) -> Any:
        def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(work.ReadingIn.permission):
                raise PermissionDenied
            return view(model_admin, request, **kwargs)

        view_of_post = require_http_methods(["GET", "POST"])(wrapped)
        return path(route, model_admin.admin_site.admin_view(view_of_post), name=name)

    return [
        page("inlezen/", upload_page, "schools_school_import"),
        page("inlezen/<uuid:upload>/", plan_page, "schools_school_import_plan"),
    ]


def upload_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    if is_sent and form.is_valid():
        sources = form.cleaned_data["files"]
        try:
            work.plan(sources, allowed=())
        except BrokenFile as broken:
            if not broken.allow:
                form.add_error("files", _("Nothing was read: %s.") % broken)
        if form.is_valid():
            return redirect("admin:schools_school_import_plan", work.keep(sources, by=request.user))
    context = {"form": form, "back": reverse("admin:schools_school_changelist")}
    return _page(model_admin, request, **context)


def plan_page(model_admin: Any, request: HttpRequest, upload: UUID) -> HttpResponse:
    """What it would do; with `do` it does that, if it is still the same."""
    if started := running.find(work.ReadingIn(), about=work.ABOUT, token=upload):
        return redirect(page_of(started))
    sources = work.kept(upload, by=request.user)
    if not sources:
        return redirect("admin:schools_school_import")
    allowed = [one for one in request.POST.getlist(ALLOW) if one in {"closing", "changing"}]
    context: dict[str, Any] = {
        "upload": upload,
        "allowed": allowed,
        "back": reverse("admin:schools_school_import"),
    }
    try:
        plan = work.plan(sources, allowed=allowed)
    except BrokenFile as broken:
        return _page(model_admin, request, brake=broken, **context)
    if "do" in request.POST and not plan.is_empty:
        if request.POST.get("shown") == plan.fingerprint:
            return redirect(page_of(_start(plan, upload, request.user)))
        context["is_otherwise"] = True
    return _page(model_admin, request, plan=plan, summary=plan_in_words(plan), **context)


def _start(plan: work.ImportPlan, upload: UUID, by: Any) -> Any:
    try:
        return work.start(plan, upload=upload, by=by)
    except IntegrityError:  # both clicks at the same moment
        if started := running.find(work.ReadingIn(), about=work.ABOUT, token=upload):
            return started
        raise


def _page(model_admin: Any, request: HttpRequest, **context: Any) -> HttpResponse:
    context |= {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Read in schools"),
    }
    return TemplateResponse(request, "admin/schools/import.html", context)


def plan_in_words(plan: work.ImportPlan) -> str:
    """'12 nieuw, 3 gewijzigd, 1 gesloten'; what there is none of is not said."""
    numbers = {
        _("%d new"): sum(len(report.added) for report in plan.reports),
        _("%d changed"): sum(len(report.changed) for report in plan.reports),
        _("%d closed"): sum(len(report.closed) for report in plan.reports),
        _("%d open again"): sum(len(report.reopened) for report in plan.reports),
    }
    said = [words % number for words, number in numbers.items() if number]
    return ", ".join(said) or _("Nothing changes.")
