"""The pages of the figures: for the board, all of them, the schools, and the rows behind each."""

import itertools
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, Q
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Visit, VisitSlot, VisitWait
from core.backoffice.access import desk_page
from impact.counting.coverage import Area, coverage, sites_of
from impact.counting.figure import Figure
from impact.counting.figures import FIGURES, compute
from impact.counting.headings import under_headings
from impact.counting.sources import by_source
from impact.counting.tables import COLUMNS, TABLES, split, together
from impact.counting.unique import groups_7_and_8, unique
from impact.desk.charts import chart_over_time
from impact.desk.choice import Choice, choice_of
from impact.indicators.status import goals as goals_of
from impact.keeping.board import answer_of, years_of
from kits.models import Loan, RefusedDemand
from roster.models import Shift
from submissions.access import SignedInRequest

ROWS_A_PAGE = 50
# Beside those of visits (`impact/keeping/board.py`).
OF_KITS = ("kit-pupils", "loans", "kit-schools")
# Of rows that are of no class: what is read along, and by what they are in order.
LISTED: Mapping[type[Model], tuple[tuple[str, ...], str]] = {
    VisitSlot: ((), "starts_at"),
    Visit: (("programme", "slot"), "slot__starts_at"),
    Shift: (("visit__programme",), "starts_at"),
    RefusedDemand: (("kit",), "starts_on"),
    VisitWait: (("submission__school", "submission__organisation"), "first_day"),
}
TOWN, BOARD, PART = "gemeente", "bestuur", "deel"


def _page(
    request: SignedInRequest, template: str, title: Any, choice: Choice, **context: Any
) -> HttpResponse:
    context |= {
        **admin.site.each_context(request),
        "title": title,
        "choice": choice,
        "now": timezone.localtime(),
        "columns": COLUMNS,
        "may_open": request.user.has_perm("bookings.change_booking"),
    }
    return TemplateResponse(request, f"admin/impact/{template}.html", context)


@desk_page("impact.view_figures")
def board(request: SignedInRequest) -> HttpResponse:
    """What a board wants to see in ten seconds."""
    choice = choice_of(request.GET, request.user)
    visits = answer_of(choice.scope, choice.sources)
    found = visits.figures | compute(choice.scope, OF_KITS)
    goals = goals_of(choice.scope, found)
    months, years = visits.series
    goal = goals.get("pupils")
    asked = [goal.asked_in(span) for span in choice.span.months] if goal else []
    return _page(
        request,
        "board",
        _("Figures"),
        choice,
        large=[
            (FIGURES[code], found[code], goals.get(code), beside)
            for code, beside in _beside(found).items()
        ],
        found={code.replace("-", "_"): number for code, number in found.items()},
        months=months,
        month_lines=list(itertools.zip_longest(months, asked)),
        together=together(found),
        asked=asked,
        months_drawn=chart_over_time(months, choice.span.months, "b", asked),
        years=years,
        year_lines=[(row, None) for row in years],
        years_drawn=chart_over_time(years, years_of(choice.scope), ""),
        coverage=visits.coverage,
        parts=visits.parts,
    )


def _beside(found: Mapping[str, int]) -> dict[str, str]:
    """The figures that stand large, in this order → what is said under each."""
    shown = {
        code.replace("-", "_"): number_format(number, force_grouping=True)
        for code, number in found.items()
    }
    classes = ngettext(
        "%(classes)s different class", "%(classes)s different classes", found["classes"]
    )
    boards = ngettext("of %(boards)s board", "of %(boards)s boards", found["boards"])
    towns = ngettext(
        "in %(municipalities)s municipality",
        "in %(municipalities)s municipalities",
        found["municipalities"],
    )
    loans = ngettext("%(loans)s loan", "%(loans)s loans", found["loans"])
    schools = ngettext("%(kit_schools)s school", "%(kit_schools)s schools", found["kit-schools"])
    said = {
        "pupils": _("%(pupils_booked)s as booked"),
        "visits": classes,
        "schools": f"{boards}, {towns}",
        "kit-pupils": f"{loans}, {schools}",
    }
    return {code: words % shown for code, words in said.items()}


