"""How the back office looks: the settings of django-unfold."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _may(*permissions: str) -> Callable[[HttpRequest], bool]:
    """Whoever has one of these."""
    return lambda request: any(map(request.user.has_perm, permissions))


def _entry(title: Any, icon: str, page: str, permission: str) -> dict[str, Any]:
    """A line of the side bar, for whoever may see what it leads to."""
    link = reverse_lazy(page)
    return {"title": title, "icon": icon, "link": link, "permission": _may(permission)}


def _model(title: Any, icon: str, label: str) -> dict[str, Any]:
    app, model = label.split(".")
    return _entry(title, icon, f"admin:{app}_{model}_changelist", f"{app}.view_{model}")


def _desk(title: Any, icon: str, name: str) -> dict[str, Any]:
    return _entry(title, icon, f"desk:{name}", "kits.view_loan")


NAVIGATION: list[dict[str, Any]] = [
    {
        "title": _("Today"),
        "items": [
            {"title": _("Overview"), "icon": "today", "link": reverse_lazy("admin:index")},
            _entry(
                _("Day list"), "checklist", "admin:bookings_booking_day", "bookings.view_booking"
            ),
            _entry(_("Planner"), "view_week", "admin:bookings_visit_week", "bookings.view_visit"),
            _entry(_("Roster"), "badge", "admin:roster_shift_week", "roster.view_shift"),
            {"title": _("Manual"), "icon": "help", "link": reverse_lazy("admin:manual")},
            _entry(
                _("Book on a school’s behalf"),
                "call",
                "admin:bookings_booking_add",
                "bookings.add_booking",
            ),
        ],
    },
    {
        "title": _("Bookings"),
        "items": [
            _model(_("Bookings"), "event_available", "bookings.booking"),
            _model(_("Visits"), "groups", "bookings.visit"),
            _model(_("Waiting list"), "hourglass_top", "bookings.visitwait"),
            _model(_("Submissions"), "contact_mail", "submissions.submission"),
            _model(_("History"), "history", "bookings.bookingevent"),
            _model(_("History of the waiting list"), "history", "bookings.visitwaitevent"),
        ],
    },
    {
        "title": _("Kit desk"),
        "items": [
            _desk(_("Scan a box"), "qr_code_scanner", "home"),
            _desk(_("Out and in"), "swap_horiz", "lists"),
            _desk(_("Transport round"), "local_shipping", "round"),
            _desk(_("Shopping list"), "shopping_cart", "shopping"),
            _desk(_("Use"), "monitoring", "use"),
        ],
    },
    {
        "title": _("What and when"),
        "items": [
            _model(_("Programmes"), "category", "programmes.programme"),
            _model(_("Slots"), "calendar_month", "bookings.visitslot"),
            _model(_("Patterns"), "event_repeat", "bookings.schedulepattern"),
            _model(_("Closures"), "event_busy", "programmes.closure"),
            _entry(
                _("Close days"),
                "event_busy",
                "admin:programmes_closure_close",
                "programmes.add_closure",
            ),
            _model(_("Hubs"), "hub", "programmes.hub"),
            _model(_("Venues"), "location_on", "programmes.venue"),
            _model(_("Zones"), "meeting_room", "programmes.zone"),
        ],
    },
    {
        "title": _("Lesson kits"),
        "items": [
            _model(_("Loans"), "swap_horiz", "kits.loan"),
            _model(_("Kits"), "inventory_2", "kits.lessonkit"),
            _model(_("Boxes"), "package_2", "kits.kitcopy"),
            _model(_("Documents"), "menu_book", "kits.kitdocument"),
            _model(_("Shortages"), "production_quantity_limits", "kits.shortage"),
            _model(_("Findings"), "report", "kits.finding"),
            _model(_("Charges"), "euro", "kits.chargeline"),
            _model(_("Repairs"), "build", "kits.repair"),
            _model(_("Desk days"), "event_note", "kits.deskday"),
            _model(_("Refused demand"), "block", "kits.refuseddemand"),
            _model(_("Waiting list for kits"), "hourglass_top", "kits.loanwait"),
            _model(_("History of loans"), "history", "kits.loanevent"),
            _model(_("History of that list"), "history", "kits.loanwaitevent"),
        ],
    },
    {
        "title": _("People"),
        "items": [
            _model(_("Staff and volunteers"), "volunteer_activism", "roster.person"),
            _model(_("Shifts"), "work_history", "roster.shift"),
            _entry(_("Hours"), "timer", "admin:roster_person_hours", "roster.view_person"),
            _model(_("History of shifts"), "history", "roster.shiftevent"),
        ],
    },
    {
        "title": _("Looking back"),
        "items": [
            _entry(_("Figures"), "monitoring", "figures:board", "impact.view_figures"),
            _entry(_("All figures"), "table_chart", "figures:all", "impact.view_figures"),
            _entry(_("Indicators"), "flag", "figures:indicators", "impact.view_indicator"),
            _entry(_("Funding"), "euro", "figures:funding", "impact.view_pledge"),
            _model(_("Pledges"), "handshake", "impact.pledge"),
            _model(_("Funding sources"), "account_balance_wallet", "impact.fundingsource"),
            _model(_("Who pays for what"), "pie_chart", "impact.division"),
            _model(_("Rates of an hour"), "timer", "impact.hourrate"),
            _entry(_("Quiet schools"), "hearing", "figures:quiet", "impact.view_schoolcontact"),
            _model(_("Reports"), "description", "impact.report"),
            {
                "title": _("Results"),
                "icon": "sentiment_satisfied",
                "link": reverse_lazy("admin:impact_evaluation_results"),
                "permission": _may("impact.view_figures", "impact.view_evaluation"),
            },
            _model(_("Evaluations"), "reviews", "impact.evaluation"),
            _model(_("History of evaluations"), "history", "impact.evaluationevent"),
        ],
    },
    {
        "title": _("Schools"),
        "items": [
            _model(_("Schools"), "school", "schools.school"),
            _model(_("Classes"), "group", "schools.classgroup"),
            _model(_("Organisations"), "corporate_fare", "schools.organisation"),
            _model(_("School boards"), "account_balance", "schools.schoolboard"),
            _model(_("School holidays"), "beach_access", "schools.schoolholiday"),
            _entry(
                _("Read in schools"),
                "upload_file",
                "admin:schools_school_import",
                "schools.add_school",
            ),
        ],
    },
    {
        "title": _("Mail and tasks"),
        "items": [
            _model(_("Mails"), "mail", "core.mail"),
            _entry(
                _("Write to many"),
                "forward_to_inbox",
                "admin:submissions_submission_write",
                "core.change_mail",
            ),
            _model(_("Tasks"), "pending_actions", "core.task"),
        ],
    },
    {
        "title": _("Management"),
        "collapsible": True,
        "items": [
            _model(_("Users"), "person", "schools.user"),
            _model(_("Roles"), "badge", "auth.group"),
            _model(_("Second factors"), "key", "mfa.authenticator"),
            _model(_("Sign-ins"), "login", "tec_site.signin"),
            _model(_("Lists taken along"), "download", "tec_site.export"),
            _model(_("Statements"), "gavel", "tec_site.statement"),
            _model(_("Worlds of technology"), "public", "programmes.world"),
            _model(_("Core objectives"), "flag", "programmes.coreobjective"),
            _model(_("Sets of core objectives"), "flag", "programmes.objectivescheme"),
        ],
    },
]


@functools.cache
def _with_addresses() -> list[dict[str, Any]]:
    # Once per process: asked anew by each of sixty entries they took a third of a page's time.
    return [
        {"collapsible": False}
        | group
        | {"separator": number > 0}
        | {"items": [item | {"link": str(item["link"])} for item in group["items"]]}
        for number, group in enumerate(NAVIGATION)
    ]


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """What she may see. A page belongs to one entry: the longest of those that its address begins
    with."""
    groups = _with_addresses()
    links = (item["link"] for group in groups for item in group["items"])
    here = max(filter(request.path.startswith, links), key=len, default="")
    shown = [(group, _shown(group["items"], here, request)) for group in groups]
    return [
        group | {"items": items, "is_open": any(item["active"] for item in items)}
        for group, items in shown
        if items
    ]


def _shown(items: list[dict[str, Any]], here: str, request: HttpRequest) -> list[dict[str, Any]]:
    # Judged here: the library makes a lazy class for each permission, a tenth of the planner.
    return [
        item | {"active": item["link"] == here, "permission": None}
        for item in items
        if "permission" not in item or item["permission"](request)
    ]


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("TEC desk"),
    "SITE_HEADER": _("TEC desk"),
    "SITE_SYMBOL": "handyman",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("art/favicon.svg"),
        }
    ],
    "DASHBOARD_CALLBACK": "tec_site.staff.dashboard.fill",
    "ENVIRONMENT": "tec_site.staff.back_office.environment",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "BORDER_RADIUS": "6px",
    "STYLES": [
        lambda request: static("css/desk.css"),
        lambda request: static("css/desk-planning.css"),
        lambda request: static("css/desk-figures.css"),
    ],
    "SCRIPTS": [lambda request: static("js/desk.js")],
    "SIDEBAR": {"show_all_applications": False, "navigation": _navigation},
    "COLORS": {
        # Around the site's working colour, #b8430f (static/css/tokens.css).
        "primary": {
            "50": "#fdf4ef",
            "100": "#fae3d7",
            "200": "#f4c5ae",
            "300": "#eca07c",
            "400": "#e07444",
            "500": "#cf5a22",
            "600": "#b8430f",
            "700": "#93350b",
            "800": "#762c0d",
            "900": "#60260e",
            "950": "#351104",
        },
        # Warm greys from the site's paper to its ink.
        "base": {
            "50": "#fbf9f5",
            "100": "#f3efe7",
            "200": "#e6e0d6",
            "300": "#d3cbbd",
            "400": "#8f97a5",
            "500": "#5d6a7e",
            "600": "#4d5b70",
            "700": "#33425a",
            "800": "#22314a",
            "900": "#14233b",
            "950": "#0d1829",
        },
    },
}
