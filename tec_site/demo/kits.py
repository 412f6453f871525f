"""The demo's kits with boxes, contents, documents and desk days. Names and prices are made up."""

import datetime
from typing import Any, NamedTuple

from kits.models import Complexity, ContentItem, DeskDay, KitCopy, KitDocument, LessonKit
from kits.versions import save_version
from programmes.models import CoreObjective, Drawing, Venue, World
from schools.years import YearGroup
from tec_site.demo.offer import DIGITAL, NEW, PO
from tec_site.demo.texts import kits as texts


class Item(NamedTuple):
    name: str
    name_en: str
    quantity: int
    unit_cost: str  # euro
    is_essential: bool = False
    is_consumable: bool = False


class Kit(NamedTuple):
    fields: dict[str, Any]
    code: str  # of its boxes, before their number
    boxes: int
    contents: list[Item]
    worlds: list[str]
    objectives: list[tuple[str, str]]
    guide: str
    card: str


KITS = [
    Kit(
        fields={
            "slug": "bouwen-met-buizen",
            **texts.BUIZEN,
            "artwork": Drawing.TUBES,
            "complexity": Complexity.SIMPLE,
            "year_from": YearGroup.GROUP_3,
            "year_to": YearGroup.GROUP_6,
            "lesson_minutes": 60,
            "lessons": 2,
        },
        code="BUIS",
        boxes=4,
        contents=[
            Item("Kartonnen buis, 60 cm", "Cardboard tube, 60 cm", 80, "0.90", is_consumable=True),
            Item("Verbindingsstuk, drie armen", "Connector, three arms", 40, "2.50"),
            Item("Verbindingsstuk, vier armen", "Connector, four arms", 30, "2.95"),
            Item("Meetlint", "Tape measure", 6, "1.80"),
        ],
        worlds=["wonen-werken-verkeer"],
        objectives=[(PO, "42"), (PO, "45"), (NEW, "30C"), (NEW, "29C"), (NEW, "30A")],
        guide=texts.BUIZEN_GUIDE,
        card=texts.BUIZEN_CARD,
    ),
    Kit(
        fields={
            "slug": "robots-leren-rijden",
            **texts.ROBOTS,
            "artwork": Drawing.ROBOT,
            "complexity": Complexity.MIDDLE,
            "year_from": YearGroup.GROUP_5,
            "year_to": YearGroup.GROUP_8,
            "lesson_minutes": 75,
            "lessons": 3,
        },
        code="ROBOT",
        boxes=4,
        contents=[
            Item("Robot", "Robot", 6, "85.00", is_essential=True),
            Item("Stadsplattegrond", "Map of the city", 2, "35.00", is_essential=True),
            Item("Stapel opdrachtkaarten", "Stack of task cards", 6, "6.50"),
            Item("Oplader", "Charger", 2, "18.00", is_essential=True),
            Item("Batterij AA", "AA battery", 24, "0.60", is_consumable=True),
        ],
        worlds=["digitaal-media-entertainment", "hi-tech-science"],
        objectives=[(PO, "45"), (DIGITAL, "7"), (NEW, "29C"), (NEW, "30A"), (NEW, "23B")],
        guide=texts.ROBOTS_GUIDE,
        card=texts.ROBOTS_CARD,
    ),
    Kit(
        fields={
            "slug": "stroomkringen",
            **texts.STROOM,
            "artwork": Drawing.WIRES,
            "complexity": Complexity.MIDDLE,
            "year_from": YearGroup.GROUP_6,
            "year_to": YearGroup.GROUP_8,
            "lesson_minutes": 60,
            "lessons": 2,
        },
        code="STROOM",
        boxes=3,
        contents=[
            Item("Batterijhouder", "Battery holder", 10, "2.40", is_essential=True),
            Item("Zoemer", "Buzzer", 10, "3.20"),
            Item("Schakelaar", "Switch", 20, "1.10"),
            Item("Snoertje met klemmen", "Wire with clips", 60, "0.75"),
            Item("Lampje", "Lamp", 30, "0.40", is_consumable=True),
            Item("Batterij AA", "AA battery", 24, "0.60", is_consumable=True),
        ],
        worlds=["energie-water-veiligheid"],
        objectives=[(PO, "42"), (PO, "44"), (NEW, "30C"), (NEW, "30A")],
        guide=texts.STROOM_GUIDE,
        card=texts.STROOM_CARD,
    ),
    Kit(
        fields={
            "slug": "brug-in-een-kist",
            **texts.BRUG,
            "artwork": Drawing.BRIDGE,
            "complexity": Complexity.MIDDLE,
            "year_from": YearGroup.GROUP_6,
            "year_to": YearGroup.GROUP_8,
            "lesson_minutes": 90,
            "lessons": 2,
        },
        code="BRUG",
        boxes=2,
        contents=[
            Item("Set gewichten", "Set of weights", 6, "24.00", is_essential=True),
            Item("Emmer", "Bucket", 6, "3.50", is_essential=True),
            Item("Scharnier", "Hinge", 48, "0.85"),
            Item("Lat, 30 cm", "Lath, 30 cm", 120, "0.35", is_consumable=True),
            Item("Rol touw", "Roll of rope", 6, "1.95", is_consumable=True),
        ],
        worlds=["wonen-werken-verkeer", "ontwerp-productie-wereldhandel"],
        objectives=[(PO, "44"), (PO, "45"), (NEW, "30A"), (NEW, "29C")],
        guide=texts.BRUG_GUIDE,
        card=texts.BRUG_CARD,
    ),
    Kit(
        fields={
            "slug": "3d-printer-in-de-klas",
            **texts.PRINTER,
            "artwork": Drawing.PRINTER3D,
            "complexity": Complexity.ADVANCED,
            "year_from": YearGroup.GROUP_7,
            "year_to": YearGroup.YEAR_2,
            "lesson_minutes": 90,
            "lessons": 4,
            "loan_days": 28,
            "turnaround": 3,
            "can_be_delivered": False,
        },
        code="PRINT",
        boxes=2,
        contents=[
            Item("3D-printer", "3D printer", 1, "420.00", is_essential=True),
            Item("Tablet met hoes", "Tablet with cover", 2, "180.00", is_essential=True),
            Item("Printplaat", "Printing plate", 2, "22.00", is_essential=True),
            Item("Spatel", "Spatula", 2, "4.50"),
            Item("Rol kunststof", "Roll of plastic", 2, "19.00", is_consumable=True),
        ],
        worlds=["hi-tech-science", "ontwerp-productie-wereldhandel", "mens-gezondheid"],
        objectives=[(PO, "45"), (DIGITAL, "6"), (NEW, "29C"), (NEW, "30A"), (NEW, "23A")],
        guide=texts.PRINTER_GUIDE,
        card=texts.PRINTER_CARD,
    ),
]
# weekday, transport round, from, until
DESK_DAYS = [
    (0, False, datetime.time(8, 0), datetime.time(17, 0)),
    (3, False, datetime.time(12, 0), datetime.time(17, 30)),
    (1, True, datetime.time(8, 30), datetime.time(12, 30)),
]


