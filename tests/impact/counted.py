"""Rows to count, on days of one's choice: each comes with its own visit."""

import datetime
from typing import Any

from bookings.models import Booking, State
from impact.counting.scope import Scope
from impact.counting.spans import Span
from impact.models import (
    Division,
    FundingSource,
    Indicator,
    Pledge,
    Report,
    SchoolContact,
    Share,
    Target,
    Value,
)
from programmes.models import Hub, Programme
from schools.models import School
from schools.years import YearGroup, school_year_of
from submissions.models import Submission
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_programme,
    make_school,
    make_slot,
    make_submission,
    make_visit,
    the_hub,
)

AUTUMN = Span(datetime.date(2026, 9, 1), datetime.date(2026, 12, 31))
YEAR = Span.of_school_year(2026)


def scope_of(span: Span = YEAR, **limits: Any) -> Scope:
    return Scope(span, hubs=limits.pop("hubs", (the_hub().pk,)), **limits)


def came(
    *when: int,
    school: School | None = None,
    programme: Programme | None = None,
    pupils: int = 24,
    name: str = "Groep 7",
    state: str = State.ATTENDED,
    year_group: int = YearGroup.GROUP_7,
    submission: Submission | None = None,
    **fields: Any,
) -> Booking:
    """`came(2026, 11, 3)`: a class of 24 that was here on that day, at nine unless said."""
    year, month, day, *time = when
    start = amsterdam(year, month, day, *(time or [9]))
    programme = programme or make_programme(max_groups=9, max_pupils=999)
    slot = make_slot(starts_at=start, programmes=[programme], max_groups=9, max_pupils=999)
    school = school or (submission.school if submission else None) or make_school()
    if "class_group" not in fields:
        of: dict[str, Any] = {"name": name, "school_year": school_year_of(start.date())}
        ages = {"year_from": year_group, "year_to": fields.get("year_to", year_group)}
        known = school.class_groups.filter(**of).first()
        fields["class_group"] = known or make_class_group(school=school, **of, **ages)
    return make_booking(
        visit=make_visit(slot=slot, programme=programme),
        submission=submission or make_submission(school=school),
        party_name=name,
        pupils=pupils,
        state=state,
        **{"year_from": year_group, "year_to": year_group} | fields,
    )


def make_indicator(**fields: Any) -> Indicator:
    """Entered by hand, unless `figure` says otherwise."""
    fields = {"name": "Leden en partners", "unit": "aantal"} | fields
    fields.setdefault("hub", the_hub())
    return Indicator.objects.create(**fields)


def make_value(**fields: Any) -> Value:
    fields = {"day": datetime.date(2026, 10, 1), "amount": 40, "source": "Jaarverslag"} | fields
    fields.setdefault("indicator", None)
    fields["indicator"] = fields["indicator"] or make_indicator()
    return Value.objects.create(**fields)


def make_target(**fields: Any) -> Target:
    """100 between the first of September and the end of December 2026."""
    period = {"starts_on": AUTUMN.first, "due_on": AUTUMN.last}
    fields = period | {"amount": 100} | fields
    fields.setdefault("indicator", None)
    fields["indicator"] = fields["indicator"] or make_indicator(name="Leerlingen", figure="pupils")
    fields["funder"] = _funder(fields.get("funder"), fields["indicator"].hub)
    return Target.objects.get(pk=Target.objects.create(**fields).pk)


def make_source(**fields: Any) -> FundingSource:
    fields = {"name": "Regio Deal", "kind": FundingSource.Kind.SUBSIDY} | fields
    fields.setdefault("hub", the_hub())
    return FundingSource.objects.create(**fields)


def _funder(funder: FundingSource | str | None, hub: Hub) -> FundingSource | None:
    """The source itself, or the one of this name."""
    if not isinstance(funder, str):
        return funder
    known = FundingSource.objects.filter(hub=hub, name=funder).first()
    return known or make_source(hub=hub, name=funder)


def divide(
    programme: Programme, parts: dict[FundingSource, int], span: Span = YEAR, whole: int = 0
) -> Division:
    """Over these sources, in these parts of the whole that they are together unless said."""
    division = Division.objects.create(
        programme=programme, first=span.first, last=span.last, whole=whole or sum(parts.values())
    )
    for source, number in parts.items():
        Share.objects.create(division=division, source=source, parts=number)
    return division


def make_pledge(**fields: Any) -> Pledge:
    """Verbal, of the first of October 2026."""
    fields = {
        "about": "Lasapparatuur", "amount": 5000, "promised_on": datetime.date(2026, 10, 1)
    } | fields  # fmt: skip
    fields.setdefault("source", None)
    fields["source"] = fields["source"] or make_source(name="Bedrijf X", kind="company")
    return Pledge.objects.create(**fields)


def make_report(**fields: Any) -> Report:
    """A draft about the autumn of 2026."""
    period = {"first": AUTUMN.first, "last": AUTUMN.last}
    fields = period | {"title": "Najaar 2026"} | fields
    fields.setdefault("hub", the_hub())
    fields["funder"] = _funder(fields.get("funder"), fields["hub"])
    return Report.objects.get(pk=Report.objects.create(**fields).pk)


def make_contact(**fields: Any) -> SchoolContact:
    fields = {
        "school": fields.get("school") or make_school(),
        "hub": the_hub(),
        "day": datetime.date(2026, 9, 10),
        "note": "Gebeld; ze willen in maart.",
    } | fields
    return SchoolContact.objects.create(**fields)
