"""What the demo's hub is measured and paid by; targets, sources and reports are examples."""

import datetime

from django.core.files.base import ContentFile
from django.utils import timezone

from core.dates import ONE_DAY
from core.documents import can_be_made
from impact.counting.spans import Span, quarters_of
from impact.indicators.template import set_up
from impact.models import (
    Division,
    FundingSource,
    HourRate,
    Indicator,
    Pledge,
    Report,
    Share,
    Target,
    Value,
)
from impact.reports.sending import send
from programmes.models import Hub, Programme
from schools.models import User
from schools.years import current_school_year
from tec_site.demo.people import STAFF_EMAIL
from tec_site.demo.season import EXPERIENCES

Kind = FundingSource.Kind
SOURCES = [
    ("Regio Deal (voorbeeld)", Kind.SUBSIDY),
    ("Gemeente (voorbeeld)", Kind.SUBSIDY),
    ("Technische bedrijven (voorbeeld)", Kind.COMPANY),
    ("Eigen bijdrage van scholen", Kind.SCHOOLS),
]
# Programme → parts for each of these sources, which are the whole together.
THIRDS, SIXTY_FORTY = (1, 1, 1, 0), (60, 0, 0, 40)
# Source, what for, amount, in kind, days ago: promised, on paper, received.
PLEDGES: list[tuple[int, str, int, bool, tuple[int, int | None, int | None]]] = [
    (2, "Lasapparatuur en uitleg van vakmensen", 4800, True, (41, None, None)),
    (1, "Bus voor scholen buiten de stad", 7500, False, (75, 50, None)),
    (0, "Eerste deel van de subsidie", 25000, False, (110, 95, 60)),
    (2, "Materiaal voor de Proeverij", 2500, False, (12, None, None)),
]
# A blank page of A4.
PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def load() -> None:
    if Indicator.objects.exists():
        return
    hub = Hub.objects.get(slug="tec")
    staff = User.objects.get(email=STAFF_EMAIL)
    year = Span.of_school_year(current_school_year())
    set_up(hub)
    _sources(hub, year)
    _targets(hub, year, staff)
    HourRate.objects.create(hub=hub, since=year.first, amount="17.50")
    _reports(hub, year, staff)


def _targets(hub: Hub, year: Span, staff: User) -> None:
    new_year = datetime.date(year.first.year, 12, 31)
    for code, name, amount, milestone in (
        ("pupils", "Leerlingen en deelnemers die kwamen", 1500, 450),
        ("visits", "Bezoeken van klassen en groepen", 60, 20),
        ("schools", "Scholen bereikt", 17, 8),
    ):
        of_figure = Indicator.objects.create(hub=hub, name=name, figure=code)
        target = Target.objects.create(
            indicator=of_figure, amount=amount, starts_on=year.first, due_on=year.last
        )
        target.milestones.create(day=new_year, amount=milestone)
    partners = Indicator.objects.get(hub=hub, name="Leden en partners")
    for days, amount in ((150, 32), (60, 38), (10, 41)):
        day = timezone.localdate() - datetime.timedelta(days=days)
        Value.objects.create(
            indicator=partners, day=day, amount=amount, source="Ledenlijst (voorbeeld)", by=staff
        )
    Target.objects.create(
        indicator=partners, amount=60, starts_on=year.first, due_on=year.last,
        funder=_funder(hub), overruled="on_track",
        explanation="Met vijftien bedrijven loopt een gesprek.",
    )  # fmt: skip


def _funder(hub: Hub) -> FundingSource:
    return FundingSource.objects.get(hub=hub, name=SOURCES[0][0])


def _sources(hub: Hub, year: Span) -> None:
    sources = [
        FundingSource.objects.create(hub=hub, name=name, kind=kind) for name, kind in SOURCES
    ]
    divided = [("proeverij", THIRDS), *((slug, SIXTY_FORTY) for slug in EXPERIENCES)]
    for slug, parts in divided:
        division = Division.objects.create(
            programme=Programme.objects.get(slug=slug),
            first=year.first,
            last=year.last,
            whole=sum(parts),
        )
        Share.objects.bulk_create(
            Share(division=division, source=source, parts=number)
            for source, number in zip(sources, parts, strict=True)
            if number
        )
    today = timezone.localdate()
    for number, about, amount, is_in_kind, days in PLEDGES:
        promised, written, received = days
        Pledge.objects.create(
            source=sources[number], about=about, amount=amount, is_in_kind=is_in_kind,
            promised_on=today - promised * ONE_DAY,
            written_on=None if written is None else today - written * ONE_DAY,
            received_on=None if received is None else today - received * ONE_DAY,
            paper=ContentFile(PAPER, "toezegging.pdf") if written else "",
        )  # fmt: skip


def _reports(hub: Hub, year: Span, staff: User) -> None:
    """The quarter so far as a draft; the one before as it was sent, where PDFs can be made."""
    today = timezone.localdate()
    quarters = [*quarters_of(year.first.year - 1), *quarters_of(year.first.year)]
    running = next(at for at, span in enumerate(quarters) if span.first <= today <= span.last)
    for at, is_sent in ((running - 1, True), (running, False)):
        span = quarters[at]
        report = Report.objects.create(
            hub=hub, title=f"Voortgang {span.first:%m-%Y} tot {span.last:%m-%Y}",
            funder=_funder(hub), first=span.first, last=span.last,
            introduction="Een voorbeeld: zo leest een financier wat er bereikt is.",
            unknown="Van open dagen en festivals is geen aantal bekend.",
        )  # fmt: skip
        if is_sent and can_be_made():
            report.refresh_from_db()
            send(report=report, by=staff)
