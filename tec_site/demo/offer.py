"""The demo's venue, zones and programmes. Titles, times and prices are made up.

What is real: that there is a Proeverij of six components, three Experiences after it and
workshops on three themes, in four zones.
"""

from typing import Any, NamedTuple

from programmes.models import (
    Component,
    CoreObjective,
    Drawing,
    Hub,
    Programme,
    ProgrammeKind,
    Venue,
    World,
    Zone,
)
from schools.audience import Audience
from schools.models import HolidayRegion, User
from schools.years import YearGroup
from tec_site.demo.people import STAFF_EMAIL
from tec_site.demo.texts import offer as texts

ZONES = [
    ("maken", "Maken en creatieve techniek", texts.ZONE_MAKEN, texts.ZONE_MAKEN_EN),
    ("media", "Moderne technologie en media", texts.ZONE_MEDIA, texts.ZONE_MEDIA_EN),
    ("hard", "Harde techniek", texts.ZONE_HARD, texts.ZONE_HARD_EN),
    ("tiny-house", "Tiny House", texts.ZONE_TINY_HOUSE, texts.ZONE_TINY_HOUSE_EN),
]
PO, DIGITAL = "kerndoelen-po-2006", "kerndoelen-digitale-geletterdheid-concept-2024-03"
NEW = "kerndoelen-po-2026"


class Offer(NamedTuple):
    """A programme, and what it is linked to."""

    fields: dict[str, Any]
    zones: list[str]
    worlds: list[str]
    objectives: list[tuple[str, str]]


PROGRAMMES = [
    Offer(
        fields={
            "kind": ProgrammeKind.TASTER,
            "slug": "proeverij",
            **texts.PROEVERIJ,
            "year_from": YearGroup.GROUP_6,
            "year_to": YearGroup.GROUP_8,
            "duration": 150,
            "welcome": 15,
            "move_minutes": 3,
            "max_groups": 2,
            "max_pupils": 60,
            "min_pupils": 10,
            "max_pupils_per_class": 32,
            "price": "75.00",
        },
        zones=["maken", "media", "hard", "tiny-house"],
        worlds=[
            "energie-water-veiligheid",
            "wonen-werken-verkeer",
            "ontwerp-productie-wereldhandel",
            "digitaal-media-entertainment",
            "hi-tech-science",
        ],
        objectives=[
            (PO, "42"),
            (PO, "44"),
            (PO, "45"),
            (DIGITAL, "6"),
            (DIGITAL, "7"),
            (NEW, "30C"),
            (NEW, "30A"),
            (NEW, "29C"),
            (NEW, "23A"),
            (NEW, "23B"),
        ],
    ),
    Offer(
        fields={
            "kind": ProgrammeKind.EXPERIENCE,
            "slug": "experience-slimme-stad",
            **texts.SLIMME_STAD,
            "artwork": Drawing.SMART_CITY,
            "year_from": YearGroup.GROUP_7,
            "year_to": YearGroup.YEAR_1,
            "duration": 120,
            "price": "110.00",
            "requires_taster": True,
        },
        zones=["hard", "tiny-house"],
        worlds=["energie-water-veiligheid", "wonen-werken-verkeer"],
        objectives=[(PO, "42"), (PO, "44"), (PO, "45"), (NEW, "30C"), (NEW, "30A"), (NEW, "29C")],
    ),
    Offer(
        fields={
            "kind": ProgrammeKind.EXPERIENCE,
            "slug": "experience-handig-hulpmiddel",
            **texts.HULPMIDDEL,
            "artwork": Drawing.HANDY_AID,
            "year_from": YearGroup.GROUP_6,
            "year_to": YearGroup.GROUP_8,
            "duration": 135,
            "price": "110.00",
            "requires_taster": True,
        },
        zones=["maken"],
        worlds=["mens-gezondheid", "ontwerp-productie-wereldhandel"],
        objectives=[(PO, "41"), (PO, "45"), (NEW, "31A"), (NEW, "29C"), (NEW, "30A")],
    ),
    Offer(
        fields={
            "kind": ProgrammeKind.EXPERIENCE,
            "slug": "experience-robots-in-de-kas",
            **texts.KAS,
            "artwork": Drawing.GREENHOUSE_ROBOTS,
            "year_from": YearGroup.GROUP_7,
            "year_to": YearGroup.YEAR_2,
            "duration": 135,
            "price": "110.00",
            "requires_taster": True,
            "needs_approval": True,
        },
        zones=["media"],
        worlds=["voeding-natuur", "digitaal-media-entertainment", "hi-tech-science"],
        objectives=[
            (PO, "40"),
            (PO, "45"),
            (DIGITAL, "4"),
            (DIGITAL, "7"),
            (NEW, "32C"),
            (NEW, "29C"),
            (NEW, "30A"),
            (NEW, "22C"),
            (NEW, "23B"),
        ],
    ),
    Offer(
        fields={
            "kind": ProgrammeKind.WORKSHOP,
            "slug": "green-screen-en-stop-motion",
            **texts.GREEN_SCREEN,
            "artwork": Drawing.GREEN_SCREEN,
            "year_from": YearGroup.GROUP_5,
            "year_to": YearGroup.GROUP_8,
            "duration": 105,
            "max_groups": 2,
            "max_pupils": 60,
            "price": "95.00",
        },
        zones=["media"],
        worlds=["digitaal-media-entertainment"],
        objectives=[(DIGITAL, "2"), (DIGITAL, "6"), (NEW, "22B"), (NEW, "23A")],
    ),
    Offer(
        fields={
            "kind": ProgrammeKind.WORKSHOP,
            "slug": "drones-en-vr",
            **texts.DRONES,
            "artwork": Drawing.DRONES_VR,
            "year_from": YearGroup.GROUP_7,
            "year_to": YearGroup.YEAR_3,
            "duration": 120,
            "pupils_per_supervisor": 15,
            "price": "120.00",
        },
        zones=["hard"],
        worlds=["hi-tech-science"],
        objectives=[
            (PO, "42"),
            (DIGITAL, "1"),
            (DIGITAL, "9"),
            (NEW, "30C"),
            (NEW, "22A"),
            (NEW, "24C"),
        ],
    ),
    Offer(
        fields={
            "kind": ProgrammeKind.WORKSHOP,
            "slug": "fiets-en-huis",
            **texts.FIETS,
            "artwork": Drawing.BICYCLE_AND_HOUSE,
            "year_from": YearGroup.GROUP_6,
            "year_to": YearGroup.YEAR_2,
            "duration": 90,
            "max_groups": 2,
            "max_pupils": 56,
            "max_pupils_per_class": 28,
            "price": "0",
        },
        zones=["tiny-house", "maken"],
        worlds=["wonen-werken-verkeer"],
        objectives=[(PO, "44"), (PO, "45"), (NEW, "30A"), (NEW, "29C")],
    ),
    Offer(
        fields={
            "kind": ProgrammeKind.WORKSHOP,
            "slug": "techniek-proeven-met-je-team",
            **texts.TEAMS,
            "artwork": Drawing.TEAM_WORKSHOP,
            "audience": Audience.GROUPS,
            "duration": 150,
            "max_groups": 2,
            "max_pupils": 36,
            "min_pupils": 6,
            "max_pupils_per_class": 18,
            "price": "180.00",
        },
        zones=["maken", "hard"],
        worlds=["wonen-werken-verkeer", "ontwerp-productie-wereldhandel"],
        objectives=[],
    ),
]