@desk_page("impact.view_figures")
def all_figures(request: SignedInRequest) -> HttpResponse:
    choice = choice_of(request.GET, request.user)
    found = compute(choice.scope)
    return _page(
        request,
        "figures",
        _("All figures"),
        choice,
        headed=under_headings({code: (FIGURES[code], number) for code, number in found.items()}),
        found={code.replace("-", "_"): number for code, number in found.items()},
        together=together(found),
        tables=[(table, split(choice.scope, table)) for table in TABLES.values()],
        unique=unique(choice.scope),
        of_groups=groups_7_and_8(choice.scope),
        parts=by_source(choice.scope, choice.sources),
    )


@desk_page("impact.view_figures")
def schools(request: SignedInRequest) -> HttpResponse:
    """Schools of one municipality or board that came, and that did not; or how many of each of
    them."""
    choice = choice_of(request.GET, request.user)
    found = coverage(choice.scope)
    if not request.GET.keys() & {TOWN, BOARD}:
        return _page(request, "areas", _("Schools reached"), choice, coverage=found)
    of_town = _area(found.municipalities, request.GET.get(TOWN))
    area = of_town or _area(found.boards, request.GET.get(BOARD))
    if area is None:
        raise Http404
    where = Q(municipality=area.key) if of_town else Q(board__number=area.key)
    sites = sites_of(choice.scope, where)
    return _page(request, "schools", area.name, choice, area=area, sites=sites)


def _area(areas: list[Area], key: str | None) -> Area | None:
    return next((area for area in areas if area.key == key), None)


@desk_page("bookings.change_booking")
def rows(request: SignedInRequest, code: str) -> HttpResponse:
    """What adds up to a figure, each class or group once."""
    figure = FIGURES.get(code)
    if figure is None:
        raise Http404
    choice = choice_of(request.GET, request.user)
    found = figure.rows(choice.scope)
    number = compute(choice.scope, [code])[code]
    if found.model in LISTED:
        return _things(request, choice, found, figure=figure, number=number)
    return _rows(request, choice, found, title=figure.name, figure=figure, number=number)


@desk_page("bookings.change_booking")
def rows_of_part(request: SignedInRequest, table: str) -> HttpResponse:
    """What adds up to a line of a table."""
    choice, key = choice_of(request.GET, request.user), request.GET.get(PART, "")
    of = TABLES.get(table)
    row = next((one for one in (split(choice.scope, of) if of else []) if one.key == key), None)
    if of is None or row is None:
        raise Http404
    return _rows(request, choice, of.rows(choice.scope, key), title=row.label, part=row)


def _rows(
    request: SignedInRequest, choice: Choice, found: Any, *, title: Any, **context: Any
) -> HttpResponse:
    are_loans = found.model is Loan
    order = "starts_on" if are_loans else "visit__slot__starts_at"
    of = ("copy__kit",) if are_loans else ("visit__slot", "visit__programme")
    asked = found.select_related("submission__school", "submission__organisation", *of)
    page = Paginator(asked.order_by(order, "pk"), ROWS_A_PAGE).get_page(request.GET.get("pagina"))
    return _page(request, "rows", title, choice, page=page, are_loans=are_loans, **context)


def _things(
    request: SignedInRequest, choice: Choice, found: Any, *, figure: Figure, number: int
) -> HttpResponse:
    """Rows that are of no class: slots, visits, shifts, places on the waiting list."""
    model = found.model
    along, by_time = LISTED[model]
    found = (
        found.select_related(*along).order_by(by_time, "pk") if along else found.order_by(by_time)
    )
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("pagina"))
    may_view = admin.site.get_model_admin(model).has_view_permission(request)
    address = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    return _page(
        request,
        "things",
        figure.name,
        choice,
        page=page,
        figure=figure,
        number=number,
        things=[
            (
                one,
                reverse(address, args=[one.pk]) if may_view else "",
                figure.adds(one) if figure.adds else None,
            )
            for one in page
        ],
    )
