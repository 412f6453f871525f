"""The pages of the figures: for the board, all of them, the schools, and the rows behind each."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.backoffice.access import desk_page
from impact.counting.coverage import Area, coverage, sites_of
from impact.counting.figures import FIGURES, Basis, compute
from impact.counting.spans import Span
from impact.counting.tables import TABLES, over_time, split
from impact.counting.unique import groups_7_and_8, unique
from impact.desk.charts import chart_over_time
from impact.desk.choice import Choice, choice_of
from impact.indicators.standing import goals as goals_of
from submissions.access import SignedInRequest

ROWS_A_PAGE = 50
YEARS_SHOWN = 6
# Those of the board's page, in its order; the first stand large.
LARGE = ("pupils", "visits", "schools", "kit-pupils")
OF_BOARD = (
    *LARGE,
    *("pupils-booked", "pupils-unregistered", "visits-unregistered"),
    *("classes", "boards", "municipalities", "loans", "kit-schools"),
)
TOWN, BOARD, PART = "gemeente", "bestuur", "deel"


def _page(
    request: SignedInRequest, template: str, title: Any, choice: Choice, **context: Any
) -> HttpResponse:
    context |= {
        **admin.site.each_context(request),
        "title": title,
        "choice": choice,
        "now": timezone.localtime(),
        "may_open": request.user.has_perm("bookings.change_booking"),
    }
    return TemplateResponse(request, f"admin/impact/{template}.html", context)


@desk_page("impact.view_figures")
def board(request: SignedInRequest) -> HttpResponse:
    """What a board wants to see in ten seconds."""
    choice = choice_of(request.GET, request.user)
    found = compute(choice.scope, OF_BOARD)
    goals = goals_of(choice.scope, found)
    months = over_time(choice.scope, choice.span.months)
    years = over_time(choice.scope, _years(choice.year))
    return _page(
        request,
        "board",
        _("Figures"),
        choice,
        large=[(FIGURES[code], found[code], goals.get(code)) for code in LARGE],
        found={code.replace("-", "_"): number for code, number in found.items()},
        months=months,
        months_drawn=chart_over_time(months, choice.span.months, "b"),
        years=years,
        years_drawn=chart_over_time(years, _years(choice.year), ""),
        coverage=coverage(choice.scope),
    )


def _years(year: int) -> list[Span]:
    """This one and those before."""
    return [Span.of_school_year(year - back) for back in reversed(range(YEARS_SHOWN))]


@desk_page("impact.view_figures")
def all_figures(request: SignedInRequest) -> HttpResponse:
    choice = choice_of(request.GET, request.user)
    found = compute(choice.scope)
    return _page(
        request,
        "figures",
        _("All figures"),
        choice,
        figures=[(one, found[one.code]) for one in FIGURES.values()],
        found={code.replace("-", "_"): number for code, number in found.items()},
        tables=[(table, split(choice.scope, table)) for table in TABLES.values()],
        unique=unique(choice.scope),
        of_groups=groups_7_and_8(choice.scope),
    )


@desk_page("impact.view_figures")
def schools(request: SignedInRequest) -> HttpResponse:
    """Of one municipality or board: those that came, and those that did not; or how many of each
    of them."""
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
    return _rows(
        request,
        choice,
        figure.rows(choice.scope),
        title=figure.name,
        figure=figure,
        number=compute(choice.scope, [code])[code],
        are_loans=figure.basis == Basis.LOANS,
    )


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
    are_loans = context.get("are_loans")
    order = "starts_on" if are_loans else "visit__slot__starts_at"
    of = ("copy__kit",) if are_loans else ("visit__slot", "visit__programme")
    asked = found.select_related("submission__school", "submission__organisation", *of)
    page = Paginator(asked.order_by(order, "pk"), ROWS_A_PAGE).get_page(request.GET.get("pagina"))
    return _page(request, "rows", title, choice, page=page, **context)