def load() -> None:
    """Add the venue and what it offers, unless there are programmes already."""
    if Programme.objects.exists():
        return
    venue = _venue()
    zones = {zone.slug: zone for zone in venue.zones.all()}
    worlds = {world.code: world for world in World.objects.all()}
    objectives = {(one.scheme, one.code): one for one in CoreObjective.objects.all()}
    for position, offer in enumerate(PROGRAMMES):
        programme = Programme.objects.create(
            venue=venue, position=position, is_example=True, **offer.fields
        )
        programme.zones.set([zones[slug] for slug in offer.zones])
        programme.worlds.set([worlds[code] for code in offer.worlds])
        programme.core_objectives.set([objectives[key] for key in offer.objectives])
    taster = Programme.objects.get(slug="proeverij")
    for position, (zone, words) in enumerate(texts.COMPONENTS):
        Component.objects.create(
            programme=taster,
            position=position,
            zone=zones[zone],
            **words,
            minutes=20,
            max_pupils=11,  # a third of the largest class
        )


def _hub() -> Hub:
    hub, _created = Hub.objects.get_or_create(
        slug="tec",
        defaults={
            "name": "Technicampus Experience Center",
            "short_name": "TEC",
            "street": "Voorbeeldkade 1",
            "postcode": "7411 AA",
            "city": "Deventer",
            "phone": "0570 00 00 00",
            "email": "balie@tec.example",
            "sender_name": "TEC Deventer",
        },
    )
    hub.staff.set(User.objects.filter(email=STAFF_EMAIL))
    return hub


def _venue() -> Venue:
    venue, _created = Venue.objects.get_or_create(
        slug="tec-deventer",
        defaults={
            "hub": _hub(),
            "name": "Technicampus Experience Center",
            "street": "Voorbeeldkade 1",
            "postcode": "7411 AA",
            "city": "Deventer",
            "holiday_region": HolidayRegion.NORTH,
            "directions": texts.DIRECTIONS,
            "directions_en": texts.DIRECTIONS_EN,
            "phone": "0570 00 00 00",
            "email": "balie@tec.example",
        },
    )
    for position, (slug, name, description, english) in enumerate(ZONES):
        Zone.objects.get_or_create(
            venue=venue,
            slug=slug,
            defaults={
                "name": name,
                "description": description,
                "description_en": english,
                "artwork": slug,
                "position": position,
            },
        )
    return venue
