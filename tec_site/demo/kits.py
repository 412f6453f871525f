"""The demo's kits with boxes, contents, documents and desk days. Names and prices are made up."""

import datetime
from typing import Any, NamedTuple

from kits.lesson_documents import save_version
from kits.models import Complexity, ContentItem, DeskDay, KitCopy, KitDocument, LessonKit
from programmes.models import CoreObjective, Venue, World
from schools.years import YearGroup

from . import kit_texts as texts
from .offer import DIGITAL, PO


class Kit(NamedTuple):
    fields: dict[str, Any]
    code: str  # of its boxes, before their number
    boxes: int
    # name, quantity, euro each, essential, consumable
    contents: list[tuple[str, int, str, bool, bool]]
    worlds: list[str]
    objectives: list[tuple[str, str]]
    guide: str
    card: str


KITS = [
    Kit(
        {
            "slug": "bouwen-met-buizen",
            **texts.BUIZEN,
            "artwork": "construction",
            "complexity": Complexity.SIMPLE,
            "year_from": YearGroup.GROUP_3,
            "year_to": YearGroup.GROUP_6,
            "lesson_minutes": 60,
            "lessons": 2,
        },
        "BUIS",
        4,
        [
            ("Kartonnen buis, 60 cm", 80, "0.90", False, True),
            ("Verbindingsstuk, drie armen", 40, "2.50", False, False),
            ("Verbindingsstuk, vier armen", 30, "2.95", False, False),
            ("Meetlint", 6, "1.80", False, False),
        ],
        ["wonen-werken-verkeer"],
        [(PO, "42"), (PO, "45")],
        texts.BUIZEN_GUIDE,
        texts.BUIZEN_CARD,
    ),
    Kit(
        {
            "slug": "robots-leren-rijden",
            **texts.ROBOTS,
            "artwork": "robot",
            "complexity": Complexity.MIDDLE,
            "year_from": YearGroup.GROUP_5,
            "year_to": YearGroup.GROUP_8,
            "lesson_minutes": 75,
            "lessons": 3,
        },
        "ROBOT",
        4,
        [
            ("Robot", 6, "85.00", True, False),
            ("Stadsplattegrond", 2, "35.00", True, False),
            ("Stapel opdrachtkaarten", 6, "6.50", False, False),
            ("Oplader", 2, "18.00", True, False),
            ("Batterij AA", 24, "0.60", False, True),
        ],
        ["digitaal-media-entertainment", "hi-tech-science"],
        [(PO, "45"), (DIGITAL, "7")],
        texts.ROBOTS_GUIDE,
        texts.ROBOTS_CARD,
    ),
    Kit(
        {
            "slug": "stroomkringen",
            **texts.STROOM,
            "artwork": "circuit",
            "complexity": Complexity.MIDDLE,
            "year_from": YearGroup.GROUP_6,
            "year_to": YearGroup.GROUP_8,
            "lesson_minutes": 60,
            "lessons": 2,
        },
        "STROOM",
        3,
        [
            ("Batterijhouder", 10, "2.40", True, False),
            ("Zoemer", 10, "3.20", False, False),
            ("Schakelaar", 20, "1.10", False, False),
            ("Snoertje met klemmen", 60, "0.75", False, False),
            ("Lampje", 30, "0.40", False, True),
            ("Batterij AA", 24, "0.60", False, True),
        ],
        ["energie-water-veiligheid"],
        [(PO, "42"), (PO, "44")],
        texts.STROOM_GUIDE,
        texts.STROOM_CARD,
    ),
    Kit(
        {
            "slug": "brug-in-een-kist",
            **texts.BRUG,
            "artwork": "construction",
            "complexity": Complexity.MIDDLE,
            "year_from": YearGroup.GROUP_6,
            "year_to": YearGroup.GROUP_8,
            "lesson_minutes": 90,
            "lessons": 2,
        },
        "BRUG",
        2,
        [
            ("Set gewichten", 6, "24.00", True, False),
            ("Emmer", 6, "3.50", True, False),
            ("Scharnier", 48, "0.85", False, False),
            ("Lat, 30 cm", 120, "0.35", False, True),
            ("Rol touw", 6, "1.95", False, True),
        ],
        ["wonen-werken-verkeer", "ontwerp-productie-wereldhandel"],
        [(PO, "44"), (PO, "45")],
        texts.BRUG_GUIDE,
        texts.BRUG_CARD,
    ),
    Kit(
        {
            "slug": "3d-printer-in-de-klas",
            **texts.PRINTER,
            "artwork": "printer3d",
            "complexity": Complexity.ADVANCED,
            "year_from": YearGroup.GROUP_7,
            "year_to": YearGroup.YEAR_2,
            "lesson_minutes": 90,
            "lessons": 4,
            "loan_days": 28,
            "turnaround": 3,
            "can_be_delivered": False,
        },
        "PRINT",
        2,
        [
            ("3D-printer", 1, "420.00", True, False),
            ("Tablet met hoes", 2, "180.00", True, False),
            ("Printplaat", 2, "22.00", True, False),
            ("Spatel", 2, "4.50", False, False),
            ("Rol kunststof", 2, "19.00", False, True),
        ],
        ["hi-tech-science", "ontwerp-productie-wereldhandel", "mens-gezondheid"],
        [(PO, "45"), (DIGITAL, "6")],
        texts.PRINTER_GUIDE,
        texts.PRINTER_CARD,
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
        ContentItem(
            kit=row,
            name=name,
            quantity=quantity,
            unit_cost=cost,
            is_essential=essential,
            is_consumable=consumable,
            position=place,
        )
        for place, (name, quantity, cost, essential, consumable) in enumerate(kit.contents)
    )
    KitCopy.objects.bulk_create(
        KitCopy(
            kit=row, code=f"{kit.code}-{number:02d}", shelf=f"{position + 1}{'ABCD'[number - 1]}"
        )
        for number in range(1, kit.boxes + 1)
    )
    kinds = {KitDocument.Kind.TEACHER_GUIDE: kit.guide, KitDocument.Kind.PUPIL_CARD: kit.card}
    for kind, text in kinds.items():
        title = (
            f"{row.title}: {'lesbrief' if kind == KitDocument.Kind.TEACHER_GUIDE else 'opdracht'}"
        )
        save_version(KitDocument(kit=row, kind=kind, title=title, text=text))
