"""The manual for staff (handleiding): the chapters of `docs/handleiding/`, as pages of the back
office. Each page that a chapter explains leads to it.

The chapters are Markdown, so that they can be read and mended without the site. `make manual` takes
their pictures anew.
"""

import functools
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = settings.BASE_DIR / "docs" / "handleiding"

# In the order of the table of contents, and the pages that each explains: names of addresses, or
# how those begin. A page belongs to the longest that fits.
CHAPTERS: dict[str, tuple[str, ...]] = {
    "maandagochtend": ("admin:index", "admin:bookings_booking_day"),
    "telefonisch-boeken": ("admin:bookings_booking_", "admin:submissions_submission_"),
    "wachtlijst": ("admin:bookings_visitwait_", "admin:kits_loanwait_"),
    "planner": ("admin:bookings_visit_", "admin:bookings_visitslot_"),
    "seizoen": ("admin:bookings_schedulepattern_",),
    "dag-sluiten": ("admin:programmes_closure_",),
    "programmas": (
        *("admin:programmes_programme_", "admin:programmes_world_"),
        *("admin:programmes_coreobjective_", "admin:programmes_objectivescheme_"),
    ),
    "hub-en-ruimtes": (
        *("admin:programmes_hub_", "admin:programmes_venue_", "admin:programmes_zone_"),
    ),
    "leskisten": ("desk:", "admin:kits_"),
    "rooster": ("admin:roster_",),
    "cijfers-en-verslag": ("figures:", "admin:impact_"),
    "stille-scholen": ("figures:quiet",),
    "scholen-inlezen": ("admin:schools_school_", "admin:schools_schoolboard_"),
    "klassen-en-vakanties": (
        *("admin:schools_classgroup_", "admin:schools_organisation_"),
        "admin:schools_schoolholiday_",
    ),
    "aan-velen-schrijven": ("admin:submissions_submission_write",),
    "mail-en-taken": ("admin:core_mail_", "admin:core_task_"),
    "lijsten-meenemen": ("admin:tec_site_export_",),
    "wie-deed-wat": (
        *("admin:bookings_bookingevent_", "admin:bookings_visitwaitevent_"),
        *("admin:kits_loanevent_", "admin:kits_loanwaitevent_", "admin:roster_shiftevent_"),
        "admin:impact_evaluationevent_",
    ),
    "teksten-van-de-site": ("admin:tec_site_statement_",),
    "inloggen-en-rollen": (
        *("admin:schools_user_", "admin:auth_group_", "admin:mfa_authenticator_"),
        "admin:tec_site_signin_",
    ),
}


@dataclass(frozen=True)
class Chapter:
    name: str
    title: str
    html: SafeString


def name_for(view_name: str) -> str | None:
    """The chapter about a page."""
    if view_name.endswith("_export"):  # of any list
        return "lijsten-meenemen"
    fitting = [
        (len(start), name)
        for name, starts in CHAPTERS.items()
        for start in starts
        if view_name.startswith(start)
    ]
    return max(fitting)[1] if fitting else None


@functools.cache
def chapter(name: str) -> Chapter:
    """Raises KeyError where there is none. Read once per process."""
    if name not in CHAPTERS:
        raise KeyError(name)
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse((FOLDER / f"{name}.md").read_text())
    title = tokens[1].content
    for token in tokens:
        for part in token.children or ():
            _lead(part)
    html = reader.renderer.render(tokens[3:], reader.options, {})  # below the title
    return Chapter(name, title, SafeString(html))  # nosec B703  # our own files, without HTML


def _lead(part: Token) -> None:
    """Links between files become links between pages."""
    if part.type == "image":
        part.attrSet("src", reverse("admin:manual_picture", args=[_stem(part.attrGet("src"))]))
        part.attrSet("loading", "lazy")
    elif part.type == "link_open" and str(part.attrGet("href")).endswith(".md"):
        part.attrSet("href", reverse("admin:manual_chapter", args=[_stem(part.attrGet("href"))]))


def _stem(address: object) -> str:
    return str(address).rpartition("/")[2].rpartition(".")[0]


# --- The pages ------------------------------------------------------------------------------------


def urls(site: Any) -> list[Any]:
    return [
        path("handleiding/", site.admin_view(contents), name="manual"),
        path("handleiding/<slug:name>/", site.admin_view(chapter_page), name="manual_chapter"),
        path("handleiding/beeld/<slug:name>.webp", site.admin_view(picture), name="manual_picture"),
    ]


@require_safe
def contents(request: HttpRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Manual"),
        "chapters": [chapter(name) for name in CHAPTERS],
    }
    return render(request, "admin/manual.html", context)


@require_safe
def chapter_page(request: HttpRequest, name: str) -> HttpResponse:
    try:
        found = chapter(name)
    except KeyError as missing:
        raise Http404 from missing
    context = {**admin.site.each_context(request), "title": found.title, "chapter": found}
    return render(request, "admin/manual.html", context)


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A slug holds no dot and no slash, so this stays in its folder."""
    try:
        content = (FOLDER / "beeld" / f"{name}.webp").read_bytes()
    except FileNotFoundError as missing:
        raise Http404 from missing
    headers = {"Cache-Control": "private, max-age=86400"}
    return HttpResponse(content, content_type="image/webp", headers=headers)


# --- On every page that is explained --------------------------------------------------------------


def leads_to_manual(request: HttpRequest) -> dict[str, object]:
    """A context processor, for the head of the page."""
    here = getattr(request, "resolver_match", None)
    name = name_for(here.view_name) if here else None
    if name is None:
        return {}
    link = '<a class="desk-explained" href="{}">{}</a>'
    return {
        "explained": format_html(
            link, reverse("admin:manual_chapter", args=[name]), _("How this works")
        )
    }