def load() -> None:
    """Add desk days and kits, unless there are kits already."""
    if LessonKit.objects.exists():
        return
    venue = Venue.objects.get(slug="tec-deventer")
    for weekday, is_round, opens_at, closes_at in DESK_DAYS:
        DeskDay.objects.get_or_create(
            venue=venue,
            weekday=weekday,
            is_round=is_round,
            defaults={"opens_at": opens_at, "closes_at": closes_at},
        )
    for position, kit in enumerate(KITS):
        _add(kit, venue, position)


def _add(kit: Kit, venue: Venue, position: int) -> None:
    row = LessonKit.objects.create(venue=venue, position=position, is_example=True, **kit.fields)
    row.worlds.set(World.objects.filter(code__in=kit.worlds))
    for scheme, code in kit.objectives:
        row.core_objectives.add(*CoreObjective.objects.filter(scheme=scheme, code=code))
    ContentItem.objects.bulk_create(
        ContentItem(kit=row, position=place, **item._asdict())
        for place, item in enumerate(kit.contents)
    )
    KitCopy.objects.bulk_create(
        KitCopy(
            kit=row, code=f"{kit.code}-{number:02d}", shelf=f"{position + 1}{'ABCD'[number - 1]}"
        )
        for number in range(1, kit.boxes + 1)
    )
    for kind, name, text in (
        (KitDocument.Kind.TEACHER_GUIDE, "lesbrief", kit.guide),
        (KitDocument.Kind.PUPIL_CARD, "opdracht", kit.card),
    ):
        save_version(KitDocument(kit=row, kind=kind, title=f"{row.title}: {name}", text=text))
